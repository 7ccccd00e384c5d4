"""The endpoints of purchase orders and order items.

Source: Procurify API: lists and details under v2, changes under v3, order items under both. Nothing creates an order.
"""

from collections import Counter
from typing import Any

from tests.sandbox.procurify import order_views, orders
from tests.sandbox.procurify.calls import Call, Endpoint, Reply
from tests.sandbox.procurify.filters import Filter, Listing, span
from tests.sandbox.procurify.paging import page_of
from tests.sandbox.procurify.records import CANCELLED, CLOSED, OPEN_STATES, PAID, REOPENED, Line, Order
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.wire import Record, Refusal, invalid, not_found

ROLES = ("purchased", "receivable")
STATUSES = ("all", "open", "partial", "closed", "cancelled", "paid")
_PARTY = ("name", "contact", "addressLineOne", "city", "postalCode", "country", "address")
REQUIRED = (
    "order_items", *(f"{who}_{name}" for who in ("buyer", "receiver") for name in _PARTY),
    "promise_date", "tax", "discount", "version",
)  # fmt: skip
REQUIRED_OF_LINES = ("id", "name", "quantity", "price", "unit", "custom_fields")


def statuses(tenant: Tenant, order: Order) -> set[str]:
    """Returns the lists on which an order stands."""
    of_state = {CANCELLED: {"cancelled"}, CLOSED: {"closed"}, PAID: {"paid"}}.get(order.state, set())
    if order.state in OPEN_STATES:
        of_state = {"partial"} if orders.fulfilment(tenant, order) == "partial" else {"open"}
    return {"all", *of_state}


class Orders:
    """The endpoints."""

    def endpoints(self) -> list[Endpoint]:
        """Returns what is served."""
        changed = "/api/v3/purchase-orders/{id}/"
        return [
            Endpoint("/api/v2/purchase_orders/{id}/", {"GET": self._detail}),
            Endpoint("/api/v2/purchase_orders/{role}/{status}/", {"GET": self._list}),
            Endpoint("/api/v2/purchase_order/revise/{id}/", {"PUT": self._put}),
            Endpoint(changed, {"PUT": self._put}),
            Endpoint(f"{changed}close/", {"POST": self._close}),
            Endpoint(f"{changed}reopen/", {"POST": self._reopen}),
            Endpoint("/api/v3/order-items/", {"GET": self._items}),
            Endpoint("/api/v2/global/order_items/", {"GET": self._items}),
        ]

    def _list(self, call: Call) -> Reply:
        tenant, role, status = call.tenant, call.parts["role"], call.parts["status"]
        if role not in ROLES or status not in STATUSES:
            raise not_found()
        stand = {each.id: statuses(tenant, each) for each in tenant.orders.values()}
        counted = Counter(name for names in stand.values() for name in names)
        rows = [each for each in tenant.orders.values() if status in stand[each.id]]

        def counts(page: list[Any]) -> Record:
            numbers = {name: counted[name] for name in ("all", "open", "partial", "closed", "cancelled")}
            return {"counts": {each: {**numbers, "page": len(page)} for each in ROLES}}

        return 200, page_of(call, rows, _orders(tenant), lambda order: order_views.row(tenant, order), counts)

    def _detail(self, call: Call) -> Reply:
        order = call.tenant.order(call.parts["id"])
        return 200, _told(call.tenant, order)

    def _close(self, call: Call) -> Reply:
        return 200, _told(call.tenant, orders.move(call.tenant, call.tenant.order(call.parts["id"]), CLOSED))

    def _reopen(self, call: Call) -> Reply:
        orders.move(call.tenant, call.tenant.order(call.parts["id"]), REOPENED)
        return 200, None

    def _put(self, call: Call) -> Reply:
        order, body = call.tenant.order(call.parts["id"]), call.fields
        missing = {name: {"message": "This field is required.", "code": "required"} for name in REQUIRED
                   if name not in body}  # fmt: skip
        if missing:
            raise Refusal(400, missing, body)
        for told in body["order_items"]:
            if any(name not in told for name in REQUIRED_OF_LINES):
                raise invalid("order_items", "This field is required.", "required", body)
        if body["version"] != order.version:
            raise invalid("version", "This purchase order was changed by somebody else.", "stale", body)
        header: Record = {name: body[name] for name in ("PO_Num", "comment", "tax", "discount") if name in body}
        header["promise_date"] = str(body["promise_date"])[:10]
        return 200, _told(call.tenant, orders.revise(call.tenant, order, header, body["order_items"]))

    def _items(self, call: Call) -> Reply:
        tenant = call.tenant
        return 200, page_of(call, [*tenant.lines.values()], _lines(tenant), lambda item: order_views.flat(tenant, item))


