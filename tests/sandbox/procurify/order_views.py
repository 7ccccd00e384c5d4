"""How orders and their lines are told: in the list, in the detail, and flat.

Source: Procurify API. The same numbers are JSON numbers in the detail's lines and strings in the flat list, and
`shipping_method` is a text in the list and an object in the detail.
"""

from typing import Any

from tests.sandbox.procurify import reference, vendors
from tests.sandbox.procurify.orders import fulfilment, sums
from tests.sandbox.procurify.records import CANCELLED, Line, Order
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.wire import Record, number, rounded, text

_PARTY = ("name", "contact", "addressLineOne", "postalCode", "city", "state_province", "country")
_HERE = ("Head Office", "Dana Ito", "100 Mill Road", "V5A 1A1", "Burnaby", "BC", "Canada")


def shown_number(tenant: Tenant, order: Order) -> str:
    """Returns the number that the web app shows."""
    internal = f"PF{order.id}"
    return (order.PO_Num or internal) if tenant.switches.number_is_external else internal


def row(tenant: Tenant, order: Order) -> Record:
    """Returns an order as the list tells it: the header, without lines."""
    times, counted = tenant.times, sums(tenant, order)
    return {
        "procurify_PO": order.id, "uuid": order.uuid, "number": shown_number(tenant, order), "PO_Num": order.PO_Num,
        "date": times.local(order.dated), "last_modified": times.local(order.modified),
        "promise_date": times.at(order.promise_date, 23), "recorded_date": times.local(order.recorded),
        "closed_date": times.local(order.closed), "expiry_date": None, "version": order.version,
        "most_recent_version": order.version, "state": order.state, "fulfilment_status": fulfilment(tenant, order),
        "active": order.state != CANCELLED, "purchaser": reference.person(tenant),
        "pref_vendor": vendors.named(tenant, order.vendor), **order.snapshot,
        **{f"{who}_{name}": value for who in ("buyer", "receiver") for name, value in zip(_PARTY, _HERE, strict=True)},
        "payment_terms": order.payment_terms, "shipping_terms": order.shipping_terms, "shipping_method": "Ground",
        "subtotal": text(counted["subtotal"], 2), "total": text(counted["total"], 2),
        "freight": text(order.freight, 6), "other": text(order.other, 6),
        "tax": _adjustment(order.tax or {"value": counted["tax"], "type": "amount"}),
        "discount": _adjustment(order.discount), "comment": order.comment,
        "purchased_currency": reference.currency(tenant, order.currency, short=True),
        "purchased_currency_rate": tenant.currencies[order.currency]["rate"],
        "item_count": sum(each.active for each in tenant.lines_of(order)), "staged_for_export": False,
        "contract": None, "has_blanket_order_items": False,
    }  # fmt: skip


def detail(tenant: Tenant, order: Order) -> Record:
    """Returns an order with its lines."""
    counted = sums(tenant, order)
    costs = {"subtotal": text(counted["subtotal"], 2), "total_cost": text(counted["total"], 2),
             "tax_amount": text(counted["tax"], 2)}  # fmt: skip
    return {
        **row(tenant, order),
        "shipping_method": {"id": 5, "name": "Ground", "description": None, "active": True},
        "custom_fields": order.custom_fields, "creditcard": None, "creditcard_is_editable": False,
        "payment_term": None, "shipping_term": None, "cost_details": costs, "punchout_is_retriable": False,
        "order_items": [line(tenant, each) for each in tenant.lines_of(order)],
    }  # fmt: skip


def line(tenant: Tenant, item: Line) -> Record:
    """Returns a line as the order's detail tells it, its quantities as JSON numbers."""
    order = tenant.orders.get(item.order or 0)
    return {
        **_shared(tenant, item), "purchase_order_uuid": order.uuid if order else None,
        "purchase_order_number": shown_number(tenant, order) if order else None,
        "quantity": number(item.quantity), "approved_quantity": number(item.quantity),
        "receivedPassQty": number(item.passed), "receivedFailQty": number(item.failed),
        "account": reference.account(tenant, item.account), "taxes": None, "cost_details": None,
        "spend_allocation": [
            {"id": each.id, "amount": text(each.amount, 8), "account": reference.account(tenant, each.account)}
            for each in item.shares
        ],
        "pref_vendor": vendors.named(tenant, item.vendor), "blanket": None,
        "currency": reference.currency(tenant, item.currency, short=True),
        "fully_received_actual_receive_date": item.fully_received.isoformat() if item.fully_received else None,
        "receive_log_count": len(item.receipts),
        "custom_fields": item.custom_fields, "item_attachments": [], "attachments": [],
    }  # fmt: skip


def flat(tenant: Tenant, item: Line) -> Record:
    """Returns a line as the flat list tells it: references as ids, decimals as strings."""
    decimals: dict[str, Any] = {"quantity": item.quantity, "receivedPassQty": item.passed,
                                "receivedFailQty": item.failed}  # fmt: skip
    return {
        **_shared(tenant, item), "PO": [item.order] if item.order else [],
        "orderNum": item.id // 17, "order_number": item.id // 17,
        **{name: text(value, 5) for name, value in decimals.items()},
        "account": item.account, "pref_vendor": item.vendor, "currency": item.currency, "blanket": None,
        "vendor": tenant.vendors[item.vendor].fields["name"],
    }  # fmt: skip


def _shared(tenant: Tenant, item: Line) -> Record:
    times = tenant.times
    code = tenant.account_codes[tenant.accounts[item.account]["account_code"]]["code"]
    return {
        "id": item.id, "PO_line_num": item.number, "purchase_order": item.order, "name": item.name, "sku": item.sku,
        "unit": item.unit, "num": item.num, "price": text(item.price, 8), "total_cost": text(rounded(item.total), 2),
        "tax_amount": text(item.tax_amount, 8), "shipping_amount": text(item.shipping_amount, 8),
        "accountCode": code, "status": item.status, "receive_method": item.receive_method, "type": item.type,
        "last_modified": times.local(item.modified), "updated_at": times.local(item.modified),
        "created_at": times.local(item.created), "approved_datetime": times.local(item.created),
        "submitted_date": times.local(item.created), "date_required": None, "external_id": "",
        "is_active": item.active, "active": item.active,
    }  # fmt: skip


def _adjustment(told: Record) -> Record:
    return {"value": number(told["value"]), "type": told["type"]}
