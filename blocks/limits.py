"""Call budgets: how many calls may be under way, and whether any call may be made at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Protocol

from blocks.errors import CapReachedError


class CallSlots(Protocol):
    """Shares a vendor's allowed calls between everything that works with the same key.

    `budget` names what the vendor counts by, for example `bill:<hash of key>:<organization>`.
    """

    def slot(self, budget: str, at_once: int) -> AbstractAsyncContextManager[None]:
        """Holds one of `at_once` places of the budget while the block runs; waits for a free one.

        Raises:
            CapReachedError: the budget is closed for now (see `close`).
        """
        ...

    async def close(self, budget: str, until: datetime, why: str) -> None:
        """Closes the budget for everyone until a moment (aware): the vendor said that its cap is spent."""
        ...


class LocalSlots:
    """Call slots of this process alone, for tests and for tools that run by themselves."""

    def __init__(self) -> None:
        """Starts with every budget open."""
        self._places: dict[str, asyncio.Semaphore] = {}
        self._closed: dict[str, tuple[datetime, str]] = {}

    @asynccontextmanager
    async def slot(self, budget: str, at_once: int) -> AsyncIterator[None]:
        """Holds a place, or raises CapReachedError while the budget is closed."""
        until, why = self._closed.get(budget, (datetime.min.replace(tzinfo=UTC), ""))
        if datetime.now(UTC) < until:
            raise CapReachedError(why, until)
        async with self._places.setdefault(budget, asyncio.Semaphore(at_once)):
            yield

    async def close(self, budget: str, until: datetime, why: str) -> None:
        """Closes the budget until a moment."""
        self._closed[budget] = (until, why)
