"""Stream `bills`: approved supplier invoices become bills, credit notes become vendor credits."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from blocks.bill.client import BillClient
from blocks.bill.filters import clause
from blocks.bill.models import Bill
from blocks.bill.target import BillTarget, VendorCreditTarget
from blocks.qad.client import QadClient
from blocks.qad.models import SupplierInvoice
from blocks.qad.source import QadSource
from blocks.source import Row, content_hash
from blocks.target import Body
from flows.qad_bill.mapping import References, UnfitError, to_bill, to_vendor_credit
from flows.qad_bill.rules import QadBillConnection
from tasks.align import ensure
from tasks.outcomes import Adopt, Cause, Decision, Hold, Keep, Refuse, Write
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

KEY = ("entity", "posting_year", "daybook", "voucher")
EARLIER = timedelta(days=7)  # how long before its invoice date a bill may have been entered by hand


@dataclass(frozen=True)
class Known:
    """What a page of invoices refers to, and what BILL has of it already."""

    refs: References
    currencies: Mapping[str, str]  # of the vendors, by supplier code
    links: Mapping[str, Link]  # of the invoices, by id
    bills: Mapping[str, Bill]  # of the linked invoices, by BILL id
    existing: Mapping[tuple[str, str], list[Bill]]  # not ours, by vendor id and invoice number
    twins: Mapping[str, str]  # invoice id to another invoice of the same supplier and number

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.refs.vendors):,} vendors, {len(self.refs.accounts):,} accounts"


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
        blocked = _not_payable(invoice, rules)
        if link is not None:
            return _decide_sent(row, invoice, known, link, blocked, rules)
        if blocked:
            return Hold(blocked, remedy="It goes by itself once QAD clears it for payment.")
        if hold := _missing(invoice, known):
            return hold
        try:
            body = _body(invoice, kind, known.refs, rules)
        except UnfitError as unfit:
            return _unfit(invoice, unfit)
        return _entered_before(invoice, body, known, kind) or Write("create", body, kind=kind, label=_party(invoice))

    return decided


def _not_payable(invoice: SupplierInvoice, rules: QadBillConnection) -> str:
    """Returns why QAD does not want the invoice paid (yet), or nothing."""
    approved = invoice.status in rules.approved_statuses if rules.approved_statuses else invoice.is_approved
    flags = {"open": invoice.is_open, "locked": invoice.is_locked, "selected": invoice.is_selected}
    if untold := [name for name, told in flags.items() if told is None]:
        return f"cannot be judged: QAD does not tell whether it is {' or '.join(untold)} (see `ml-connector check`)"
    if not invoice.is_open:
        return "is closed in QAD: nothing is left to pay"
    if invoice.is_locked:
        return f"is locked for payment in QAD (status {invoice.status})"
    if not approved:
        return f"is not approved in QAD (status {invoice.status})"
    if invoice.is_selected:
        return "is in a payment selection in QAD and would be paid twice"
    if invoice.hold_amount and abs(invoice.hold_amount) >= abs(invoice.balance or invoice.hold_amount):
        return f"is on hold in QAD for {invoice.hold_amount} {invoice.currency}"
    return ""


def _decide_sent(
    row: Row, invoice: SupplierInvoice, known: Known, link: Link, blocked: str, rules: QadBillConnection
) -> Decision:
    bill = known.bills.get(link.target_id)
    if link.state == "archived":
        return Keep("withdrawn from BILL") if blocked else _reopened(invoice, link)
    if invoice.is_open is False:
        return _closed(link, bill)
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
    return Write("update", body, kind=link.kind, target_id=link.target_id, label=_party(invoice))


def _closed(link: Link, bill: Bill | None) -> Decision:
    if link.kind == "vendor_credit":
        return Keep("closed in QAD")
    if bill is None or bill.archived or bill.payment_status == "PAID" or bill.due_amount == 0:
        return Keep("closed in QAD, and nothing is left to pay in BILL")
    if _is_paid(bill):
        said = "is closed in QAD, but its bill is partly paid or scheduled in BILL"
        return Refuse(said, "Cancel the payment in BILL and archive the bill, or reopen the invoice in QAD.")
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
        return Hold(said, remedy="Use a supplier of that currency in QAD, or correct the vendor's currency in BILL.")
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
        return Hold(said, remedy="Cancel one of the two in QAD, or give it its own number.")
    if kind != "bill":
        return None  # a credit note often carries the number of the invoice that it corrects
    for bill in known.existing.get((str(body["vendorId"]), invoice.reference), []):
        if bill.amount == invoice.total and bill.invoice.invoice_date == invoice.invoice_date:
            evidence = f"BILL bill {bill.id} has the same vendor, number, date and amount"
            return Adopt(bill.id, evidence, "bill", _party(invoice))
        said = f"BILL has bill {bill.id} of that number with {bill.amount} of {bill.invoice.invoice_date}"
        return Hold(said, remedy="Correct or archive that bill in BILL, or correct the invoice in QAD.")
    return None


def _body(invoice: SupplierInvoice, kind: str, refs: References, rules: QadBillConnection) -> Body:
    return to_bill(invoice, refs, rules) if kind == "bill" else to_vendor_credit(invoice, refs)


def _party(invoice: SupplierInvoice) -> str:
    """Returns what the payments stream needs to know of the invoice: supplier and currency."""
    return f"{invoice.supplier} {invoice.currency}"


@dataclass(frozen=True)
class Alignment:
    """Finds or makes what a page of invoices refers to."""

    bill: BillClient
    accounts: Stream
    departments: Stream
    vendors: Stream
    rules: QadBillConnection

    async def __call__(self, run: Run, rows: Sequence[Row]) -> Known:
        """Returns what these invoices refer to; suppliers without a vendor get one now."""
        links = run.ledger.links("bills", [row.id for row in rows])
        going = [row.content for row in rows if row.id in links or not _not_payable(row.content, self.rules)]
        vendors = await ensure(run, self.vendors, {invoice.supplier for invoice in going})
        refs = References(
            vendors={code: link.target_id for code, link in vendors.items()},
            accounts=await self._ids(run, self.accounts, {line.account for one in going for line in one.posting_lines}),
            departments=await self._ids(
                run, self.departments, {line.cost_center for one in going for line in one.posting_lines} - {""}
            ),
        )
        return Known(
            refs,
            {code: link.label for code, link in vendors.items() if link.label},
            links,
            await self._bills_of(links.values()),
            await self._existing(run, [one for one in going if one.id not in links], vendors),
            run.ledger.twins("bills", self._named(going, links)),
        )

    def _named(self, invoices: Sequence[SupplierInvoice], links: Mapping[str, Link]) -> dict[str, tuple[str, str, str]]:
        """Returns what a twin of each invoice without a link would have: number, party and kind."""
        kinds = self.rules.invoice_types
        new = [one for one in invoices if one.id not in links]
        return {one.id: (one.reference, _party(one), kinds.get(one.type, "")) for one in new}

    async def _ids(self, run: Run, stream: Stream, codes: set[str]) -> dict[str, str]:
        if not codes:
            return {}
        chart = await stream.align(run, [])
        links = await ensure(run, stream, codes, lambda link: chart.has(link.target_id))
        return {code: link.target_id for code, link in links.items()}

    async def _bills_of(self, links: Iterable[Link]) -> dict[str, Bill]:
        ids = [link.target_id for link in links if link.kind == "bill"]
        found: dict[str, Bill] = {}
        for start in range(0, len(ids), 100):
            async for page in self.bill.bills(filters=clause("id", "in", ids[start : start + 100])):
                found |= {str(row["id"]): Bill.model_validate(row) for row in page.results}
        return found

    async def _existing(
        self, run: Run, invoices: Sequence[SupplierInvoice], vendors: Mapping[str, Link]
    ) -> dict[tuple[str, str], list[Bill]]:
        """Returns bills that somebody else made for these suppliers; a vendor made by this run has none."""
        old = {
            link.target_id
            for code, link in vendors.items()
            if link.created_at is not None and link.created_at < run.started
        }
        asked = [one for one in invoices if one.supplier in vendors and vendors[one.supplier].target_id in old]
        if not asked:
            return {}
        first = min((one.invoice_date for one in asked if one.invoice_date), default=run.started.date())
        since = datetime.combine(first, time(), UTC) - EARLIER
        rows = await BillTarget(self.bill).existing(sorted({vendors[one.supplier].target_id for one in asked}), since)
        ours = run.ledger.links_to("bills", [row.id for row in rows])
        found: defaultdict[tuple[str, str], list[Bill]] = defaultdict(list)
        for row in rows:
            if row.id not in ours and not row.archived:
                found[row.vendor_id or "", row.invoice.invoice_number or ""].append(row)
        return found


def bills(
    qad: QadClient, bill: BillClient, rules: QadBillConnection, accounts: Stream, departments: Stream, vendors: Stream
) -> Stream:
    """Returns the stream of supplier invoices and credit notes."""
    return Stream(
        name="bills",
        reader=QadSource(qad, "supplier_invoice", SupplierInvoice, key=KEY, ref="reference", whole=False),
        align=Alignment(bill, accounts, departments, vendors, rules),
        decide=decide(rules),
        targets={"bill": BillTarget(bill), "vendor_credit": VendorCreditTarget(bill)},
    )
