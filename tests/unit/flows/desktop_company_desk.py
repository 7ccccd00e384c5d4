"""A connection of BILL and QuickBooks Desktop that is examined, without Prefect's store of blocks."""

from datetime import timedelta
from typing import Any

import pytest

from blocks.bill.credentials import BillCredentials
from blocks.quickbooks_desktop.account import OWNER_ID
from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials
from flows.bill_quickbooks_desktop.checks.systems import CHECKS
from flows.bill_quickbooks_desktop.flow import ANNOUNCES
from flows.bill_quickbooks_desktop.lists import MIRROR, entry_of
from flows.bill_quickbooks_desktop.rules import PAIR, BillQuickBooksDesktopConnection
from flows.checks import Finding, Findings, examined
from tasks.state import connector_sessions as sessions
from tasks.state.ledger import Ledger
from tasks.state.mirrors import replace
from tasks.state.models import ConnectorSession, utc_now
from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.sample import CHART, CLASSES

NAME = "acme"
Rows = dict[tuple[str, str], Finding]


class Desk:
    """A connection whose blocks stand in for those that Prefect keeps, and the company file on somebody's PC."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, store: Store, bill: tuple[BillSandbox, str]) -> None:
        self.bill, self.store = bill[0], store
        self.company = CompanyFile()
        self.rules: dict[str, Any] = {"payment_account": "1010", "payables_account": "2010"}
        self.bill_block: dict[str, Any] = {
            "base_url": bill[1],
            "events_base_url": bill[1].replace("/connect", "/connect-events"),
            "username": self.bill.username,
            "password": self.bill.password,
            "organization_id": self.bill.organization_id,
            "developer_key": self.bill.developer_key,
        }
        self.file_block: dict[str, Any] = {"username": "acme-co", "password": "turn-Key-42"}
        monkeypatch.setattr(BillQuickBooksDesktopConnection, "named", self._connection)
        monkeypatch.setattr(BillCredentials, "aload", self._bill)
        monkeypatch.setattr(QuickBooksDesktopCredentials, "aload", self._file)
        self.bill.seed_chart(CHART)
        self.bill.seed_classes([*CLASSES])
        self.company.seed_chart(CHART)
        for one in CLASSES:
            self.company.add_class(one)

    @property
    def account(self) -> Any:
        """What the Web Connector is known by."""
        return QuickBooksDesktopCredentials.model_validate(self.file_block).account

    def visited(self, ended: str = sessions.DONE, minutes_ago: int = 0, *, opened: bool = True) -> None:
        """The Web Connector has come, and its session ended so, so long ago; empty for one that goes on."""
        if not self.company.stamped(OWNER_ID):
            self.company.stamp(OWNER_ID, self.account.file_id)
        made = sessions.begin(self.store, PAIR, NAME, f"ticket {utc_now()}")
        assert made is not None
        if opened:
            greeting = self.store.vault.seal(self.company.greeting(OWNER_ID))
            sessions.note(self.store, made.id, greeting=greeting, company_file=self.company.path)
        if ended:
            sessions.end(self.store, made.id, ended)
        with self.store.session() as session:
            session.get_one(ConnectorSession, made.id).called_at = utc_now() - timedelta(minutes=minutes_ago)

    def read(self) -> None:
        """A run has read the company's small lists."""
        scope = f"{PAIR}/{NAME}@{BillCredentials.model_validate(self.bill_block).identity}>{self.account.identity}"
        ledger = Ledger(self.store, PAIR, NAME, scope, "run-1")
        lists = {"Account": self.company.accounts, "Class": self.company.classes, "Terms": self.company.terms}
        for kind, records in lists.items():
            replace(ledger, MIRROR, kind, [entry_of(record) for record in records.values()])

    async def examine(self, public_url: str = "") -> list[Findings]:
        return await examined(
            BillQuickBooksDesktopConnection,
            NAME,
            CHECKS,
            public_url=public_url,
            announces={"bill": ANNOUNCES},
            store=self.store,
        )

    async def rows(self, public_url: str = "", **rules: Any) -> Rows:
        """Returns what is found, with these rules besides the usual ones."""
        usual = self.rules
        self.rules = usual | rules
        found = await self.examine(public_url)
        self.rules = usual
        return {(row.system, row.what): row for part in found for row in part.rows}

    async def _connection(self, _name: str) -> BillQuickBooksDesktopConnection:
        given = {"bill": "acme-bill", "quickbooks_desktop": "acme-file", **self.rules}
        return BillQuickBooksDesktopConnection.model_validate(given)

    async def _bill(self, name: str) -> BillCredentials:
        if not self.bill_block:
            raise ValueError(name)
        return BillCredentials.model_validate(self.bill_block)

    async def _file(self, _name: str) -> QuickBooksDesktopCredentials:
        return QuickBooksDesktopCredentials.model_validate(self.file_block)


def of(rows: Rows, what: str) -> tuple[str, str]:
    """Returns the verdict and the words of the one row of that name, of whichever system."""
    [found] = [row for (_system, named), row in rows.items() if named == what]
    return found.verdict, found.detail
