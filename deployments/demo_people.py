"""What people do in the sandbox vendors between the demo's runs, and how much of it they did."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

import httpx

PAID, APPROVED = 12, 3
NOTHING_CAME, PART_CAME = 5, 4  # every so many orders
SUPPLIER, ACCOUNT = "10S2001", "6170"
Vendors = Mapping[str, Mapping[str, Any]]


def work_in_bill(vendors: Vendors) -> dict[str, int]:
    """A few bills are paid and a few approved in BILL; returns how many."""
    bill = _Steered(vendors, "bill")
    held = bill.do("dump")
    bills, known = list(held["bills"].values()), held["vendors"]
    paid = [one for one in bills if one["approvalStatus"] == "UNASSIGNED"][:PAID]
    for one in paid:
        bill.do("pay", splits=[{"billId": one["id"], "amount": one["amount"]}], status="CLEARED")
    waiting = [one for one in bills if one["approvalStatus"] == "ASSIGNED"]
    approved = [one for one in waiting if known[one["vendorId"]].get("billCurrency") == "USD"][:APPROVED]
    for one in approved:
        bill.do("approve", billId=one["id"])
    return {"paid": len(paid), "approved": len(approved)}


def work_at_the_dock(vendors: Vendors) -> dict[str, int]:
    """Goods are received in QAD, which has a supplier and an account more; Procurify has paid one bill and got another.

    For some orders only a part has come, and for some nothing. Returns for how many lines something came.
    """
    qad, procurify = _Steered(vendors, "qad"), _Steered(vendors, "procurify")
    held = qad.do("dump")
    received = list(_arrived(held["order_lines"]))
    for number, line, quantity in received:
        qad.do("receive", po=number, line=line, quantity=str(quantity))
    qad.do("add_supplier", supplierCode=SUPPLIER, businessRelationName="Lakeshore Calibration Inc.")
    qad.do("add_account", accountCode=ACCOUNT, description="Employee Training")
    posted, there = {one["reference"] for one in held["invoices"]}, procurify.do("dump")
    bills = there["bills"].items()
    procurify.do(
        "pay", bills=[next(key for key, one in bills if one["invoice_number"] in posted and one["status"] == 2)]
    )
    if items := _unbilled(there, {number for number, _line, _quantity in received}):
        procurify.do("bill", items=items, invoice_number="INV-99001")
    return {"received": len(received)}


def _unbilled(there: dict[str, Any], received: set[str]) -> list[dict[str, Any]]:
    """Returns the lines of an order of which something has come and nothing was billed, as a bill takes them."""
    billed = {
        item["orderitem"]["id"] for bill in there["bills"].values() for item in bill["items"] if item.get("orderitem")
    }
    for order in there["purchase_orders"].values():
        lines = order["order_items"]
        if order["number"] in received and not billed & {line["id"] for line in lines}:
            return [_of_bill(line) for line in lines]
    return []


def _of_bill(line: dict[str, Any]) -> dict[str, Any]:
    by_amount = line["receive_method"] == 1
    return {"order_item": line["id"], **({"cost": line["total_cost"]} if by_amount else {"quantity": line["quantity"]})}


def _arrived(lines: list[dict[str, Any]]) -> Iterator[tuple[str, int, Decimal]]:
    """Yields what comes: most orders whole, of some the first line alone, of some nothing."""
    ordered = sorted(lines, key=lambda line: (line["purchaseOrderNumber"], line["purchaseOrderLine"]))
    orders = groupby(ordered, key=lambda line: str(line["purchaseOrderNumber"]))
    for place, (number, some) in enumerate(orders, 1):
        if place % NOTHING_CAME == 0:
            continue
        for line in list(some)[: 1 if place % PART_CAME == 0 else None]:
            yield number, line["purchaseOrderLine"], Decimal(str(line["quantityOrdered"]))


class _Steered:
    """The control routes of one sandbox vendor."""

    def __init__(self, vendors: Vendors, vendor: str) -> None:
        self._http = httpx.Client(base_url=f"{vendors[vendor]['url']}/_sandbox", timeout=30)

    def do(self, what: str, **given: Any) -> Any:
        return self._http.post(what, json=given).raise_for_status().json()
