"""What is sent of a vendor: only fields that the vendor knows, and never a masked tax identifier."""

import re
from typing import Any

from blocks.exact import Record
from blocks.quickbooks_online.names import bare, cleaned, variant_number
from blocks.quickbooks_online.values import filled, is_empty, text

NAME, TERM, TAX, ADDRESS = "DisplayName", "TermRef", "TaxIdentifier", "BillAddr"
NAME_PARTS = {NAME: 500, "PrintOnCheckName": 100, "GivenName": 100, "MiddleName": 100, "FamilyName": 100}
NEVER_CLEARED = frozenset({NAME, "PrintOnCheckName"})
TEXTS = frozenset({*NAME_PARTS, "Title", "Suffix", "CompanyName", "AcctNum", TAX, "BusinessNumber", "GSTIN"})
OBJECTS = frozenset({"PrimaryEmailAddr", "PrimaryPhone", "AlternatePhone", "Mobile", "Fax", "WebAddr", ADDRESS})
REFERENCES = frozenset({TERM, "APAccountRef"})
FLAGS = frozenset({"Vendor1099", "Active", "T4AEligible", "T5018Eligible"})
CLEARABLE = (TEXTS - NEVER_CLEARED) | OBJECTS | REFERENCES
KNOWN = TEXTS | OBJECTS | REFERENCES | FLAGS
FIXED = frozenset({"CurrencyRef"})  # from the vendor's creation on
_ADDRESS_PARTS = (
    *(f"Line{number}" for number in range(1, 6)),
    "City",
    "CountrySubDivisionCode",
    "PostalCode",
    "Country",
)
_MASKED = re.compile(r".*(\*|•|X{2}).*|X+.{4}", re.IGNORECASE)


def new_vendor(body: Record) -> Record:
    """Returns what a vendor is created with."""
    return _presentable({name: body[name] for name in KNOWN | FIXED if name in body})


def changed_vendor(vendor: Record, body: Record) -> Record:
    """Returns what changes the body's fields and no others; a field that the body empties is cleared."""
    given = {name: body[name] for name in KNOWN if name in body}
    cleared = {name: _nothing(name) for name in CLEARABLE & given.keys() if is_empty(given[name])}
    fields = _presentable(given) | cleared
    if fields.get(ADDRESS):
        fields[ADDRESS] = _whole_address(vendor.get(ADDRESS), fields[ADDRESS])
    if NAME in fields and (name := _name(vendor, fields)):
        fields[NAME] = name
    else:
        fields.pop(NAME, None)
    return sparse(vendor, fields)


def sparse(record: Record, fields: Record) -> Record:
    """Returns the update that changes these fields of the record as it was read, and leaves the others."""
    return {"Id": record.get("Id"), "SyncToken": record.get("SyncToken"), "sparse": True, **fields}


def is_masked(tax_identifier: str) -> bool:
    """Tells whether signs stand in place of the identifier's characters, as both systems show it."""
    return _MASKED.fullmatch(tax_identifier.strip()) is not None


def _presentable(given: Record) -> Record:
    fields: Record = filled(given)
    for name, limit in NAME_PARTS.items():
        if name in fields:
            fields[name] = cleaned(str(fields[name]), limit)
    if is_masked(str(fields.get(TAX, ""))):
        del fields[TAX]
    return fields


def _name(vendor: Record, fields: Record) -> str:
    """Returns the name to send: the variant stays that the vendor got because somebody else has its own name.

    Of one that stays inactive no name is sent, for it shows another than the one that it has.
    """
    number = variant_number(fields[NAME], text(vendor, NAME))
    if number and vendor.get("Active") is False and fields.get("Active") is not True:
        return ""
    return bare(text(vendor, NAME)) if number > 1 else str(fields[NAME])


def _whole_address(held: Any, address: Record) -> Record:
    """Returns the address with its parts that are gone as empty ones, so that nothing of the old one is left."""
    gone = {part: "" for part in _ADDRESS_PARTS if isinstance(held, dict) and held.get(part)}
    return gone | address


def _nothing(name: str) -> Any:
    if name in REFERENCES:
        return {"value": ""}
    return {} if name in OBJECTS else ""
