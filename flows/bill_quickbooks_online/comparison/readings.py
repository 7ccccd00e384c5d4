"""Reads BILL and QuickBooks Online for their comparison, each for itself and in pages; writes nothing."""

from blocks.bill.models import Bill
from blocks.bill.source import BillSource
from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.models import BillPayment, Document
from blocks.quickbooks_online.models import Vendor as QuickBooksVendor
from blocks.source import Row
from flows.bill_comparison import readings
from flows.bill_pages import each, entry_of
from flows.bill_payments import NAME as PAYMENTS
from flows.bill_payments import by_payment, by_split
from flows.bill_quickbooks_online.bills import NAME as BILLS
from flows.bill_quickbooks_online.books import entries
from flows.bill_quickbooks_online.comparison.books import LINKED, Books
from flows.bill_quickbooks_online.comparison.differences import compare
from flows.bill_quickbooks_online.department_classes import department_classes, may_be_classes
from flows.bill_quickbooks_online.documents import KINDS, Parts
from flows.bill_quickbooks_online.marks import marks_of
from flows.bill_quickbooks_online.vendors import HISTORY
from flows.bill_quickbooks_online.vendors import NAME as VENDORS
from flows.reconcile.differences import Comparison, Reading, Sides

AT_A_TIME = 100  # bills that are read by their ids together


async def read_state(sides: Sides, books: Books) -> str:
    """The books hold our links, and the records that are held, refused, failed or in doubt."""
    return readings.read_state(sides, books, LINKED)


async def read_company(sides: Sides, books: Books) -> str:
    """The books hold the company's settings, and the classes that stand for departments."""
    books.company = Company.of(await sides.target.company_info(), await sides.target.preferences())
    if may_be_classes(sides.rules, books.company):
        classes = await entries(sides.target, "Class")
        listed = [entry_of(one) async for one in each(sides.source.classifications("departments"))]
        books.department_classes = department_classes({one.id: one for one in listed}, classes, sides.rules)
    return f"{books.company.name}, {books.company.edition}"


async def read_bills(sides: Sides, books: Books) -> str:
    """The books hold BILL's bills; those that were sent with their lines, if lines are compared."""
    parts = _parts(sides, books)
    async for record in each(sides.source.bills()):
        bill = Bill.model_validate(record)
        books.bills[bill.id] = bill
        if sides.deep and bill.bill_line_items:
            books.parts |= {row.id: row.content for row in parts(record)}
    if sides.deep:
        await _read_lines(sides, books, parts)
    return f"{len(books.bills):,} read, {len(books.parts):,} with their lines"


async def _read_lines(sides: Sides, books: Books, parts: Parts) -> None:
    """The books hold the parts of those bills that are compared by line, as far as BILL's list left the lines out."""
    source = BillSource(sides.source.bills, sides.source.bill, parts)
    sent = [one for one in books.sent if one in books.bills and not books.bills[one].archived]
    unread = [one for one in sent if one not in books.parts]
    for start in range(0, len(unread), AT_A_TIME):
        books.parts |= {row.id: row.content for row in await source.load(unread[start : start + AT_A_TIME])}


def _parts(sides: Sides, books: Books) -> Parts:
    def earlier(bill_id: str) -> list[str]:
        return [link.source_id for link in books.sent.get(bill_id, ()) if link.source_id != bill_id]

    return Parts(books.organization, sides.rules, books.company, earlier)


async def read_payments(sides: Sides, books: Books) -> str:
    """The books hold BILL's payments of our bills, and those that we have written."""
    links = books.links_of(PAYMENTS)

    def is_ours(row: Row) -> bool:
        """Whether we have written it, or sent a bill that it pays."""
        return row.id in links or any(one.bill_id in books.sent for one in row.content.splits)

    by = by_split if sides.rules.target_entity == "purchase_order" else by_payment
    return await readings.read_payments(sides, books, by, is_ours)


async def read_entered_vendors(sides: Sides, books: Books) -> str:
    """The books hold those QuickBooks vendors that stand for one of BILL's, or that were entered there alone."""
    ours = {link.target_id for link in books.links_of(VENDORS).values()}
    ours |= {source_id for stream, source_id in books.exceptions if stream == HISTORY}
    async for page in sides.target.changed("Vendor", None):
        for vendor in map(QuickBooksVendor.model_validate, page):
            if vendor.id in ours:
                books.entered[vendor.id] = vendor
    return f"{len(books.entered):,} of ours"


async def read_documents(sides: Sides, books: Books) -> str:
    """The books hold the documents that we are linked to, and those whose note names a bill of BILL's."""
    linked = {link.target_id for link in books.links_of(BILLS).values()}
    async for page in sides.target.changed(KINDS[sides.rules.target_entity], None):
        for document in map(Document.model_validate, page):
            if document.id in linked or marks_of(document.private_note or ""):
                books.documents[document.id] = document
    return f"{len(books.documents):,} of ours"


async def read_paid(sides: Sides, books: Books) -> str:
    """The books hold the QuickBooks payments that we are linked to, where bills become bills."""
    if sides.rules.target_entity != "bill":
        return "none: bills become purchase orders"
    linked = {link.target_id for link in books.links_of(PAYMENTS).values()}
    async for page in sides.target.changed("BillPayment", None):
        for payment in map(BillPayment.model_validate, page):
            if payment.id in linked:
                books.paid[payment.id] = payment
    return f"{len(books.paid):,} of ours"


BILL_QUICKBOOKS_ONLINE = Comparison(
    books=Books,
    readings=(
        Reading("our links", read_state),
        Reading("QuickBooks' settings", read_company),
        Reading("BILL's vendors", readings.read_vendors),
        Reading("BILL's bills", read_bills),
        Reading("BILL's payments", read_payments),
        Reading("QuickBooks' vendors", read_entered_vendors),
        Reading("QuickBooks' documents", read_documents),
        Reading("QuickBooks' payments", read_paid),
    ),
    compare=compare,
)