def _told(tenant: Tenant, order: Order) -> Record:
    metadata = {"can_edit": order.state in OPEN_STATES, "can_delete": False}
    return {"metadata": metadata, "data": order_views.detail(tenant, order)}


def _orders(tenant: Tenant) -> Listing:
    def codes(order: Order) -> set[int]:
        return {tenant.accounts[each.account]["account_code"] for each in tenant.lines_of(order)}

    filters = {
        "account_code": Filter("int", codes),
        "currency": Filter("int", lambda order: order.currency),
        "pref_vendor": Filter("int", lambda order: order.vendor),
        "purchase_order": Filter("int", lambda order: order.id),
        "purchaser": Filter("int", lambda order: order.purchaser),
        **span("date", "day", lambda order: order.dated),
        **span("modified_date", "day", lambda order: order.modified),
        **span("promise_date", "day", lambda order: order.promise_date),
        **span("expiry_date", "day", lambda order: None),
        **span("total", "decimal", lambda order: orders.sums(tenant, order)["total"]),
    }
    sortable = {
        "last_modified": lambda order: order.modified, "id": lambda order: order.id, "date": lambda order: order.dated,
        "procurify_PO": lambda order: order.id,
    }  # fmt: skip
    return Listing(filters, sortable, newest_first=True)


def _lines(tenant: Tenant) -> Listing:
    def order_of(line: Line) -> Order | None:
        return tenant.orders.get(line.order or 0)

    def purchased(line: Line) -> Any:
        order = order_of(line)
        return order.dated if order else None

    filters = {
        "account": Filter("int", lambda line: line.account),
        "account_code": Filter("int", lambda line: tenant.accounts[line.account]["account_code"]),
        "active": Filter("flag", lambda line: line.active),
        "currency": Filter("int", lambda line: line.currency),
        "department": Filter("int", lambda line: tenant.accounts[line.account]["department"]),
        "departments": Filter("ints", lambda line: tenant.accounts[line.account]["department"]),
        "is_purchased": Filter("flag", lambda line: line.order is not None),
        **{name: Filter("text", _getting(name)) for name in ("name", "sku", "num", "unit")},
        "pref_vendor": Filter("int", lambda line: line.vendor),
        "po_vendor": Filter("int", lambda line: line.vendor),
        "price": Filter("decimal", lambda line: line.price),
        "quantity": Filter("decimal", lambda line: line.quantity),
        "receivedPassQty": Filter("decimal", lambda line: line.passed),
        "receivedFailQty": Filter("decimal", lambda line: line.failed),
        "search": Filter("search", lambda line: [line.name, line.sku]),
        "status": Filter("int", lambda line: line.status),
        "type": Filter("int", lambda line: line.type),
        **span("last_modified", "day", lambda line: line.modified),
        **span("approved_datetime", "day", lambda line: line.created),
        **span("order_created_date", "day", lambda line: line.created),
        **span("po_created_date", "day", purchased),
        **span("purchased_date", "day", purchased),
    }
    sortable = {"last_modified": _getting("modified"), "id": _getting("id"), "name": _getting("name")}
    return Listing(filters, sortable, newest_first=True)


def _getting(name: str) -> Any:
    return lambda row: getattr(row, name)
