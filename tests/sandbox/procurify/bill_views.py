"""How bills are told: the list's row with ids of items, and the detail.

Source: Procurify API, accounts payable. Nested totals are JSON numbers, quantities and allocations strings; a due
date is the 23rd hour of its day in the tenant's zone.
"""

from decimal import Decimal
from typing import Any

from tests.sandbox.procurify import order_views, orders, payment_views, reference, vendors
from tests.sandbox.procurify.records import DRAFT, ZERO, Bill, BillCost, BillItem, Share
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.times import DUE_HOUR
from tests.sandbox.procurify.wire import Record, number, rounded, text


def sums(bill: Bill) -> dict[str, Decimal]:
    """Returns the totals of a bill."""
    subtotal = sum((each.total for each in bill.items), ZERO)
    total = subtotal + sum((each.amount for each in bill.costs), ZERO)
    inclusive = sum((each.tax for each in bill.items if each.inclusive), ZERO)
    exclusive = sum((each.tax for each in bill.items if not each.inclusive), ZERO)
    shipping = sum((each.shipping or ZERO for each in bill.items), ZERO)
    return {
        "subtotal_cost": subtotal, "total_cost": total, "tax_amount": inclusive + exclusive,
        "inclusive_tax_amount": inclusive, "exclusive_tax_amount": exclusive, "shipping_amount": shipping,
        "total_cost_with_tax": total + inclusive + exclusive + shipping,
    }  # fmt: skip


def row(tenant: Tenant, bill: Bill) -> Record:
    """Returns a bill as the list tells it."""
    counted, money = sums(bill), tenant.currencies[bill.currency]
    paper = counted["total_cost_with_tax"] if bill.invoice_total is None else bill.invoice_total
    days = _days(tenant, bill) if tenant.switches.bill_list_dates == "datetime" else _plain_days(bill)
    now = tenant.now().astimezone(tenant.zone).date()
    return {
        "id": bill.id, "uuid": bill.uuid, "status": bill.status, "type": bill.type, "version": bill.version,
        "locked": False, "vendor": {"id": bill.vendor, "name": tenant.vendors[bill.vendor].fields["name"]},
        "currency": {name: money[name] for name in ("id", "name", "rate")}, "items": [each.id for each in bill.items],
        **days, "submitted_date": tenant.times.local(bill.submitted),
        "last_modified_datetime": tenant.times.local(bill.modified),
        "last_export_date": bill.exported.isoformat() if bill.exported else None,
        "invoice_number": bill.invoice_number, "invoice_total": number(paper),
        "total_cost_with_tax": number(counted["total_cost_with_tax"]), "group": bill.group,
        "past_due": bill.due_date is not None and bill.due_date < now, "invoice_created": False, "invoice_uuid": None,
        "user": reference.person(tenant), "creator": reference.person(tenant), "approver": None,
        "next_approver_choices": [], "last_export_user": None,
    }  # fmt: skip


def detail(tenant: Tenant, bill: Bill) -> Record:
    """Returns a bill with its items, costs, history and payment."""
    fields, counted = tenant.vendors[bill.vendor].fields, sums(bill)
    rate = Decimal(tenant.currencies[bill.currency]["rate"])
    told = row(tenant, bill)
    for name in ("past_due", "invoice_created", "next_approver_choices"):
        del told[name]
    return {
        **told, **_days(tenant, bill), "active": True, "vendor": vendors.named(tenant, bill.vendor),
        "vendor_name": bill.vendor_name, "vendor_address_one": fields["addressLineOne"],
        "vendor_postal_code": (fields["postalCode"] or "")[:10], "vendor_city": fields["city"],
        "vendor_country": fields["country"], "currency": reference.currency(tenant, bill.currency),
        **{name: number(value) for name, value in counted.items()},
        "converted_total_cost": number(rounded(counted["total_cost"] * rate)),
        "items": [item(tenant, bill, each) for each in bill.items],
        "costs": [_cost(tenant, bill, each) for each in bill.costs],
        "added_purchase_orders": [_order(tenant, each) for each in _orders(bill)],
        "invoice_attachments": bill.attachments, "bill_payment": payment_views.of_bill(tenant, bill),
        "bill_statuses": [
            {"id": index, "user": tenant.user["id"], "date": tenant.times.whole(moment), "status": status,
             "bill": bill.id}
            for index, (moment, status) in enumerate(bill.history, start=1)
        ],
        "payment_terms": bill.payment_terms, "payment_method": None, "payment_method_name": None, "note": bill.note,
        "creditcard": None, "approval_chain": None, "comments": [],
        "version_choices": [{"pk": bill.id, "version": each} for each in range(1, bill.version + 1)],
    }  # fmt: skip


