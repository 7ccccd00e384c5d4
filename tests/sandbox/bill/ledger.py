"""What payments and credits do to bills: amounts and statuses, computed anew after every move."""

from decimal import Decimal

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.fields import ZERO
from tests.sandbox.bill.wire import Record

PENDING = frozenset(
    {"SCHEDULED", "READY_TO_FUND", "FUNDING_STARTED", "CANCELLATION_IN_PROGRESS", "FUNDING_FAILED_ACTION_NEEDED"}
)
PAID = frozenset(
    {
        "PROCESSED",
        "SENT",
        "DELIVERED",
        "CLEARED",
        "EXPIRING",
        "VOID_PENDING",
        "PARTIALLY_CLAIMED",
        "DISBURSEMENT_ON_HOLD",
        "DISBURSEMENT_FAILED_ACTION_NEEDED",
        "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED",
    }
)
REVERSED = {
    "CANCELED": "CANCELLED",
    "VOIDED": "VOID",
    "FUNDING_FAILED_VOIDED": "VOID",
    "FUNDS_ESCHEATED": "ESCHEATED",
}


def status_of(single: str, before: str) -> str:
    """Returns a payment's `status` for its `singleStatus`; an unknown one leaves it as it was."""
    if single in PENDING:
        return "SCHEDULED"
    return "PAID" if single in PAID else REVERSED.get(single, before)


def move(books: Books, payment: Record, single: str) -> Record:
    """Moves a payment to a status, settles its bills, and tells the subscribers."""
    payment["singleStatus"] = single
    payment["status"] = status_of(single, payment["status"])
    payment["updatedTime"] = books.stamp()
    if "disbursementInfo" in payment:
        payment["disbursementInfo"]["isVoidable"] = single in PAID
    settle_payment(books, payment)
    books.notify("payment.updated", payment)
    return payment


def settle_payment(books: Books, payment: Record) -> None:
    """Brings every bill and credit of a payment up to date."""
    for split in payment["billPayments"]:
        bill = books.bills[split["billId"]]
        settle_bill(books, bill)
        touch(books, bill, books.switches.payment_bumps_bill)
        for credit in split.get("vendorCredits", ()):
            settle_credit(books, books.vendor_credits[credit["id"]])


def touch(books: Books, bill: Record, bumps: bool) -> None:
    """Gives a bill that approvals or payments changed the time and the event that the switches say."""
    if bumps:
        bill["updatedTime"] = books.stamp()
    if books.switches.approval_events:
        books.notify("bill.updated", bill)


def settle_bill(books: Books, bill: Record) -> None:
    """Brings a bill's amounts and payment status up to date."""
    scheduled = cleared = ZERO
    credits = _applied(bill)
    for split, payment in splits_of(books, bill["id"]):
        if payment["status"] not in REVERSED.values():
            credits += _applied(split)
            paid = payment["status"] == "PAID"
            cleared += split["amount"] if paid else ZERO
            scheduled += ZERO if paid else split["amount"]
    due = bill["amount"] - credits - scheduled - cleared
    bill["creditAmount"] = credits
    bill["scheduledAmount"] = scheduled
    bill["paidAmount"] = cleared + credits
    bill["dueAmount"] = due
    bill["paymentStatus"] = _status(books, bill, due)


def settle_credit(books: Books, credit: Record) -> None:
    """Brings a vendor credit's applied amount and status up to date."""
    holders = [*list(books.bills.values())]
    for payment in list(books.payments.values()):
        if payment["status"] not in REVERSED.values():
            holders.extend(payment["billPayments"])
    rows = (row for holder in holders for row in holder.get("vendorCredits", ()))
    applied = sum((row["amount"] for row in rows if row["id"] == credit["id"]), ZERO)
    credit["appliedAmount"] = applied
    partly = "PARTIALLY_APPLIED" if applied else "NOT_APPLIED"
    credit["status"] = "FULLY_APPLIED" if applied == credit["amount"] else partly


def splits_of(books: Books, bill_id: str) -> list[tuple[Record, Record]]:
    """Returns each share of a payment that goes to this bill, with its payment."""
    payments = [books.payments[identifier] for identifier in books.payments_of.get(bill_id, [])]
    return [(split, payment) for payment in payments for split in payment["billPayments"] if split["billId"] == bill_id]


def _applied(holder: Record) -> Decimal:
    return sum((credit["amount"] for credit in holder.get("vendorCredits", ())), ZERO)


def _status(books: Books, bill: Record, due: Decimal) -> str:
    if due == bill["amount"]:
        return "UNPAID"
    if due > 0:
        return books.switches.partial_status
    return "SCHEDULED" if bill["scheduledAmount"] else "PAID"
