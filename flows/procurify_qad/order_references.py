"""The align step of orders: what each refers to in QAD, and what QAD has of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from blocks.procurify.models import PurchaseOrder
from blocks.qad.receipts import Received, received
from blocks.source import Row
from flows.procurify_qad.levels import orders_of
from flows.procurify_qad.qad_book import QadBook
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.procurify_qad.supplied import Supplied
from flows.procurify_qad.supplier_of import suppliers_of
from tasks.align import ensure
from tasks.outcomes import Cause, Hold, in_source, in_target
from tasks.run import Run
from tasks.state import progress
from tasks.state.models import Link
from tasks.stream import Stream

OVER_BEFORE = "over before the first run"  # of a record that was left out then, and is left out ever since


@dataclass(frozen=True)
class OrdersKnown:
    """What is known of a page of orders."""

    links: Mapping[str, Link]
    suppliers: Mapping[str, Supplied | Hold]  # by vendor id
    accounts: Collection[str]  # codes that both systems have in use
    with_cost_center: Collection[str]  # accounts that take a cost center
    domain: str
    cost_scale: int
    is_first: bool  # nothing of the stream was read before
    left_out: Collection[str]  # orders that were over at that time
    agreed: Mapping[str, Mapping[str, Any]]  # what was sent, by order
    received: Mapping[str, str]  # by order: what QAD has received of it, for people

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.suppliers):,} vendors, {len(self.accounts):,} accounts"


@dataclass(frozen=True)
class OrderAlignment:
    """Finds what orders refer to."""

    book: QadBook
    accounts: Stream
    stream: str

    async def __call__(self, run: Run, rows: Sequence[Row]) -> OrdersKnown:
        """Returns what these orders refer to; what is missing is not among it."""
        orders: list[PurchaseOrder] = [row.content for row in rows]
        links = run.ledger.links(self.stream, [row.id for row in rows])
        there = await ensure(run, self.accounts, {code for one in orders for code in accounts_of(one)})
        return OrdersKnown(
            links=links,
            suppliers=await suppliers_of(run, self.book, [one.pref_vendor for one in orders if one.pref_vendor]),
            accounts=there.keys(),
            with_cost_center=await self.book.with_cost_center(there.keys()),
            domain=self.book.client.account.domain,
            cost_scale=self.book.client.profile.purchase_cost_scale,
            is_first=begins(run, self.stream),
            left_out=left_out(run, self.stream, rows),
            agreed={one: run.ledger.agreed(link) or {} for one, link in links.items()},
            received=await self._received(links),
        )

    async def _received(self, links: Mapping[str, Link]) -> dict[str, str]:
        sent = {link.target_id: row for row, link in links.items() if link.state == "live"}
        found: dict[str, list[str]] = {}
        for line, one in (await received(self.book.client, sent) if sent else dict[str, Received]()).items():
            if one.quantity != Decimal(0):
                found.setdefault(orders_of([line])[0], []).append(f"{one.quantity.normalize():f} of line {line}")
        return {sent[number]: " and ".join(sorted(said)) for number, said in found.items() if number in sent}


def begins(run: Run, stream: str) -> bool:
    """Tells whether nothing of the stream was read before, and nobody asks for single records."""
    return progress.watermark(run.ledger, stream) is None and not run.request.record_ids


def leaves_out(is_first: bool, rules: ProcurifyQadConnection) -> bool:
    """Tells whether what is over is left out now: by a first run without a start date."""
    return is_first and rules.start_date is None


def left_out(run: Run, stream: str, rows: Sequence[Row]) -> frozenset[str]:
    """Returns the ids of the rows that the first run left out, because they were over; none that a person asks for."""
    if run.request.record_ids:
        return frozenset()
    known = run.ledger.records(stream, [row.id for row in rows])
    return frozenset(one for one, record in known.items() if record.reason == OVER_BEFORE)


def accounts_of(order: PurchaseOrder) -> set[str]:
    """Returns the account codes of an order's lines."""
    used = [
        one
        for item in order.order_items
        if item.counts
        for one in ([split.account for split in item.spend_allocation] or [item.account])
    ]
    return {one.code for one in used if one and one.code}


def supplied(order: PurchaseOrder, known: OrdersKnown) -> Supplied | Hold:
    """Returns the order's supplier in QAD, or a hold that names what the order refers to and QAD does not have."""
    vendor = order.pref_vendor
    if vendor is None:
        return Hold("has no vendor", in_source(order.uuid), "Choose a vendor in Procurify.")
    supplier = known.suppliers[vendor.id]
    if isinstance(supplier, Hold):
        return supplier
    lacking = lacking_accounts(accounts_of(order), known.accounts)
    return wrong_currency(supplier, order.currency_code) or lacking or supplier


def wrong_currency(supplier: Supplied, currency: str) -> Hold | None:
    """Returns a hold if QAD has the supplier in another currency, or None."""
    if not supplier.currency or supplier.currency == currency or not currency:
        return None
    said = f"is in {currency}, but QAD's supplier {supplier.code} is in {supplier.currency}"
    remedy = f"Use a vendor of that currency in Procurify, or correct supplier {supplier.code} in QAD."
    return Hold(said, in_target(f"currency of {supplier.code}"), remedy)


def lacking_accounts(used: Collection[str], there: Collection[str]) -> Hold | None:
    """Returns a hold that names the accounts that QAD does not have in use, or None."""
    lacking = sorted(set(used) - set(there))
    if not lacking:
        return None
    said = f"waits for account {' and '.join(lacking)} in QAD"
    remedy = "Add or activate it in QAD, or use another account code in Procurify; see the records of gl_accounts."
    return Hold(said, tuple(Cause("gl_accounts", one) for one in lacking), remedy)
