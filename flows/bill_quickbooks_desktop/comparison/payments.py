"""In which points payments do not agree, down to the bills that they pay: pure, and exact to the cent."""

from collections.abc import Iterator
from decimal import Decimal

from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.models import BillPayment
from flows.bill_comparison.payments import Made, amount_of, number_of, of_payment, of_unknown
from flows.bill_comparison.points import point
from flows.bill_lines import NOTHING
from flows.bill_payments import NAME, Paying
from flows.bill_quickbooks_desktop.comparison.books import Books
from flows.bill_quickbooks_desktop.mapping import payment_number
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.reconcile.differences import Difference
from tasks.state.models import Link

CORRECT = "Correct the payment in QuickBooks to what BILL has paid."


def of_payments(books: Books, rules: BillQuickBooksDesktopConnection) -> Iterator[Difference]:
    """Yields payments that are missing, undone on one side only, or not the same."""
    links = books.links_of(NAME)
    for row_id, paying in books.payments.items():
        link = links.get(row_id)
        there = books.paid.get(link.target_id) if link else None
        made = Made(there.amount, there.is_voided) if there else None
        is_due = _is_sent(paying, books) and row_id not in books.marked.get(NAME, {}) and not books.knows(NAME, row_id)
        if found := of_payment(paying, link, made, SYSTEM, is_due=is_due):
            yield found
        elif link and there and not there.is_voided and paying.payment.stage() == "paid":
            yield from _details(paying, link, there, books, rules)
    for row_id, link in links.items():
        if row_id not in books.payments and link.state == "live":
            yield of_unknown(link, row_id, SYSTEM)


def _details(
    paying: Paying, link: Link, there: BillPayment, books: Books, rules: BillQuickBooksDesktopConnection
) -> Iterator[Difference]:
    payment, vendors = paying.payment, books.links_of("vendors")
    vendor, payee = vendors.get(payment.vendor_id or ""), there.payee_entity_ref
    points = [_applied_point(paying, there, books)]
    if vendor and payee:
        points.append(point("vendor", payment.vendor_name, payee.full_name, vendor.target_id == payee.list_id))
    if not link.evidence:  # what a person entered keeps its number and its day
        points.append(point("date", payment.process_date, there.txn_date))
        if rules.payment_number == "number" and not there.is_to_be_printed:
            points.append(point("number", payment_number(payment), there.ref_number))
    for one in filter(None, points):
        yield Difference(NAME, number_of(paying), f"{amount_of(paying)}", link.target_id, one, CORRECT)


def _applied_point(paying: Paying, there: BillPayment, books: Books) -> str:
    """Returns which bills are paid otherwise; nothing if each is paid what BILL says."""
    bills = books.links_of("bills")
    ours: dict[str, Decimal] = {}
    for split in paying.splits:
        link = bills.get(split.bill_id or "")
        ours[_id(link, split.bill_id)] = ours.get(_id(link, split.bill_id), NOTHING) + (split.amount or NOTHING)
    theirs: dict[str, Decimal] = {}
    for one in there.applied:
        theirs[one.txn_id or ""] = theirs.get(one.txn_id or "", NOTHING) + (one.amount or NOTHING)
    if ours == theirs:
        return ""
    return f"pays {_said(theirs, books)} in {SYSTEM}, and {_said(ours, books)} in BILL"


def _id(link: Link | None, bill_id: str | None) -> str:
    return link.target_id if link else f"bill {bill_id} of BILL"


def _said(paid: dict[str, Decimal], books: Books) -> str:
    numbers = {one: str(record.get("RefNumber") or one) for one, record in books.documents.items()}
    return " and ".join(f"{numbers.get(one, one)} with {amount:.2f}" for one, amount in paid.items()) or "no bill"


def _is_sent(paying: Paying, books: Books) -> bool:
    """Whether some of the paid bills are in QuickBooks; without any, the bills' own records tell why."""
    bills = books.links_of("bills")
    return any(split.bill_id in bills for split in paying.splits)
