"""Tickets, by which the Web Connector says which session a call belongs to."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from flows.registry import Pair
from tasks.state import connector_sessions as sessions
from tasks.state.connector_sessions import Patience
from tasks.state.models import ConnectorSession
from tasks.state.store import Store

SYSTEM = "quickbooks_desktop"  # as connections name it


def new_ticket() -> str:
    """Returns a ticket that nobody can guess."""
    return str(uuid4())


@dataclass(frozen=True)
class Tickets:
    """Finds sessions by their tickets, in whichever process they began."""

    store: Store
    pairs: Mapping[str, Pair]
    patience: Patience

    async def session(self, connection: str, ticket: str) -> ConnectorSession | None:
        """Returns the session, live or over, that the ticket was given for at this address; None if there is none."""
        return await asyncio.to_thread(self._session, connection, ticket)

    def _session(self, connection: str, ticket: str) -> ConnectorSession | None:
        for name, pair in self.pairs.items():
            if SYSTEM in pair.announces and ticket:
                found = sessions.of_ticket(self.store, name, connection, ticket, self.patience)
                if found is not None:
                    return found
        return None
