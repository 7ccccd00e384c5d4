"""In which points BILL and QuickBooks Online do not agree: pure, and exact to the cent."""

from collections.abc import Iterator

from flows.bill_quickbooks_online.bills import NAME as BILLS
from flows.bill_quickbooks_online.comparison.books import Books, bill_of
from flows.bill_quickbooks_online.comparison.documents import is_wanted, of_links, of_missing
from flows.bill_quickbooks_online.comparison.payments import of_payments
from flows.bill_quickbooks_online.comparison.strays import of_strays, strays_of
from flows.bill_quickbooks_online.comparison.vendors import of_vendors
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.bill_quickbooks_online.vendors import HISTORY
from flows.bill_quickbooks_online.vendors import NAME as VENDORS
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import exception_of

SEEN_ANEW = frozenset({"quickbooks_documents"})  # streams whose findings are compared here once more


def compare(books: Books, rules: BillQuickBooksOnlineConnection) -> list[Difference]:
    """Returns every difference: of vendors, of documents, of payments, and all that is held or refused."""
    strays = strays_of(books)
    marked = frozenset(stray.mark.bill for stray in strays)
    return [
        *of_vendors(books),
        *of_missing(books, rules, marked),
        *of_links(books, rules),
        *of_strays(strays, books, rules),
        *of_payments(books, rules),
        *_exceptions(books),
    ]


def _exceptions(books: Books) -> Iterator[Difference]:
    for (stream, source_id), kept in books.exceptions.items():
        if not _is_over(stream, source_id, books):
            yield exception_of(stream, source_id, kept)


def _is_over(stream: str, source_id: str, books: Books) -> bool:
    """Whether both sides agree all the same: the record is out of use in BILL, and never went."""
    if stream == HISTORY:
        return not _is_alone(source_id, books)
    if stream == VENDORS and source_id not in books.links_of(VENDORS):
        vendor = books.vendors.get(source_id)
        return vendor is None or bool(vendor.archived)
    if stream == BILLS and source_id not in books.links_of(BILLS):
        bill = books.bills.get(bill_of(source_id))
        return bill is None or not is_wanted(bill)
    return stream in SEEN_ANEW


def _is_alone(vendor_id: str, books: Books) -> bool:
    """Whether a QuickBooks vendor is in use, and still stands for none of BILL's; any other is compared with it."""
    entered = books.entered.get(vendor_id)
    linked = any(link.target_id == vendor_id for link in books.links_of(VENDORS).values())
    return entered is not None and entered.active is not False and not linked
