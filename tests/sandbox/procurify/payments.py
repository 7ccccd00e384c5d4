"""What happens to payments, and the list of them; nothing over the API changes one.

Source: Procurify API, payments (public v1); the list of v2 was announced to go after 2026-06-05.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.procurify import bill_views, bills, payment_views
from tests.sandbox.procurify.calls import Call, Endpoint, Reply
from tests.sandbox.procurify.filters import Filter, Listing, span
from tests.sandbox.procurify.paging import page_of
from tests.sandbox.procurify.records import (
    APPROVED,
    BILL_PAID,
    LIMBO,
    PAYMENT_APPROVED,
    PAYMENT_CONFIRMED,
    ZERO,
    Bill,
    Payment,
)
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.wire import not_found, refusal

BECOMES: dict[str | None, int] = {  # the bills' status, by the payment's
    "draft": PAYMENT_CONFIRMED, "pending_approval": PAYMENT_CONFIRMED, "approved": PAYMENT_APPROVED,
    "scheduled": PAYMENT_APPROVED, "processing": LIMBO, "paid": BILL_PAID, "failed": APPROVED, "denied": APPROVED,
    None: APPROVED,
}  # fmt: skip


def pay(
    tenant: Tenant, paid: Sequence[Bill], amount: Decimal | None, status: str | None, on: date | None, **fields: Any
) -> Payment:
    """Adds a payment of approved bills of one vendor and currency.

    Raises:
        Refusal: 400, a bill is not approved or is in payment, or they are not alike.
    """
    if not paid or any(each.status != APPROVED for each in paid):
        raise refusal(400, "Only approved bills without a payment can be paid.")
    if len({(each.vendor, each.currency) for each in paid}) > 1:
        raise refusal(400, "One payment is to one vendor, in one currency.")
    now, identifier = tenant.now(), tenant.next_id("payment")
    total = sum((bill_views.sums(each)["total_cost_with_tax"] for each in paid), ZERO)
    payment = Payment(
        id=identifier, uuid=tenant.next_uuid("payment", identifier), vendor=paid[0].vendor, currency=paid[0].currency,
        amount=total if amount is None else amount, created=now, updated=now, status=None, fields=fields,
        bills=[each.uuid for each in paid], groups=list(dict.fromkeys(each.group or 0 for each in paid)),
        processing_date=on or now.astimezone(tenant.zone).date(),
    )  # fmt: skip
    tenant.payments[payment.id] = payment
    return move(tenant, payment, status)


def move(tenant: Tenant, payment: Payment, status: str | None) -> Payment:
    """Gives a payment a status; its bills follow."""
    payment.status, payment.updated = status, tenant.now()
    payment.posted_date = payment.processing_date if status == "paid" else None
    for name in payment.bills:
        if name not in tenant.bills:
            continue
        bill = bills.put(tenant, tenant.bills[name], BECOMES[status])
        bill.payment = None if bill.status == APPROVED else payment.id
    return payment


def mark_as_paid(tenant: Tenant, names: Sequence[str]) -> list[Bill]:
    """Says that approved bills are paid, by hand.

    Raises:
        Refusal: 400, one of them is not approved or has a payment.
    """
    marked = [tenant.bill(each) for each in names]
    if any(each.status != APPROVED or each.payment is not None for each in marked):
        raise refusal(400, "Only approved bills without a payment can be marked as paid.")
    return [bills.put(tenant, each, BILL_PAID) for each in marked]


class Payments:
    """The endpoints."""

    def endpoints(self) -> list[Endpoint]:
        """Returns what is served."""
        return [
            Endpoint("/api/public/v1/payments/", {"GET": self._list}),
            Endpoint("/api/v2/ap/payments/", {"GET": self._gone}),
        ]

    def _list(self, call: Call) -> Reply:
        tenant = call.tenant
        rows = [*tenant.payments.values()]
        return 200, page_of(call, rows, _listing(tenant), lambda row: payment_views.row(tenant, row))

    def _gone(self, call: Call) -> Reply:
        if call.tenant.switches.v2_payments == "gone":
            raise refusal(410, "This endpoint was removed.", "gone")
        raise not_found()


def _listing(tenant: Tenant) -> Listing:
    ends = ("_after", "_before")

    def invoice_numbers(row: Payment) -> set[str]:
        return {tenant.bills[each].invoice_number for each in row.bills if each in tenant.bills}

    filters = {
        "bill_groups": Filter("ints", lambda row: row.groups),
        "currency": Filter("int", lambda row: row.currency),
        "ids": Filter("ints", lambda row: row.id),
        "invoice_number": Filter("text", invoice_numbers),
        "payment_amount": Filter("decimal", lambda row: row.amount),
        "status": Filter("texts", lambda row: row.status),
        "vendor": Filter("int", lambda row: row.vendor),
        **span("created_at", "moment", lambda row: row.created, ends),
        **span("updated_at", "moment", lambda row: row.updated, ends),
        **span("processing_date", "day", lambda row: row.processing_date, ends),
    }
    sortable = {"created_at": lambda row: row.created, "updated_at": lambda row: row.updated}
    return Listing(filters, sortable, newest_first=True)
