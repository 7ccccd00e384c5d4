"""In which points BILL and QuickBooks Desktop do not agree: pure, and exact to the cent."""

from collections.abc import Iterator

from flows.bill_quickbooks_desktop.bills import NAME as BILLS
from flows.bill_quickbooks_desktop.comparison.accounts import of_accounts
from flows.bill_quickbooks_desktop.comparison.books import Books
from flows.bill_quickbooks_desktop.comparison.documents import is_wanted, of_links, of_missing
from flows.bill_quickbooks_desktop.comparison.open_amounts import of_open_amounts
from flows.bill_quickbooks_desktop.comparison.payments import of_payments
from flows.bill_quickbooks_desktop.comparison.strays import of_strays
from flows.bill_quickbooks_desktop.comparison.vendors import of_vendors
from flows.bill_quickbooks_desktop.quickbooks_vendors import NAME as ENTERED
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.vendors import NAME as VENDORS
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import exception_of

SEEN_ANEW = frozenset({"quickbooks_bills", "quickbooks_payments"})  # streams whose findings are compared once more


def compare(books: Books, rules: BillQuickBooksDesktopConnection) -> list[Difference]:
    """Returns every difference: of accounts, vendors, bills and payments, and all that is held or refused."""
    return [
        *of_accounts(books, rules),
        *of_vendors(books, rules),
        *of_missing(books, rules),
        *of_links(books, rules),
        *of_payments(books, rules),
        *of_open_amounts(books),
        *of_strays(books),
        *_exceptions(books, rules),
    ]


def _exceptions(books: Books, rules: BillQuickBooksDesktopConnection) -> Iterator[Difference]:
    for (stream, source_id), kept in books.exceptions.items():
        if not _is_over(stream, source_id, books, rules):
            yield exception_of(stream, source_id, kept)


def _is_over(stream: str, source_id: str, books: Books, rules: BillQuickBooksDesktopConnection) -> bool:
    """Whether both sides agree all the same: BILL does not ask for the record, or it is compared anew."""
    if stream == ENTERED:
        return not _is_alone(source_id, books)
    if stream == VENDORS and source_id not in books.links_of(VENDORS):
        vendor = books.vendors.get(source_id)
        return vendor is None or bool(vendor.archived)
    if stream == BILLS and source_id not in books.links_of(BILLS):
        bill = books.bills.get(source_id)
        return bill is None or not is_wanted(bill, rules)
    return stream in SEEN_ANEW


def _is_alone(list_id: str, books: Books) -> bool:
    """Whether a QuickBooks vendor is in use, and still stands for none of BILL's; any other is compared with it."""
    entered = books.entered.get(list_id)
    linked = any(link.target_id == list_id for link in books.links_of(VENDORS).values())
    return entered is not None and entered.active and not linked
