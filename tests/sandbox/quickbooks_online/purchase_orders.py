"""Purchase orders: they post nothing, and are closed by the bills that are made from them.

Source: QuickBooks Online API reference, PurchaseOrder.
"""

from dataclasses import replace
from typing import Any

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.lines import expense_lines, total, without_untracked
from tests.sandbox.quickbooks_online.shapes import PURCHASE_ORDER
from tests.sandbox.quickbooks_online.transactions import check_number, check_open, opened, settle_due
from tests.sandbox.quickbooks_online.wire import Record


def build_order(draft: Draft) -> Record:
    """Returns the purchase order as it will be stored.

    Raises:
        Refusal: 2020, 2170, 6000, 6070, 6140 or 6210.
    """
    company = draft.company
    draft = replace(draft, sparse=draft.sparse and company.switches.order_sparse_honoured)
    record = opened(draft, PURCHASE_ORDER)
    if not company.switches.order_department_kept:
        record.pop("DepartmentRef", None)
    if "ClassRef" in record and not company.prefers("ClassTrackingPerTxn"):
        record = without_untracked(company, record, "ClassRef")
    _settle_number(draft, record)
    settle_due(company, record)
    _settle_address(draft, record)
    lines = expense_lines(draft, record["Line"])
    amount = total(lines)
    if amount < 0 and not company.switches.negative_totals:
        raise refusals.business("Transaction amount must be 0 or greater.")
    defaults: Record = {"EmailStatus": "NotSet", "POStatus": "Open", "CustomField": [], "LinkedTxn": []}
    return {**defaults, **record, "Line": _with_received(draft, lines), "TotalAmt": amount}


def check_deletable(company: Company, record: Record) -> None:
    """Passes when nothing is linked with the order.

    Raises:
        Refusal: 620 while a bill is linked with it, 6210 when its date is closed.
    """
    check_open(company, record)
    if record["LinkedTxn"]:
        raise refusals.cannot_link("The transaction is linked to others. Remove the links first.")


def remember_lines(company: Company, before: Record | None, after: Record | None) -> None:
    """The highest line Id is known, so that none is given twice."""
    record: Any = after or before
    highest = max((int(line["Id"]) for line in record["Line"]), default=0)
    company.last_line[record["Id"]] = max(highest, company.last_line.get(record["Id"], 0))


def _settle_number(draft: Draft, record: Record) -> None:
    """The caller numbers the documents, or QuickBooks does; never both."""
    if draft.company.prefers("UseCustomTxnNumbers"):
        check_number(draft, record)
    elif draft.before is None:
        record["DocNumber"] = draft.company.order_number()
    else:
        record["DocNumber"] = draft.before.get("DocNumber") or draft.company.order_number()


def _settle_address(draft: Draft, record: Record) -> None:
    """The order is sent to the vendor's address of its day, unless it names another."""
    vendor = draft.company.rows("Vendor").get(record["VendorRef"]["value"], {})
    before = (draft.before or {}).get("VendorAddr")
    if "VendorAddr" not in record and before is not None:
        record["VendorAddr"] = before
    elif "VendorAddr" not in record and "BillAddr" in vendor:
        record["VendorAddr"] = vendor["BillAddr"]
    elif "VendorAddr" in record and "Id" not in record["VendorAddr"]:
        record["VendorAddr"] = {"Id": (before or {}).get("Id") or draft.company.address_id(), **record["VendorAddr"]}


def _with_received(draft: Draft, lines: list[Record]) -> list[Record]:
    """What was received against a line stays with it."""
    before = {line["Id"]: line for line in (draft.before or {}).get("Line", ())}
    return [
        {**line, "Received": before[line["Id"]]["Received"]}
        if "Received" in line and "Received" in before.get(line["Id"], ())
        else line
        for line in lines
    ]
