"""The fields of a vendor that both systems keep, in one form: pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blocks.bill.models import Vendor
from blocks.exact import Record
from blocks.quickbooks_desktop.texts import NAME, comparable, list_name, storable, variant_number
from blocks.quickbooks_desktop.values import at, text
from blocks.target import Body
from flows.bill_quickbooks_desktop.addresses import (
    PARTS,
    of_bill_address,
    of_quickbooks_address,
    same_address,
    shows_name,
    to_bill_address,
    to_quickbooks_address,
)
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.merging import Side
from flows.parties import plain

PHONE, EMAIL, ACCOUNT = 21, 1023, 99  # longest, in characters
FIELDS = ("name", "address", "phone", "email", "account_number")


def of_bill(vendor: Vendor) -> dict[str, Any]:
    """Returns the fields as BILL has them, in the form in which QuickBooks can hold them."""
    return {
        "name": list_name(vendor.name or "", NAME),
        "address": of_bill_address(vendor.address),
        "phone": storable(vendor.phone or "", PHONE),
        "email": storable(vendor.email or "", EMAIL),
        "account_number": storable(vendor.account_number or "", ACCOUNT),
    }


def of_quickbooks(vendor: Record) -> dict[str, Any]:
    """Returns the fields as QuickBooks has them."""
    return {
        "name": text(vendor, "Name"),
        "address": of_quickbooks_address(vendor),
        "phone": text(vendor, "Phone"),
        "email": text(vendor, "Email"),
        "account_number": text(vendor, "AccountNumber"),
    }


def to_quickbooks(fields: Mapping[str, Any], name: str, printed: str) -> Body:
    """Returns what QuickBooks shall hold of these fields; a field that is not among them is left as it is.

    Args:
        fields: some of `FIELDS`.
        name: the vendor's name in QuickBooks' list, which may be a variant of it that nobody else has.
        printed: the name that is the first line of its address.
    """
    body: Body = {"Name": name} if "name" in fields else {}
    if "address" in fields:
        body["VendorAddress"] = to_quickbooks_address(fields["address"], printed)
    said = {"phone": "Phone", "email": "Email", "account_number": "AccountNumber"}
    return body | {theirs: fields[ours] for ours, theirs in said.items() if ours in fields}


def renamed(vendor: Record, printed: str) -> Body:
    """Returns what shows the former name of a vendor in QuickBooks, with the new one; what people put there stays."""
    body: Body = {one: printed for one in ("CompanyName", "NameOnCheck") if _shows(vendor, text(vendor, one))}
    if _shows(vendor, text(vendor, "VendorAddress", "Addr1")):
        held = at(vendor, "VendorAddress")
        body["VendorAddress"] = {part: held[part] for part in PARTS if part in held} | {"Addr1": printed}
    return body


def to_bill(fields: Mapping[str, Any], before: Mapping[str, Any]) -> Body:
    """Returns what BILL shall hold of these fields; that a vendor has no name or no address, BILL cannot be told.

    Args:
        fields: some of `FIELDS`, as QuickBooks has them.
        before: the fields as BILL has them now; empty for a new vendor.
    """
    body: Body = {}
    if fields.get("name"):
        body["name"] = fields["name"]
    if fields.get("address"):
        body["address"] = to_bill_address(fields["address"], before.get("address") or {})
    said = {"phone": "phone", "email": "email", "account_number": "accountNumber"}
    return body | {theirs: fields[ours] for ours, theirs in said.items() if ours in fields}


def same(field: str, one: Any, other: Any) -> bool:
    """Tells whether two values of a field mean the same; a name may have the suffix of a namesake."""
    if field == "name":
        return comparable(one) == comparable(other) or bool(variant_number(one, other) or variant_number(other, one))
    if field == "phone":
        return _digits(one) == _digits(other)
    if field == "address":
        return same_address(one, other)
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


def _shows(vendor: Record, line: str) -> bool:
    return bool(line) and shows_name(vendor, line)


def _digits(phone: str) -> str:
    return "".join(one for one in phone if one.isalnum()).casefold()
