"""Carries qbXML between a run and the QuickBooks Web Connector, whichever process it calls."""

import asyncio
import time
from dataclasses import dataclass

from blocks.errors import AnswerLostError, AwayError
from blocks.quickbooks_desktop.channel import SYSTEM, Exchanged
from blocks.quickbooks_desktop.meanings import failure
from tasks.state import connector_sessions as sessions
from tasks.state import message_sets
from tasks.state.connector_sessions import PATIENCE, Patience
from tasks.state.models import ConnectorSession, MessageSet, utc_now
from tasks.state.store import Store

GLANCE = 0.1  # seconds between two looks at what became of a document
SIGN = 5.0  # seconds between two signs of life


@dataclass
class DesktopChannel:
    """The way to one company file, for one run; a dead run's documents are not sent."""

    store: Store
    pair: str
    connection: str
    asker: str  # the run; never empty
    wait: float  # seconds for which it waits for the Web Connector to come
    patience: Patience = PATIENCE

    def __post_init__(self) -> None:
        """Begins to look for sessions now."""
        self._began = utc_now()

    async def greeting(self) -> str:
        """Returns what QuickBooks told of itself when the Web Connector came; waits for it to come."""
        deadline = time.monotonic() + self.wait
        while True:
            live = await asyncio.to_thread(self._live)
            if live is not None and live.greeting is not None:
                return str(self.store.vault.unseal(live.greeting))
            await self._wait_on(deadline)

    async def opening(self) -> Exchanged | None:
        """Returns what the session began with, as soon as it is answered; None if it began with nothing."""
        while (live := await asyncio.to_thread(self._live)) is not None:
            found = await asyncio.to_thread(message_sets.opening, self.store, live)
            if found is None or found.state not in ("waiting", "out", "answered"):
                return None
            if found.state == "answered":
                unseal = self.store.vault.unseal
                return Exchanged(unseal(found.document or b""), unseal(found.answer or b""))
            await asyncio.sleep(GLANCE)
        return None

    async def exchange(self, document: str, set_id: str = "") -> str:
        """Returns QuickBooks' answer to a document, which is stored before it is sent."""
        number = await asyncio.to_thread(
            lambda: message_sets.put(self.store, self.pair, self.connection, document, set_id=set_id, asker=self.asker)
        )
        try:
            return await self._answer(number)
        finally:
            await asyncio.to_thread(message_sets.withdraw, self.store, [number])

    async def kept(self, set_id: str) -> str | None:
        """Returns the document that was stored under this id, byte for byte; None if there is none."""
        return await asyncio.to_thread(message_sets.kept, self.store, self.pair, self.connection, set_id)

    async def progress(self, percent: int) -> None:
        """The Web Connector is told this percentage."""
        await asyncio.to_thread(sessions.progress, self.store, self.pair, self.connection, percent)

    async def finish(self) -> None:
        """The Web Connector need not wait for this run any more."""
        await asyncio.to_thread(sessions.run_is_over, self.store, self.pair, self.connection, self.asker)

    async def _answer(self, number: int) -> str:
        deadline, signed = time.monotonic() + self.wait, time.monotonic()
        while True:
            found = await asyncio.to_thread(message_sets.look, self.store, number)
            match found.state:
                case "answered":
                    return str(self.store.vault.unseal(found.answer or b""))
                case "failed":
                    raise failure(found.hresult, found.message)
                case "lost":
                    raise AnswerLostError(_lost(found), system=SYSTEM, remedy="The next cycle looks it up first.")
                case "out":
                    deadline = time.monotonic() + self.wait
                    await asyncio.to_thread(self._live)  # ends the session if the Web Connector is gone
                    await asyncio.sleep(GLANCE)
                case _:
                    if time.monotonic() - signed > SIGN:
                        signed = time.monotonic()
                        await asyncio.to_thread(message_sets.beat, self.store, number)
                    if await asyncio.to_thread(self._live) is None:
                        await self._wait_on(deadline)
                    else:
                        await asyncio.sleep(GLANCE)

    def _live(self) -> ConnectorSession | None:
        return sessions.live(self.store, self.pair, self.connection, self.patience)

    def _concerns_us(self, last: ConnectorSession) -> bool:
        """Whether a session that was this run's, or went on when it began, ended before its work was done."""
        if last.ended_at is None or last.ended_because in sessions.ORDERLY:
            return False
        return last.ended_at > self._began or last.run_id == self.asker

    async def _wait_on(self, deadline: float) -> None:
        """Returns a moment later.

        Raises:
            AwayError: the Web Connector went away in the middle of this run, or has not come for too long.
        """
        last = await asyncio.to_thread(sessions.latest, self.store, self.pair, self.connection)
        if last and self._concerns_us(last):
            raise AwayError(_went(last), system=SYSTEM, remedy="The next cycle of the Web Connector goes on.")
        if time.monotonic() > deadline:
            heard = f"was last heard of at {last.called_at:%Y-%m-%d %H:%M} UTC" if last else "has never called"
            remedy = (
                "Open QuickBooks and the Web Connector on that machine, with Auto-Run ticked; its next cycle goes on."
            )
            raise AwayError(f"the Web Connector of {self.connection} {heard}", system=SYSTEM, remedy=remedy)
        await asyncio.sleep(GLANCE)


def _went(last: ConnectorSession) -> str:
    why = {
        sessions.GONE: "the Web Connector stopped calling in the middle of the run",
        sessions.CLOSED: "the Web Connector ended its session in the middle of the run",
        sessions.REPLACED: "the Web Connector signed in anew in the middle of the run",
    }
    return why.get(last.ended_because) or last.said.rstrip(".") or last.ended_because


def _lost(found: MessageSet) -> str:
    return f"the Web Connector went away while QuickBooks worked on message set {found.set_id or found.id}"
