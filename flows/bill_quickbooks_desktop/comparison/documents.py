"""In which points bills and what they have become in QuickBooks Desktop do not agree: pure, exact to the cent."""

from collections.abc import Iterator

from blocks.bill.models import Bill
from blocks.exact import Record
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.models import Bill as QuickBooksBill
from flows.bill_comparison.remedies import replay
from flows.bill_quickbooks_desktop.approvals import is_approved
from flows.bill_quickbooks_desktop.bills import DRAFTS
from flows.bill_quickbooks_desktop.bills import NAME as BILLS
from flows.bill_quickbooks_desktop.comparison.bill_points import heading_points, line_points
from flows.bill_quickbooks_desktop.comparison.books import Books, heading
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN
from flows.unfit import UnfitError
from tasks.state.models import Link

WITHDRAW = "Run the connection; if it stays, void or delete the bill in QuickBooks, or restore it in BILL."
DELETE = "Delete the one that somebody entered a second time, in QuickBooks."
Rules = BillQuickBooksDesktopConnection


def of_missing(books: Books, rules: Rules) -> Iterator[Difference]:
    """Yields bills that should be in QuickBooks and are not."""
    marked = books.marked.get(BILLS, {})
    for bill in books.bills.values():
        told = bill.id in books.links_of(BILLS) or books.knows(BILLS, bill.id) or bill.id in marked
        if not told and is_wanted(bill, rules):
            amount = "" if bill.amount is None else f"{bill.amount:.2f}"
            what = f"is in BILL, but {SYSTEM} has no bill for it"
            yield Difference(BILLS, number_of(bill), f"{bill.id} {amount}".strip(), NONE, what, RUN)


def of_links(books: Books, rules: Rules) -> Iterator[Difference]:
    """Yields bills that are gone in QuickBooks, should be gone, are there twice, or are not what BILL says."""
    for bill_id, link in books.links_of(BILLS).items():
        yield from _of_link(bill_id, link, books, rules)


def _of_link(bill_id: str, link: Link, books: Books, rules: Rules) -> Iterator[Difference]:
    record, bill = books.documents.get(link.target_id), books.bills.get(bill_id)
    number, voided = link.source_ref or bill_id, record is not None and is_voided(record)
    if bill is None or bill.archived:
        if record is not None and not voided and not books.knows(BILLS, bill_id):
            why = "is archived in BILL" if bill else "is not in BILL any more"
            yield Difference(BILLS, number, bill_id, link.target_id, f"{why}, but in use in {SYSTEM}", WITHDRAW)
    elif record is None or voided:
        undone = "voided" if voided else "deleted"
        what = f"was {undone} in {SYSTEM}, but is in use in BILL"
        remedy = RUN if link.state == "archived" else replay(books.connection, bill_id, SYSTEM)
        yield Difference(BILLS, number, bill_id, link.target_id if voided else f"no {link.target_id}", what, remedy)
    else:
        for point in _points(bill, record, books, rules):
            yield Difference(BILLS, number, bill_id, link.target_id, point, replay(books.connection, bill_id, SYSTEM))
        yield from _twice(number, link, record, books)


def _points(bill: Bill, record: Record, books: Books, rules: Rules) -> list[str]:
    refs, whole = books.refs(rules), books.whole.get(bill.id)
    try:
        return [*heading_points(bill, record, books, refs), *(line_points(whole, record, books, refs) if whole else ())]
    except UnfitError as unfit:
        why = str(unfit)
    except KeyError as unknown:
        why = f"refers to {unknown.args[0]}, which nothing in {SYSTEM} stands for"
    return [] if books.knows(BILLS, bill.id) else [f"cannot be compared: in BILL it {why}"]


def _twice(number: str, link: Link, record: Record, books: Books) -> Iterator[Difference]:
    _vendor, ref_number, total = seen = heading(record)
    others = books.others.get(seen, []) if ref_number else []
    if others:
        what = f"{SYSTEM} has another bill of the same vendor, number and amount, {total:.2f}"
        yield Difference(BILLS, number, link.target_id, ", ".join(others), what, DELETE)


def is_wanted(bill: Bill, rules: Rules) -> bool:
    """Tells whether the bill should be in QuickBooks."""
    return not bill.archived and bill.record_status not in DRAFTS and is_approved(bill, rules)


def is_voided(record: Record) -> bool:
    """Tells whether the QuickBooks bill was voided."""
    return QuickBooksBill.model_validate(record).is_voided


def number_of(bill: Bill) -> str:
    """Returns what people know the bill by."""
    return bill.invoice.invoice_number or bill.id
