"""The lines of purchase orders and bills.

Source: QuickBooks Online API reference, PurchaseOrder and Bill, account-based and item-based lines.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.wire import Record

ACCOUNT, ITEM = "AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail"
_CENT = Decimal("0.01")
_ZERO = Decimal(0)


def expense_lines(draft: Draft, given: list[Record]) -> list[Record]:
    """Returns the lines as they will be stored: numbered from 1, new ones with new Ids.

    Raises:
        Refusal: 2020, 2170, 6000 or 6070 for the first line that is not right.
    """
    if not given:
        raise refusals.missing("Line")
    known = {line["Id"]: line for line in (draft.before or {}).get("Line", ())}
    highest = draft.company.last_line.get(draft.id, 0)
    lines = []
    for number, line in enumerate(given, 1):
        identifier = line.get("Id")
        if identifier not in known:
            highest += 1
            identifier = str(highest)
        known.pop(identifier, None)
        lines.append({"Id": identifier, "LineNum": number, **_line(draft, line)})
    return lines


def total(lines: list[Record]) -> Decimal:
    """Returns the sum of the lines, to the cent."""
    return sum((line.get("Amount", _ZERO) for line in lines), _ZERO).quantize(_CENT, ROUND_HALF_UP)


def _line(draft: Draft, line: Record) -> Record:
    kind = line.get("DetailType")
    if kind is None:
        raise refusals.missing("Line.DetailType")
    if kind not in (ACCOUNT, ITEM):
        raise refusals.bad_choice("DetailType", kind)
    detail = line.get(kind)
    if detail is None and kind == ACCOUNT:
        raise refusals.missing(f"Line.{kind}")
    detail = _tracked(draft.company, detail or {})
    told = {name: line[name] for name in ("Description", "CustomField") if line.get(name)}
    told |= _links(draft, line)
    if kind == ITEM and "ItemRef" not in detail:
        return {**told, "DetailType": kind, kind: detail, "CustomExtensions": []}  # a text line has no amount
    amount = line.get("Amount")
    if amount is None:
        raise refusals.missing("Line.Amount")
    _check_amount(amount)
    _check_detail(draft.company, kind, detail, amount)
    received = {"Received": _ZERO} if kind == ITEM and draft.kind == "PurchaseOrder" else {}
    defaults = {"BillableStatus": "NotBillable", "TaxCodeRef": {"value": "NON"}}
    return {
        **told,
        "Amount": amount,
        **received,
        "DetailType": kind,
        kind: {**defaults, **detail},
        "CustomExtensions": [],
    }


def _links(draft: Draft, line: Record) -> Record:
    """Only the lines of a bill show what they are linked with."""
    return {"LinkedTxn": line.get("LinkedTxn") or []} if draft.kind == "Bill" else {}


def _tracked(company: Company, detail: Record) -> Record:
    """Returns the detail with the class that the company keeps on lines, or without."""
    if "ClassRef" not in detail or company.prefers("ClassTrackingPerTxnLine"):
        return detail
    return without_untracked(company, detail, "ClassRef")


def without_untracked(company: Company, record: Record, name: str) -> Record:
    """Returns the record without a reference that the company does not keep.

    Raises:
        Refusal: 6000, since the switches say that it is refused.
    """
    if company.switches.untracked == "refused":
        raise refusals.business(f"{name} is not turned on for this company.")
    return {key: value for key, value in record.items() if key != name}


def _check_amount(amount: Decimal) -> None:
    """An amount has ten digits before the point and five after it."""
    exponent: Any = amount.normalize().as_tuple().exponent
    if -exponent > 5 or abs(amount) >= Decimal(10) ** 10:
        raise refusals.bad_value("Amount", amount)


def _check_detail(company: Company, kind: str, detail: Record, amount: Decimal) -> None:
    if kind == ACCOUNT:
        if "AccountRef" not in detail:
            raise refusals.missing("Line.AccountBasedExpenseLineDetail.AccountRef")
        return
    item = company.rows("Item").get(detail["ItemRef"]["value"], {"ExpenseAccountRef": None})
    if "ExpenseAccountRef" not in item:
        raise refusals.business("You must select an account for this transaction.")
    if "Qty" in detail and "UnitPrice" in detail:
        product = (detail["Qty"] * detail["UnitPrice"]).quantize(_CENT, ROUND_HALF_UP)
        if product != amount:
            raise refusals.bad_amount()
