"""Receipts: mutable and deletable, and what they add up to on their line.

Source: Procurify API, receipt items, and the help page on adjusting what was received: correcting needs an open
order. No more than what was ordered can be received.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.procurify import orders, reference
from tests.sandbox.procurify.calls import Call, Endpoint, Reply
from tests.sandbox.procurify.filters import Filter, Listing
from tests.sandbox.procurify.paging import page_of
from tests.sandbox.procurify.records import CLOSED, OPEN_STATES, REOPENED, ZERO, Line, Receipt
from tests.sandbox.procurify.tenant import Tenant, found
from tests.sandbox.procurify.wire import Record, invalid, text

NOT_OPEN = "Order item: Specified PO is not open for receiving"


def receive(tenant: Tenant, line: Line, passed: Decimal, failed: Decimal, on: date | None) -> Receipt:
    """Adds a receipt; the line's sums and the order's state follow.

    Raises:
        Refusal: 400, the order is not open, or more would be received than was ordered.
    """
    order = tenant.orders.get(line.order or 0)
    if order is None or order.state not in OPEN_STATES or not line.active:
        raise invalid("order_item", NOT_OPEN)
    if passed < 0 or failed < 0 or passed + failed == 0:
        raise invalid("pass_quantity", "A quantity is required.")
    _check(line, line.arrived + passed + failed)
    now = tenant.now()
    day = on or now.astimezone(tenant.zone).date()
    receipt = Receipt(tenant.next_id("receipt"), line.id, passed, failed, day, now)
    tenant.receipts[receipt.id] = receipt
    line.receipts.append(receipt.id)
    _add_up(tenant, line)
    return receipt


def edit(tenant: Tenant, receipt: Receipt, passed: Decimal, failed: Decimal) -> Receipt:
    """Corrects a receipt, as people do in the web app; a closed order is reopened first.

    Raises:
        Refusal: 400, more would be received than was ordered.
    """
    line = tenant.lines[receipt.line]
    _check(line, line.arrived - receipt.passed - receipt.failed + passed + failed)
    _reopen(tenant, line)
    receipt.passed, receipt.failed, receipt.edited = passed, failed, True
    _add_up(tenant, line)
    return receipt


def delete(tenant: Tenant, receipt: Receipt) -> Line:
    """Takes a receipt back; nothing of it stays. A closed order is reopened first."""
    line = tenant.lines[receipt.line]
    _reopen(tenant, line)
    del tenant.receipts[receipt.id]
    line.receipts.remove(receipt.id)
    _add_up(tenant, line)
    return line


def told(tenant: Tenant, receipt: Receipt) -> Record:
    """Returns a receipt as it is told."""
    return {
        "id": receipt.id, "order_item": receipt.line, "pass_quantity": text(receipt.passed, 5),
        "fail_quantity": text(receipt.failed, 5), "total_quantity": text(receipt.passed + receipt.failed, 5),
        "received_at": receipt.on.isoformat() if receipt.on else None,
        "created_at": tenant.times.local(receipt.created), "is_edited": receipt.edited,
        "created_by": reference.person(tenant),
    }  # fmt: skip


def _check(line: Line, arrived: Decimal) -> None:
    if arrived > line.quantity:
        raise invalid("order_item", "Order item: Cannot receive more than what was ordered")


def _reopen(tenant: Tenant, line: Line) -> None:
    order = tenant.orders[line.order or 0]
    if order.state == CLOSED:
        orders.move(tenant, order, REOPENED)


def _add_up(tenant: Tenant, line: Line) -> None:
    logged = [tenant.receipts[each] for each in line.receipts]
    line.passed = sum((each.passed for each in logged), ZERO)
    line.failed = sum((each.failed for each in logged), ZERO)
    line.received_on = max((each.created for each in logged), default=None)
    line.modified = tenant.now()
    order = tenant.orders[line.order or 0]
    if tenant.switches.receiving_moves_order:
        order.modified = line.modified
    orders.settle(tenant, order)


class Receipts:
    """The endpoints."""

    def endpoints(self) -> list[Endpoint]:
        """Returns what is served; receipts cannot be changed over the API."""
        return [Endpoint("/api/v3/receipt/items/", {"GET": self._list, "POST": self._create})]

    def _list(self, call: Call) -> Reply:
        tenant = call.tenant
        listing = Listing(
            {"order_item": Filter("int", lambda row: row.line)},
            {"id": lambda row: row.id, "created_at": lambda row: row.created},
            newest_first=True,
        )
        page = page_of(call, [*tenant.receipts.values()], listing, lambda row: told(tenant, row))
        if tenant.switches.receipts_pagination == "top":
            return 200, {"pagination": page["metadata"]["pagination"], "data": page["data"]}
        return 200, page

    def _create(self, call: Call) -> Reply:
        body = call.fields
        for name in ("order_item", "pass_quantity", "fail_quantity"):
            if body.get(name) is None:
                raise invalid(name, "This field is required.", "required", body)
        line = found(call.tenant.lines, body["order_item"])
        receipt = receive(call.tenant, line, _quantity(body, "pass_quantity"), _quantity(body, "fail_quantity"), None)
        return 201, told(call.tenant, receipt)


def _quantity(body: Record, name: str) -> Decimal:
    value: Any = body[name]
    try:
        return Decimal(value if isinstance(value, str) else str(value))
    except ArithmeticError:
        raise invalid(name, "A valid number is required.", echo=body) from None
