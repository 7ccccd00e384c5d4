"""In which points Procurify's bills and QAD's invoices do not agree: pure, and exact to the cent."""

from collections.abc import Iterator

from blocks.procurify.bills import APPROVED_OR_LATER, BILL_PAID
from blocks.procurify.models import Bill
from blocks.qad.models import SupplierInvoice
from flows.procurify_qad.bill_amounts import total_of
from flows.procurify_qad.bill_mapping import CREDIT_NOTE, INVOICE
from flows.procurify_qad.bills import NAME as BILLS
from flows.procurify_qad.bills import PULLED_BACK
from flows.procurify_qad.comparison.books import Books
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN
from flows.unfit import UnfitError

CORRECT = "Correct the invoice in QAD by hand, or change the bill back in Procurify."
REVERSE = "Reverse the invoice in QAD, or approve the bill again as it was."
SEVERAL = "Reverse the one that should not be there, unless the supplier did send two invoices of one number."


def of_bills(books: Books, rules: ProcurifyQadConnection) -> Iterator[Difference]:
    """Yields the differences of bills: of those of Procurify, and of those that were sent and are gone there."""
    for bill in books.bills.values():
        yield from _of_bill(bill, books, rules)
    for uuid in sorted(books.gone & books.bill_links.keys()):
        link = books.bill_links[uuid]
        if not books.knows(BILLS, uuid):
            what = "vanished from Procurify, but posted in QAD"
            yield Difference(BILLS, link.source_ref or uuid, NONE, link.target_id, what, REVERSE)


def _of_bill(bill: Bill, books: Books, rules: ProcurifyQadConnection) -> Iterator[Difference]:
    found, link, known = books.invoices_of(bill), books.bill_links.get(bill.uuid), books.knows(BILLS, bill.uuid)
    if bill.status not in APPROVED_OR_LATER:
        if link and not known:
            state = PULLED_BACK.get(bill.status or 0, f"in status {bill.status}")
            yield _at(bill, state, link.target_id, "posted in QAD, but not approved in Procurify any more", REVERSE)
        return
    if not found:
        if not known and (link or _was_due(bill, rules)):
            what = "was posted, but QAD does not have it" if link else "approved in Procurify, but QAD has no invoice"
            yield _at(bill, f"{bill.total_cost_with_tax} {bill.currency_code}", NONE, what, RUN)
        return
    ours = [one for one in found if one.type in {INVOICE, CREDIT_NOTE}]
    if len(ours) > 1:
        ids = ", ".join(one.id for one in ours)
        yield _at(bill, bill.invoice_number, ids, "QAD has more than one invoice of this supplier and number", SEVERAL)
    if not known:
        yield from _contents(bill, found[0])


def _was_due(bill: Bill, rules: ProcurifyQadConnection) -> bool:
    """Tells whether every run would have posted it; what was paid before the first run stays out without a date."""
    if rules.start_date is None:
        return bill.status != BILL_PAID
    return bill.invoice_date is None or bill.invoice_date >= rules.start_date


def _contents(bill: Bill, invoice: SupplierInvoice) -> Iterator[Difference]:
    if bill.currency_code != invoice.currency:
        yield _at(bill, bill.currency_code, invoice.currency, "another currency", CORRECT)
    if bill.invoice_date and bill.invoice_date != invoice.invoice_date:
        yield _at(bill, str(bill.invoice_date), str(invoice.invoice_date), "another date", CORRECT)
    try:
        total = total_of(bill)
    except UnfitError as unfit:
        yield _at(bill, str(bill.total_cost_with_tax), str(invoice.total), f"the bill {unfit}", CORRECT)
        return
    if invoice.total is not None and abs(total) != invoice.total:
        yield _at(bill, str(total), str(invoice.total), f"another total in {bill.currency_code}", CORRECT)


def _at(bill: Bill, ours: str, theirs: str, what: str, remedy: str) -> Difference:
    return Difference(BILLS, bill.invoice_number or bill.uuid, ours, theirs, what, remedy)
