"""What refers to what: references are checked when they are written, and named anew when they are read."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.company import PERSONS, Company
from tests.sandbox.quickbooks_online.wire import Record

CURRENCIES: Mapping[str, str] = {
    "USD": "United States Dollar",
    "EUR": "Euro",
    "GBP": "British Pound Sterling",
    "CAD": "Canadian Dollar",
    "JPY": "Japanese Yen",
    "MXN": "Mexican Peso",
    "CHF": "Swiss Franc",
}
_REFERS: Mapping[str, str] = {
    "VendorRef": "Vendor",
    "PrefVendorRef": "Vendor",
    "APAccountRef": "Account",
    "AccountRef": "Account",
    "ExpenseAccountRef": "Account",
    "IncomeAccountRef": "Account",
    "AssetAccountRef": "Account",
    "BankAccountRef": "Account",
    "CCAccountRef": "Account",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    "CustomerRef": "Customer",
    "ShipTo": "Customer",
    "ItemRef": "Item",
    "SalesTermRef": "Term",
    "TermRef": "Term",
}
_WIRE_NAMES = {"Account": "Accounts", "Vendor": "Names", "Customer": "Names", "Class": "Classes"}


def target(kind: str, name: str) -> str | None:
    """Returns the entity that a property of this entity refers to; None when it is no reference."""
    return kind if name == "ParentRef" else _REFERS.get(name)


def check(company: Company, kind: str, record: Record, before: Record | None) -> None:
    """Passes when every reference leads to a record, and each new one to an active record.

    Raises:
        Refusal: 2500 for a reference that leads nowhere, 610 for one to an inactive record.
    """
    kept = {(name, ref["value"]) for name, ref in _references(kind, before or {})}
    for name, ref in _references(kind, record):
        if name == "CurrencyRef":
            if ref["value"] not in CURRENCIES:
                raise refusals.bad_reference(name, "Currency", ref["value"])
            continue
        entity = target(kind, name) or ""
        found = company.rows(entity).get(ref["value"])
        if found is None:
            raise refusals.bad_reference(name, _WIRE_NAMES.get(entity, entity), ref["value"])
        if not found["Active"] and (name, ref["value"]) not in kept:
            raise refusals.made_inactive(name)


def _references(kind: str, value: Any) -> Iterator[tuple[str, Record]]:
    if isinstance(value, dict):
        for name, inside in value.items():
            if name == "CurrencyRef" or target(kind, name):
                yield name, inside
            else:
                yield from _references(kind, inside)
    elif isinstance(value, list):
        for each in value:
            yield from _references(kind, each)


def shown(company: Company, kind: str, record: Record) -> Record:
    """Returns the record as an answer has it: names of today, the tax id masked, nothing that is switched off."""
    copy: Record = _named(company, kind, record)
    if "TaxIdentifier" in copy:
        copy["TaxIdentifier"] = masked(copy["TaxIdentifier"])
    if kind == "Account" and not company.prefers("UseAccountNumbers"):
        copy.pop("AcctNum", None)
    return copy


def masked(tax_id: str) -> str:
    """Returns a tax id as it is read back: only its last four characters."""
    return "X" * (len(tax_id) - 4) + tax_id[-4:]


def _named(company: Company, kind: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reference(company, kind, name, inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [_named(company, kind, each) for each in value]
    return value


def _reference(company: Company, kind: str, name: str, value: Any) -> Any:
    if name == "CurrencyRef":
        return {**value, "name": CURRENCIES[value["value"]]}
    entity = target(kind, name)
    if entity is None:
        return _named(company, kind, value) if isinstance(value, (dict, list)) else value
    return {**value, "name": called(entity, company.rows(entity)[value["value"]])}


def called(entity: str, record: Record) -> str:
    """Returns the name that a reference shows: for lists with levels, that of all levels."""
    if entity in PERSONS:
        return str(record["DisplayName"])
    return str(record.get("FullyQualifiedName", record["Name"]))
