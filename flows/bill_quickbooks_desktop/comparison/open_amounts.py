"""Whether what BILL has paid of a bill is what QuickBooks Desktop shows as paid: pure, and exact to the cent."""

from collections.abc import Iterator
from decimal import Decimal

from blocks.bill.models import Bill
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.models import Bill as QuickBooksBill
from flows.bill_lines import NOTHING
from flows.bill_payments import NAME as PAYMENTS
from flows.bill_quickbooks_desktop.bills import NAME as BILLS
from flows.bill_quickbooks_desktop.comparison.books import Books
from flows.reconcile.differences import Difference

MORE = (
    "See who paid it in QuickBooks: BILL would pay it once more. Record that payment in BILL as made outside of it,"
    " or delete it in QuickBooks."
)
LESS = "Enter in QuickBooks what BILL has settled otherwise than by a payment, such as a credit, or correct it in BILL."


def of_open_amounts(books: Books) -> Iterator[Difference]:
    """Yields bills of which QuickBooks shows another amount as paid, unless a missing payment explains it."""
    untold = _untold(books)
    for bill_id, link in books.links_of(BILLS).items():
        record, bill = books.documents.get(link.target_id), books.bills.get(bill_id)
        if record is None or bill is None or bill.archived:
            continue
        there = QuickBooksBill.model_validate(record)
        ours, total = _paid(bill), there.amount_due or NOTHING
        if ours is None or there.is_voided or total != bill.amount:  # another total is a difference of its own
            continue
        theirs = total - there.open_amount
        if theirs != ours - untold.get(bill_id, NOTHING):
            what = f"{theirs:.2f} of it are paid in {SYSTEM}, and {ours:.2f} in BILL"
            number = link.source_ref or bill_id
            yield Difference(BILLS, number, bill_id, link.target_id, what, MORE if theirs > ours else LESS)


def _paid(bill: Bill) -> Decimal | None:
    """Returns how much of the bill has been paid; None if BILL does not tell."""
    if bill.paid_amount is not None:
        return bill.paid_amount
    return {"UNPAID": NOTHING, "PAID": bill.amount}.get(bill.payment_status or "")


def _untold(books: Books) -> dict[str, Decimal]:
    """Returns what BILL has paid by payments that do not stand in QuickBooks, which are told themselves, by bill."""
    found: dict[str, Decimal] = {}
    links = books.links_of(PAYMENTS)
    for row_id, paying in books.payments.items():
        link = links.get(row_id)
        there = books.paid.get(link.target_id) if link else None
        if paying.payment.stage() in {"pending", "reversed"} or (there is not None and not there.is_voided):
            continue
        for split in paying.splits:
            found[split.bill_id or ""] = found.get(split.bill_id or "", NOTHING) + (split.amount or NOTHING)
    return found
