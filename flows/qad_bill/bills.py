"""Stream `bills`: approved supplier invoices become bills, credit notes become vendor credits."""

from collections.abc import Callable

from blocks.bill.client import BillClient
from blocks.bill.models import Bill
from blocks.bill.target import BillTarget, VendorCreditTarget
from blocks.qad.client import QadClient
from blocks.qad.models import SupplierInvoice
from blocks.qad.source import QadSource
from blocks.source import Row, content_hash
from blocks.target import Body
from flows.qad_bill.invoice_references import Alignment, Known, not_payable, party
from flows.qad_bill.mapping import References, to_bill, to_vendor_credit
from flows.qad_bill.rules import QadBillConnection
from flows.unfit import UnfitError
from tasks.outcomes import Adopt, Cause, Decision, Hold, Keep, Refuse, Write, in_source, in_target
from tasks.state.models import Link
from tasks.stream import Stream

KEY = ("entity", "posting_year", "daybook", "voucher")


def decide(rules: QadBillConnection) -> Callable[[Row, Known], Decision]:
    """Returns the decision about an invoice or a credit note."""

    def decided(row: Row, known: Known) -> Decision:
        invoice: SupplierInvoice = row.content
        kind = rules.invoice_types.get(invoice.type)
        if kind is None:
            said = f"is of QAD's type {invoice.type}, which the rules do not name"
            return Refuse(said, "Name the type under invoice_types in the connection file.")
        if kind == "skip":
            return Keep(f"invoices of type {invoice.type} are not sent, by rule")
        link = known.links.get(row.id)
        blocked = not_payable(invoice, rules)
        if link is not None:
            return _decide_sent(row, invoice, known, link, blocked, rules)
        if blocked:
            causes = in_source(row.id) if invoice.is_open is False else ()
            return Hold(blocked, causes, "It goes by itself once QAD clears it for payment.")
        if hold := _missing(invoice, known):
            return hold
        try:
            body = _body(invoice, kind, known.refs, rules)
        except UnfitError as unfit:
            return _unfit(invoice, unfit)
        return _entered_before(invoice, body, known, kind) or Write("create", body, kind=kind, label=party(invoice))

    return decided


def _decide_sent(
    row: Row, invoice: SupplierInvoice, known: Known, link: Link, blocked: str, rules: QadBillConnection
) -> Decision:
    bill = known.bills.get(link.target_id)
    if link.state == "archived":
        return Keep("withdrawn from BILL") if blocked else _reopened(invoice, link)
    if invoice.is_open is False:
        return _closed(link, bill, paid_here=row.id in known.settled)
    if blocked:
        return Refuse(f"{blocked}, but went to BILL before", "Hold or archive the bill in BILL, or clear it in QAD.")
    if hold := _missing(invoice, known):
        return hold
    try:
        body = _body(invoice, link.kind, known.refs, rules)
    except UnfitError as unfit:
        return _unfit(invoice, unfit)
    if not link.sent_hash or link.sent_hash == content_hash(body):
        return Keep()
    if bill is not None and _is_paid(bill):
        said = "changed in QAD, but BILL has paid or scheduled it already"
        return Refuse(said, "Void the payment in BILL, or correct the invoice by a credit note in QAD.")
    return Write("update", body, kind=link.kind, target_id=link.target_id, label=party(invoice))


def _closed(link: Link, bill: Bill | None, paid_here: bool) -> Decision:
    if link.kind == "vendor_credit":
        return Keep("closed in QAD")
    if bill is None or bill.archived or bill.payment_status == "PAID" or bill.due_amount == 0:
        return Keep("closed in QAD, and nothing is left to pay in BILL")
    if _is_paid(bill):
        said = "is closed in QAD, but its bill is partly paid or scheduled in BILL"
        return Refuse(said, "Cancel the payment in BILL and archive the bill, or reopen the invoice in QAD.")
    if paid_here:  # BILL took the payment back; the payments stream, which comes later, reverses it in QAD too
        return Keep("closed in QAD by a payment that BILL has taken back")
    note = "closed in QAD: the unpaid bill is withdrawn"
    archived = {"archived": True}
    return Write(
        "archive",
        archived,
        kind=link.kind,
        target_id=link.target_id,
        note=note,
        link_state="archived",
        label=link.label,
    )


