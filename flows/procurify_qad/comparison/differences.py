"""In which points Procurify and QAD do not agree: pure."""

from collections.abc import Iterator

from flows.procurify_qad.comparison.bills import of_bills
from flows.procurify_qad.comparison.books import Books
from flows.procurify_qad.comparison.orders import of_orders
from flows.procurify_qad.comparison.payments import of_payments
from flows.procurify_qad.payments import NAME as PAYMENTS
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import exception_of


def compare(books: Books, rules: ProcurifyQadConnection) -> list[Difference]:
    """Returns every difference of orders, bills and payments, and all that is held or refused, with its reason."""
    return [*of_orders(books, rules), *of_bills(books, rules), *of_payments(books), *_exceptions(books)]


def _exceptions(books: Books) -> Iterator[Difference]:
    for (stream, source_id), kept in books.exceptions.items():
        if stream == PAYMENTS and kept.outcome == "held":
            continue  # told anew from what both sides say now, bill by bill
        yield exception_of(stream, source_id, kept)
