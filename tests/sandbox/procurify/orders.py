"""What happens to purchase orders: raised, revised, received, closed, reopened, cancelled, paid.

Source: Procurify API, purchase orders, and the help pages on editing and receiving: an order closes by itself when
every line is fully received; a revision raises its version; the vendor stays.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.sandbox.procurify.records import (
    CANCELLED,
    CLOSED,
    OPEN_STATES,
    PAID,
    PARTIAL,
    PENDING,
    RECEIVED,
    REOPENED,
    WAITING,
    ZERO,
    Line,
    Order,
    Share,
)
from tests.sandbox.procurify.tenant import Tenant, found
from tests.sandbox.procurify.times import day_of, moment_of
from tests.sandbox.procurify.wire import Record, invalid, refusal, rounded

_TEXTS = ("PO_Num", "comment", "payment_terms", "shipping_terms", "custom_fields")
_AMOUNTS = ("freight", "other")
_LINE_AMOUNTS = ("quantity", "price", "tax_amount", "shipping_amount")
_LINE_PLAIN = ("name", "sku", "unit", "num", "receive_method", "type", "custom_fields")
_SNAPSHOT = ("addressLineOne", "postalCode", "city", "state_province", "country", "contact")


def amount(value: Any) -> Decimal:
    """Returns a number that a caller gave as text, integer or decimal."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def raise_order(
    tenant: Tenant, vendor: int, lines: Sequence[Mapping[str, Any]], currency: str | None, header: Mapping[str, Any]
) -> Order:
    """Adds an order, as a purchaser makes it of approved requests.

    Raises:
        Refusal: the vendor, the currency or an account is not there.
    """
    seller, now = found(tenant.vendors, vendor), tenant.now()
    money = tenant.currency(currency if currency is not None else seller.fields["currency"])
    identifier = tenant.next_id("order")
    snapshot = {f"vendor_{name}": seller.fields[name] for name in _SNAPSHOT} | {"vendor_name": seller.fields["name"]}
    order = Order(
        id=identifier, uuid=tenant.next_uuid("order", identifier), vendor=vendor, currency=money,
        purchaser=tenant.user["id"], snapshot=snapshot, modified=now,
        dated=moment_of(header.get("date"), tenant.zone) or now,
    )  # fmt: skip
    _set_header(order, header)
    tenant.orders[order.id], tenant.order_ids[order.uuid] = order, order.id
    for told in lines:
        _add_line(tenant, order, told)
    return order


def revise(
    tenant: Tenant,
    order: Order,
    header: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]] = (),
    added: Sequence[Mapping[str, Any]] = (),
    removed: Sequence[int] = (),
) -> Order:
    """Changes an open order and raises its version.

    Raises:
        Refusal: 400, the order is not open, a line is not its own, or less would be ordered than has arrived.
    """
    if order.state not in OPEN_STATES:
        raise refusal(400, "Only open purchase orders can be changed.", "PO_NOT_OPEN")
    if "vendor" in header or "pref_vendor" in header:
        raise invalid("pref_vendor", "The vendor of a purchase order cannot be changed.")
    own = {each.id: each for each in tenant.lines_of(order) if each.active}
    for told in lines:
        _change_line(tenant, found(own, told["id"]), told)
    for identifier in removed:
        _remove_line(tenant, order, found(own, identifier))
    for told in added:
        _add_line(tenant, order, told)
    _set_header(order, header)
    order.version += 1
    order.modified = tenant.now()
    settle(tenant, order)
    return order


def move(tenant: Tenant, order: Order, state: int) -> Order:
    """Cancels, closes, reopens or pays an order.

    Raises:
        Refusal: 400, that cannot follow on its state.
    """
    before = {CANCELLED: OPEN_STATES, CLOSED: OPEN_STATES, REOPENED: (CLOSED,), PAID: (CLOSED, *OPEN_STATES)}[state]
    if order.state not in before:
        raise refusal(400, f"A purchase order in state {order.state} cannot go to {state}.", "PO_STATE")
    order.state, order.modified = state, tenant.now()
    order.closed = order.modified if state in (CLOSED, CANCELLED) else None if state == REOPENED else order.closed
    return order


