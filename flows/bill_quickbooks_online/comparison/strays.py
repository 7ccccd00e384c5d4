"""Documents whose private note names a bill of ours, but which our records do not know: pure."""

from collections.abc import Iterator
from typing import NamedTuple

from blocks.quickbooks_online.models import Document
from flows.bill_quickbooks_online.bills import NAME as BILLS
from flows.bill_quickbooks_online.comparison.books import Books
from flows.bill_quickbooks_online.comparison.documents import is_wanted, is_withdrawn, thing
from flows.bill_quickbooks_online.marks import Mark, marks_of
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN

DELETE = "Delete the one that should not be there, in QuickBooks Online."
UNKNOWN = "Delete it in QuickBooks Online, unless BILL's support finds the bill."
UNWANTED = "Delete or close it in QuickBooks Online, or restore the bill in BILL."


class Stray(NamedTuple):
    """A document that is not the one that we are linked to, and the bill or part of a bill that it names."""

    mark: Mark
    document: Document


def strays_of(books: Books) -> list[Stray]:
    """Returns the documents in use that name a bill of this organization, and that no link leads to."""
    linked = {link.target_id for link in books.links_of(BILLS).values()}
    return [
        Stray(mark, document)
        for document in books.documents.values()
        if document.id not in linked and not is_withdrawn(document)
        for mark in marks_of(document.private_note or "")
        if mark.organization == books.organization
    ]


def of_strays(strays: list[Stray], books: Books, rules: BillQuickBooksOnlineConnection) -> Iterator[Difference]:
    """Yields second documents of a bill, and those of a bill that BILL does not have, or has archived."""
    by_mark: dict[Mark, list[str]] = {}
    for stray in strays:
        by_mark.setdefault(stray.mark, []).append(stray.document.id)
    for mark, ids in by_mark.items():
        yield _of_mark(mark, ids, books, rules)


def _of_mark(mark: Mark, ids: list[str], books: Books, rules: BillQuickBooksOnlineConnection) -> Difference:
    bill, theirs = books.bills.get(mark.bill), ", ".join(ids)
    if bill is None:
        what = f"QuickBooks Online has a {thing(rules)} of a bill that BILL does not have"
        return Difference(BILLS, mark.bill, NONE, theirs, what, UNKNOWN)
    number = bill.invoice.invoice_number or bill.id
    if not is_wanted(bill):
        what = f"QuickBooks Online has a {thing(rules)} of a bill that is archived in BILL"
        return Difference(BILLS, number, bill.id, theirs, what, UNWANTED)
    standing = _standing(mark, books)
    if standing or len(ids) > 1:
        what = f"QuickBooks Online has more than one {thing(rules)} for the bill"
        return Difference(BILLS, number, ", ".join(standing) or bill.id, theirs, what, DELETE)
    what = f"QuickBooks Online has a {thing(rules)} for the bill that our records do not know"
    return Difference(BILLS, number, bill.id, theirs, what, RUN)


def _standing(mark: Mark, books: Books) -> list[str]:
    """Returns the documents that we are linked to and that stand for the same bill, or the same part of it."""
    found = [books.documents.get(link.target_id) for link in books.sent.get(mark.bill, ())]
    there = [one for one in found if one is not None and not one.is_deleted]
    return [one.id for one in there if mark in marks_of(one.private_note or "")]
