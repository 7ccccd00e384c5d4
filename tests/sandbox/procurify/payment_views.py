"""How payments are told: in their own list, and inside the bills that they pay.

Source: Procurify API, payments (public v1) and bill detail; the numbers of the latter's statuses are those of the
payments of v2.
"""

from tests.sandbox.procurify.records import Bill, Payment
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.wire import Record, number, text

NUMBERS = {
    "draft": 0, "pending_approval": 1, "approved": 2, "denied": 3, None: 4, "paid": 5, "processing": 7, "failed": 8,
    "scheduled": 9,
}  # fmt: skip


def row(tenant: Tenant, payment: Payment) -> Record:
    """Returns a payment as the list tells it."""
    money = tenant.currencies[payment.currency]
    created, updated = (each.replace(microsecond=0) for each in (payment.created, payment.updated))
    return {
        "id": payment.id, "uuid": payment.uuid, "payment_source_name": "Operating account",
        "payment_source_type": "external", "external_payment_source_id": 12,
        "creator": {"email": "ap@acme.example", "first_name": "Ana", "last_name": "Pal"},
        "created_at": tenant.times.zulu(created), "updated_at": tenant.times.zulu(updated),
        "amount": text(payment.amount, 2), "currency": {"id": money["id"], "name": money["name"]},
        "status": payment.status,
        "processing_date": payment.processing_date.isoformat() if payment.processing_date else None,
        "direct_debit_bank_account_mask": None, "vendor_name": tenant.vendors[payment.vendor].fields["name"],
        "posted_date": payment.posted_date.isoformat() if payment.posted_date else None, "gl_code": "1000",
        "vendor_payment_method_country_code": "US", "vendor_payment_method_rail": "ACH",
        "bill_groups": payment.groups, **payment.fields,
    }  # fmt: skip


def of_bill(tenant: Tenant, bill: Bill) -> Record | None:
    """Returns the payment as a bill tells it, or None."""
    payment = tenant.payments.get(bill.payment or 0)
    if payment is None:
        return None
    told = {
        "id": payment.id, "status": NUMBERS[payment.status], "amount": number(payment.amount),
        "payment_date": payment.processing_date.isoformat() if payment.processing_date else None,
        "reference_number": f"P-{payment.id}", "memo": "", "is_processed": payment.status == "paid",
    }  # fmt: skip
    return {"id": payment.id * 10, "payment": told, "payment_method": {"id": 1, "name": "ACH", "type": 2},
            "amount": number(payment.amount), "transaction": None}  # fmt: skip