def settle(tenant: Tenant, order: Order) -> None:
    """Makes the lines' statuses follow what arrived, and closes an open order of which nothing is missing."""
    lines = [each for each in tenant.lines_of(order) if each.active]
    today = tenant.now().astimezone(tenant.zone).date()
    for line in lines:
        line.status = RECEIVED if line.full else PARTIAL if line.arrived else WAITING
        line.fully_received = (line.fully_received or today) if line.full else None
    if order.state in OPEN_STATES and lines and all(each.full for each in lines):
        order.state, order.closed = CLOSED, tenant.now()
        order.modified = order.closed


def fulfilment(tenant: Tenant, order: Order) -> str:
    """Returns how much of an order has arrived."""
    lines = [each for each in tenant.lines_of(order) if each.active]
    if lines and all(each.full for each in lines):
        return "full"
    return "partial" if any(each.arrived for each in lines) else "empty"


def sums(tenant: Tenant, order: Order) -> dict[str, Decimal]:
    """Returns subtotal, discount, tax and total of an order, rounded to cents."""
    lines = [each for each in tenant.lines_of(order) if each.active]
    subtotal = sum((rounded(each.total) for each in lines), ZERO)
    of_lines = sum((each.tax_amount or ZERO for each in lines), ZERO)
    discount = _part(order.discount, subtotal)
    tax = rounded(of_lines) if order.tax is None else _part(order.tax, subtotal)
    total = rounded(subtotal - discount + order.freight + tax + order.other)
    return {"subtotal": subtotal, "discount": discount, "tax": tax, "total": total}


def _part(told: Record, whole: Decimal) -> Decimal:
    value: Decimal = told["value"]
    return rounded(whole * value / 100) if told["type"] == "percentage" else value


def _set_header(order: Order, header: Mapping[str, Any]) -> None:
    for name in _TEXTS:
        if name in header:
            setattr(order, name, header[name])
    for name in _AMOUNTS:
        if name in header:
            setattr(order, name, amount(header[name] or 0))
    if "promise_date" in header:
        order.promise_date = day_of(header["promise_date"])
    if "discount" in header:
        order.discount = _adjustment(header["discount"])
    if header.get("tax") is not None:
        order.tax = _adjustment(header["tax"])


def _adjustment(told: Any) -> Record:
    if isinstance(told, Mapping):
        return {"value": amount(told["value"]), "type": told["type"]}
    return {"value": amount(told), "type": "amount"}


def _add_line(tenant: Tenant, order: Order, told: Mapping[str, Any]) -> Line:
    now = tenant.now()
    line = Line(
        id=tenant.next_id("line"), order=order.id, number=len(order.lines) + 1, name=told["name"],
        quantity=amount(told["quantity"]), price=amount(told["price"]), account=tenant.coded(told),
        vendor=order.vendor, currency=order.currency, created=now, modified=now,
    )  # fmt: skip
    tenant.lines[line.id] = line
    order.lines.append(line.id)
    _change_line(tenant, line, told)
    return line


def _change_line(tenant: Tenant, line: Line, told: Mapping[str, Any]) -> None:
    if "quantity" in told and amount(told["quantity"]) < line.arrived:
        raise invalid("quantity", "Quantity cannot be less than what was received.")
    for name in _LINE_PLAIN:
        if name in told:
            setattr(line, name, told[name])
    for name in _LINE_AMOUNTS:
        if name in told:
            setattr(line, name, None if told[name] is None else amount(told[name]))
    if "account" in told or "code" in told:
        line.account = tenant.coded(told)
    if "allocations" in told:
        line.shares = shares(tenant, told["allocations"])
    if told.get("tax_percentage") is not None:
        line.tax_amount = rounded(rounded(line.total) * amount(told["tax_percentage"]) / 100, 8)
    line.modified = tenant.now()


def _remove_line(tenant: Tenant, order: Order, line: Line) -> None:
    if line.arrived:
        raise invalid("order_items", "A line that was received cannot be removed.")
    line.modified = tenant.now()
    if tenant.switches.removed_lines == "inactive":
        line.active = False
    else:
        order.lines.remove(line.id)
        line.order, line.status = None, PENDING


def shares(tenant: Tenant, told: Sequence[Mapping[str, Any]]) -> list[Share]:
    """Returns split coding as it is kept."""
    return [Share(tenant.next_id("share"), tenant.coded(each), amount(each["amount"])) for each in told]
