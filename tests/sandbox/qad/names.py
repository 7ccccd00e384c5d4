"""The words that generated suppliers are made of; plain data."""

from typing import NamedTuple


class Country(NamedTuple):
    """Where a supplier may be: what its names, addresses and numbers look like there."""

    code: str
    odd: str  # another spelling that some installations keep
    currency: str
    weight: int
    forms: tuple[str, ...]
    cities: tuple[tuple[str, str, str], ...]  # city, state, zip code
    streets: tuple[str, ...]
    tax_id: str  # 9 stands for any digit
    phone: str
    domain: str


COUNTRIES = (
    Country(
        "US", "USA", "USD", 56, ("Inc.", "LLC", "Corp.", "Co.", "Company, Inc."),
        (("Rockford", "IL", "61101"), ("Grand Rapids", "MI", "49503"), ("San José", "CA", "95112"),
         ("Huntsville", "AL", "35801"), ("Erie", "PA", "16501"), ("O'Fallon", "MO", "63366")),
        ("{n} Industrial Pkwy", "{n} W. 5th St., Suite 200", "{n} Commerce Dr", "PO Box {n}"),
        "99-9999999", "+1 555 010 9999", "example.com",
    ),
    Country(
        "MX", "MEX", "USD", 6, ("S.A. de C.V.", "S. de R.L. de C.V."),
        (("Ciudad Juárez", "CHH", "32000"), ("Querétaro", "QUE", "76000"), ("Tijuana", "BCN", "22000")),
        ("Av. Tecnológico {n}", "Calle Niños Héroes {n}"), "ABC999999AB9", "+52 55 5501 9999", "example.mx",
    ),
    Country(
        "DE", "GER", "EUR", 14, ("GmbH", "GmbH & Co. KG", "AG"),
        (("Nürnberg", "", "90402"), ("Göppingen", "", "73033"), ("Köln", "", "50667")),
        ("Gießereistraße {n}", "Am Bahnhof {n}", "Röntgenweg {n}"), "DE999999999", "+49 30 5550 999", "example.de",
    ),
    Country(
        "FR", "FRA", "EUR", 6, ("S.A.S.", "SARL", "S.A."),
        (("Besançon", "", "25000"), ("Saint-Étienne", "", "42000"), ("Évry", "", "91000")),
        ("{n}, rue de l'Église", "{n} bis, avenue des Forgerons"), "FR99999999999", "+33 1 55 55 99 99", "example.fr",
    ),
    Country(
        "GB", "UK", "GBP", 8, ("Ltd", "plc", "& Sons Ltd"),
        (("Sheffield", "South Yorkshire", "S1 2HE"), ("Wolverhampton", "West Midlands", "WV1 1RA")),
        ("Unit {n}, King's Trading Estate", "{n} Foundry Lane"), "GB999999999", "+44 20 7946 0999", "example.co.uk",
    ),
    Country(
        "JP", "JPN", "JPY", 6, ("K.K.", "株式会社", "Co., Ltd."),
        (("Ōta-ku, Tōkyō", "13", "144-0041"), ("東大阪市", "27", "577-0011")),
        ("{n}-chōme Haneda", "高井田 {n}番地"), "T9999999999999", "+81 3 5550 9999", "example.jp",
    ),
    Country(
        "CZ", "CZE", "EUR", 4, ("s.r.o.", "a.s."),
        (("Plzeň", "", "301 00"), ("Žďár nad Sázavou", "", "591 01")),
        ("Průmyslová {n}", "U Slévárny {n}"), "CZ99999999", "+420 555 999 999", "example.cz",
    ),
)  # fmt: skip

FIRST = (
    "Allied", "Ångström", "Bauer", "Blue Ridge", "Cardinal", "Coöperative", "Delta", "Dvořák", "Eagle", "Fujimoto",
    "García Hermanos", "Great Lakes", "Hansen", "Ironwood", "Jülich", "Keystone", "Lumière", "Müller", "Nakamura",
    "North Star", "O'Brien", "Pacific", "Precision", "Quantum", "Řezník", "Smith & Hale", "Summit", "Tri-County",
    "Universal", "Vega", "W. R. Hughes", "Yamato", 'The "Right" Bolt', "Zürich",
)  # fmt: skip

TRADE = (
    "Castings", "Circuit Boards", "Connectors", "Die & Mold", "Electronics", "Fasteners", "Freight", "Heat Treating",
    "Injection Molding", "Lasers", "Logistics", "Machine Works", "Metals", "Packaging", "Plastics", "Plating",
    "Power Supplies", "Precision Grinding", "Rubber & Gasket", "Springs", "Tooling", "Wire & Cable",
)  # fmt: skip

LONG_TAIL = " Manufacturing, Engineering, Calibration & Field Services of the Greater Metropolitan Area"
GOODS = (
    "Connectors 12-pin", "Solder paste, 500 g", "Freight Ω-7", "PCB rev. C, 4 layers", "Ø 6 mm dowel pins",
    "Anodizing, lot charge", "Cable harness", "Expedite fee", "Enclosure, sheet metal", "Calibration of gauges",
    "Temporary staff, week 34", "Cartons & inserts", "Tool repair",
)  # fmt: skip
CREDITS = ("Volume rebate", "Returned goods", "Price correction", "Less deposit")
