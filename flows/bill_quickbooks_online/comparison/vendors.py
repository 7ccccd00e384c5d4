"""In which points vendors do not agree: pure."""

from collections.abc import Iterator

from blocks.bill.models import Vendor
from blocks.quickbooks_online.account import SYSTEM
from flows.bill_comparison import vendors
from flows.bill_comparison.remedies import replay
from flows.bill_comparison.vendors import Entered
from flows.bill_quickbooks_online.agreement import vendor_points
from flows.bill_quickbooks_online.comparison.books import Books
from flows.bill_quickbooks_online.mapping import to_vendor
from flows.reconcile.differences import Difference
from flows.unfit import UnfitError


def of_vendors(books: Books) -> Iterator[Difference]:
    """Yields vendors that are missing, out of use on one side only, or not the same."""

    def points(vendor: Vendor, entered_id: str) -> list[str]:
        """Returns what differs; nothing of a vendor without a name, which its record tells."""
        try:
            wanted = to_vendor(vendor, vendor.name or "", "", books.company)
        except UnfitError:
            return []
        return vendor_points(wanted, books.entered[entered_id])

    def remedy(vendor: Vendor) -> str:
        """Returns how the two are made equal again."""
        return replay(books.connection, vendor.id, SYSTEM)

    in_use = {one.id: one.active is not False for one in books.entered.values()}
    yield from vendors.of_vendors(books, Entered(SYSTEM, in_use, points, remedy))
