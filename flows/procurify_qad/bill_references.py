"""The align step of bills: what each refers to in QAD, what QAD has received, and what it has already."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from blocks.exact import Record
from blocks.procurify.bills import APPROVED_OR_LATER
from blocks.procurify.models import Bill, OrderAccount
from blocks.qad.invoice_target import SupplierInvoiceTarget
from blocks.qad.models import SupplierInvoice
from blocks.qad.purchasing import Receipt
from blocks.qad.receipts import open_receivers, received
from blocks.source import Row
from blocks.target import Body
from flows.procurify_qad.coverage import Before, Billed, Ordered, Short, Sums, billed_by, shortfalls
from flows.procurify_qad.levels import AMOUNT, QUANTITY, There, orders_of
from flows.procurify_qad.line_links import BILLED, ORDERED
from flows.procurify_qad.matching import OpenReceipts
from flows.procurify_qad.order_lines import Coding
from flows.procurify_qad.order_references import begins, left_out
from flows.procurify_qad.qad_book import QadBook
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.procurify_qad.supplied import Supplied
from flows.procurify_qad.supplier_of import suppliers_of
from tasks.align import ensure
from tasks.outcomes import Decision, Hold
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

Judge = Callable[[Row, "BillsKnown"], Decision | None]


@dataclass(frozen=True)
class BillsKnown:
    """What is known of a page of bills."""

    links: Mapping[str, Link]
    agreed: Mapping[str, Mapping[str, Any]]  # what was posted, by bill
    suppliers: Mapping[str, Supplied | Hold]  # by vendor id
    accounts: frozenset[str]
    cost_center: Callable[[OrderAccount], str]
    entity: str
    domain: str
    is_first: bool
    left_out: frozenset[str]  # bills that were over before the first run
    ordered: Mapping[str, Ordered]  # by order line
    there: There
    numbered: Mapping[tuple[str, str], Sequence[SupplierInvoice]]  # by supplier and number, in lower case
    owners: Mapping[str, str]  # bills by the invoice that they were posted as
    twins: Mapping[str, str]  # bill of the same supplier and number that comes first in the page, by bill
    short: Mapping[str, Sequence[Short]] = field(default_factory=dict)  # by bill
    matching: Mapping[str, Sequence[Body]] = field(default_factory=dict)  # by bill; in mode `submit` only

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.ordered):,} order lines, {len(self.short):,} bills short"


@dataclass(frozen=True)
class BillAlignment:
    """Finds what bills refer to, and what they wait for."""

    book: QadBook
    rules: ProcurifyQadConnection
    accounts: Stream
    stream: str
    judge: Judge  # what becomes of a bill whatever was received for it; None if that alone decides

    async def __call__(self, run: Run, rows: Sequence[Row]) -> BillsKnown:
        """Returns what these bills refer to; what is missing is not among it."""
        links = run.ledger.links(self.stream, [row.id for row in rows])
        new = [row for row in rows if row.id not in links and row.content.status in APPROVED_OR_LATER]
        bills: list[Bill] = [row.content for row in new]
        suppliers = await suppliers_of(run, self.book, [one.vendor for one in bills if one.vendor])
        codes = {code for one in bills for code in accounts_of(one)}
        there = await ensure(run, self.accounts, codes)
        billed = {row.id: billed_by(row.content) for row in new}
        ordered = _ordered(run, {one.item for some in billed.values() for one in some})
        client, numbered = self.book.client, await self._numbered(new, suppliers)
        invoices = [one.id for some in numbered.values() for one in some]
        with_cost_center = await self.book.with_cost_center(there.keys())
        known = BillsKnown(
            links=links,
            agreed={one: run.ledger.agreed(link) or {} for one, link in links.items()},
            suppliers=suppliers,
            accounts=frozenset(there),
            cost_center=Coding(self.rules, with_cost_center, 0).cost_center,
            entity=client.account.entity,
            domain=client.account.domain,
            is_first=begins(run, self.stream),
            left_out=left_out(run, self.stream, new),
            ordered=ordered,
            there=await received(client, orders_of(line for one in ordered.values() for line in one.lines)),
            numbered=numbered,
            owners={one: link.source_id for one, link in run.ledger.links_to(self.stream, invoices).items()},
            twins=_twins(new, suppliers),
        )
        return self._in_turn(run, new, known, billed, OpenReceipts(await self._open(ordered)))

    def _in_turn(
        self,
        run: Run,
        rows: Sequence[Row],
        known: BillsKnown,
        billed: Mapping[str, Sequence[Billed]],
        free: OpenReceipts,
    ) -> BillsKnown:
        """Returns the same with what the bills wait for, and are matched with; the older ones take first."""
        posted = _billed_before(run, {one.item for some in billed.values() for one in some})
        going = defaultdict[str, Sums](Sums)
        short: dict[str, list[Short]] = {}
        matching: dict[str, list[Body]] = {}
        for row in sorted(rows, key=lambda row: (str(row.content.invoice_date), row.id)):
            mine, currency = billed[row.id], row.content.currency_code
            if self.judge(row, known) is not None:
                continue
            lacking = shortfalls(mine, known.ordered, Before(posted, going), known.there, currency)
            if lacking and self.rules.hold_for_receipts:
                short[row.id] = lacking
                continue
            matching[row.id] = free.matching(mine, known.ordered, currency)
            for one in mine:
                going[one.item] = going[one.item].plus(one.sums)
        return replace(known, short=short, matching=matching)

    async def _open(self, ordered: Mapping[str, Ordered]) -> dict[str, list[Receipt]]:
        if self.rules.matching_mode != "submit":
            return {}
        orders = orders_of(line for one in ordered.values() for line in one.lines)
        by_line = defaultdict[str, list[Receipt]](list)
        for number in orders:
            for receipt in await open_receivers(self.book.client, number):
                by_line[receipt.line_id].append(receipt)
        return {item: [one for line in those.lines for one in by_line[line]] for item, those in ordered.items()}

    async def _numbered(
        self, rows: Sequence[Row], suppliers: Mapping[str, Supplied | Hold]
    ) -> dict[tuple[str, str], list[SupplierInvoice]]:
        """Returns QAD's invoices that have the number of one of these bills, of the same supplier."""
        numbers = defaultdict[str, set[str]](set)
        for row in rows:
            supplier = suppliers.get(row.content.vendor.id) if row.content.vendor else None
            if isinstance(supplier, Supplied) and row.content.invoice_number.strip():
                numbers[supplier.code].add(row.content.invoice_number.strip())
        target, found = (
            SupplierInvoiceTarget(self.book.client),
            defaultdict[tuple[str, str], list[SupplierInvoice]](list),
        )
        for code, wanted in sorted(numbers.items()):
            listed: list[Record] = await target.same_number(code, sorted(wanted))
            for one in map(SupplierInvoice.model_validate, listed):
                found[code, one.reference.strip().casefold()].append(one)
        return dict(found)


