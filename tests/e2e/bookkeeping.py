"""What people enter in BILL, and what they see of it in QuickBooks Online."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.e2e.books import Books

ADDRESS = {"line1": "9 Dock Rd", "city": "Erie", "stateOrProvince": "PA", "zipOrPostalCode": "16501", "country": "US"}
LISTS = {
    "chartOfAccountId": "chart-of-accounts",
    "departmentId": "departments",
    "accountingClassId": "accounting-classes",
}  # by what a line calls an entry of it
HARMLESS = ("/login", "/bearer", "/query")  # ends of paths that are posted to without changing any record


def begin(it: Books) -> None:
    """Both systems have the sample lists and nothing else, and neither makes us wait.

    Their clocks are a minute behind ours, so that `later` never leads them into our future.
    """
    it.hurry()
    it.bill.frame.clock.advance(-60)
    it.quickbooks.frame.clock.advance(-60)
    it.seed(vendors=0, bills=0)


def enter_vendor(it: Books, name: str, **fields: Any) -> str:
    """Enters a vendor in BILL, and returns its id."""
    return str(it.bill.seed_vendor(**{"name": name, "address": ADDRESS, **fields})["id"])


def line(it: Books, amount: str, account: str = "6030", department: str = "", named: str = "") -> dict[str, Any]:
    """Returns a line of a bill; its account is said by number, its department and class by name."""
    said = {"chartOfAccountId": account, "departmentId": department, "accountingClassId": named}
    coded = {field: listed(it, field, one) for field, one in said.items() if one}
    return {"amount": Decimal(amount), "classifications": coded}


def listed(it: Books, field: str, said: str) -> str:
    """Returns BILL's id of an entry of a list that lines refer to by this field, from its number or name."""
    rows = it.bill.classifications[LISTS[field]].values()
    return next(str(one["id"]) for one in rows if said in (one["name"], one.get("account", {}).get("number")))


def enter(it: Books, vendor: str, number: str, *lines: dict[str, Any], **fields: Any) -> str:
    """Enters a bill in BILL, of one line of 100.50 unless said otherwise, and returns its id."""
    invoice = {"invoiceNumber": number, **fields.pop("invoice", {})}
    rows = list(lines or [line(it, "100.50")])
    return str(it.bill.seed_bill(vendorId=vendor, invoice=invoice, billLineItems=rows, **fields)["id"])


def later(it: Books) -> None:
    """Some seconds pass in both systems: what people change now, they change after us."""
    it.bill.frame.clock.advance(5)
    it.quickbooks.frame.clock.advance(5)


def documents(it: Books, kind: str = "purchase_orders") -> Mapping[str, dict[str, Any]]:
    """Returns QuickBooks' purchase orders, or bills, by number."""
    rows = list(getattr(it.quickbooks, kind).values())
    found = {str(one["DocNumber"]): one for one in rows}
    assert len(found) == len(rows), "a document is there more than once"
    return found


def vendors(it: Books) -> Mapping[str, dict[str, Any]]:
    """Returns QuickBooks' vendors by the name that they show."""
    return {str(one["DisplayName"]): one for one in list(it.quickbooks.vendors.values())}


def clear_logs(it: Books) -> None:
    """The systems' request logs are empty."""
    it.bill.frame.log.clear()
    it.quickbooks.frame.log.clear()


def writes(it: Books) -> list[str]:
    """Returns the requests since the logs were cleared that may have changed something in either system."""
    calls = [*it.bill.frame.log, *it.quickbooks.frame.log]
    return [f"{row.method} {row.path}" for row in calls if row.method != "GET" and not row.path.endswith(HARMLESS)]


def listed_as(it: Books, outcome: str) -> dict[str, str]:
    """Returns the reasons of the records that are listed with an outcome, by the number or name people know them by."""
    return {row["source_ref"]: row["reason"] for row in it.records(outcome)}


def told(printed: Mapping[str, Any], outcome: str) -> dict[str, str]:
    """Returns the reasons of the records that a run named with an outcome, by number or name."""
    return {row["record"]: row["reason"] for row in printed["exceptions"] if row["outcome"] == outcome}


def audit_of(it: Books, record: str) -> str:
    """Returns the sentences of a record's audit, oldest first."""
    rows = json.loads(it.command("audit", it.connection, record, "--json").stdout)
    return "\n".join(row["summary"] for row in rows)


def assert_nothing_left(it: Books) -> None:
    """Fails if one more run writes anything, or lists a record as held or refused."""
    later(it)
    clear_logs(it)
    told = it.run()
    assert writes(it) == []
    assert told["exceptions"] == []
    assert {row["outcome"] for row in it.records()} <= {"created", "updated", "unchanged"}
