"""In which points QAD and BILL do not agree: pure, and exact to the cent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from blocks.bill.models import Bill, BillLine, VendorCredit
from blocks.qad.models import SupplierInvoice, SupplierPayment
from flows.qad_bill.invoice_references import not_payable
from flows.qad_bill.mapping import INVOICE_NUMBER, NOTHING, VENDOR_NAME
from flows.qad_bill.payments import PaidBill
from flows.qad_bill.rules import QadBillConnection
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN, exception_of
from tasks.state.models import Link, Record

BILLS, PAYMENTS = "bills", "payments"
CORRECT = "Correct the record in BILL, or run the connection with its id after QAD is right."
RESTORE = "Restore it in BILL, or cancel it in QAD."
WITHDRAW = "Archive the bill in BILL, or cancel its payment, if it must not be paid; or reopen the invoice in QAD."


class Document(NamedTuple):
    """A bill or a vendor credit of BILL."""

    id: str
    vendor: str
    number: str
    day: date | None
    total: Decimal | None
    lines: Mapping[str, Decimal] | None  # by BILL account id; None where they were not read
    archived: bool
    unpaid: bool


def of_bill(bill: Bill, *, lines: bool) -> Document:
    """Returns the bill as a document; whether its lines count is for the caller to know."""
    unpaid = bill.payment_status != "PAID" and bill.due_amount != 0
    number, day = bill.invoice.invoice_number or "", bill.invoice.invoice_date
    coded = _by_account(bill.bill_line_items) if lines else None
    return Document(bill.id, bill.vendor_id or "", number, day, bill.amount, coded, bool(bill.archived), unpaid)


def of_credit(credit: VendorCredit, *, lines: bool) -> Document:
    """Returns the vendor credit as a document; it is unpaid while some of it is not applied."""
    unpaid = (credit.applied_amount or NOTHING) != credit.amount
    number, vendor = credit.reference_number or "", credit.vendor_id or ""
    coded = _by_account(credit.vendor_credit_line_items) if lines else None
    return Document(credit.id, vendor, number, credit.credit_date, credit.amount, coded, bool(credit.archived), unpaid)


def _by_account(lines: Iterable[BillLine]) -> dict[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[(line.classifications.chart_of_account_id if line.classifications else None) or ""] += (
            line.amount or NOTHING
        )
    return dict(sums)


@dataclass
class Books:
    """Both systems as just read, and what is stored about their records."""

    invoices: dict[str, SupplierInvoice] = field(default_factory=dict)  # QAD's open ones, and those asked for by id
    gone: set[str] = field(default_factory=set)  # ids of sent invoices that QAD does not have any more
    documents: dict[str, Document] = field(default_factory=dict)  # BILL's, by id
    paid: dict[str, PaidBill] = field(default_factory=dict)  # BILL's payments of our bills, by "payment/split"
    posted: dict[str, SupplierPayment] = field(default_factory=dict)  # QAD's, by id
    links: dict[str, Link] = field(default_factory=dict)  # of the invoices, by id
    payment_links: dict[str, Link] = field(default_factory=dict)  # of the payments, by "payment/split"
    vendors: dict[str, str] = field(default_factory=dict)  # BILL ids by supplier code
    accounts: dict[str, str] = field(default_factory=dict)  # BILL ids by account code
    exceptions: dict[tuple[str, str], Record] = field(default_factory=dict)  # by stream and source id

    def knows(self, stream: str, source_id: str) -> bool:
        """Tells whether the record's own reason says why it is not on the other side."""
        return (stream, source_id) in self.exceptions


def compare(books: Books, rules: QadBillConnection) -> list[Difference]:
    """Returns every difference: of invoices, of their links, of payments, and all that is held or refused."""
    return [
        *(one for invoice in books.invoices.values() for one in _of_invoice(invoice, books, rules)),
        *_of_gone(books),
        *_doubles(books),
        *_of_payments(books, rules),
        *_exceptions(books),
    ]


