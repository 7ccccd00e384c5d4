"""Which documents in QuickBooks are these bills already, although we did not send them: mostly entered by hand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.models import Document
from blocks.quickbooks_online.notes import holds
from blocks.quickbooks_online.query import one_of, select
from blocks.source import Row
from flows.bill_lines import NOTHING, amount_of
from flows.bill_quickbooks_online.mapping import DOC_NUMBER, Part, marker
from flows.bill_quickbooks_online.marks import marks_of

NUMBERS_AT_ONCE = 200  # in one statement
MOST = 1000  # rows of one answer


class Entered(NamedTuple):
    """What QuickBooks has of bills that are not linked."""

    same: Mapping[str, Document]  # by row id: the bill itself
    alike: Mapping[str, Document]  # by row id: of the same vendor and number, but otherwise another


NOTHING_ENTERED = Entered({}, {})


async def numbered(books: QuickBooksClient, entity: str, rows: Sequence[Row]) -> list[Document]:
    """Returns the company's documents that have the number of one of these bills."""
    numbers = sorted({_number(row.content) for row in rows} - {""})
    found: list[Document] = []
    for start in range(0, len(numbers), NUMBERS_AT_ONCE):
        found += await _asked(books, entity, numbers[start : start + NUMBERS_AT_ONCE])
    return found


async def _asked(books: QuickBooksClient, entity: str, numbers: Sequence[str]) -> list[Document]:
    found: list[Document] = []
    while True:
        statement = select(entity, where=[one_of("DocNumber", numbers)], start=len(found) + 1, most=MOST)
        page = await books.query(statement, entity)
        found += [Document.model_validate(record) for record in page]
        if len(page) < MOST:
            return found


def entered(rows: Sequence[Row], documents: Iterable[Document], vendors: Mapping[str, str]) -> Entered:
    """Returns which document each of these bills is; none stands for two of them, nor for one that it does not name.

    Args:
        rows: of bills, none of which is linked.
        documents: those that no bill is linked to.
        vendors: QuickBooks' vendor by BILL's.
    """
    left: defaultdict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in documents:
        left[vendor_of(document), document.doc_number or ""].append(document)
    same: dict[str, Document] = {}
    for is_it in (_is_marked, _is_equal):  # what names the bill goes first
        for row in rows:
            pool = left[vendors.get(row.content.bill.vendor_id or "", ""), _number(row.content)]
            found = next((one for one in pool if is_it(one, row.content)), None)
            if row.id not in same and found is not None:
                same[row.id] = found
                pool.remove(found)
    alike = {row.id: one for row in rows if row.id not in same and (one := _stranger(row.content, left, vendors))}
    return Entered(same, alike)


def _is_marked(document: Document, part: Part) -> bool:
    return holds(document.private_note or "", marker(part))


def _is_equal(document: Document, part: Part) -> bool:
    total = sum(map(amount_of, part.lines), Decimal(NOTHING))
    if part.department or marks_of(document.private_note or ""):
        return False  # it is another bill's, or only a part of this one
    return (document.total_amt, document.txn_date) == (total, part.bill.invoice.invoice_date)


def _stranger(
    part: Part, left: Mapping[tuple[str, str], Sequence[Document]], vendors: Mapping[str, str]
) -> Document | None:
    pool = left.get((vendors.get(part.bill.vendor_id or "", ""), _number(part)), ())
    return next((one for one in pool if not marks_of(one.private_note or "")), None)


def _number(part: Part) -> str:
    return (part.bill.invoice.invoice_number or "")[:DOC_NUMBER]


def vendor_of(document: Document) -> str:
    """Returns QuickBooks' id of the document's vendor."""
    return (document.vendor_ref.value if document.vendor_ref else None) or ""