def _reopened(invoice: SupplierInvoice, link: Link) -> Decision:
    said = f"is open again in QAD, but its bill {link.target_id} was archived"
    return Refuse(said, f"Restore the bill in BILL if {invoice.reference} is to be paid there.")


def _is_paid(bill: Bill) -> bool:
    return bool(bill.paid_amount or bill.scheduled_amount)


def _missing(invoice: SupplierInvoice, known: Known) -> Hold | None:
    """Returns a hold that names each reference that is not there, or None."""
    coded = {line.account for line in invoice.posting_lines} - known.refs.accounts.keys()
    centers = {line.cost_center for line in invoice.posting_lines if line.cost_center} - known.refs.departments.keys()
    supplier = {invoice.supplier} - known.refs.vendors.keys()
    causes = [Cause("vendors", one) for one in supplier]
    causes += [Cause("accounts", one) for one in sorted(coded)] + [Cause("departments", one) for one in sorted(centers)]
    if causes:
        names = {"vendors": "supplier", "accounts": "account", "departments": "cost center"}
        said = " and ".join(f"{names[cause.stream]} {cause.id}" for cause in causes)
        remedy = "It goes by itself once BILL has that; see the record of that name for what is wrong with it."
        return Hold(f"waits for {said} in BILL", tuple(causes), remedy)
    currency = known.currencies.get(invoice.supplier)
    if currency and currency != invoice.currency:
        said = f"is in {invoice.currency}, but BILL pays supplier {invoice.supplier} in {currency}"
        remedy = "Use a supplier of that currency in QAD, or correct the vendor's currency in BILL."
        return Hold(said, in_target(f"currency of {invoice.supplier}"), remedy)
    return None


def _unfit(invoice: SupplierInvoice, unfit: UnfitError) -> Decision:
    remedy = f"Correct invoice {invoice.reference} ({invoice.id}) in QAD."
    if "characters" in str(unfit):
        return Refuse(str(unfit), f"{remedy} Or set long_invoice_numbers in the connection file.")
    return Hold(str(unfit), remedy=f"{remedy} It goes by itself then.")


def _entered_before(invoice: SupplierInvoice, body: Body, known: Known, kind: str) -> Decision | None:
    """Returns the adoption of a bill that BILL has already, a hold for a doubtful one, or None."""
    if twin := known.twins.get(invoice.id):
        said = f"has the same supplier and number as {twin}, which went to BILL already"
        return Hold(said, in_target(f"no bill for {twin}"), "Cancel one of the two in QAD, or give it its own number.")
    if kind != "bill":
        return None  # a credit note often carries the number of the invoice that it corrects
    for bill in known.existing.get((str(body["vendorId"]), str(body["invoice"]["invoiceNumber"])), []):
        if bill.amount == invoice.total and bill.invoice.invoice_date == invoice.invoice_date:
            evidence = f"BILL bill {bill.id} has the same vendor, number, date and amount"
            return Adopt(bill.id, evidence, "bill", party(invoice))
        said = f"BILL has bill {bill.id} of that number with {bill.amount} of {bill.invoice.invoice_date}"
        remedy = "Correct or archive that bill in BILL, or correct the invoice in QAD."
        return Hold(said, in_target(f"bill {bill.id} corrected"), remedy)
    return None


def _body(invoice: SupplierInvoice, kind: str, refs: References, rules: QadBillConnection) -> Body:
    return to_bill(invoice, refs, rules) if kind == "bill" else to_vendor_credit(invoice, refs)


def bills(
    qad: QadClient, bill: BillClient, rules: QadBillConnection, accounts: Stream, departments: Stream, vendors: Stream
) -> Stream:
    """Returns the stream of supplier invoices and credit notes."""
    return Stream(
        name="bills",
        reader=QadSource(qad, "supplier_invoice", SupplierInvoice, key=KEY, ref="reference", whole=False),
        align=Alignment(bill, accounts, departments, vendors, rules),
        decide=decide(rules),
        told=lambda row: bool(not_payable(row.content, rules)),
        targets={"bill": BillTarget(bill), "vendor_credit": VendorCreditTarget(bill)},
    )