def is_payable(invoice: SupplierInvoice, rules: QadBillConnection) -> bool:
    """Tells whether QAD wants the document in BILL now: of a kind that goes, approved, open, unlocked, unselected."""
    if rules.invoice_types.get(invoice.type) not in {"bill", "vendor_credit"}:
        return False
    return not not_payable(invoice, rules)


def _of_invoice(invoice: SupplierInvoice, books: Books, rules: QadBillConnection) -> Iterator[Difference]:
    link, payable = books.links.get(invoice.id), is_payable(invoice, rules)
    if link is None:
        if payable and not books.knows(BILLS, invoice.id):
            yield _missing(invoice, rules)
        return
    document = books.documents.get(link.target_id)
    if document is None:
        yield _at(invoice, invoice.id, f"no {link.target_id}", "BILL does not have the linked record", RUN)
    elif document.archived:
        if payable:
            yield _at(invoice, "payable", f"{document.id} archived", "payable in QAD, but archived in BILL", RESTORE)
    elif not payable:
        if document.unpaid and link.kind != "vendor_credit":  # a credit that QAD has used up harms nobody
            what = "closed in QAD" if invoice.is_open is False else "not to be paid yet in QAD"
            yield _at(invoice, _condition(invoice), f"{document.id} unpaid", f"{what}, but unpaid in BILL", WITHDRAW)
    else:
        yield from _contents(invoice, document, books, rules, credit=link.kind == "vendor_credit")


def _missing(invoice: SupplierInvoice, rules: QadBillConnection) -> Difference:
    thing = (rules.invoice_types.get(invoice.type) or "").replace("_", " ")
    return _at(
        invoice, f"{invoice.total} {invoice.currency}", NONE, f"payable in QAD, but BILL has no {thing} for it", RUN
    )


def _condition(invoice: SupplierInvoice) -> str:
    if invoice.is_open is False:
        return "closed"
    return (
        "locked"
        if invoice.is_locked
        else "in a payment selection"
        if invoice.is_selected
        else f"status {invoice.status}"
    )


def _contents(
    invoice: SupplierInvoice, document: Document, books: Books, rules: QadBillConnection, *, credit: bool
) -> Iterator[Difference]:
    vendor = books.vendors.get(invoice.supplier, "")
    number = invoice.reference[:VENDOR_NAME] if credit else _number(invoice.reference, rules)
    if vendor != document.vendor:
        said = f"{invoice.supplier}, which is {vendor or NONE}"
        yield _at(invoice, said, document.vendor or NONE, "another vendor", CORRECT)
    if number != document.number:
        yield _at(invoice, number or NONE, document.number or NONE, "another number", CORRECT)
    if invoice.invoice_date != document.day:
        yield _at(invoice, str(invoice.invoice_date), str(document.day), "another date", CORRECT)
    if invoice.total != document.total:
        yield _at(invoice, str(invoice.total), str(document.total), f"another total in {invoice.currency}", CORRECT)
    if document.lines is not None:
        yield from _lines(invoice, document.lines, books.accounts, credit)


def _lines(
    invoice: SupplierInvoice, theirs: Mapping[str, Decimal], accounts: Mapping[str, str], credit: bool
) -> Iterator[Difference]:
    ours: defaultdict[str, Decimal] = defaultdict(Decimal)
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for line in invoice.posting_lines:
        amount = (line.debit or NOTHING) - (line.credit or NOTHING)
        account = accounts.get(line.account, f"no counterpart of {line.account}")
        ours[account] += -amount if credit else amount
        codes[account].add(line.account)
    for account in sorted({*ours, *theirs}):
        mine, other = ours.get(account, NOTHING), theirs.get(account, NOTHING)
        if mine != other:
            named = f"account {', '.join(sorted(codes[account])) or '(none of QAD)'} ({account or 'uncoded'})"
            yield _at(invoice, str(mine), str(other), f"another amount on {named}", CORRECT)


