"""In which points vendors do not agree: pure."""

from collections.abc import Iterator
from typing import Any

from blocks.bill.models import Vendor
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.values import text
from flows.bill_comparison import vendors
from flows.bill_comparison.points import point
from flows.bill_comparison.vendors import Entered
from flows.bill_quickbooks_desktop.comparison.books import Books
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.vendor_fields import FIELDS, of_bill, of_quickbooks, same
from flows.charts import named
from flows.reconcile.differences import Difference
from tasks.state.mirrors import Mirrored

TITLES = {"email": "e-mail", "account_number": "account number"}
MERGE = "Run the connection: an edit of one side goes to the other. If it stays, make the two equal by hand."


def of_vendors(books: Books, rules: BillQuickBooksDesktopConnection) -> Iterator[Difference]:
    """Yields vendors that are missing, out of use on one side only, or not the same."""

    def points(vendor: Vendor, list_id: str) -> list[str]:
        """Returns what differs."""
        there = books.entered[list_id]
        return [*_field_points(vendor, there), *_terms_points(vendor, there, books, rules)]

    in_use = {one.id: one.active for one in books.entered.values()}
    yield from vendors.of_vendors(books, Entered(SYSTEM, in_use, points, lambda _vendor: MERGE))


def _field_points(vendor: Vendor, there: Mirrored) -> list[str]:
    ours, theirs = of_bill(vendor), of_quickbooks(there.body)
    differing = [field for field in FIELDS if not same(field, ours[field], theirs[field])]
    points = [point(TITLES.get(one, one), _shown(ours[one]), _shown(theirs[one]), same=False) for one in differing]
    return [*points, *([] if there.active else ["it is inactive"])]


def _terms_points(
    vendor: Vendor, there: Mirrored, books: Books, rules: BillQuickBooksDesktopConnection
) -> Iterator[str]:
    mapped = rules.terms.get(str((vendor.additional_info or {}).get("paymentTermId") or ""), "")
    wanted = named(books.lists.get("Terms", {}), mapped) if mapped else None
    if wanted and wanted.id != text(there.body, "TermsRef", "ListID"):
        yield point("terms", wanted.name, text(there.body, "TermsRef", "FullName"), same=False)


def _shown(value: Any) -> str:
    return ", ".join(filter(None, value.values())) if isinstance(value, dict) else str(value or "")
