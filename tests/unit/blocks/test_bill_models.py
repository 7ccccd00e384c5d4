"""BILL's records as they come: exact, aware, and never broken by what is new."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from blocks.bill.models import Bill, Notification, Payment, RecurringBill, Subscription, Vendor, VendorCredit
from blocks.exact import decode


def test_a_bill_is_read_exactly() -> None:
    bill = Bill.model_validate(
        decode(
            b'{"id":"00n1","amount":412.50,"paidAmount":"0.10","scheduledAmount":null,"dueDate":"2026-12-02",'
            b'"invoice":{"invoiceNumber":1001,"invoiceDate":"2026-11-02T00:00:00.000Z"},"paymentStatus":"NEW_ONE",'
            b'"billLineItems":[{"id":"bli1","amount":0.1,"classifications":{"departmentId":"0de1"}}],'
            b'"createdTime":"2026-11-02T14:03:11.204+00:00","updatedTime":"2026-11-02T14:03","unheardOf":{"x":1}}'
        )
    )
    assert str(bill.amount) == "412.50" and bill.paid_amount == Decimal("0.10")
    assert bill.scheduled_amount is None and bill.due_amount is None
    assert (bill.due_date, bill.invoice.invoice_date) == (date(2026, 12, 2), date(2026, 11, 2))
    assert (bill.invoice.invoice_number, bill.payment_status) == ("1001", "NEW_ONE")
    assert bill.bill_line_items[0].amount == Decimal("0.1")
    assert bill.updated_time == datetime(2026, 11, 2, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize("kind", [Bill, Payment, Vendor, VendorCredit, RecurringBill, Subscription])
def test_everything_but_the_id_may_be_missing(kind: type[Bill]) -> None:
    assert kind.model_validate({"id": "x"}).id == "x"


@pytest.mark.parametrize("amount", [1.5, True, "abc", "NaN", [1], Decimal("Infinity")])
def test_what_is_not_an_exact_amount_is_refused(amount: object) -> None:
    with pytest.raises(ValidationError):
        Bill.model_validate({"id": "x", "amount": amount})


def test_null_lists_and_pieces_are_empty() -> None:
    assert Payment.model_validate({"id": "x", "billPayments": None}).bill_payments == ()
    assert Bill.model_validate({"id": "x", "invoice": None}).invoice.invoice_number is None
    assert RecurringBill.model_validate({"id": "x", "schedule": None}).schedule.period is None
    assert Subscription.model_validate({"id": "x", "status": None}).status.enabled is None


def test_a_recurring_bill_is_read_with_its_schedule() -> None:
    recurring = RecurringBill.model_validate(
        decode(
            b'{"id":"btp1","vendorId":"0091","archived":false,"description":"Rent","processingOptions":{"autoPayment":'
            b'true},"schedule":{"period":"FORTNIGHTLY","frequency":"3","nextDueDate":"2026-12-01","daysInAdvance":10},'
            b'"recurringBillLineItems":[{"id":"l1","amount":19.99,"classifications":{"locationId":"loc1"}}]}'
        )
    )
    schedule, [line] = recurring.schedule, recurring.recurring_bill_line_items
    assert (schedule.period, schedule.frequency, schedule.days_in_advance) == ("FORTNIGHTLY", 3, 10)
    assert (schedule.next_due_date, schedule.end_date) == (date(2026, 12, 1), None)
    assert line.amount == Decimal("19.99") and line.classifications and line.classifications.location_id == "loc1"
    assert (recurring.vendor_id, recurring.archived, recurring.updated_time) == ("0091", False, None)


def test_an_account_number_may_be_a_number() -> None:
    assert Vendor.model_validate({"id": "x", "accountNumber": 7781}).account_number == "7781"


@pytest.mark.parametrize(
    ("single", "status", "stage"),
    [
        ("SCHEDULED", "SCHEDULED", "pending"),
        ("READY_TO_FUND", None, "pending"),
        ("FUNDING_STARTED", None, "pending"),
        (None, "APPROVING", "pending"),
        ("PROCESSED", "SCHEDULED", "paid"),
        ("SENT", None, "paid"),
        ("CLEARED", "PAID", "paid"),
        (None, "PAID", "paid"),
        ("UNDEFINED", "PAID", "paid"),
        ("VOIDED", "PAID", "reversed"),
        ("CANCELED", None, "reversed"),
        (None, "CANCELLED", "reversed"),
        (None, "VOID", "reversed"),
        ("FUNDS_ESCHEATED", "PAID", "reversed"),
        ("DISBURSEMENT_FAILED_ACTION_NEEDED", "PAID", "attention"),
        ("FUNDING_FAILED_VOIDED", "PAID", "attention"),
        ("VOID_PENDING", "PAID", "paid"),
        ("CANCELLATION_IN_PROGRESS", "SCHEDULED", "pending"),
        ("DISBURSEMENT_ON_HOLD", None, "unknown"),
        ("NEVER_SEEN", "PAID", "unknown"),
        (None, None, "unknown"),
    ],
)
def test_the_stage_of_a_payment(single: str | None, status: str | None, stage: str) -> None:
    payment = Payment.model_validate({"id": "stp1", "singleStatus": single, "status": status})
    assert payment.stage() == stage


def test_a_security_key_is_not_shown() -> None:
    made = Subscription.model_validate(
        {"id": "x", "securityKey": "very-secret", "status": {"enabled": True, "by": "y"}}
    )
    assert "very-secret" not in repr(made) and made.status.enabled is True
    assert made.security_key and made.security_key.get_secret_value() == "very-secret"
    with pytest.raises(ValidationError) as caught:
        Subscription.model_validate({"securityKey": "very-secret"})
    assert "very-secret" not in str(caught.value)


def test_the_entity_is_known_by_its_key() -> None:
    read = Notification.of(
        {"bankAccount": {"id": "bac1"}, "metadata": {"eventId": "e1", "eventType": "bank-account.x"}}
    )
    assert (read.entity, read.record_id) == ("bankAccount", "bac1")
