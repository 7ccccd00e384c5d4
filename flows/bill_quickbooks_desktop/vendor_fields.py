"""The fields of a vendor that both systems keep, in one form: pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blocks.bill.models import Vendor
from blocks.bill.parts import Address
from blocks.exact import Record
from blocks.quickbooks_desktop.texts import NAME, comparable, list_name, storable, variant_number
from blocks.quickbooks_desktop.values import text
from blocks.target import Body
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.countries import THREE_LETTERS, TWO_LETTERS
from flows.merging import Side
from flows.parties import plain

LINE, CITY, STATE, POST_CODE, COUNTRY, PHONE, EMAIL, ACCOUNT = 41, 31, 21, 13, 31, 21, 1023, 99  # longest, characters
FIELDS = ("name", "address", "phone", "email", "account_number")
HOME = "US"  # the country that an address without one is in: QuickBooks' forms leave it out
SPELLED = {"UNITED STATES": "US", "UNITED STATES OF AMERICA": "US", "CANADA": "CA", "UNITED KINGDOM": "GB"}
BILL_COMPANY_NAME = 100


def of_bill(vendor: Vendor) -> dict[str, Any]:
    """Returns the fields as BILL has them, in the form in which QuickBooks can hold them."""
    return {
        "name": list_name(vendor.name or "", NAME),
        "address": _of_bill_address(vendor.address),
        "phone": storable(vendor.phone or "", PHONE),
        "email": storable(vendor.email or "", EMAIL),
        "account_number": storable(vendor.account_number or "", ACCOUNT),
    }


def of_quickbooks(vendor: Record) -> dict[str, Any]:
    """Returns the fields as QuickBooks has them."""
    return {
        "name": text(vendor, "Name"),
        "address": _of_quickbooks_address(vendor),
        "phone": text(vendor, "Phone"),
        "email": text(vendor, "Email"),
        "account_number": text(vendor, "AccountNumber"),
    }


def to_quickbooks(fields: Mapping[str, Any], name: str) -> Body:
    """Returns what QuickBooks shall hold of these fields; a field that is not among them is left as it is.

    Args:
        fields: some of `FIELDS`.
        name: the vendor's name in QuickBooks, which is the first line of its address there.
    """
    body: Body = {}
    if "name" in fields:
        body |= {"Name": name, "CompanyName": name, "NameOnCheck": name}
    if "address" in fields:
        body["VendorAddress"] = _to_quickbooks_address(fields["address"], name)
    said = {"phone": "Phone", "email": "Email", "account_number": "AccountNumber"}
    return body | {theirs: fields[ours] for ours, theirs in said.items() if ours in fields}


def to_bill(fields: Mapping[str, Any]) -> Body:
    """Returns what BILL shall hold of these fields; BILL has no other way to say that one is empty."""
    body: Body = {}
    if fields.get("name"):
        body["name"] = fields["name"]
    if fields.get("address"):
        body["address"] = {name: value for name, value in fields["address"].items() if value}
    said = {"phone": "phone", "email": "email", "account_number": "accountNumber"}
    return body | {theirs: fields[ours] for ours, theirs in said.items() if ours in fields}


def same(field: str, one: Any, other: Any) -> bool:
    """Tells whether two values of a field mean the same; a name may have the suffix of a namesake."""
    if field == "name":
        return comparable(one) == comparable(other) or bool(variant_number(one, other) or variant_number(other, one))
    if field == "phone":
        return _digits(one) == _digits(other)
    if field == "address":
        return _place(one) == _place(other)
    return plain(one) == plain(other)


def winner(
    rules: BillQuickBooksDesktopConnection, field: str, ours: datetime | None, theirs: datetime | None
) -> Side | None:
    """Returns whose edit of a field counts where both were edited; None where a person must say.

    Args:
        rules: the connection's.
        field: one of `FIELDS`.
        ours: when the vendor was changed in BILL.
        theirs: when it was changed in QuickBooks.
    """
    match rules.prefers(field):
        case "bill":
            return "ours"
        case "quickbooks":
            return "theirs"
        case "newest" if ours and theirs:
            return "ours" if ours >= theirs else "theirs"
        case _:
            return None


def _of_bill_address(address: Address | None) -> dict[str, str]:
    if address is None:
        return {}
    said = {
        "line1": storable(address.line1 or "", LINE),
        "line2": storable(address.line2 or "", LINE),
        "city": storable(address.city or "", CITY),
        "stateOrProvince": storable(address.state_or_province or "", STATE),
        "zipOrPostalCode": storable(address.zip_or_postal_code or "", POST_CODE),
        "country": (address.country or "").strip().upper(),
    }
    return said if any(value for name, value in said.items() if name != "country") else {}


def _of_quickbooks_address(vendor: Record) -> dict[str, str]:
    lines = [text(vendor, "VendorAddress", f"Addr{number}") for number in range(1, 6)]
    names = {comparable(text(vendor, name)) for name in ("Name", "CompanyName", "NameOnCheck")} - {""}
    lines = [line for line in lines if line and comparable(line) not in names]
    said = {
        "line1": lines[0] if lines else "",
        "line2": " ".join(lines[1:]),
        "city": text(vendor, "VendorAddress", "City"),
        "stateOrProvince": text(vendor, "VendorAddress", "State"),
        "zipOrPostalCode": text(vendor, "VendorAddress", "PostalCode"),
        "country": _code(text(vendor, "VendorAddress", "Country")),
    }
    return said if any(value for name, value in said.items() if name != "country") else {}


def _to_quickbooks_address(address: Mapping[str, str], name: str) -> Body:
    if not address:
        return {}
    country = address.get("country", "")
    return {
        "Addr1": name,
        "Addr2": address.get("line1", ""),
        "Addr3": address.get("line2", ""),
        "City": address.get("city", ""),
        "State": address.get("stateOrProvince", ""),
        "PostalCode": address.get("zipOrPostalCode", ""),
        "Country": THREE_LETTERS.get(country, country)[:COUNTRY],
    }


def _code(country: str) -> str:
    """Returns the country's two letters where we know them."""
    said = country.upper()
    return TWO_LETTERS.get(said, SPELLED.get(said, said)) or HOME


def _place(address: Any) -> tuple[str, ...]:
    if not address:
        return ()
    return (*(plain(value) for name, value in address.items() if name != "country"), address.get("country") or HOME)


def _digits(phone: str) -> str:
    return "".join(one for one in phone if one.isalnum()).casefold()
