"""A company file and a BILL with the state between them, and runs that move single streams, without Prefect."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from blocks.bill.account import BillAccount
from blocks.bill.client import BillClient
from blocks.exact import Record
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.source import Row
from flows.bill_quickbooks_desktop.changes import all_dealt_with
from flows.bill_quickbooks_desktop.lists import read_lists
from flows.bill_quickbooks_desktop.rules import PAIR
from flows.bill_quickbooks_desktop.settings import with_settings
from flows.bill_quickbooks_desktop.streams import streams_of
from tasks.create import carry_out
from tasks.fetch import fetch_page
from tasks.run import Request, Run, open_run
from tasks.state import progress
from tasks.state.models import Window, utc_now
from tasks.state.store import Store
from tasks.stream import Stream
from tasks.writing import settle_doubts
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.unit.blocks.desktop_company import Way, client_of
from tests.unit.flows.desktop_records import rules

BEHIND = 60  # seconds by which both systems' clocks are behind ours, so that people have time to work
ADDRESS = {"line1": "1 Mill Rd", "city": "Dayton", "stateOrProvince": "OH", "zipOrPostalCode": "45402", "country": "US"}


class Desk:
    """Both systems, and what is remembered of them from run to run."""

    def __init__(self, store: Store, bill: tuple[BillSandbox, str]) -> None:
        """Starts with QuickBooks' own lists, and nothing else in either system."""
        self.store, self.bill, self._url = store, bill[0], bill[1]
        self.company = CompanyFile()
        for clock in (self.bill.frame.clock, self.company.clock):
            clock.advance(-BEHIND)
        self.way = Way(self.company)
        self.rules: dict[str, Any] = {}
        self._runs = 0

    def later(self) -> None:
        """Some seconds pass in both systems."""
        self.bill.frame.clock.advance(5)
        self.company.clock.advance(5)

    @asynccontextmanager
    async def running(self, **asked: Any) -> AsyncIterator["Running"]:
        """Yields a run; in the end both systems' sessions are over."""
        self._runs += 1
        self.way.renewed()
        said = {"rules_hash": "r", "settle_seconds": 0, "identities": ("o", "f"), "retried": False}
        asking = Request(**asked)
        async with (
            open_run(PAIR, "acme", asking, run_id=f"run-{self._runs}", store=self.store, **said) as run,  # type: ignore[arg-type]
            BillClient(self._account()) as bill,
        ):
            yield Running(self, run, bill, client_of(self.way))

    def enter_vendor(self, name: str, **fields: Any) -> str:
        """Enters a vendor in BILL, and returns its id."""
        return str(self.bill.seed_vendor(**{"name": name, "address": ADDRESS, **fields})["id"])

    def there(self, name: str) -> Record:
        """Returns QuickBooks' vendor of this name."""
        return next(one for one in self.company.vendors.values() if one["Name"] == name)

    def _account(self) -> BillAccount:
        return BillAccount(
            base_url=self._url,
            events_base_url=self._url.replace("/connect", "/connect-events"),
            username=self.bill.username,
            organization_id=self.bill.organization_id,
            password=self.bill.password,
            developer_key=self.bill.developer_key,
        )


class Running:
    """One run of some streams."""

    def __init__(self, desk: Desk, run: Run, bill: BillClient, books: QuickBooksDesktopClient) -> None:
        """Moves nothing yet."""
        self.desk, self.run, self.bill, self.books = desk, run, bill, books

    async def move(self, *names: str) -> None:
        """What changed in these streams, and what is due again in them, has an outcome; their watermarks moved."""
        company = await self.books.company()
        self.run.ledger = with_settings(self.run.ledger, company)
        streams = {
            one.name: one for one in streams_of(self.run, self.bill, self.books, rules(**self.desk.rules), company)
        }
        await read_lists.fn(self.run, self.books)
        for name in names:
            await self._move(streams[name])
        all_dealt_with(streams.values())

    async def _move(self, stream: Stream) -> None:
        ledger, now = self.run.ledger, utc_now()
        await settle_doubts(self.run, stream)
        mark = progress.watermark(ledger, stream.name)
        if mark or not stream.starts_now:
            window = Window(run_id="", stream=stream.name, scope=ledger.scope, since=mark, until=now)
            rows, _following = await fetch_page.fn(self.run, stream, window, "", 1)
            await self._decide(stream, rows)
        again = {*ledger.due(stream.name, retried=False), *self.run.again[stream.name]}
        due = sorted(again - self.run.tally.seen[stream.name])
        await self._decide(stream, await stream.reader.load(due))
        progress.move_watermark(ledger, stream.name, now - timedelta(seconds=1))

    async def _decide(self, stream: Stream, rows: Sequence[Row]) -> None:
        if rows:
            await carry_out(self.run, stream, rows, await stream.align(self.run, rows))

    def outcome(self, stream: str, one: str) -> tuple[str, str]:
        """Returns what is stored of a record: its outcome, and why."""
        found = self.run.ledger.records(stream, [one])[one]
        return found.outcome, found.reason
