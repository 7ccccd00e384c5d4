"""Records in QuickBooks Desktop that say they were made of one of BILL's, but which our records do not know: pure."""

from collections.abc import Iterator

from blocks.quickbooks_desktop.channel import SYSTEM
from flows.bill_quickbooks_desktop.comparison.books import Books
from flows.bill_quickbooks_desktop.comparison.documents import is_voided
from flows.bill_quickbooks_desktop.comparison.marks import KINDS
from flows.reconcile.differences import Difference

DELETE = "Delete the one that should not be there, in QuickBooks; of vendors, merge the two."
UNKNOWN = "Run the connection, which links what a run was interrupted at; if it stays, delete it in QuickBooks."


def of_strays(books: Books) -> Iterator[Difference]:
    """Yields second records of one of BILL's, and those that nothing links to it."""
    for stream, thing in KINDS.items():
        linked = {link.target_id for link in books.links_of(stream).values()}
        for source_id, found in books.marked.get(stream, {}).items():
            if strays := [one for one in found if one not in linked and _stands(stream, one, books)]:
                yield _of(stream, thing, source_id, strays, books)


def _of(stream: str, thing: str, source_id: str, strays: list[str], books: Books) -> Difference:
    link = books.links_of(stream).get(source_id)
    own = [link.target_id] if link and _stands(stream, link.target_id, books) else []
    ref = (link.source_ref if link else "") or _ref(stream, source_id, books)
    if own or len(strays) > 1:
        what = f"{SYSTEM} has more than one {thing} for it"
        return Difference(stream, ref, ", ".join(own) or source_id, ", ".join(strays), what, DELETE)
    what = f"{SYSTEM} has a {thing} for it that our records do not know"
    return Difference(stream, ref, source_id, strays[0], what, UNKNOWN)


def _stands(stream: str, own_id: str, books: Books) -> bool:
    if stream == "vendors":
        return own_id in books.entered and books.entered[own_id].active
    if stream == "bills":
        return own_id in books.documents and not is_voided(books.documents[own_id])
    return own_id in books.paid and not books.paid[own_id].is_voided


def _ref(stream: str, source_id: str, books: Books) -> str:
    if stream == "vendors":
        return books.vendors[source_id].name or source_id
    if stream == "bills":
        return books.bills[source_id].invoice.invoice_number or source_id
    return books.payments[source_id].payment.confirmation_number or source_id
