"""In which points vendors do not agree: pure."""

from collections.abc import Iterator

from blocks.bill.models import Vendor
from blocks.quickbooks_online.models import Vendor as QuickBooksVendor
from flows.bill_quickbooks_online.agreement import vendor_points
from flows.bill_quickbooks_online.comparison.books import Books
from flows.bill_quickbooks_online.comparison.remedies import replay
from flows.bill_quickbooks_online.mapping import to_vendor
from flows.bill_quickbooks_online.vendors import NAME as VENDORS
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN
from flows.unfit import UnfitError
from tasks.state.models import Link

RETIRE = "Run the connection; if it stays, make the vendor inactive in QuickBooks Online, or restore it in BILL."
FIND = "Find out in QuickBooks Online's audit log what became of it, and map the BILL vendor to the right one."
GONE = "Make the vendor inactive in QuickBooks Online, unless BILL's support finds it."


def of_vendors(books: Books) -> Iterator[Difference]:
    """Yields vendors that are missing, out of use on one side only, or not the same."""
    links = books.links_of(VENDORS)
    for vendor in books.vendors.values():
        link = links.get(vendor.id)
        if link is not None:
            yield from _of_link(vendor, link, books)
        elif not vendor.archived and not books.knows(VENDORS, vendor.id):
            yield _at(vendor, NONE, "is in BILL, but not in QuickBooks Online", RUN)
    for source_id, link in links.items():
        there = books.entered.get(link.target_id)
        if source_id not in books.vendors and there is not None and there.active is not False:
            what = "is in use in QuickBooks Online, but BILL does not have it"
            yield Difference(VENDORS, link.source_ref or source_id, NONE, link.target_id, what, GONE)


def _of_link(vendor: Vendor, link: Link, books: Books) -> Iterator[Difference]:
    there = books.entered.get(link.target_id)
    if there is None:
        if not vendor.archived:
            yield _at(vendor, f"no {link.target_id}", "QuickBooks Online does not have the linked vendor", FIND)
    elif vendor.archived:
        if there.active is not False:
            yield _at(vendor, link.target_id, "is archived in BILL, but in use in QuickBooks Online", RETIRE)
    else:
        for point in _points(vendor, there, books):
            yield _at(vendor, link.target_id, point, replay(books, vendor.id))


def _points(vendor: Vendor, there: QuickBooksVendor, books: Books) -> list[str]:
    try:
        return vendor_points(to_vendor(vendor, vendor.name or "", "", books.company), there)
    except UnfitError:  # a vendor without a name, which its record tells
        return []


def _at(vendor: Vendor, theirs: str, what: str, remedy: str) -> Difference:
    return Difference(VENDORS, vendor.name or vendor.id, vendor.id, theirs, what, remedy)
