"""What a page of invoices refers to: vendors, accounts, departments, and what BILL has of the invoices already."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from blocks.bill.client import BillClient
from blocks.bill.filters import clause
from blocks.bill.models import Bill
from blocks.bill.target import BillTarget
from blocks.qad.models import SupplierInvoice
from blocks.source import Row
from flows.qad_bill.mapping import References
from flows.qad_bill.rules import QadBillConnection
from tasks.align import ensure
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

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
    settled: frozenset[str] = frozenset()  # ids of the invoices that payments from BILL are posted to

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.refs.vendors):,} vendors, {len(self.refs.accounts):,} accounts"


def not_payable(invoice: SupplierInvoice, rules: QadBillConnection) -> str:
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


def party(invoice: SupplierInvoice) -> str:
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
        going = [row.content for row in rows if row.id in links or not not_payable(row.content, self.rules)]
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
            run.ledger.live_labels("payments", links.keys()),
        )

    def _named(self, invoices: Sequence[SupplierInvoice], links: Mapping[str, Link]) -> dict[str, tuple[str, str, str]]:
        """Returns what a twin of each invoice without a link would have: number, party and kind."""
        kinds = self.rules.invoice_types
        new = [one for one in invoices if one.id not in links]
        return {one.id: (one.reference, party(one), kinds.get(one.type, "")) for one in new}

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
        old = {link.target_id for link in vendors.values() if link.evidence or link.created_at < run.started}
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
