"""The endpoints of bills and their items; marking as paid is recorded.

Source: Procurify API, accounts payable: list v3, detail v2 by uuid, items v2. Bills cannot be created or deleted (405);
PATCH is undocumented but works.
"""

from collections.abc import Sequence
from typing import Any

from tests.sandbox.procurify import bill_views, bills
from tests.sandbox.procurify.calls import Call, Endpoint, Reply
from tests.sandbox.procurify.filters import Filter, Listing, span
from tests.sandbox.procurify.paging import page_of
from tests.sandbox.procurify.payments import mark_as_paid
from tests.sandbox.procurify.records import ZERO, Bill
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.wire import Record, invalid, number

WRITABLE = (
    "vendor", "currency", "approver", "approval_chain", "invoice_number", "invoice_date", "due_date", "payment_terms",
    "payment_method", "note", "gl_post_date",
)  # fmt: skip
_DAYS = ("invoice_date", "due_date", "gl_post_date")


class Bills:
    """The endpoints."""

    def endpoints(self) -> list[Endpoint]:
        """Returns what is served."""
        return [
            Endpoint("/api/v3/ap/bills/", {"GET": self._list, "OPTIONS": self._fields}),
            Endpoint("/api/v3/ap/bills/mark-as-paid/", {"POST": self._mark}),
            Endpoint("/api/v3/ap/bills/{uuid}/", {"PATCH": self._patch}),
            Endpoint("/api/v2/ap/bills/{uuid}/", {"GET": self._detail}),
            Endpoint("/api/v2/ap/items/", {"GET": self._items}),
        ]

    def _list(self, call: Call) -> Reply:
        tenant = call.tenant

        def summary(page: list[Any]) -> Record:
            total = sum((bill_views.sums(each)["total_cost_with_tax"] for each in page), ZERO)
            several = len({each.currency for each in page}) > 1
            return {
                "permissions": {"can_edit": False, "can_delete": False, "can_approve": False},
                "summary": {"has_multiple_currency": several, "total_cost": number(total)},
            }

        rows = [*tenant.bills.values()]
        return 200, page_of(call, rows, _bills(tenant), lambda row: bill_views.row(tenant, row), summary)

    def _fields(self, call: Call) -> Reply:
        return 200, {"metadata": {}, "data": {"filters": sorted(_bills(call.tenant).filters)}}

    def _detail(self, call: Call) -> Reply:
        return 200, bill_views.enveloped(call.tenant, call.tenant.bill(call.parts["uuid"]))

    def _patch(self, call: Call) -> Reply:
        bill, body = call.tenant.bill(call.parts["uuid"]), call.fields
        changes = {name: str(value)[:10] if name in _DAYS and value else value for name, value in body.items()
                   if name in WRITABLE and name not in ("approver", "approval_chain", "payment_method")}  # fmt: skip
        if changes:
            bills.change(call.tenant, bill, changes)
        bill.modified = call.tenant.now()
        return 200, bill_views.enveloped(call.tenant, bill)

    def _mark(self, call: Call) -> Reply:
        body = call.fields
        call.tenant.marked.append(body)
        for name in ("bill_uuids", "payment_date"):
            if not body.get(name):
                raise invalid(name, "This field is required.", "required", body)
        mark_as_paid(call.tenant, body["bill_uuids"])
        return 200, body

    def _items(self, call: Call) -> Reply:
        tenant = call.tenant
        rows = [_Row(bill, item) for bill in tenant.bills.values() for item in bill.items]
        listing = Listing(_ITEMS | {"department": Filter("int", lambda row: row.departments(tenant)),
                                    "received_on_0": Filter("day", lambda row: row.received(tenant), "low"),
                                    "received_on_1": Filter("day", lambda row: row.received(tenant), "high")},
                          {"id": lambda row: row.id}, newest_first=True)  # fmt: skip

        def summary(page: Sequence[_Row]) -> Record:
            total = sum((row.item.total for row in page), ZERO)
            return {"summary": {"total_items": len(page), "total_cost": number(total)}}

        return 200, page_of(call, rows, listing, lambda row: bill_views.item(tenant, row.bill, row.item), summary)


class _Row:
    """An item with its bill, as the list of items looks at it."""

    def __init__(self, bill: Bill, item: Any) -> None:
        self.bill, self.item, self.id = bill, item, item.id

    def departments(self, tenant: Tenant) -> set[int]:
        return {tenant.accounts[each.account]["department"] for each in self.item.shares}

    def received(self, tenant: Tenant) -> Any:
        return tenant.lines[self.item.line].received_on if self.item.line else None


_ITEMS: dict[str, Filter] = {
    "bill": Filter("int", lambda row: row.bill.id),
    "bill_uuid": Filter("text", lambda row: {row.bill.uuid, row.bill.uuid.replace("-", "")}),
    "billed": Filter("flag", lambda row: True),
    "vendor": Filter("int", lambda row: row.bill.vendor),
    "search": Filter("search", lambda row: [row.item.description, row.item.sku]),
    **span("created_at", "day", lambda row: row.item.created),
}


def _bills(tenant: Tenant) -> Listing:
    def coding(bill: Bill, name: str) -> set[int]:
        parts = [share for item in bill.items for share in item.shares] + [cost.share for cost in bill.costs]
        return {tenant.accounts[each.account][name] for each in parts}

    filters = {
        "account_code": Filter("int", lambda row: coding(row, "account_code")),
        "department": Filter("int", lambda row: coding(row, "department")),
        "currency": Filter("int", lambda row: row.currency),
        "type": Filter("int", lambda row: row.type),
        "group": Filter("int", lambda row: row.group),
        "include_bill_group_ids": Filter("ints", lambda row: row.group),
        "vendor": Filter("ints", lambda row: row.vendor),
        "vendor[]": Filter("ints", lambda row: row.vendor),
        "has_payment": Filter("flag", lambda row: row.payment is not None),
        "has_posting_date": Filter("flag", lambda row: row.gl_post_date is not None),
        "is_exported": Filter("flag", lambda row: row.exported is not None),
        "search": Filter("search", lambda row: [row.invoice_number, row.vendor_name]),
        **span("due_date", "day", lambda row: row.due_date),
        **span("gl_post_date", "day", lambda row: row.gl_post_date),
        **span("invoice_date", "day", lambda row: row.invoice_date),
        **span("submitted_date", "day", lambda row: row.submitted),
        **span("last_modified_datetime", "moment", lambda row: row.modified),
        **span("modified_date", "day", lambda row: row.modified),
    }
    if tenant.switches.bill_status_filter:
        filters["status"] = Filter("int", lambda row: row.status)
    sortable = {
        "last_modified_datetime": lambda row: row.modified, "id": lambda row: row.id,
        "invoice_date": lambda row: row.invoice_date,
    }  # fmt: skip
    return Listing(filters, sortable, newest_first=True)
