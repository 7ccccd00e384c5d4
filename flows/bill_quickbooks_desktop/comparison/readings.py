"""Reads BILL for its comparison with a company file; writes nothing.

BILL comes first, so that QuickBooks is held no longer than it takes to read it.
"""

from blocks.bill.models import Bill
from blocks.bill.source import BillSource
from blocks.source import Row
from flows.bill_chart import rows as account_rows
from flows.bill_comparison import readings
from flows.bill_pages import each
from flows.bill_payments import NAME as PAYMENTS
from flows.bill_payments import by_payment
from flows.bill_quickbooks_desktop.bills import NAME as BILLS
from flows.bill_quickbooks_desktop.bills import rows as bill_rows
from flows.bill_quickbooks_desktop.comparison import quickbooks_readings
from flows.bill_quickbooks_desktop.comparison.books import LINKED, Books
from flows.bill_quickbooks_desktop.comparison.differences import compare
from flows.reconcile.differences import Comparison, Reading, Sides

AT_A_TIME = 100  # bills that are read by their ids together


async def read_state(sides: Sides, books: Books) -> str:
    """The books hold our links, and the records that are held, refused, failed or in doubt."""
    books.scope = sides.ledger.scope
    return readings.read_state(sides, books, LINKED)


async def read_accounts(sides: Sides, books: Books) -> str:
    """The books hold BILL's accounts."""
    found = [
        row async for record in each(sides.source.classifications("chart-of-accounts")) for row in account_rows(record)
    ]
    books.bill_accounts = {row.id: row for row in found}
    return f"{len(found):,} read"


async def read_bills(sides: Sides, books: Books) -> str:
    """The books hold BILL's bills; those that were sent with their lines, if lines are compared."""
    async for record in each(sides.source.bills()):
        bill = Bill.model_validate(record)
        books.bills[bill.id] = bill
        if sides.deep and bill.bill_line_items:
            books.whole[bill.id] = bill
    if sides.deep:
        source = BillSource(sides.source.bills, sides.source.bill, bill_rows)
        sent = [one for one in books.links_of(BILLS) if one in books.bills and not books.bills[one].archived]
        unread = [one for one in sent if one not in books.whole]
        for start in range(0, len(unread), AT_A_TIME):
            books.whole |= {row.id: row.content for row in await source.load(unread[start : start + AT_A_TIME])}
    return f"{len(books.bills):,} read, {len(books.whole):,} with their lines"


async def read_payments(sides: Sides, books: Books) -> str:
    """The books hold BILL's payments of our bills, and those that we have written."""
    links, sent = books.links_of(PAYMENTS), books.links_of(BILLS)

    def is_ours(row: Row) -> bool:
        """Whether we have written it, or sent a bill that it pays."""
        return row.id in links or any(one.bill_id in sent for one in row.content.splits)

    return await readings.read_payments(sides, books, by_payment, is_ours)


BILL_QUICKBOOKS_DESKTOP = Comparison(
    books=Books,
    readings=(
        Reading("our links", read_state),
        Reading("BILL's accounts", read_accounts),
        Reading("BILL's vendors", readings.read_vendors),
        Reading("BILL's bills", read_bills),
        Reading("BILL's payments", read_payments),
        Reading("QuickBooks' settings and lists", quickbooks_readings.read_company),
        Reading("QuickBooks' vendors", quickbooks_readings.read_entered_vendors),
        Reading("QuickBooks' bills", quickbooks_readings.read_documents),
        Reading("QuickBooks' payments", quickbooks_readings.read_paid),
    ),
    compare=compare,
)
