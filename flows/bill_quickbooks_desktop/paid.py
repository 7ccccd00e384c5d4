"""What BILL's payments are and pay in QuickBooks Desktop: how the bills stand, and which payments are there already."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from blocks.bill.models import Split
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.models import Bill, BillPayment
from blocks.source import Row
from flows.bill_lines import NOTHING
from flows.bill_payments import NAME, coming
from flows.bill_quickbooks_desktop.lists import listed
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.charts import named
from tasks.run import Run
from tasks.state.models import Link

BANK = "Bank"
TAKEN_BACK = frozenset({"reversed", "attention"})  # stages of a payment


@dataclass(frozen=True)
class Paid:
    """What stands for the paid bills in QuickBooks, and what it has of these payments already."""

    documents: Mapping[str, Link]  # by BILL bill id
    written: Mapping[str, Link]  # by BILL payment id
    there: Mapping[str, Bill]  # the bills as QuickBooks has them now, by TxnID
    vendors: Mapping[str, Link]  # by BILL vendor id
    coming: frozenset[str] = frozenset()  # BILL ids of bills that are not in QuickBooks yet, but shall be
    account: str = ""  # QuickBooks' id of the bank account that payments are made from
    entered: Mapping[str, str] = field(default_factory=dict)  # by BILL payment id: the payment that a person entered
    undone: frozenset[str] = frozenset()  # BILL ids of payments that a person deleted or voided in QuickBooks

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.documents):,} of our bills"

    def bill_of(self, split: Split) -> str:
        """Returns QuickBooks' id of the bill that this part pays; empty if it is not there."""
        link = self.documents.get(split.bill_id or "")
        return link.target_id if link and link.state == "live" else ""


@dataclass(frozen=True)
class Alignment:
    """Finds what the paid bills are in QuickBooks, and how they stand there now."""

    books: QuickBooksDesktopClient
    rules: BillQuickBooksDesktopConnection

    async def __call__(self, run: Run, rows: Sequence[Row]) -> Paid:
        """Returns which of our bills these payments pay, and what QuickBooks has of them."""
        ids = {one.bill_id for row in rows for one in row.content.splits if one.bill_id}
        planned = {one.source_id: one for one in run.planned_links("bills", ids)}
        documents = run.ledger.links("bills", ids) | planned
        written = run.ledger.links(NAME, [row.id for row in rows])
        undone = await self._undone(run, rows, written)
        due = [row for row in rows if _is_due(row, written.get(row.id)) or row.id in undone]
        vendors = {row.content.payment.vendor_id or "" for row in rows}
        paid = Paid(
            documents,
            written,
            await self._there(due, documents) | _foreseen(rows, planned),
            run.ledger.links("vendors", vendors)
            | {one.source_id: one for one in run.planned_links("vendors", vendors)},
            coming(run, ids - documents.keys()),
            await self._account(run),
            undone=undone,
        )
        return replace(paid, entered=_entered(run, due, paid))

    async def _undone(self, run: Run, rows: Sequence[Row], written: Mapping[str, Link]) -> frozenset[str]:
        """Returns which of the payments that a person asked for, or must take back, are not in force there."""
        asked = run.ledger.records(NAME, written.keys())
        by_hand = self.rules.reversed_payments == "list"
        unsure = {
            link.target_id: row.id
            for row in rows
            if (link := written.get(row.id)) is not None and link.state == "live"
            and ((row.id in asked and asked[row.id].asked) or (by_hand and row.content.payment.stage() in TAKEN_BACK))
        }  # fmt: skip
        found = await self.books.by_ids(queries.payments(ids=sorted(unsure))) if unsure else {}
        standing = {one for one, record in found.items() if not BillPayment.model_validate(record).is_voided}
        return frozenset(unsure[one] for one in unsure.keys() - standing)

    async def _there(self, due: Sequence[Row], documents: Mapping[str, Link]) -> dict[str, Bill]:
        """Returns the bills that are to be paid now, in one reading."""
        bills = {one.bill_id for row in due for one in row.content.splits}
        wanted = sorted(link.target_id for one, link in documents.items() if one in bills and link.state == "live")
        wanted = [one for one in wanted if not one.startswith("(")]  # what a dry run only planned
        found = await self.books.by_ids(queries.bills(ids=wanted, lines=False)) if wanted else {}
        return {one: Bill.model_validate(record) for one, record in found.items()}

    async def _account(self, run: Run) -> str:
        if not self.rules.payment_account:
            return ""
        accounts = await listed(run, self.books, "Account")
        found = named(accounts, self.rules.payment_account)
        return found.id if found and found.active and found.body.get("AccountType") == BANK else ""


def _is_due(row: Row, link: Link | None) -> bool:
    """Tells whether the payment may have to be made."""
    return link.state != "live" if link else row.content.payment.stage() == "paid"


def _foreseen(rows: Sequence[Row], planned: Mapping[str, Link]) -> dict[str, Bill]:
    """Returns, in a dry run, the bills that would be there by now, with what would be open of them."""
    owed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        for one in row.content.splits:
            if one.bill_id in planned:
                owed[planned[one.bill_id].target_id] += one.amount or NOTHING
    return {one: Bill(txn_id=one, amount_due=amount) for one, amount in owed.items()}


def _entered(run: Run, due: Sequence[Row], paid: Paid) -> dict[str, str]:
    """Returns the payments that somebody entered in QuickBooks by hand, by BILL id; none of them stands for two."""
    alike = {row.id: _alike(row, paid) for row in due}
    ours: Collection[str] = run.ledger.links_to(NAME, {one for some in alike.values() for one in some})
    return dict(_each_once(alike, set(ours)))


def _each_once(alike: Mapping[str, Collection[str]], taken: set[str]) -> Iterator[tuple[str, str]]:
    for payment, some in alike.items():
        if free := sorted(set(some) - taken):
            taken.add(free[0])
            yield payment, free[0]


def _alike(row: Row, paid: Paid) -> set[str]:
    """Returns the payments in QuickBooks of the same bills, with the same amounts."""
    common: set[str] | None = None
    for split in row.content.splits:
        bill = paid.there.get(paid.bill_of(split))
        links = bill.linked_txn if bill else ()
        same = {
            link.txn_id
            for link in links
            if link.txn_id
            and (link.txn_type or "").startswith("BillPayment")
            and -(link.amount or NOTHING) == split.amount
        }
        common = same if common is None else common & same
    return common or set()
