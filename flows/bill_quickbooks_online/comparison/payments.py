"""In which points payments do not agree: pure, and exact to the cent."""

from collections.abc import Iterator

from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.models import Document
from blocks.quickbooks_online.notes import LIMIT, holds
from flows.bill_comparison.payments import Made, number_of, of_payment, of_unknown
from flows.bill_payments import NAME as PAYMENTS
from flows.bill_payments import Paying
from flows.bill_quickbooks_online.comparison.books import Books
from flows.bill_quickbooks_online.mapping import payment_note
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN


def of_payments(books: Books, rules: BillQuickBooksOnlineConnection) -> Iterator[Difference]:
    """Yields payments that the orders do not tell of, or that the bills are not paid by."""
    if rules.target_entity == "purchase_order":
        for row_id, paying in books.payments.items():
            yield from _not_noted(row_id, paying, books)
        return
    links = books.links_of(PAYMENTS)
    for row_id, paying in books.payments.items():
        link = links.get(row_id)
        there = books.paid.get(link.target_id) if link else None
        made = Made(there.total_amt, there.is_voided) if there else None
        is_due = _pays_bills(paying, books) and not books.knows(PAYMENTS, row_id)
        if found := of_payment(paying, link, made, SYSTEM, is_due=is_due):
            yield found
    for row_id, link in links.items():
        if row_id not in books.payments and link.state == "live" and link.kind == "bill_payment":
            yield of_unknown(link, row_id, SYSTEM)


def _not_noted(row_id: str, paying: Paying, books: Books) -> Iterator[Difference]:
    split = paying.splits[0]
    line = payment_note(paying.payment, split)
    orders = [one for one in books.sent.get(split.bill_id or "", ()) if one.kind == "purchase_order"]
    for link in orders:
        order = books.documents.get(link.target_id)
        told = link.state != "live" or order is None or _tells(order, line) or books.knows(PAYMENTS, row_id)
        if not told:
            what = f"is not noted on purchase order {link.target_id}"
            yield Difference(PAYMENTS, number_of(paying), line, NONE, what, RUN)


def _tells(order: Document, line: str) -> bool:
    """Whether the order's note has the line, or is so long that the oldest payments are left out."""
    note = order.private_note or ""
    return holds(note, line) or len(note) + 1 + len(line) > LIMIT


def _pays_bills(paying: Paying, books: Books) -> bool:
    """Whether some of the paid bills are bills in QuickBooks; those that went as orders are not paid there."""
    links = [link for split in paying.splits for link in books.sent.get(split.bill_id or "", ())]
    return any(link.kind == "bill" for link in links)