def accounts_of(bill: Bill) -> set[str]:
    """Returns the account codes of a bill's lines and costs."""
    items = [item for item in bill.items if not item.archived]
    used = [one.budget for item in items for one in item.cost_allocations]
    used += [item.orderitem.account for item in items if item.orderitem and not item.cost_allocations]
    used += [cost.cost_allocation.budget for cost in bill.costs if cost.cost_allocation]
    return {one.code for one in used if one and one.code}


def _ordered(run: Run, items: set[str]) -> dict[str, Ordered]:
    """Returns QAD's lines of these order lines of Procurify; one whose order is not in QAD is not among them."""
    lines = defaultdict[str, list[Link]](list)
    for link in run.ledger.links_labelled(ORDERED, items):
        lines[link.label].append(link)
    return {item: _one_ordered(run, some) for item, some in lines.items()}


def _one_ordered(run: Run, links: Sequence[Link]) -> Ordered:
    fields = [run.ledger.agreed(link) or {} for link in links]
    measure = AMOUNT if any(one.get("measure") == AMOUNT for one in fields) else QUANTITY
    total: Decimal = sum((one["total"] for one in fields), Decimal(0))
    return Ordered(tuple(sorted(link.target_id for link in links)), measure, total)


def _billed_before(run: Run, items: set[str]) -> defaultdict[str, Sums]:
    """Returns what was billed of these order lines by bills that were posted."""
    before = defaultdict[str, Sums](Sums)
    for link in run.ledger.links_labelled(BILLED, items):
        fields = run.ledger.agreed(link) or {}
        before[link.label] = before[link.label].plus(Sums(fields["quantity"], fields["amount"], 1))
    return before


def _twins(rows: Sequence[Row], suppliers: Mapping[str, Supplied | Hold]) -> dict[str, str]:
    """Returns, for each new bill, another new one of the page that has its number and comes first."""
    first: dict[tuple[str, str], str] = {}
    twins = {}
    for row in sorted(rows, key=lambda row: row.id):
        supplier = suppliers.get(row.content.vendor.id) if row.content.vendor else None
        if not isinstance(supplier, Supplied):
            continue
        key = (supplier.code, row.content.invoice_number.strip().casefold())
        if first.setdefault(key, row.id) != row.id:
            twins[row.id] = first[key]
    return twins
