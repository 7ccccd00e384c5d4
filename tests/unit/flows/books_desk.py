"""A connection of BILL and QuickBooks Online that is examined, without Prefect's store of blocks."""

from typing import Any

import pytest

from blocks.bill.credentials import BillCredentials
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from flows.bill_quickbooks_online.checks.systems import CHECKS
from flows.bill_quickbooks_online.flow import BILL_ANNOUNCES
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.checks import Finding, Findings, examined
from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.sample import CHART, CLASSES, DEPARTMENTS

Rows = dict[tuple[str, str], Finding]


class Desk:
    """A connection whose blocks stand in for those that Prefect keeps."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        store: Store,
        bill: tuple[BillSandbox, str],
        books: tuple[QuickBooksSandbox, str],
    ) -> None:
        self.bill, self.books, self.store = bill[0], books[0], store
        self.rules: dict[str, Any] = {}
        self.bill_block: dict[str, Any] = {
            "base_url": bill[1],
            "events_base_url": bill[1].replace("/connect", "/connect-events"),
            "username": self.bill.username,
            "password": self.bill.password,
            "organization_id": self.bill.organization_id,
            "developer_key": self.bill.developer_key,
        }
        self.books_block: dict[str, Any] = {
            "environment": self.books.environment,
            "client_id": self.books.client_id,
            "client_secret": self.books.client_secret,
            "realm_id": self.books.realm_id,
            "refresh_token": self.books.refresh_token,
            "base_url": books[1],
            "oauth_base_url": books[1],
            "calls_per_minute": 100_000,
        }
        monkeypatch.setattr(BillQuickBooksOnlineConnection, "named", self._connection)
        monkeypatch.setattr(BillCredentials, "aload", self._bill)
        monkeypatch.setattr(QuickBooksOnlineCredentials, "aload", self._books)

    def seed(self) -> None:
        """Both systems have the same accounts, departments and classes; departments are classes, too."""
        names = [one["name"] for one in DEPARTMENTS]
        self.bill.seed_chart(CHART)
        self.bill.seed_departments([{"name": one["name"], "shortName": one["code"]} for one in DEPARTMENTS])
        self.bill.seed_classes([*CLASSES])
        self.books.seed_accounts(CHART)
        self.books.seed_departments(names)
        self.books.seed_classes([*CLASSES, *names])

    async def _connection(self, _name: str) -> BillQuickBooksOnlineConnection:
        given = {"bill": "acme-bill", "quickbooks_online": "acme-books", **self.rules}
        return BillQuickBooksOnlineConnection.model_validate(given)

    async def _bill(self, _name: str) -> BillCredentials:
        return BillCredentials.model_validate(self.bill_block)

    async def _books(self, _name: str) -> QuickBooksOnlineCredentials:
        return QuickBooksOnlineCredentials.model_validate(self.books_block)

    async def examine(self, public_url: str = "") -> list[Findings]:
        kind, announces = BillQuickBooksOnlineConnection, {"bill": BILL_ANNOUNCES}
        return await examined(kind, "acme", CHECKS, public_url=public_url, announces=announces, store=self.store)

    async def rows(self, public_url: str = "", **rules: Any) -> Rows:
        self.rules = rules
        found = await self.examine(public_url)
        return {(row.system, row.what): row for part in found for row in part.rows}


def of(rows: Rows, what: str) -> tuple[str, str]:
    """Returns the verdict and the words of the one row of that name, of whichever system."""
    [found] = [row for (_system, named), row in rows.items() if named == what]
    return found.verdict, found.detail


def entry(desk: Desk, kind: str, number: int = 0) -> dict[str, Any]:
    """Returns one of BILL's entries of a list."""
    return list(desk.bill.classifications[kind].values())[number]
