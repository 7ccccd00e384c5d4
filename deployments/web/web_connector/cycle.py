"""What each call does; all that is known of a session is in the database, for whichever process is called next."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from blocks.quickbooks_desktop.hresults import UNREADABLE, failure
from deployments.web.desk import Desk
from deployments.web.endpoints import UnreachableError
from deployments.web.web_connector import company
from deployments.web.web_connector.admitting import admitted, doors
from deployments.web.web_connector.beginning import Beginnings
from deployments.web.web_connector.handing import ENDED, Handing
from deployments.web.web_connector.pace import Pace
from deployments.web.web_connector.tickets import Tickets, new_ticket
from deployments.web.web_connector.words import BUSY, NOT_ASKED, NVU, POSTPONED, Said, farewell, last_error
from flows.registry import Pair
from tasks.state import connector_sessions as sessions
from tasks.state import message_sets
from tasks.state.models import ConnectorSession, MessageSet
from tasks.state.store import Store

OPENING_SECONDS = 5.0  # for what a session begins with to be made

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cycle:
    """The calls of a session, from its login to its goodbye."""

    store: Store
    pairs: Mapping[str, Pair]
    desk: Desk
    beginnings: Beginnings
    handing: Handing
    tickets: Tickets
    pace: Pace

    async def authenticate(self, connection: str, username: str, password: str) -> Said:
        """Returns a ticket and the company file to open, or why there is no session."""
        ticket = new_ticket()
        try:
            door = await admitted(self.desk, connection, username, password)
        except UnreachableError:
            logger.warning("%a: the Web Connector must come again, its credentials cannot be read now", connection[:80])
            return Said([ticket, BUSY, POSTPONED], "postponed")
        if door is None:
            return Said([ticket, NVU], "refused")
        key = (door.pair, door.connection)
        earlier = await asyncio.to_thread(sessions.latest, self.store, *key)
        owner = await asyncio.to_thread(sessions.begin, self.store, *key, ticket, self.pace.patience)
        if owner is None:
            return Said([ticket, BUSY], "busy")
        await asyncio.to_thread(message_sets.withdraw_openings, self.store, *key)
        # Asked before anything can be handed out: what is out, nobody is seen to wait for.
        asker = await asyncio.to_thread(message_sets.awaiting, self.store, *key, self.pace.patience)
        self.beginnings.begin(owner, earlier, asker, self._open)
        return Said([ticket, door.account.company_file], "accepted")

    async def send_request(self, connection: str, ticket: str, greeting: str, path: str) -> Said:
        """Returns what QuickBooks does next; empty if that is what `get_last_error` says."""
        owner = await self.tickets.session(connection, ticket)
        if owner is None or owner.ended_at is not None:
            return ENDED
        if owner.greeting is None and (why := await self._greeted(owner, greeting, path)):
            await self._end(owner, why)
            return Said("", "refused")
        await asyncio.to_thread(message_sets.lose, self.store, owner)  # what is out was not answered, and never will be
        return await self.handing.next_of(owner)

    async def receive_response(self, connection: str, ticket: str, response: str, hresult: str, message: str) -> Said:
        """Returns how many percent are done; 100 at the end, and less than nothing if something went wrong."""
        owner = await self.tickets.session(connection, ticket)
        if owner is None or owner.ended_at is not None:
            return Said(-1, "refused")
        found = await asyncio.to_thread(message_sets.answered, self.store, owner, response, hresult, message)
        if found is None:
            await self._end(owner, NOT_ASKED)
            return Said(-1, "refused")
        if hresult and hresult.lower() != UNREADABLE:
            await self._end(owner, f"QuickBooks: {message or hresult}", _told(hresult, message))
            return Said(-1, "failed")
        if found.asker == message_sets.GOODBYE and await self._is_done(owner, found):
            return Said(100, "done")
        return Said(max(1, min(owner.percent, 99)), "unreadable" if hresult else "answered")

    async def connection_error(self, connection: str, ticket: str, hresult: str, message: str) -> Said:
        """Returns which company file to try instead (empty for the one that is open), or `done`."""
        owner = await self.tickets.session(connection, ticket)
        if owner is None or owner.ended_at is not None:
            return Said("done", "refused")
        told = _told(hresult, message)
        if not owner.said and await self._names_a_file(owner):
            await asyncio.to_thread(sessions.note, self.store, owner.id, said=told)
            return Said("", "another_file")
        logger.warning("%s/%s: %s", owner.pair, owner.connection, told)
        await self._end(owner, told)
        return Said("done", "failed")

    async def get_last_error(self, connection: str, ticket: str) -> Said:
        """Returns what people at the Web Connector must know, or that it shall wait; never blank."""
        return Said(last_error(await self.tickets.session(connection, ticket)), "told")

    async def close_connection(self, connection: str, ticket: str) -> Said:
        """Returns how the session ended, which is over now."""
        owner = await self.tickets.session(connection, ticket)
        if owner is not None and owner.ended_at is None:
            await asyncio.to_thread(sessions.end, self.store, owner.id, sessions.CLOSED)
            owner = await self.tickets.session(connection, ticket)
        return Said(farewell(owner), "closed" if owner is not None else "refused")

    async def _open(self, owner: ConnectorSession) -> None:
        """What the session begins with is put first."""
        key = (owner.pair, owner.connection)
        make = self.pairs[owner.pair].opening
        if make is None:
            return
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                document = await make(self.store, owner.connection)
            await asyncio.to_thread(message_sets.put, self.store, *key, document)
        except Exception:  # the run asks for the same itself
            logger.exception("%s/%s: the session begins without its first document", *key)

    async def _greeted(self, owner: ConnectorSession, greeting: str, path: str) -> str:
        """What QuickBooks told of itself is kept; returns why nothing may be sent to it, or nothing."""
        try:
            found = await doors(self.desk, owner.connection)
        except UnreachableError:
            return "ml-connector cannot read this connection's settings now. The next update tries again."
        account = next((one.account for one in found if one.pair == owner.pair), None)
        if account is None:
            return "This connection was taken away from ml-connector. Remove it from the Web Connector."
        known = await asyncio.to_thread(sessions.known_file, self.store, owner.pair, owner.connection)
        why = await asyncio.to_thread(company.objection, greeting, path, account, known)
        kept = {"greeting": self.store.vault.seal(greeting)} if greeting and not why else {}
        await asyncio.to_thread(sessions.note, self.store, owner.id, company_file=path, **kept)
        return why

    async def _is_done(self, owner: ConnectorSession, goodbye: MessageSet) -> bool:
        """The session is over, unless something to do has come up since QuickBooks was sent the goodbye."""
        seen = await asyncio.to_thread(message_sets.outlook, self.store, owner, self.pace.patience)
        if seen.waits and not goodbye.hresult:
            return False
        because = sessions.DONE if seen.is_over else sessions.RESTED
        await asyncio.to_thread(sessions.end, self.store, owner.id, because)
        return True

    async def _names_a_file(self, owner: ConnectorSession) -> bool:
        try:
            found = await doors(self.desk, owner.connection)
        except UnreachableError:
            return False
        return any(one.account.company_file for one in found if one.pair == owner.pair)

    async def _end(self, owner: ConnectorSession, because: str, said: str = "") -> None:
        await asyncio.to_thread(sessions.end, self.store, owner.id, because, said or because)


def _told(hresult: str, message: str) -> str:
    """Returns what QuickBooks' failure means, and who must act."""
    error = failure(hresult or "no code", message)
    return f"{str(error).rstrip('.')}. {error.remedy}".strip()
