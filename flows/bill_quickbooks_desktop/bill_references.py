"""What a page of bills refers to: vendors, accounts and classes, and what QuickBooks has of the bills already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blocks.bill.models import Bill
from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.company import Company
from blocks.quickbooks_desktop.values import text
from blocks.source import Row, content_hash
from blocks.target import Body
from flows.bill_lines import classified
from flows.bill_quickbooks_desktop.entered import NOTHING_ENTERED, Entered, entered
from flows.bill_quickbooks_desktop.foreign import Foreign, foreign
from flows.bill_quickbooks_desktop.lists import listed
from flows.bill_quickbooks_desktop.mapping import References, marked, number_of, to_bill
from flows.bill_quickbooks_desktop.reference import FIELDS
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.charts import named
from flows.unfit import UnfitError
from tasks.align import ensure
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

PAYABLES = "AccountsPayable"
CHECKED = "quickbooks_bills"  # the stream that finds what was changed in QuickBooks alone


@dataclass(frozen=True)
class Needs:
    """The reference streams that bills need."""

    accounts: Stream
    classes: Stream
    vendors: Stream


@dataclass(frozen=True)
class Known:
    """What a page of bills refers to, and what QuickBooks has of it already."""

    refs: References
    links: Mapping[str, Link]  # by BILL id
    entered: Entered = NOTHING_ENTERED
    there: Mapping[str, Record] = field(default_factory=dict)  # by TxnID: of linked ones that differ, those that exist
    changed_there: frozenset[str] = frozenset()  # TxnIDs that may differ from what was sent, or be gone
    agreed: Mapping[str, dict[str, Any] | None] = field(default_factory=dict)  # by BILL id
    asked: frozenset[str] = frozenset()  # BILL ids that a person asked for
    foreign: Mapping[str, Foreign] = field(default_factory=dict)  # by BILL vendor, where its currency is another there

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.refs.vendors):,} vendors, {len(self.refs.accounts):,} accounts"


@dataclass(frozen=True)
class Alignment:
    """Finds or makes what a page of bills refers to."""

    books: QuickBooksDesktopClient
    needs: Needs
    rules: BillQuickBooksDesktopConnection
    company: Company

    async def __call__(self, run: Run, rows: Sequence[Row]) -> Known:
        """Returns what these bills refer to; what is missing is not among it."""
        bills: list[Bill] = [row.content for row in rows]
        vendors = await ensure(run, self.needs.vendors, {one.vendor_id or "" for one in bills} - {""})
        class_field = FIELDS[self.rules.class_from] if self.company.class_tracking else ""
        refs = References(
            vendors=_ids(vendors),
            accounts=await self._listed(run, self.needs.accounts, "Account", _used(bills, "chart_of_account_id")),
            classes=await self._listed(run, self.needs.classes, "Class", _used(bills, class_field)),
            class_field=class_field,
            payables=await self._payables(run),
        )
        links = run.ledger.links("bills", [row.id for row in rows])
        seen = run.ledger.records(CHECKED, {link.target_id for link in links.values()})
        records = run.ledger.records("bills", links.keys())
        asked = frozenset(one for one, record in records.items() if record.asked)
        again = {one for one in run.again["bills"] if one in links}  # which a preview does not store as asked for
        changed = frozenset(one for one, record in seen.items() if record.outcome in ("refused", "held"))
        changed |= {links[one].target_id for one in asked | again}
        new = [row for row in rows if row.id not in links and not row.content.archived]
        doubtful = changed | {links[one].target_id for one in asked}
        differing = [link for row in rows if (link := links.get(row.id)) and self._differs(row, link, refs, doubtful)]
        there, numbered = await self._looked_up(differing, new)
        return Known(
            refs,
            links,
            await self._with_lines(entered(new, numbered, _linked(run, numbered), refs.vendors, run.ledger.scope)),
            there,
            changed,
            {one: run.ledger.agreed(link) for one, link in links.items()},
            asked,
            await foreign(run, self.books, self.company, vendors),
        )

    async def _listed(self, run: Run, stream: Stream, kind: str, ids: Collection[str]) -> dict[str, str]:
        """Returns what entries of a small list are in QuickBooks; links to one that is gone are decided about anew."""
        if not ids:
            return {}
        there = await listed(run, self.books, kind)
        return _ids(await ensure(run, stream, ids, lambda link: link.target_id in there))

    def _differs(self, row: Row, link: Link, refs: References, changed: Collection[str]) -> bool:
        """Tells whether QuickBooks' bill must be looked at, because it may have to be written."""
        if row.content.archived:
            return self.rules.withdrawn_bills == "list" and link.state != "archived"
        if link.target_id in changed or link.state != "live":
            return True
        try:
            return not was_sent(to_bill(row.content, refs), row.id, link)
        except (UnfitError, KeyError):
            return False

    async def _looked_up(self, links: Sequence[Link], new: Sequence[Row]) -> tuple[dict[str, Record], list[Record]]:
        """Returns the linked bills by TxnID, and those that have the number of a new one, without their lines.

        Many vendors give the same numbers, so that most of the latter have nothing to do with it.
        """
        numbers = sorted({number_of(row.content) for row in new} - {""})
        found = await self.books.by_ids(queries.bills(ids=[link.target_id for link in links])) if links else {}
        return found, await self.books.records(queries.bills(numbers=numbers, lines=False)) if numbers else []

    async def _with_lines(self, found: Entered) -> Entered:
        """Returns the same with the lines of the bills that are ours."""
        ids = [str(one["TxnID"]) for one in found.same.values()]
        whole = await self.books.by_ids(queries.bills(ids=ids)) if ids else {}
        same = {row: whole.get(str(one["TxnID"]), one) for row, one in found.same.items()}
        return found._replace(same=same)

    async def _payables(self, run: Run) -> str:
        if not self.rules.payables_account:
            return ""
        accounts = await listed(run, self.books, "Account")
        ours = {one: account for one, account in accounts.items() if account.body.get("AccountType") == PAYABLES}
        found = named(ours, self.rules.payables_account)
        return found.id if found and found.active else ""


def generation(link: Link) -> int:
    """Returns which of the QuickBooks bills that were made of it a BILL bill is linked to, counted from 0."""
    return int(link.label or 0)


def was_sent(body: Body, bill_id: str, link: Link) -> bool:
    """Tells whether the body is what was sent last, as a new bill or as a change of one."""
    first = marked(body, link.scope, bill_id, generation(link))
    return link.sent_hash in (content_hash(body), content_hash(first))


def _linked(run: Run, found: Sequence[Record]) -> Collection[str]:
    return run.ledger.links_to("bills", [text(one, "TxnID") for one in found])


def _used(bills: Sequence[Bill], name: str) -> set[str]:
    return {classified(line, name) for one in bills for line in one.bill_line_items} - {""} if name else set()


def _ids(links: Mapping[str, Link]) -> dict[str, str]:
    return {source_id: link.target_id for source_id, link in links.items()}
