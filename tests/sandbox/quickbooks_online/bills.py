"""Bills: their lines may be linked with those of purchase orders, and payments bring their balance down.

Source: QuickBooks Online API reference, Bill and BillPayment; linked transactions.
"""

from decimal import Decimal

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.lines import expense_lines, total
from tests.sandbox.quickbooks_online.purchase_orders import remember_lines
from tests.sandbox.quickbooks_online.shapes import BILL
from tests.sandbox.quickbooks_online.transactions import check_number, check_open, opened, settle_due
from tests.sandbox.quickbooks_online.wire import Record

ORDER = "PurchaseOrder"
_ZERO = Decimal(0)


def build_bill(draft: Draft) -> Record:
    """Returns the bill as it will be stored.

    Raises:
        Refusal: 620 for a link that cannot be made, 2020, 6000, 6140 or 6210.
    """
    record = opened(draft, BILL)
    if draft.company.prefers("WarnDuplicateBillNumber"):
        check_number(draft, record)
    settle_due(draft.company, record)
    record.setdefault("DueDate", record["TxnDate"])
    for line in record["Line"]:
        _check_links(draft, record, line)
    lines = expense_lines(draft, record["Line"])
    amount = total(lines)
    if amount < 0 and not draft.company.switches.negative_totals:
        raise refusals.business("Transaction amount must be 0 or greater.")
    paid = sum(draft.company.paid.get(draft.id, {}).values(), _ZERO)
    if paid > amount:
        raise refusals.business("The bill cannot be less than what is paid of it.")
    record |= {"Line": lines, "TotalAmt": amount, "Balance": amount - paid}
    record["LinkedTxn"] = _header_links(draft.company, draft.id, record)
    return record


def check_deletable(company: Company, record: Record) -> None:
    """Passes when no payment is linked with the bill.

    Raises:
        Refusal: 620 while one is, 6210 when its date is closed.
    """
    check_open(company, record)
    if company.paid.get(record["Id"]):
        raise refusals.cannot_link("The bill is paid. Delete the payment first.")


def settle(company: Company, before: Record | None, after: Record | None) -> None:
    """Brings the purchase orders and the vendor's balance in line with a bill that was written or deleted."""
    remember_lines(company, before, after)
    for record, sign in ((before, -1), (after, 1)):
        if record is not None:
            _owe(company, record["VendorRef"]["value"], sign * record["Balance"])
    identifier = (after or before or {})["Id"]
    old, new = _covered(before), _covered(after)
    for order in dict.fromkeys([*old, *new]):
        bills = company.linked.setdefault(order, {})
        if order in new:
            bills[identifier] = new[order]
        else:
            bills.pop(identifier, None)
        _settle_order(company, order, grew=old.get(order) != new.get(order))


def settle_paid(company: Company, identifier: str) -> None:
    """Brings a bill in line with its payments, and tells of it."""
    bill = company.rows("Bill")[identifier]
    balance = bill["TotalAmt"] - sum(company.paid.get(identifier, {}).values(), _ZERO)
    changed = {**bill, "Balance": balance, "LinkedTxn": _header_links(company, identifier, bill)}
    if changed != bill:
        _owe(company, bill["VendorRef"]["value"], balance - bill["Balance"])
        company.replace("Bill", changed)


def _owe(company: Company, vendor_id: str, amount: Decimal) -> None:
    """Changes what is owed to a vendor; the vendor's SyncToken stays."""
    vendor = company.rows("Vendor")[vendor_id]
    vendor["Balance"] += amount


def _check_links(draft: Draft, bill: Record, line: Record) -> None:
    known = {each["Id"]: each for each in (draft.before or {}).get("Line", ())}
    for link in line.get("LinkedTxn", ()):
        if not {"TxnId", "TxnType", "TxnLineId"} <= set(link) or link["TxnType"] != ORDER:
            raise refusals.cannot_link("TxnId, TxnType and TxnLineId of a purchase order are required.")
        if link in known.get(line.get("Id"), {"LinkedTxn": []})["LinkedTxn"]:
            continue
        if line.get("Id") in known:
            raise refusals.cannot_link("A line that exists already cannot be linked; send a new line.")
        order = draft.company.rows(ORDER).get(link["TxnId"])
        if order is None or order["VendorRef"] != bill["VendorRef"] or order["POStatus"] == "Closed":
            raise refusals.cannot_link(f"The transaction {link['TxnId']} cannot be linked.")
        if not any(each["Id"] == link["TxnLineId"] for each in order["Line"]):
            raise refusals.cannot_link(f"The line {link['TxnLineId']} of {link['TxnId']} cannot be linked.")


def _header_links(company: Company, identifier: str, bill: Record) -> list[Record]:
    orders = dict.fromkeys(link["TxnId"] for line in bill["Line"] for link in line["LinkedTxn"])
    payments = company.paid.get(identifier, {})
    return [
        *({"TxnId": order, "TxnType": ORDER} for order in orders),
        *({"TxnId": payment, "TxnType": "BillPaymentCheck"} for payment in payments),
    ]


def _covered(bill: Record | None) -> dict[str, dict[str, Decimal]]:
    """Returns what a bill takes of each purchase order, line by line."""
    covered: dict[str, dict[str, Decimal]] = {}
    for line in (bill or {"Line": []})["Line"]:
        for link in line["LinkedTxn"]:
            amounts = covered.setdefault(link["TxnId"], {})
            amounts[link["TxnLineId"]] = amounts.get(link["TxnLineId"], _ZERO) + line.get("Amount", _ZERO)
    return covered


def _settle_order(company: Company, identifier: str, grew: bool) -> None:
    """An order that bills cover is closed; one that they cover no longer is open again."""
    order = company.rows(ORDER)[identifier]
    bills = company.linked.get(identifier, {})
    changed = {**order, "LinkedTxn": [{"TxnId": bill, "TxnType": "Bill"} for bill in bills]}
    if grew:
        whole = all(_is_covered(line, bills) for line in order["Line"])
        changed["POStatus"] = "Closed" if whole and bills else "Open"
    if changed != order:
        company.replace(ORDER, changed)


def _is_covered(line: Record, bills: dict[str, dict[str, Decimal]]) -> bool:
    amount: Decimal = line.get("Amount", _ZERO)
    return abs(sum((lines.get(line["Id"], _ZERO) for lines in bills.values()), _ZERO)) >= abs(amount)
