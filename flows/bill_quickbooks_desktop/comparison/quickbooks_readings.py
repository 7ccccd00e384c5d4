"""Reads a company file for its comparison with BILL, by way of its Web Connector; writes nothing.

The first question waits for the Web Connector; because it waits, that visit is ours, and no other run begins with it.
"""

from collections.abc import Collection

from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.models import BillPayment
from blocks.quickbooks_desktop.values import text
from flows.bill_payments import NAME as PAYMENTS
from flows.bill_quickbooks_desktop.bills import NAME as BILLS
from flows.bill_quickbooks_desktop.comparison.books import Books, heading
from flows.bill_quickbooks_desktop.comparison.marks import Marks
from flows.bill_quickbooks_desktop.lists import SMALL, entry_of, small_lists, vendor_of
from flows.bill_quickbooks_desktop.quickbooks_vendors import NAME as ENTERED
from flows.bill_quickbooks_desktop.vendors import NAME as VENDORS
from flows.reconcile.differences import Sides

PAGE = 200  # records of one answer; not as many as a run asks for, whose first questions must not be taken for ours


async def read_company(sides: Sides, books: Books) -> str:
    """The books hold QuickBooks' small lists and the company's settings; the Web Connector has come.

    Raises:
        AwayError: it did not.
        ConfigurationError: another company file is open.
    """
    answers = await sides.target.ask(small_lists())
    for kind, answer in zip(SMALL, answers, strict=True):
        books.lists[kind] = {one.id: one for one in map(entry_of, answer.records)}
    said = await sides.target.ready()
    books.company = await sides.target.company()
    return str(said)


async def read_entered_vendors(sides: Sides, books: Books) -> str:
    """The books hold those QuickBooks vendors that stand for one of BILL's, say so, or wait to be in BILL."""
    ours = {source_id for stream, source_id in books.exceptions if stream == ENTERED}
    chosen = _Chosen(VENDORS, books, books.vendors, ours)
    async for page in sides.target.every(queries.vendors(), PAGE):
        found = [vendor_of(record) for record in page if chosen.takes(record, text(record, "ListID"))]
        books.entered |= {one.id: one for one in found}
    return f"{len(books.entered):,} of ours"


async def read_documents(sides: Sides, books: Books) -> str:
    """The books hold those QuickBooks bills that we are linked to, or that say they are ours, and how others begin."""
    chosen = _Chosen(BILLS, books, books.bills)
    books.others.clear()
    async for page in sides.target.every(queries.bills(lines=sides.deep), PAGE):
        for record in page:
            if chosen.takes(record, text(record, "TxnID")):
                books.documents[text(record, "TxnID")] = record
            elif text(record, "TxnID") not in (same := books.others[heading(record)]):  # pages may be read again
                same.append(text(record, "TxnID"))
    return f"{len(books.documents):,} of ours"


async def read_paid(sides: Sides, books: Books) -> str:
    """The books hold those QuickBooks payments that we are linked to, or that say they are ours."""
    chosen = _Chosen(PAYMENTS, books, books.payments)
    async for page in sides.target.every(queries.payments(), PAGE):
        found = [BillPayment.model_validate(record) for record in page if chosen.takes(record, text(record, "TxnID"))]
        books.paid |= {one.txn_id or "": one for one in found}
    return f"{len(books.paid):,} of ours"


class _Chosen:
    """Chooses QuickBooks' records of one stream, and notes which of BILL's each says it was made of."""

    def __init__(self, stream: str, books: Books, known: Collection[str], more: Collection[str] = ()) -> None:
        links = books.links_of(stream)
        self._linked = {link.target_id for link in links.values()} | set(more)
        self._marks = Marks(stream, books.scope, known, links)
        self._marked = books.marked[stream] = {}

    def takes(self, record: Record, own_id: str) -> bool:
        """Tells whether the record is one of ours."""
        source = self._marks.source_of(record)
        if source and own_id not in self._marked.setdefault(source, []):
            self._marked[source].append(own_id)
        return bool(source) or own_id in self._linked
