"""What a page of bills refers to: vendors, accounts, classes, locations, and what QuickBooks has of them already."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from blocks.bill.client import BillClient
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.models import Document
from blocks.source import Row
from flows.bill_lines import classified
from flows.bill_lists import classifications
from flows.bill_quickbooks_online.books import listed
from flows.bill_quickbooks_online.department_classes import department_classes
from flows.bill_quickbooks_online.documents import KINDS, coding
from flows.bill_quickbooks_online.entered import NOTHING_ENTERED, Entered, entered, numbered
from flows.bill_quickbooks_online.mapping import Part, References
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.charts import named
from tasks.align import ensure
from tasks.run import Run
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link
from tasks.stream import Stream

PAYABLES = "Accounts Payable"
CHECKED = "quickbooks_documents"  # the stream that finds what was changed in QuickBooks alone


@dataclass(frozen=True)
class Known:
    """What a page of bills refers to, and what QuickBooks has of it already."""

    refs: References
    links: Mapping[str, Link]  # of the bills' documents, by row id
    entered: Entered = NOTHING_ENTERED  # what QuickBooks has of bills without a link
    there: Mapping[str, Document] = field(default_factory=dict)  # of archived and differing ones, those that exist
    changed_there: frozenset[str] = frozenset()  # QuickBooks ids that were last seen to differ from BILL

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.refs.vendors):,} vendors, {len(self.refs.accounts):,} accounts"


@dataclass(frozen=True)
class Streams:
    """The reference streams that bills need."""

    accounts: Stream
    classes: Stream
    departments: Stream
    vendors: Stream


Find = Callable[[Run, Stream, Collection[str]], Awaitable[dict[str, Link]]]


async def linked(run: Run, stream: Stream, ids: Collection[str]) -> dict[str, Link]:
    """Returns the live links of these reference records, and makes none."""
    return {one: link for one, link in run.ledger.links(stream.name, ids).items() if link.state == "live"}


@dataclass(frozen=True)
class Alignment:
    """Finds or makes what a page of bills refers to."""

    bill: BillClient
    books: QuickBooksClient
    needs: Streams
    rules: BillQuickBooksOnlineConnection
    company: Company
    entity: str  # that bills become: "PurchaseOrder" or "Bill"
    find: Find = ensure

    async def __call__(self, run: Run, rows: Sequence[Row]) -> Known:
        """Returns what these bills refer to; what is missing is not among it."""
        parts: list[Part] = [row.content for row in rows]
        vendors = await self.find(run, self.needs.vendors, {part.bill.vendor_id or "" for part in parts} - {""})
        links = run.ledger.links("bills", [row.id for row in rows])
        refs = References(
            vendors=_ids(vendors),
            accounts=_ids(await self.find(run, self.needs.accounts, self._used(parts, "chart_of_account_id"))),
            classes=await self._classes(run, parts),
            locations=await self._locations(run, parts),
            department_classes=await self._department_classes(run, parts),
            currencies={one: link.label for one, link in vendors.items() if link.label},
            payables=await self._payables(run),
        )
        seen = run.ledger.records(CHECKED, {link.target_id for link in links.values()})
        changed = frozenset(one for one, record in seen.items() if record.outcome == "refused")
        return Known(
            refs,
            links,
            await self._entered(run, [row for row in rows if row.id not in links], refs),
            await self._there([one for one in links.values() if one.state == "archived" or one.target_id in changed]),
            changed,
        )

    def _used(self, parts: Sequence[Part], name: str) -> set[str]:
        return {classified(line, name) for part in parts for line in part.lines} - {""}

    async def _classes(self, run: Run, parts: Sequence[Part]) -> dict[str, str]:
        used = self._used(parts, "accounting_class_id") if self.company.class_per != "off" else set()
        return _ids(await self.find(run, self.needs.classes, used)) if used else {}

    async def _locations(self, run: Run, parts: Sequence[Part]) -> dict[str, str]:
        codings = [coding(part, self.rules, self.company) for part in parts]
        used = {made.location for made in codings if made} - {""}
        return _ids(await self.find(run, self.needs.departments, used)) if used else {}

    async def _department_classes(self, run: Run, parts: Sequence[Part]) -> dict[str, str]:
        """Returns the classes that stand for departments of these bills' lines."""
        if not any(made.by_class for part in parts if (made := coding(part, self.rules, self.company))):
            return {}
        departments = await classifications(run, self.bill, "departments")
        return department_classes(departments, await listed(run, self.books, "Class"), self.rules)

    async def _payables(self, run: Run) -> dict[str, str]:
        """Returns the accounts payable account by currency, for currencies with only one, or with the named one."""
        accounts = await listed(run, self.books, "Account")
        ours = {one: account for one, account in accounts.items() if _is_payables(account)}
        named_one = named(ours, self.rules.payables_account) if self.rules.payables_account else None
        by_currency: defaultdict[str, list[str]] = defaultdict(list)
        for one, account in ours.items():
            by_currency[self._currency(account)].append(one)
        found = {currency: ids[0] for currency, ids in by_currency.items() if len(ids) == 1}
        return found | ({self._currency(named_one): named_one.id} if named_one else {})

    def _currency(self, account: Mirrored) -> str:
        return str((account.body.get("CurrencyRef") or {}).get("value") or self.company.home_currency)

    async def _entered(self, run: Run, rows: Sequence[Row], refs: References) -> Entered:
        """Returns what somebody may have entered by hand of these bills."""
        if not rows or (self.entity == "PurchaseOrder" and not self.company.custom_numbers):
            return NOTHING_ENTERED
        found = {one.id: one for one in await numbered(self.books, self.entity, rows)}
        ours = run.ledger.links_to("bills", found.keys())
        return entered(rows, [one for one in found.values() if one.id not in ours], refs.vendors)

    async def _there(self, links: Sequence[Link]) -> dict[str, Document]:
        found: dict[str, Document] = {}
        for kind in {link.kind for link in links}:
            records = await self.books.by_ids(KINDS[kind], [link.target_id for link in links if link.kind == kind])
            found |= {one: Document.model_validate(record) for one, record in records.items()}
        return found


def _is_payables(account: Mirrored) -> bool:
    return account.active and account.body.get("AccountType") == PAYABLES


def _ids(links: Mapping[str, Link]) -> dict[str, str]:
    return {source_id: link.target_id for source_id, link in links.items()}
