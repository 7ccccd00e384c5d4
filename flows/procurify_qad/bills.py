"""Stream `bills`: bills that were approved in Procurify are supplier invoices in QAD, once QAD has the receipts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from blocks.procurify.bills import (
    APPROVED_OR_LATER,
    BILL_PAID,
    CONFIRMED,
    CREDIT_CARD,
    DENIED,
    DRAFT,
    EXPENSE,
    ORDER,
    WITHDRAWN,
    Bill,
)
from blocks.qad.invoice_target import SupplierInvoiceTarget
from blocks.qad.models import SupplierInvoice
from blocks.source import Reader, Row
from flows.procurify_qad.bill_amounts import total_of
from flows.procurify_qad.bill_mapping import Posting, content_of, to_invoice
from flows.procurify_qad.bill_references import BillAlignment, BillsKnown, accounts_of
from flows.procurify_qad.coverage import billed_by
from flows.procurify_qad.levels import orders_of
from flows.procurify_qad.line_links import billed_lines
from flows.procurify_qad.order_references import OVER_BEFORE, lacking_accounts, leaves_out, wrong_currency
from flows.procurify_qad.orders import NAME as ORDERS
from flows.procurify_qad.qad_book import QadBook
from flows.procurify_qad.receipts import NAME as RECEIPTS
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.procurify_qad.supplied import Supplied
from flows.unfit import UnfitError
from tasks.outcomes import Adopt, Agreed, Cause, Decision, Hold, Ignore, Keep, Refuse, Write, in_source, in_target
from tasks.state.models import Link
from tasks.stream import Stream

NAME = "bills"
KIND = "invoice"
TYPES = {EXPENSE: "an expense claim", CREDIT_CARD: "a credit card's statement"}
PULLED_BACK = {
    DRAFT: "a draft again",
    CONFIRMED: "waiting for approval again",
    DENIED: "denied",
    WITHDRAWN: "withdrawn",
}


def before_receipts(rules: ProcurifyQadConnection) -> Callable[[Row, BillsKnown], Decision | None]:
    """Returns what decides about a bill whatever was received for it; None where only that is left."""

    def decided(row: Row, known: BillsKnown) -> Decision | None:
        bill: Bill = row.content
        if bill.type != ORDER:
            return Ignore(f"is {TYPES.get(bill.type or -1, f'of type {bill.type}')}, and none of a supplier")
        if link := known.links.get(row.id):
            return _posted(row, bill, link, known)
        if bill.status not in APPROVED_OR_LATER or bill.active is False:
            return Ignore("not approved in Procurify")
        if rules.start_date and bill.invoice_date and bill.invoice_date < rules.start_date:
            return Ignore("dated before the start date")
        if bill.status == BILL_PAID and (row.id in known.left_out or leaves_out(known.is_first, rules)):
            return Keep(OVER_BEFORE)  # kept in mind, for it may change and be read again
        supplier = _supplied(row, bill, known)
        if isinstance(supplier, Hold):
            return supplier
        try:
            return _there_already(row, bill, supplier, known) or _order_missing(bill, known)
        except UnfitError as unfit:
            return _unfit(row, unfit)

    return decided


def decide(rules: ProcurifyQadConnection) -> Callable[[Row, BillsKnown], Decision]:
    """Returns the decision about a bill."""
    before = before_receipts(rules)

    def decided(row: Row, known: BillsKnown) -> Decision:
        bill: Bill = row.content
        if decision := before(row, known):
            return decision
        if short := known.short.get(row.id):
            said = f"waits for receipts in QAD: {'; '.join(map(str, short))}"
            remedy = "Post the receipt in QAD, or correct it in Procurify if nothing has come; it goes by itself then."
            return Hold(said, tuple(Cause(RECEIPTS, one.level.id) for one in short), remedy)
        supplier = _supplied(row, bill, known)
        assert isinstance(supplier, Supplied)  # noqa: S101 - `before` has seen to it
        try:
            body = to_invoice(bill, supplier, _posting(bill, known), rules)
        except UnfitError as unfit:
            return _unfit(row, unfit)
        agreed = Agreed(content_of(bill))
        return Write("create", body, KIND, label=bill.group or "", agreed=agreed, lines=billed_lines(bill))

    return decided


def _posting(bill: Bill, known: BillsKnown) -> Posting:
    billed = billed_by(bill)
    lines = [line for one in billed if one.item in known.ordered for line in known.ordered[one.item].lines]
    return Posting(known.entity, known.domain, orders_of(lines), known.matching.get(bill.uuid, ()), known.cost_center)


def _posted(row: Row, bill: Bill, link: Link, known: BillsKnown) -> Decision:
    """Returns that a posted bill is as it was, or what of it a person must bring to QAD."""
    invoice = f"invoice {link.target_id}"
    if bill.status in PULLED_BACK or bill.active is False:
        state = PULLED_BACK.get(-1 if bill.status is None else bill.status, "deleted")
        said = f"was posted in QAD as {invoice}, and is {state} in Procurify"
        return Refuse(said, f"Reverse {invoice} in QAD, or approve the bill again as it was.", in_target(invoice))
    was, now = known.agreed.get(row.id) or {}, content_of(bill)
    if changed := _changes(was, now):
        said = f"was changed in Procurify after it was posted in QAD as {invoice}: {'; '.join(changed)}"
        return Refuse(said, f"Correct {invoice} in QAD by hand, or change the bill back.")
    if link.label != (bill.group or ""):  # payments find the bill by it, and it may come later than the bill
        why = f"{invoice} was made of it; its payment group is {bill.group or 'none'} now"
        return Adopt(link.target_id, link.evidence or why, KIND, bill.group or "", Agreed(now))
    return Keep(agreed=Agreed(now))


def _changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Returns what of a posted bill is otherwise now, for people."""
    differing = [name for name in now if name != "state" and name in was and was[name] != _stored(now[name])]
    return ["its lines" if name == "lines" else f"{name} {was[name]} became {now[name]}" for name in differing]


