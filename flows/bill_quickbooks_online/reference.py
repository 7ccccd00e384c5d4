"""Streams `accounts`, `classes` and `departments`: BILL's codes find those of QuickBooks, which owns the chart."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from blocks.bill.client import BillClient, Kind
from blocks.bill.source import BillSource
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.source import Row
from flows.bill_chart import coded, rows
from flows.bill_quickbooks_online.books import listed
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.charts import Chart, Matching
from tasks.run import Run
from tasks.stream import Stream

Entity = Literal["Account", "Class", "Department"]


def chart_of(books: QuickBooksClient, entity: Entity, name: str) -> Callable[[Run, Sequence[Row]], Awaitable[Chart]]:
    """Returns the align step of stream `name`: QuickBooks' entries as they are now, and the rows' links."""

    async def align(run: Run, rows: Sequence[Row]) -> Chart:
        """Returns QuickBooks' entries and what is known of the rows."""
        records = await listed(run, books, entity)
        links = run.ledger.links(name, [row.id for row in rows])
        return Chart(SYSTEM, records, links, frozenset(run.ledger.waiting_for(name) | run.needed[name]))

    return align


def accounts(bill: BillClient, books: QuickBooksClient, rules: BillQuickBooksOnlineConnection) -> Stream:
    """Returns the stream of accounts; none is ever made, in either system."""
    return _stream("accounts", bill, books, rules, ("chart-of-accounts", "Account", "account", rules.accounts))


def classes(bill: BillClient, books: QuickBooksClient, rules: BillQuickBooksOnlineConnection) -> Stream:
    """Returns the stream of classes; none is ever made, in either system."""
    return _stream("classes", bill, books, rules, ("accounting-classes", "Class", "class", rules.classes))


def departments(bill: BillClient, books: QuickBooksClient, rules: BillQuickBooksOnlineConnection) -> Stream:
    """Returns the stream of departments or locations of BILL; they are QuickBooks' locations."""
    kind: Kind = "departments" if rules.location_from == "department" else "locations"
    return _stream("departments", bill, books, rules, (kind, "Department", "location", rules.departments))


def _stream(
    name: str,
    bill: BillClient,
    books: QuickBooksClient,
    rules: BillQuickBooksOnlineConnection,
    what: tuple[Kind, Entity, str, Mapping[str, str]],
) -> Stream:
    kind, entity, thing, mapping = what
    return Stream(
        name=name,
        reader=BillSource(
            lambda **asked: bill.classifications(kind, **asked),
            lambda record_id: bill.classification(kind, record_id),
            rows,
            timedelta(minutes=rules.lag_minutes),
        ),
        align=chart_of(books, entity, name),
        decide=Matching(thing, mapping, coded),
        reference=True,
    )
