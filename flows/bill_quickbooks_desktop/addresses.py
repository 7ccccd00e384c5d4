"""Addresses of vendors as BILL and QuickBooks Desktop write them, in one form: pure.

QuickBooks has five lines of 41 characters, of which the first shows the vendor's name. The four others are the street,
which is broken between words; what is longer than that is cut off. So the street is compared as one text.
"""

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from blocks.bill.parts import Address
from blocks.exact import Record
from blocks.quickbooks_desktop.texts import LONGEST, comparable, storable, variant_number
from blocks.quickbooks_desktop.values import text
from blocks.target import Body
from flows.countries import THREE_LETTERS, TWO_LETTERS
from flows.parties import plain

LINE, CITY, STATE, POST_CODE, COUNTRY = 41, 31, 21, 13, 31  # longest, in characters
HOME = "US"  # the country of a new vendor's address without one: QuickBooks' forms leave it out
PARTS = ("Addr1", "Addr2", "Addr3", "Addr4", "Addr5", "City", "State", "PostalCode", "Country", "Note")
STREET = PARTS[1:5]
SPELLED = {
    "UNITED STATES": "US", "UNITED STATES OF AMERICA": "US", "U.S.A.": "US", "U.S.": "US", "CANADA": "CA",
    "MEXICO": "MX", "UNITED KINGDOM": "GB", "GREAT BRITAIN": "GB", "ENGLAND": "GB", "UK": "GB", "GERMANY": "DE",
    "FRANCE": "FR", "NETHERLANDS": "NL", "BELGIUM": "BE", "SPAIN": "ES", "ITALY": "IT", "IRELAND": "IE",
    "SWITZERLAND": "CH", "AUSTRIA": "AT", "POLAND": "PL", "CZECH REPUBLIC": "CZ", "SWEDEN": "SE", "DENMARK": "DK",
    "NORWAY": "NO", "FINLAND": "FI", "PORTUGAL": "PT", "CHINA": "CN", "JAPAN": "JP", "SOUTH KOREA": "KR",
    "TAIWAN": "TW", "INDIA": "IN", "SINGAPORE": "SG", "MALAYSIA": "MY", "THAILAND": "TH", "VIETNAM": "VN",
    "AUSTRALIA": "AU", "NEW ZEALAND": "NZ", "BRAZIL": "BR",
}  # fmt: skip


def of_bill_address(address: Address | None) -> dict[str, str]:
    """Returns the address as BILL has it, in letters that QuickBooks can hold; nothing if it is empty."""
    if address is None:
        return {}
    return _said(
        line1=storable(address.line1 or "", LONGEST),
        line2=storable(address.line2 or "", LONGEST),
        city=storable(address.city or "", CITY),
        stateOrProvince=storable(address.state_or_province or "", STATE),
        zipOrPostalCode=storable(address.zip_or_postal_code or "", POST_CODE),
        country=(address.country or "").strip().upper(),
    )


def of_quickbooks_address(vendor: Record) -> dict[str, str]:
    """Returns the address of a vendor as QuickBooks has it, without its name if that is the first line."""
    names = {comparable(text(vendor, name)) for name in ("CompanyName", "NameOnCheck")}
    lines = [line for part in PARTS[:5] if (line := text(vendor, "VendorAddress", part))]
    if lines and (shows_name(vendor, lines[0]) or comparable(lines[0]) in names):
        del lines[0]
    return _said(
        line1=lines[0] if lines else "",
        line2=" ".join(lines[1:]),
        city=text(vendor, "VendorAddress", "City"),
        stateOrProvince=text(vendor, "VendorAddress", "State"),
        zipOrPostalCode=text(vendor, "VendorAddress", "PostalCode"),
        country=_code(text(vendor, "VendorAddress", "Country")),
    )


def to_quickbooks_address(address: Mapping[str, str], name: str) -> Body:
    """Returns what QuickBooks shall hold of an address, below the name that its first line shows."""
    if not address:
        return {}
    country = address.get("country", "")
    street = dict.fromkeys(STREET, "") | dict(zip(STREET, _street(address), strict=False))
    return {
        "Addr1": name,
        **street,
        "City": address.get("city", ""),
        "State": address.get("stateOrProvince", ""),
        "PostalCode": address.get("zipOrPostalCode", ""),
        "Country": THREE_LETTERS.get(country, country)[:COUNTRY],
    }


def to_bill_address(address: Mapping[str, str], before: Mapping[str, str]) -> Body:
    """Returns what BILL shall hold of an address.

    Args:
        address: as QuickBooks has it.
        before: as BILL has it now; what it holds and QuickBooks does not is emptied, but for the country.
    """
    country = address.get("country") or before.get("country") or HOME
    whole = {**address, "country": country}
    return {name: value for name, value in whole.items() if value or before.get(name)}


def same_address(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Tells whether two addresses mean the same place; a country that one of them leaves out is the other's."""
    if not one or not other:
        return not one and not other
    countries = {one.get("country", ""), other.get("country", "")} - {""}
    return _place(one) == _place(other) and len(countries) < 2


def shows_name(vendor: Record, line: str) -> bool:
    """Tells whether a text is the vendor's name, or the name that it is a variant of."""
    name = text(vendor, "Name")
    return comparable(line) == comparable(name) or bool(variant_number(line, name))


def _said(**fields: str) -> dict[str, str]:
    """Returns the fields; none if all that they tell is a country."""
    return fields if any(value for name, value in fields.items() if name != "country") else {}


def _street(address: Mapping[str, Any]) -> list[str]:
    """Returns the street in lines that QuickBooks can hold, at most four."""
    lines = [*wrap(address.get("line1", ""), LINE), *wrap(address.get("line2", ""), LINE)]
    if len(lines) > len(STREET):
        lines = wrap(" ".join(lines), LINE)
    return lines[: len(STREET)]


def _place(address: Mapping[str, str]) -> tuple[str, ...]:
    named = (address.get(name, "") for name in ("city", "stateOrProvince", "zipOrPostalCode"))
    return (plain(" ".join(_street(address))), *map(plain, named))


def _code(country: str) -> str:
    """Returns the country's two letters where we know them; nothing for nothing."""
    said = country.upper()
    return TWO_LETTERS.get(said, SPELLED.get(said, said))