def _stored(value: object) -> object:
    """Returns a value as it comes out of the store."""
    if isinstance(value, list):
        return [_stored(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _supplied(row: Row, bill: Bill, known: BillsKnown) -> Supplied | Hold:
    """Returns the bill's supplier in QAD, or a hold that names what the bill lacks, or refers to and QAD lacks."""
    if not bill.invoice_number.strip():
        return Hold("has no invoice number", in_source(row.id), "Enter the supplier's invoice number in Procurify.")
    if bill.vendor is None:
        return Hold("has no vendor", in_source(row.id), "Choose a vendor in Procurify.")
    supplier = known.suppliers[bill.vendor.id]
    if isinstance(supplier, Hold):
        return supplier
    lacking = lacking_accounts(accounts_of(bill), known.accounts)
    return wrong_currency(supplier, bill.currency_code) or lacking or supplier


def _there_already(row: Row, bill: Bill, supplier: Supplied, known: BillsKnown) -> Decision | None:
    """Returns the adoption of an invoice that QAD has already, a hold for a doubtful one, or None."""
    if twin := known.twins.get(row.id):
        said = f"has the same supplier and number as bill {twin}"
        return Hold(
            said,
            in_target(f"number of bill {row.id}"),  # which one goes can be told when the other has gone, too
            "Withdraw one of the two in Procurify, or correct its number.",
        )
    number = bill.invoice_number.strip().casefold()
    for invoice in known.numbered.get((supplier.code, number), ()):
        if owner := known.owners.get(invoice.id):
            said = f"has the supplier and number of bill {owner}, which is invoice {invoice.id} in QAD"
            remedy = "Withdraw one of the two in Procurify, or correct its number."
            return Hold(said, in_target(f"number of {invoice.id}"), remedy)
        if _is_equal(invoice, bill):
            evidence = f"QAD invoice {invoice.id} has the same supplier, number, date and amount"
            return Adopt(invoice.id, evidence, KIND, bill.group or "", Agreed(content_of(bill)), billed_lines(bill))
        said = (
            f"QAD has invoice {invoice.id} of that supplier and number, with {invoice.total} of {invoice.invoice_date}"
        )
        remedy = "QAD would only warn: correct the number in Procurify, or that invoice in QAD."
        return Hold(said, in_target(f"number of {invoice.id}"), remedy)
    return None


def _is_equal(invoice: SupplierInvoice, bill: Bill) -> bool:
    total = (invoice.original_credit or Decimal(0)) - (invoice.original_debit or Decimal(0))
    same_day = invoice.invoice_date == bill.invoice_date
    return same_day and invoice.currency == bill.currency_code and total == total_of(bill)


def _order_missing(bill: Bill, known: BillsKnown) -> Hold | None:
    """Returns a hold that names the orders that QAD does not have yet, or None."""
    lacking: Sequence[str] = sorted({one.order for one in billed_by(bill) if one.item not in known.ordered})
    if not lacking:
        return None
    names = {item.po.uuid: item.po.number for item in bill.items if item.po}
    said = f"waits for order {' and '.join(names.get(one) or one or 'of no number' for one in lacking)} in QAD"
    causes = tuple(Cause(ORDERS, one) if one else in_target(f"order of {bill.uuid}")[0] for one in lacking)
    remedy = "It goes by itself once QAD has that; see that order's record, or run with its number as record id."
    return Hold(said, causes, remedy)


def _unfit(row: Row, unfit: UnfitError) -> Refuse:
    return Refuse(f"Bill {row.ref} {unfit}", unfit.remedy or f"Correct bill {row.ref} in Procurify.")


def bills(source: Reader, book: QadBook, rules: ProcurifyQadConnection, accounts: Stream) -> Stream:
    """Returns the stream of bills, from Procurify to QAD."""
    return Stream(
        name=NAME,
        reader=source,
        align=BillAlignment(book, rules, accounts, NAME, before_receipts(rules)),
        decide=decide(rules),
        targets={KIND: SupplierInvoiceTarget(book.client)},
        told=lambda row: row.content.type != ORDER or row.content.status in PULLED_BACK,
    )
