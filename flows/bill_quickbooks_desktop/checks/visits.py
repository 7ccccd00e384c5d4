"""What is known of a company file that nobody can call: what its Web Connector told last, and the lists kept."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from blocks.errors import ConfigurationError
from blocks.quickbooks_desktop.account import QuickBooksDesktopAccount
from blocks.quickbooks_desktop.company import Company
from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials
from flows.bill_quickbooks_desktop.changes import DELETED
from flows.bill_quickbooks_desktop.lists import MIRROR, SMALL
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.checks import Asked, Means
from flows.matches import Entries
from tasks.state import connector_sessions
from tasks.state.ledger import Ledger
from tasks.state.mirrors import Mirrored, mirrored
from tasks.state.models import ConnectorSession
from tasks.state.store import Store

VENDORS = "Vendor"


@dataclass(frozen=True)
class LastVisit:
    """The newest session of a Web Connector, what it told of the company, and the lists that the last run kept."""

    account: QuickBooksDesktopAccount
    session: ConnectorSession | None = None  # None if it never came
    company: Company | None = None  # None if QuickBooks was not opened in that session
    lists: Mapping[str, Entries] = field(default_factory=dict)  # by kind, such as `Account`; empty if never read


@asynccontextmanager
async def last_visit(block: QuickBooksDesktopCredentials, asked: Asked, means: Means) -> AsyncIterator[LastVisit]:
    """Yields what is known; QuickBooks itself is asked nothing."""
    rules: BillQuickBooksDesktopConnection = asked.rules
    try:
        sides = await rules.sides()
        scope = f"{rules.pair}/{asked.name}@{sides[0].identity}>{sides[1].identity}"
    except ConfigurationError:  # BILL's credentials are missing, which BILL's own part tells
        scope = ""
    yield await asyncio.to_thread(_known, block.account, asked.name, means.store, scope)


def _known(account: QuickBooksDesktopAccount, name: str, store: Store, scope: str) -> LastVisit:
    pair = BillQuickBooksDesktopConnection.pair
    session = connector_sessions.latest(store, pair, name)
    greeting = store.vault.unseal(session.greeting) if session and session.greeting else ""
    company = Company.of(greeting, account.owner_id) if greeting else None
    ledger = Ledger(store, pair, name, scope, "")
    kinds = (*SMALL, VENDORS) if scope else ()
    lists = {kind: found for kind in kinds if (found := _listed(ledger, kind))}
    return LastVisit(account, session, company, lists)


def _listed(ledger: Ledger, kind: str) -> dict[str, Mirrored]:
    """Returns the entries that were there when a run read them last; one that was deleted is kept as such."""
    found = mirrored(ledger, MIRROR, kind)
    return {one: entry for one, entry in found.items() if DELETED not in entry.body}