def enveloped(tenant: Tenant, bill: Bill) -> Record:
    """Returns the detail with its metadata."""
    may = bill.status == DRAFT
    total = number(sums(bill)["total_cost_with_tax"])
    metadata = {
        "permissions": {"can_edit": may, "can_delete": may, "can_approve": False},
        "summary": {"has_multiple_currency": False, "total_cost": total},
    }
    return {"metadata": metadata, "data": detail(tenant, bill)}


def item(tenant: Tenant, bill: Bill, each: BillItem) -> Record:
    """Returns an item as the bill and the list of items tell it."""
    line = tenant.lines.get(each.line or 0)
    order = tenant.orders.get(each.order or 0)
    named = {"id": order.id, "number": order_views.shown_number(tenant, order), "uuid": order.uuid} if order else None
    origin = {"orderitem": order_views.line(tenant, line)} if line else {}
    return {
        "id": each.id, "bill": bill.id, "type": "order" if line else "misc", "archived": False, **origin, "po": named,
        "expense": None, "expense_report": None, "creditcard_item": None, "description": each.description,
        "sku": each.sku, "unit": each.unit, "bill_by_cost": each.quantity is None, "quantity": text(each.quantity, 8),
        "unit_cost": number(each.unit_cost), "total_cost": number(each.total), "tax_name": each.tax_name,
        "tax_percentage": text(each.tax_percentage, 8), "tax_amount": number(each.tax),
        "tax_is_inclusive": each.inclusive, "tax": 2 if each.tax else None,
        "total_cost_with_tax": number(each.total + each.tax), "shipping_amount": text(each.shipping, 8),
        "cost_allocations": [_share(tenant, bill, share, each) for share in each.shares],
        "received_on": tenant.times.local(line.received_on) if line else None, "packing_slips": [],
        "same_unit_cost": line is None or each.unit_cost in (None, line.price), "unit_cost_diff_log": None,
        "is_edited": False, "custom_fields": [], "vendor": bill.vendor, "currency": bill.currency,
    }  # fmt: skip


def _share(tenant: Tenant, bill: Bill, share: Share, each: BillItem | None = None) -> Record:
    told: Record = {
        "id": share.id, "amount": text(share.amount, 8), "budget": reference.account(tenant, share.account),
        "currency": reference.currency(tenant, bill.currency),
    }  # fmt: skip
    return {**told, "created_on": tenant.times.local(each.created)} if each else told


def _cost(tenant: Tenant, bill: Bill, cost: BillCost) -> Record:
    return {
        "id": cost.id, "name": cost.name, "amount": text(cost.amount, 8), "bill": bill.id, "cost": None,
        "currency": bill.currency, "cost_allocation": _share(tenant, bill, cost.share),
    }  # fmt: skip


def _orders(bill: Bill) -> list[int]:
    return list(dict.fromkeys(each.order for each in bill.items if each.order is not None))


def _order(tenant: Tenant, identifier: int) -> Record:
    order = tenant.orders[identifier]
    return {
        "id": order.id, "number": order_views.shown_number(tenant, order),
        "currency": tenant.currencies[order.currency]["name"],
        "total_amount": text(orders.sums(tenant, order)["total"], 2),
    }  # fmt: skip


def _days(tenant: Tenant, bill: Bill) -> Record:
    at: Any = tenant.times.at
    return {
        "invoice_date": at(bill.invoice_date), "due_date": at(bill.due_date, DUE_HOUR),
        "gl_post_date": at(bill.gl_post_date),
    }  # fmt: skip


def _plain_days(bill: Bill) -> Record:
    days = {"invoice_date": bill.invoice_date, "due_date": bill.due_date, "gl_post_date": bill.gl_post_date}
    return {name: day.isoformat() if day else None for name, day in days.items()}
