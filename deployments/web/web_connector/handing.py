"""What QuickBooks does next: the oldest document that waits, a pause, or the goodbye."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from deployments.web.web_connector.beginning import Beginnings
from deployments.web.web_connector.pace import Pace
from deployments.web.web_connector.words import NOOP, Said
from tasks.state import connector_sessions as sessions
from tasks.state import message_sets
from tasks.state.message_sets import Outlook
from tasks.state.models import ConnectorSession, utc_now
from tasks.state.store import Store

# An empty answer would be an error in people's eyes; a cheap question can be answered with "all done".
GOODBYE = (
    '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">'
    '<HostQueryRq requestID="goodbye"/></QBXMLMsgsRq></QBXML>'
)
ENDED = Said("", "refused")


@dataclass(frozen=True)
class Handing:
    """Hands documents out, one at a time."""

    store: Store
    beginnings: Beginnings
    pace: Pace

    async def next_of(self, owner: ConnectorSession) -> Said:
        """Returns what QuickBooks does next in this session, as soon as there is something, or after a moment."""
        began, since = time.monotonic(), owner.waits_since or utc_now()
        while True:
            seen = await asyncio.to_thread(message_sets.outlook, self.store, owner, self.pace.patience)
            held = time.monotonic() - began
            said = await self._sent(owner, seen, utc_now() - since > timedelta(seconds=self.pace.bound))
            if said is not None:
                return said._replace(held=held)
            if held >= self.pace.hold:
                await asyncio.to_thread(sessions.note, self.store, owner.id, waits_since=since, said=NOOP)
                return Said("", "waits", time.monotonic() - began)
            await asyncio.sleep(self.pace.look)

    async def _sent(self, owner: ConnectorSession, seen: Outlook, waited_enough: bool) -> Said | None:
        if not seen.is_live:
            return ENDED
        if seen.waits:
            document = await asyncio.to_thread(message_sets.hand_out, self.store, owner, self.pace.patience)
            return None if document is None else Said(document, "handed_out")
        is_over = seen.is_over or await self._has_ended(owner, seen.run_id)
        if is_over or waited_enough:
            sent = await asyncio.to_thread(message_sets.say_goodbye, self.store, owner, GOODBYE)
            return Said(GOODBYE, "goodbye" if is_over else "rests") if sent else None
        return None

    async def _has_ended(self, owner: ConnectorSession, run_id: str) -> bool:
        """Asks how the flow run is: one that was killed could not say that it is over."""
        ended = await self.beginnings.is_over(run_id)
        if ended:
            await asyncio.to_thread(sessions.run_is_over, self.store, owner.pair, owner.connection, run_id)
        return ended
