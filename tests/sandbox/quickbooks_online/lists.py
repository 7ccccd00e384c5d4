"""Accounts, classes, departments, terms and items.

Source: QuickBooks Online API reference, Account, Class, Department, Term, Item.
"""

import re
from decimal import Decimal

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.fields import Fields
from tests.sandbox.quickbooks_online.references import called
from tests.sandbox.quickbooks_online.shapes import ACCOUNT, ACCOUNT_TYPES, CLASS, DEPARTMENT, ITEM, TERM
from tests.sandbox.quickbooks_online.wire import Record

_LEVELS = 5
_NUMBER = re.compile(r"[^:]*")
_ZERO = Decimal(0)


def build_account(draft: Draft) -> Record:
    """Returns the account as it will be stored.

    Raises:
        Refusal: 2020, 2040, 6000, 6010 or 6240.
    """
    record = _listed(draft, ACCOUNT, frozenset({"AccountType", "AccountSubType", "CurrencyRef"}))
    if '"' in record["Name"] or not _NUMBER.fullmatch(record.get("AcctNum", "")):
        raise refusals.illegal_characters("Name", record["Name"])
    if "AccountType" not in record:
        record["AccountType"] = _type_of(record)
    classification, subtype = ACCOUNT_TYPES[record["AccountType"]]
    if (draft.before or record).get("AccountType") != record["AccountType"]:
        raise refusals.business("The type of an existing account cannot be changed here.")
    _check_number(draft, record)
    return {
        "CurrentBalance": _ZERO,
        "CurrentBalanceWithSubAccounts": _ZERO,
        "AccountSubType": subtype,
        "CurrencyRef": {"value": draft.company.home_currency},
        **record,
        "Classification": classification,
        "SubAccount": "ParentRef" in record,
    }


def _type_of(record: Record) -> str:
    subtype = record.get("AccountSubType")
    if subtype is None:
        raise refusals.missing("AccountType")
    for name, (_classification, default) in ACCOUNT_TYPES.items():
        if default == subtype:
            return name
    raise refusals.Refusal(6010, "Account type and subtype do not match", element="AccountSubType")


def _check_number(draft: Draft, record: Record) -> None:
    number = record.get("AcctNum")
    others = draft.company.rows("Account").values() if number else ()
    if any(row.get("AcctNum") == number and row["Id"] != draft.id for row in list(others)):
        raise refusals.business("Another account already uses this number.")


def build_class(draft: Draft) -> Record:
    """Returns the class as it will be stored."""
    record = _listed(draft, CLASS)
    return {**record, "SubClass": "ParentRef" in record}


def build_department(draft: Draft) -> Record:
    """Returns the department as it will be stored."""
    record = _listed(draft, DEPARTMENT)
    return {**record, "SubDepartment": "ParentRef" in record}


def build_term(draft: Draft) -> Record:
    """Returns the term as it will be stored."""
    record = _listed(draft, TERM)
    return {"Type": "DATE_DRIVEN" if "DayOfMonthDue" in record else "STANDARD", **record}


def build_item(draft: Draft) -> Record:
    """Returns the item as it will be stored."""
    return {"Type": "Service", "UnitPrice": _ZERO, **_listed(draft, ITEM)}


def _listed(draft: Draft, fields: Fields, kept: frozenset[str] = frozenset()) -> Record:
    record = draft.merged(fields, kept)
    record.setdefault("Active", True)
    name = str(record.get("Name", "")).strip()
    if not name:
        raise refusals.missing("Name")
    if ":" in name:
        raise refusals.illegal_characters("Name", name)
    record["Name"] = _settled(draft, record, name)
    unique = "Name"
    if "FullyQualifiedName" in fields:
        unique = "FullyQualifiedName"
        record[unique] = _full_name(draft, record)
    same = draft.company.tables[draft.kind].having(unique, record[unique])
    if any(row["Id"] != draft.id for row in same):
        raise refusals.name_taken(draft.kind.lower())
    return record


def _settled(draft: Draft, record: Record, name: str) -> str:
    """An inactive name gets its suffix, and a restored one loses it."""
    if not draft.company.switches.deleted_suffix:
        return name
    if not record["Active"]:
        return name if name.endswith(" (deleted)") else f"{name} (deleted)"
    restored = draft.before is not None and not draft.before["Active"]
    return name.removesuffix(" (deleted)") if restored else name


def _full_name(draft: Draft, record: Record) -> str:
    parent = record.get("ParentRef")
    above = draft.company.rows(draft.kind).get(parent["value"]) if parent else None
    full = f"{called(draft.kind, above)}:{record['Name']}" if above else str(record["Name"])
    if full.count(":") >= _LEVELS:
        raise refusals.business(f"A {draft.kind.lower()} has at most {_LEVELS} levels.")
    return full


def rename_below(kind: str, company: Company, _before: Record | None, after: Record | None) -> None:
    """The records below this one have full names that begin with its own; their SyncToken stays."""
    table = company.tables[kind]
    for row in list(table.rows.values()) if after else ():
        if after and row.get("ParentRef", {}).get("value") == after["Id"]:
            full = f"{after['FullyQualifiedName']}:{row['Name']}"
            if row["FullyQualifiedName"] != full:
                changed = {**row, "FullyQualifiedName": full}
                table.put(changed, table.touched[row["Id"]])
                rename_below(kind, company, row, changed)
