"""Vendors, customers and employees: one name space, whatever they are.

Source: QuickBooks Online API reference, Vendor.
"""

import re
import secrets
from decimal import Decimal

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.company import PERSONS, Company
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.fields import Fields
from tests.sandbox.quickbooks_online.shapes import CUSTOMER, EMPLOYEE, VENDOR
from tests.sandbox.quickbooks_online.wire import Record

_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_KEPT = frozenset({"DisplayName", "PrintOnCheckName", "CurrencyRef", "Balance"})
_ILLEGAL = re.compile(r"[:\t\n\r]")
_MASKED = re.compile(r"X+.{4}")
_ZERO = Decimal(0)


def build_vendor(draft: Draft) -> Record:
    """Returns the vendor as it will be stored, its tax id in clear.

    Raises:
        Refusal: 2040, 2210, 6000, 6080 or 6240.
    """
    record = _person(draft, VENDOR)
    _keep_tax_id(draft, record)
    if draft.before is not None:
        record["Balance"] = draft.before["Balance"]
    elif draft.company.switches.term_ignored_on_create:
        record.pop("TermRef", None)
    return {"Vendor1099": False, "BillRate": _ZERO, "CostRate": _ZERO, "Balance": _ZERO, **record}


def build_customer(draft: Draft) -> Record:
    """Returns the customer as it will be stored."""
    record = _person(draft, CUSTOMER)
    return {"Taxable": True, "Job": False, "Balance": _ZERO, **record, "FullyQualifiedName": record["DisplayName"]}


def build_employee(draft: Draft) -> Record:
    """Returns the employee as it will be stored."""
    record = _person(draft, EMPLOYEE)
    record.pop("CurrencyRef")
    return {"BillableTime": False, **record}


def _person(draft: Draft, fields: Fields) -> Record:
    company = draft.company
    before: Record = draft.before or {}
    record = draft.merged(fields, _KEPT)
    record.setdefault("Active", True)
    record["DisplayName"] = _display_name(record)
    for name in (*_PARTS, "DisplayName", "PrintOnCheckName"):
        if _ILLEGAL.search(record.get(name, "")):
            raise refusals.illegal_characters(name, record[name])
    _check_email(record)
    _settle_name(company, draft, record)
    record.setdefault("PrintOnCheckName", str(record.get("CompanyName", record["DisplayName"]))[:100])
    record.setdefault("V4IDPseudonym", f"002098{secrets.token_hex(17)}")
    _settle_currency(company, record, before)
    if "BillAddr" in record and "Id" not in record["BillAddr"]:
        address = before.get("BillAddr", {}).get("Id") or company.address_id()
        record["BillAddr"] = {"Id": address, **record["BillAddr"]}
    return record


def _display_name(record: Record) -> str:
    built = " ".join(record[part] for part in _PARTS if record.get(part))
    name = str(record.get("DisplayName", built)).strip()
    if not name:
        raise refusals.unnamed()
    return name


def _check_email(record: Record) -> None:
    for address in record.get("PrimaryEmailAddr", {}).get("Address", "").split(","):
        if address and ("@" not in address or "." not in address):
            raise refusals.bad_email(address)


def _settle_name(company: Company, draft: Draft, record: Record) -> None:
    """Gives an inactive name its suffix, an active one none, and sees that nobody else has it."""
    base = re.sub(r" \(deleted( \d+)?\)$", "", record["DisplayName"]) if company.switches.deleted_suffix else None
    before: Record = draft.before or {"Active": True}
    if base is not None and record["Active"] and not before["Active"]:
        record["DisplayName"] = base
    elif base is not None and not record["Active"]:
        record["DisplayName"] = _free(company, draft, f"{base} (deleted)")
    if _taken(company, draft, record["DisplayName"]):
        raise refusals.name_taken()


def _free(company: Company, draft: Draft, name: str) -> str:
    number = 0
    wanted = name
    while _taken(company, draft, wanted):
        number += 1
        wanted = f"{name[:-1]} {number})"
    return wanted


def _taken(company: Company, draft: Draft, name: str) -> bool:
    return any(
        (kind, row["Id"]) != (draft.kind, draft.id)
        for kind in PERSONS
        for row in company.tables[kind].having("DisplayName", name)
    )


def _settle_currency(company: Company, record: Record, before: Record) -> None:
    """The currency is chosen once, and is the company's own unless it keeps several."""
    home = {"value": company.home_currency}
    currency = record.setdefault("CurrencyRef", home)
    if "CurrencyRef" in before and currency != before["CurrencyRef"]:
        raise refusals.business("The currency of an existing name cannot be changed.")
    if currency != home and not company.prefers("MultiCurrencyEnabled"):
        raise refusals.business("Multicurrency is not enabled for this company.")


def _keep_tax_id(draft: Draft, record: Record) -> None:
    """A masked tax id that comes back changes nothing."""
    if not _MASKED.fullmatch(record.get("TaxIdentifier", "")):
        return
    stored = (draft.before or {}).get("TaxIdentifier")
    record.pop("TaxIdentifier")
    if stored is not None:
        record["TaxIdentifier"] = stored
