"""Opens the way to QuickBooks Desktop for one run, and tells the Web Connector when the run needs it no more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials
from flows.bill_quickbooks_desktop.expecting import expecting
from tasks.run import Run
from tasks.state.connector_sessions import patience_of
from tasks.state.desktop_channel import DesktopChannel
from tasks.state.settings import StateSettings


@asynccontextmanager
async def reached(
    credentials: QuickBooksDesktopCredentials, run: Run, wait: float
) -> AsyncIterator[QuickBooksDesktopClient]:
    """Yields a client whose requests wait for the Web Connector.

    Args:
        credentials: the company file's.
        run: who asks.
        wait: seconds for which a request waits for the Web Connector to come; 0 for its interval and a minute more.
    """
    ledger = run.ledger
    waits, asker = wait or 60 * (credentials.run_every_minutes + 1), ledger.run_id or uuid4().hex
    patience = patience_of(StateSettings())
    channel = DesktopChannel(ledger.store, ledger.pair, ledger.connection, asker, waits, patience)
    try:
        async with expecting(channel), credentials.get_client(channel) as client:
            yield client
    finally:
        await channel.finish()
