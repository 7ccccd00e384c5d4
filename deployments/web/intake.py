"""Puts notices into the inbox, many in one transaction when many arrive at once."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from deployments.web.meters import Meters
from tasks.state.inbox import Notice, receive
from tasks.state.store import Store


class Box(NamedTuple):
    """Where notices of one vendor for one connection are kept."""

    pair: str
    connection: str
    system: str


class NotStoredError(Exception):
    """The database did not take the notices; the sender must send them again."""


@dataclass
class _Batch:
    notices: list[Notice] = field(default_factory=list)
    stored: bool = False


class Intake:
    """Stores notices; those that arrive during a commit share the next one, so a burst costs few commits."""

    def __init__(self, store: Store, meters: Meters) -> None:
        """Stores into this store, and counts."""
        self._store, self._meters = store, meters
        self._gathering: dict[Box, _Batch] = {}
        self._turn: defaultdict[Box, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def keep(self, box: Box, notices: list[Notice]) -> None:
        """The notices are committed; those that were known already changed nothing.

        Raises:
            NotStoredError: they are not, or nobody knows.
        """
        batch = self._gathering.setdefault(box, _Batch())
        batch.notices += notices
        async with self._turn[box]:
            if self._gathering.get(box) is batch:
                del self._gathering[box]
                await self._commit(box, batch)
        if not batch.stored:
            raise NotStoredError(f"{box.pair}/{box.connection}")

    async def _commit(self, box: Box, batch: _Batch) -> None:
        try:
            new = await asyncio.to_thread(receive, self._store, *box, batch.notices)
        except Exception as error:
            raise NotStoredError(f"{box.pair}/{box.connection} ({type(error).__name__})") from error
        batch.stored = True
        self._meters.received.labels(box.system).inc(len(batch.notices))
        self._meters.duplicate.labels(box.system).inc(len(batch.notices) - new)
