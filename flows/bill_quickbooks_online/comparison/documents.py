"""In which points bills and the documents that they have become do not agree: pure, and exact to the cent."""

from collections.abc import Iterator
from decimal import Decimal

from blocks.bill.models import Bill, BillLine
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.models import Document
from flows.bill_comparison.remedies import replay
from flows.bill_lines import NOTHING
from flows.bill_quickbooks_online.agreement import document_points, heading_points
from flows.bill_quickbooks_online.bills import NAME as BILLS
from flows.bill_quickbooks_online.comparison.books import Books, bill_of
from flows.bill_quickbooks_online.documents import DRAFTS, KINDS, coding
from flows.bill_quickbooks_online.mapping import Coding, Part, to_document
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN
from flows.unfit import UnfitError
from tasks.state.models import Link

WITHDRAW = "Run the connection; if it stays, delete or close the document in QuickBooks Online, or restore the bill."
Rules = BillQuickBooksOnlineConnection


def of_missing(books: Books, rules: Rules, marked: frozenset[str]) -> Iterator[Difference]:
    """Yields bills, and parts of bills, that are in use in BILL and have no document.

    Args:
        books: both systems.
        rules: the connection's.
        marked: ids of bills of which a document tells that our records do not know.
    """
    rows = dict.fromkeys([*books.bills, *(row_id for row_id, part in books.parts.items() if part.lines)])
    for row_id in rows:
        bill = books.bills[bill_of(row_id)]
        told = row_id in books.links_of(BILLS) or books.knows(BILLS, row_id) or bill.id in marked
        if not told and is_wanted(bill):
            amount = "" if bill.amount is None else f"{bill.amount}"
            what = f"is in BILL, but QuickBooks Online has no {thing(rules)} for it"
            yield Difference(BILLS, _number(bill), f"{row_id} {amount}".strip(), NONE, what, RUN)


def of_links(books: Books, rules: Rules) -> Iterator[Difference]:
    """Yields documents that are gone, should be gone, or are not what BILL says.

    What was sent as another kind of document, before the rule was changed, is left as it is by runs, and so here.
    """
    for row_id, link in books.links_of(BILLS).items():
        if link.kind == rules.target_entity:
            yield from _of_link(row_id, link, books, rules)


def _of_link(row_id: str, link: Link, books: Books, rules: Rules) -> Iterator[Difference]:
    document, bill = books.documents.get(link.target_id), books.bills.get(bill_of(row_id))
    number, stands = link.source_ref or row_id, document is not None and not is_withdrawn(document)
    if why := _unwanted(row_id, bill, books):
        if stands:
            what = f"{why}, but in use in QuickBooks Online"
            yield Difference(BILLS, number, row_id, link.target_id, what, WITHDRAW)
    elif link.state == "archived" and not stands:
        if row_id in books.parts or row_id == bill_of(row_id):  # of another part, only its lines tell that it is back
            what = "is in use again in BILL, but withdrawn in QuickBooks Online"
            yield Difference(BILLS, number, row_id, link.target_id, what, RUN)
    elif document is None:
        what = "was deleted in QuickBooks Online, but is in use in BILL"
        yield Difference(BILLS, number, row_id, f"no {link.target_id}", what, replay(books.connection, row_id, SYSTEM))
    elif bill is not None:
        for point in _points(row_id, bill, document, books, rules):
            yield Difference(BILLS, number, row_id, link.target_id, point, replay(books.connection, row_id, SYSTEM))


def _unwanted(row_id: str, bill: Bill | None, books: Books) -> str:
    """Returns why BILL does not ask for the document any more, or nothing."""
    if bill is None:
        return "is not in BILL any more"
    if bill.archived:
        return "is archived in BILL"
    part = books.parts.get(row_id)
    return "has no line of this department left in BILL" if part is not None and not part.lines else ""


def _points(row_id: str, bill: Bill, document: Document, books: Books, rules: Rules) -> list[str]:
    part = books.parts.get(row_id)
    try:
        return _of_part(part, document, books, rules) if part else _of_heading(row_id, bill, document, books, rules)
    except UnfitError as unfit:
        why = str(unfit)
    except KeyError as unknown:
        why = f"refers to {unknown.args[0]}, which nothing in QuickBooks Online stands for"
    return [] if books.knows(BILLS, row_id) else [f"cannot be compared: in BILL it {why}"]


def _of_part(part: Part, document: Document, books: Books, rules: Rules) -> list[str]:
    made = coding(part, rules, books.company)
    if made is None:
        raise UnfitError(f"has lines of several departments, which no {thing(rules)} can say")
    return document_points(to_document(part, made, books.refs, books.company, KINDS[rules.target_entity]), document)


def _of_heading(row_id: str, bill: Bill, document: Document, books: Books, rules: Rules) -> list[str]:
    """Returns the points of a bill whose lines were not read; its documents' totals are compared together, once."""
    line = BillLine(amount=bill.amount)
    unread = Part(bill.model_copy(update={"bill_line_items": (line,)}), books.organization, ())
    wanted = to_document(unread, Coding(), books.refs, books.company, KINDS[rules.target_entity])
    ours, theirs = (bill.amount, _total(bill.id, books)) if row_id == bill.id else (None, None)
    return heading_points(wanted, document, ours, theirs)


def _total(bill_id: str, books: Books) -> Decimal:
    found = [books.documents.get(link.target_id) for link in books.sent.get(bill_id, ()) if link.state == "live"]
    return sum((document.total_amt or NOTHING for document in found if document), NOTHING)


def is_wanted(bill: Bill) -> bool:
    """Tells whether BILL asks for a document of this bill."""
    return not bill.archived and bill.record_status not in DRAFTS


def is_withdrawn(document: Document) -> bool:
    """Tells whether the document does not count any more."""
    return document.is_deleted or document.po_status == "Closed"


def thing(rules: Rules) -> str:
    """Returns what a bill becomes, for people."""
    return rules.target_entity.replace("_", " ")


def _number(bill: Bill) -> str:
    return bill.invoice.invoice_number or bill.id