def _number(reference: str, rules: QadBillConnection) -> str:
    return reference[-INVOICE_NUMBER:] if rules.long_invoice_numbers == "keep_end" else reference[:INVOICE_NUMBER]


def _of_gone(books: Books) -> Iterator[Difference]:
    """Yields links that lost one of their ends, where no invoice at hand tells of them."""
    for source_id, link in books.links.items():
        document = books.documents.get(link.target_id)
        if source_id in books.gone:
            if document is not None and document.unpaid and not document.archived:
                state, what = f"{document.id} unpaid", "vanished from QAD, but unpaid in BILL"
                yield Difference(BILLS, link.source_ref or source_id, NONE, state, what, WITHDRAW)
        elif document is None and source_id not in books.invoices and link.state == "live":  # else its invoice tells
            said = "BILL does not have the linked record"
            yield Difference(BILLS, link.source_ref or source_id, source_id, f"no {link.target_id}", said, RUN)


def _doubles(books: Books) -> Iterator[Difference]:
    ours = {link.target_id: link for link in books.links.values()}
    alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for document in books.documents.values():
        if document.number and not document.archived:
            alike[document.vendor, document.number].append(document.id)
    for (_vendor, number), ids in alike.items():
        linked, strange = [one for one in ids if one in ours], [one for one in ids if one not in ours]
        if linked and strange:
            remedy = "Archive the one that should not be there, unless the vendor did send two invoices of one number."
            what = "BILL has more than one record of this vendor and number"
            yield Difference(BILLS, number, ", ".join(linked), ", ".join(strange), what, remedy)


def _of_payments(books: Books, rules: QadBillConnection) -> Iterator[Difference]:
    for source_id, paid in books.paid.items():
        link = books.payment_links.get(source_id)
        posted = books.posted.get(link.target_id) if link else None
        stage, ref = paid.payment.stage(), paid.payment.confirmation_number or source_id
        counts = posted is not None and posted.status != rules.void_status
        theirs = f"{paid.split.amount} {paid.payment.single_status or paid.payment.status}"
        if stage == "paid" and link is None and not books.knows(PAYMENTS, source_id):
            yield Difference(PAYMENTS, ref, NONE, theirs, "paid in BILL, but not posted in QAD", RUN)
        if link is None:
            continue
        if posted is None:
            yield Difference(PAYMENTS, ref, f"no {link.target_id}", theirs, "QAD does not have the linked payment", RUN)
        elif stage == "paid" and not counts:
            remedy = "Void the payment in BILL too, or post it in QAD again."
            yield Difference(PAYMENTS, ref, posted.status, theirs, "paid in BILL, but voided in QAD", remedy)
        elif stage in {"reversed", "attention"} and counts:
            said = f"{posted.amount} {posted.status}"
            yield Difference(PAYMENTS, ref, said, theirs, "did not arrive by BILL, but stands in QAD", RUN)
        elif counts and posted.amount != paid.split.amount:
            remedy = "Correct the payment in QAD to what BILL has paid."
            yield Difference(PAYMENTS, ref, str(posted.amount), theirs, "another amount", remedy)
    for source_id, link in books.payment_links.items():
        if source_id not in books.paid and link.state == "live":
            remedy = "Void the payment in QAD unless BILL's support finds it."
            what = "posted in QAD, but BILL does not show the payment"
            yield Difference(PAYMENTS, link.source_ref or source_id, link.target_id, NONE, what, remedy)


def _exceptions(books: Books) -> Iterator[Difference]:
    for (stream, source_id), kept in books.exceptions.items():
        if stream == BILLS and kept.outcome == "held" and source_id not in books.invoices:
            continue  # closed in QAD before it reached BILL: both sides agree that there is nothing to pay
        yield exception_of(stream, source_id, kept)


def _at(invoice: SupplierInvoice, ours: str, theirs: str, what: str, remedy: str) -> Difference:
    return Difference(BILLS, invoice.reference or invoice.id, ours, theirs, what, remedy)
