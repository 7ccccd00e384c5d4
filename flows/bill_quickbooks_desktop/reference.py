"""Streams `accounts`, `classes` and `quickbooks_accounts`: BILL's codes find QuickBooks', which owns the chart."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from blocks.bill.account import SYSTEM as BILL
from blocks.bill.client import BillClient, Kind
from blocks.bill.list_target import AccountTarget
from blocks.bill.source import BillSource
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.source import Row, SourcePage, content_hash
from flows.bill_chart import coded, rows
from flows.bill_lists import classifications
from flows.bill_quickbooks_desktop.lists import listed
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.charts import LEAF, Chart, Coded, Matching
from tasks.outcomes import Decision, Ignore, Keep, Write
from tasks.run import Run
from tasks.state.mirrors import Mirrored
from tasks.stream import Stream

KINDS: dict[str, Kind] = {
    "accounting_class": "accounting-classes",
    "department": "departments",
    "location": "locations",
}  # what may become the class of a line -> BILL's list of it
FIELDS = {
    "accounting_class": "accounting_class_id",
    "department": "department_id",
    "location": "location_id",
}  # the same -> the field of a line that says it
EXPENSES = {"Expense": "EXPENSE", "OtherExpense": "OTHER_EXPENSE", "CostOfGoodsSold": "COST_OF_GOODS_SOLD"}


def accounts(bill: BillClient, books: QuickBooksDesktopClient, rules: BillQuickBooksDesktopConnection) -> Stream:
    """Returns the stream of BILL's accounts; none is ever made in QuickBooks."""
    return _stream(
        "accounts", "Account", bill, books, rules, "chart-of-accounts", Matching("account", rules.accounts, coded)
    )


def classes(bill: BillClient, books: QuickBooksDesktopClient, rules: BillQuickBooksDesktopConnection) -> Stream:
    """Returns the stream of what becomes the class of a line; none is ever made, in either system."""
    kind = KINDS[rules.class_from]
    return _stream("classes", "Class", bill, books, rules, kind, Matching("class", rules.classes, coded))


def _stream(
    name: str,
    entity: Literal["Account", "Class"],
    bill: BillClient,
    books: QuickBooksDesktopClient,
    rules: BillQuickBooksDesktopConnection,
    kind: Kind,
    matching: Matching,
) -> Stream:
    return Stream(
        name=name,
        reader=BillSource(
            lambda **asked: bill.classifications(kind, **asked),
            lambda record_id: bill.classification(kind, record_id),
            rows,
            timedelta(minutes=rules.lag_minutes),
        ),
        align=_chart_of(books, entity, name),
        decide=matching,
        reference=True,
    )


def _chart_of(
    books: QuickBooksDesktopClient, entity: str, name: str
) -> Callable[[Run, Sequence[Row]], Awaitable[Chart]]:
    async def align(run: Run, rows: Sequence[Row]) -> Chart:
        """Returns QuickBooks' entries as they are now, and what is known of the rows."""
        records = await listed(run, books, entity)
        links = run.ledger.links(name, [row.id for row in rows])
        return Chart(SYSTEM, records, links, frozenset(run.ledger.waiting_for(name) | run.needed[name]))

    return align


class _Expenses:
    """Reads QuickBooks' expense accounts, all of them each time: the chart is small, and read anyway."""

    whole = True

    def __init__(self, books: QuickBooksDesktopClient, run: Run) -> None:
        """Reads in this run."""
        self._books, self._run = books, run

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the active expense accounts."""
        return SourcePage(await self._rows(), None)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns these of them."""
        return [row for row in await self._rows() if row.id in set(ids)]

    async def _rows(self) -> list[Row]:
        found = await listed(self._run, self._books, "Account")
        return [_expense_row(one) for one in found.values() if one.active and one.body.get("AccountType") in EXPENSES]


def _expense_row(account: Mirrored) -> Row:
    seen = content_hash([account.number, account.name])
    return Row(account.id, account.number or account.name, seen, account)


def quickbooks_accounts(
    bill: BillClient, books: QuickBooksDesktopClient, rules: BillQuickBooksDesktopConnection, run: Run
) -> Stream:
    """Returns the stream of QuickBooks' expense accounts; one that BILL lacks is made there if the rules say so."""

    async def align(run: Run, rows: Sequence[Row]) -> Chart:
        """Returns BILL's accounts as they are now, those that stand for one of QuickBooks', and the rows' links."""
        own = run.ledger.links("quickbooks_accounts", [row.id for row in rows])
        made = run.ledger.links_to("accounts", [row.id for row in rows])
        return Chart(BILL, await classifications(run, bill, "chart-of-accounts"), own, frozenset(made))

    return Stream(
        name="quickbooks_accounts",
        reader=_Expenses(books, run),
        align=align,
        decide=lambda row, chart: _missing_account(row, chart, rules.accounts),
        targets={"account": AccountTarget(bill)},
    )


def _missing_account(row: Row, chart: Chart, mapping: Mapping[str, str]) -> Decision:
    account: Mirrored = row.content
    leaf = str(account.body.get(LEAF) or account.name)
    if row.id in chart.needed:
        return Keep("an account of BILL stands for it")
    if row.id in chart.links:
        return Keep()
    if set(mapping.values()) & {row.id, account.number, account.name, leaf} - {""}:
        return Keep("mapped in the connection file")
    if chart.match(Coded(account.number, leaf), None) or chart.has_several(Coded(account.number, leaf)):
        return Ignore("BILL has an account of that number or name")
    body = {"name": leaf, "account": {"type": EXPENSES[account.body["AccountType"]], "number": account.number}}
    if not account.number:
        body["account"] = {"type": EXPENSES[account.body["AccountType"]]}
    return Write("create", body, "account", note="an expense account that BILL did not have")
