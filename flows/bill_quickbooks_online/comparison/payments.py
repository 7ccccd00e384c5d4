"""In which points payments do not agree: pure, and exact to the cent."""

from collections.abc import Iterator

from blocks.quickbooks_online.models import Document
from blocks.quickbooks_online.notes import LIMIT, holds
from flows.bill_lines import NOTHING
from flows.bill_payments import NAME as PAYMENTS
from flows.bill_payments import Paying
from flows.bill_quickbooks_online.comparison.books import Books
from flows.bill_quickbooks_online.mapping import payment_note
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN
from tasks.state.models import Link

VOID = "Void the payment in QuickBooks Online unless BILL's support finds it."
EITHER = "Void the payment in BILL too, or enter it in QuickBooks Online again."
AMOUNT = "Correct the payment in QuickBooks Online to what BILL has paid."


def of_payments(books: Books, rules: BillQuickBooksOnlineConnection) -> Iterator[Difference]:
    """Yields payments that the orders do not tell of, or that the bills are not paid by."""
    if rules.target_entity == "purchase_order":
        for row_id, paying in books.payments.items():
            yield from _not_noted(row_id, paying, books)
        return
    links = books.links_of(PAYMENTS)
    for row_id, paying in books.payments.items():
        yield from _of_payment(row_id, paying, links.get(row_id), books)
    for row_id, link in links.items():
        if row_id not in books.payments and link.state == "live" and link.kind == "bill_payment":
            what = "is in QuickBooks Online, but BILL does not show the payment"
            yield Difference(PAYMENTS, link.source_ref or row_id, NONE, link.target_id, what, VOID)


def _not_noted(row_id: str, paying: Paying, books: Books) -> Iterator[Difference]:
    split = paying.splits[0]
    line = payment_note(paying.payment, split)
    orders = [one for one in books.sent.get(split.bill_id or "", ()) if one.kind == "purchase_order"]
    for link in orders:
        order = books.documents.get(link.target_id)
        told = link.state != "live" or order is None or _tells(order, line) or books.knows(PAYMENTS, row_id)
        if not told:
            what = f"is not noted on purchase order {link.target_id}"
            yield Difference(PAYMENTS, _number(paying), line, NONE, what, RUN)


def _tells(order: Document, line: str) -> bool:
    """Whether the order's note has the line, or is so long that the oldest payments are left out."""
    note = order.private_note or ""
    return holds(note, line) or len(note) + 1 + len(line) > LIMIT


def _of_payment(row_id: str, paying: Paying, link: Link | None, books: Books) -> Iterator[Difference]:
    payment, stage = paying.payment, paying.payment.stage()
    amount = sum((one.amount or NOTHING for one in paying.splits), NOTHING)  # it is made once all its bills are there
    ours = f"{amount} {payment.single_status or payment.status or ''}".strip()
    theirs, what, remedy = "", "", ""
    if link is None:
        if stage == "paid" and _pays_bills(paying, books) and not books.knows(PAYMENTS, row_id):
            theirs, what, remedy = NONE, "is paid in BILL, but not in QuickBooks Online", RUN
    elif (made := books.paid.get(link.target_id)) is None:
        if stage == "paid":
            said = "QuickBooks Online does not have the linked payment"
            theirs, what, remedy = f"no {link.target_id}", said, EITHER
    elif stage == "paid" and made.is_voided:
        again = RUN if link.state == "reversed" else EITHER
        theirs, what, remedy = "voided", "is paid in BILL, but voided in QuickBooks Online", again
    elif stage in {"reversed", "attention"} and not made.is_voided:
        theirs, what, remedy = f"{made.total_amt}", "did not arrive by BILL, but stands in QuickBooks Online", RUN
    elif stage == "paid" and made.total_amt != amount:
        theirs, what, remedy = f"{made.total_amt}", "has another amount in QuickBooks Online", AMOUNT
    if what:
        yield Difference(PAYMENTS, _number(paying), ours, theirs, what, remedy)


def _pays_bills(paying: Paying, books: Books) -> bool:
    """Whether some of the paid bills are bills in QuickBooks; those that went as orders are not paid there."""
    links = [link for split in paying.splits for link in books.sent.get(split.bill_id or "", ())]
    return any(link.kind == "bill" for link in links)


def _number(paying: Paying) -> str:
    payment = paying.payment
    return payment.confirmation_number or payment.transaction_number or payment.id
