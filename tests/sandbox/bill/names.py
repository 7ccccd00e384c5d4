"""The words that generated vendors and bills are made of; plain data."""

from typing import NamedTuple


class Country(NamedTuple):
    """Where a vendor may be: what its names, addresses and numbers look like there; 9 stands for any digit."""

    code: str
    currency: str
    weight: int
    forms: tuple[str, ...]
    cities: tuple[tuple[str, str, str], ...]  # city, state, zip code
    streets: tuple[str, ...]
    phone: str
    domain: str
    scripts: tuple[str, ...] = ()  # whole names in the country's own letters


COUNTRIES = (
    Country(
        "US", "USD", 70, ("Inc.", "LLC", "Corp.", "Co.", "LLP", "& Associates, Inc."),
        (("Columbus", "OH", "43215"), ("Boise", "ID", "83702"), ("Winston-Salem", "NC", "27101"),
         ("Coeur d'Alene", "ID", "83814"), ("Española", "NM", "87532"), ("St. Paul", "MN", "55102-4413")),
        ("{n} Market St", "{n} NW 14th Ave, Ste 300", "{n} O'Connell Blvd", "P.O. Box {n}"),
        "614-555-0199", "example.com",
    ),
    Country(
        "CA", "CAD", 6, ("Ltd.", "Inc.", "Ltée"),
        (("Montréal", "QC", "H2Y 1C6"), ("Hamilton", "ON", "L8P 1A1"), ("Trois-Rivières", "QC", "G9A 5H9")),
        ("{n}, rue Sainte-Catherine O.", "{n} King's Rd"), "+1 514 555 0199", "example.ca",
        ("Les Ateliers d'Été ltée", "Fonderie Bélanger & Frères inc."),
    ),
    Country(
        "GB", "GBP", 5, ("Ltd", "plc", "LLP"),
        (("Leeds", "West Yorkshire", "LS1 4AP"), ("Newcastle upon Tyne", "Tyne and Wear", "NE1 7RU")),
        ("{n} King's Parade", "Unit {n}, Dyer's Yard"), "+44 113 496 0999", "example.co.uk",
        ("Cwmni Dŵr Llŷn Cyf",),
    ),
    Country(
        "DE", "EUR", 5, ("GmbH", "GmbH & Co. KG", "AG"),
        (("Lübeck", "", "23552"), ("Würzburg", "", "97070")), ("Große Straße {n}", "Schlüsselgasse {n}"),
        "+49 40 5550 999", "example.de", ("Süßmilch & Söhne oHG", "Öl- und Gießtechnik Würzburg GmbH"),
    ),
    Country(
        "MX", "MXN", 5, ("S.A. de C.V.", "S. de R.L. de C.V."),
        (("León", "GUA", "37000"), ("Mérida", "YUC", "97000")), ("Av. Revolución {n}", "Calle 5 de Mayo {n}"),
        "+52 477 555 0199", "example.mx", ("Señalización Industrial Muñoz, S.A. de C.V.",),
    ),
    Country(
        "IN", "INR", 3, ("Pvt. Ltd.", "Ltd."),
        (("Bengaluru", "KA", "560001"), ("Pune", "MH", "411001")), ("{n}, M.G. Road", "Plot {n}, MIDC Phase II"),
        "+91 80 5550 0199", "example.in", ("गंगा इंजीनियरिंग वर्क्स", "ஸ்ரீ மீனாட்சி டிரேடர்ஸ்"),
    ),
    Country(
        "JP", "JPY", 2, ("K.K.", "Co., Ltd."),
        (("大阪市", "27", "530-0001"), ("Nagoya", "23", "450-0002")), ("梅田 {n}番地", "{n} Meieki"),
        "+81 6 5550 0199", "example.jp", ("株式会社さくら精機", "東洋ケーブル有限会社"),
    ),
    Country(
        "CN", "CNY", 2, ("Co., Ltd.",), (("苏州", "JS", "215000"), ("Shenzhen", "GD", "518000")),
        ("工业园区{n}号", "{n} Keji Road"), "+86 512 5550 0199", "example.cn", ("苏州恒达电子有限公司",),
    ),
    Country(
        "IL", "ILS", 1, ("Ltd.",), (("Haifa", "", "3303139"),), ("{n} HaNamal St",), "+972 4 555 0199", "example.il",
        ("אורן מערכות בע״מ",),
    ),
    Country(
        "UA", "UAH", 1, ("LLC",), (("Львів", "", "79000"),), ("вул. Зелена, {n}",), "+380 32 555 0199", "example.ua",
        ("ТОВ «Електроприлад»",),
    ),
)  # fmt: skip

FIRST = (
    "Alder", "Anchor", "Beacon Hill", "Brandt", "Cascadia", "Chávez", "D'Angelo", "Dunmore", "Evergreen", "Fairbanks",
    "Granite", "Håkansson", "High Desert", "Ivy & Finch", "Jørgensen", "Kowalski", "Lakeshore", "Lindqvist", "Maple",
    "Mc Allister", "Meridian", "Nguyễn", "North Fork", "O'Hara", "Old Dominion", "Peña", "Quill", "Redwood",
    "Saint-Cyr", "Sawyer's", "Silver Creek", "Tidewater", "Union", "Vanguard", "Whitfield", "Yellowstone", "Zielińska",
)  # fmt: skip

TRADE = (
    "Accounting", "Architects", "Automation", "Catering", "Cleaning", "Cloud Services", "Couriers", "Design",
    "Electric", "Facilities", "Flooring", "Glass", "Graphics", "Hardware", "Insurance", "Janitorial", "Landscaping",
    "Legal", "Lighting", "Logistics", "Marketing", "Moving & Storage", "Networks", "Office Supply", "Paper",
    "Plumbing", "Printing", "Roofing", "Security", "Software", "Staffing", "Telecom", "Training", "Translations",
    "Uniforms", "Waste",
)  # fmt: skip

PERSONS = (
    "Renée Thibodeaux", "Shaun O'Malley", "Mary-Kate Dubois", "Jesús Ibáñez", "Ewa Wójcik", "T. J. van der Berg",
    "Anne d'Arcy", "Björn Lindström", "Thị Hoa Phạm", "William Smith Jr.",
)  # fmt: skip

BRANCHES = (": West Coast Division", ": Accounts Receivable", " : Warehouse 2")
LONG_TAIL = " Facilities, Grounds, Equipment Rental and Emergency Repair Services of the Tri-County Metropolitan Region"
GOODS = (
    "Monthly service", "Office chairs, 6 pcs", "Cable, Cat6a, 300 m", "Freight & handling", "Ø 12 mm conduit", "Toner",
    "Consulting, 14.5 h", "Annual license \"Pro\"", "Café supplies", "Badge readers", "Replacement pump",
    "Window cleaning, north façade", "Retainer", "Pallets",
)  # fmt: skip
CREDITS = ("Discount for early renewal", "Returned goods", "Credit for last month", "Less deposit")
NUMBERS = ("INV-{n}", "{n}", "2026-{n}", "A/{n}", "INV {n}-R1")
