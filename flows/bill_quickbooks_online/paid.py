"""What is paid in BILL, and what stands for it in QuickBooks: what the stream `payments` decides by."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from blocks.bill.client import BillClient
from blocks.bill.filters import clause
from blocks.bill.models import Bill
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.source import Row
from flows.bill_payments import NAME, coming
from flows.bill_quickbooks_online.books import listed
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.charts import named
from tasks.run import Run
from tasks.state.models import Link

IDS_AT_ONCE = 100


@dataclass(frozen=True)
class Paid:
    """What stands for the paid bills in QuickBooks, and what it has of these payments already."""

    documents: Mapping[str, Sequence[Link]]  # by BILL bill id
    written: Mapping[str, Link]  # by row id
    bills: Mapping[str, Bill]  # as BILL has them now, by id
    vendors: Mapping[str, Link]  # by BILL vendor id
    coming: frozenset[str] = frozenset()  # BILL ids of bills that are not in QuickBooks yet, but shall be
    closed: frozenset[str] = frozenset()  # BILL ids of bills whose orders we closed because they were paid
    account: str = ""  # QuickBooks' id of the bank account that bill payments are made from

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.documents):,} of our bills"


@dataclass(frozen=True)
class Alignment:
    """Finds what the paid bills are in QuickBooks, and what BILL says of them now."""

    bill: BillClient
    books: QuickBooksClient
    rules: BillQuickBooksOnlineConnection

    async def __call__(self, run: Run, rows: Sequence[Row]) -> Paid:
        """Returns which of our bills these payments pay, and what QuickBooks has of them."""
        ids = {one.bill_id for row in rows for one in row.content.splits if one.bill_id}
        found: defaultdict[str, list[Link]] = defaultdict(list)
        splits = "split" in self.rules.mixed_departments  # only then are there documents of parts of bills
        links = run.ledger.links_with_parts("bills", ids) if splits else run.ledger.links("bills", ids).values()
        for link in (*links, *run.planned_links("bills", ids)):
            found[link.source_id.split("/")[0]].append(link)
        vendors = {row.content.payment.vendor_id or "" for row in rows}
        return Paid(
            found,
            run.ledger.links(NAME, [row.id for row in rows]),
            await self._bills(found.keys()) if self.rules.target_entity == "purchase_order" else {},
            run.ledger.links("vendors", vendors)
            | {one.source_id: one for one in run.planned_links("vendors", vendors)},
            coming(run, ids - found.keys()),
            frozenset(link.label for link in run.ledger.links_labelled(NAME, found.keys())),
            await self._account(run) if self.rules.target_entity == "bill" else "",
        )

    async def _bills(self, ids: Collection[str]) -> dict[str, Bill]:
        listed, found = sorted(ids), dict[str, Bill]()
        for start in range(0, len(listed), IDS_AT_ONCE):
            filters = clause("id", "in", listed[start : start + IDS_AT_ONCE])
            async for page in self.bill.bills(filters=filters):
                found |= {one.id: one for one in map(Bill.model_validate, page.results)}
        return found

    async def _account(self, run: Run) -> str:
        if not self.rules.payment_account:
            return ""
        found = named(await listed(run, self.books, "Account"), self.rules.payment_account)
        return found.id if found and found.active else ""
