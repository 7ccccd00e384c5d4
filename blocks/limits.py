"""Call budgets: how many calls may be under way, how many in a while, and whether any call may be made at all."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import NamedTuple, Protocol

from blocks.errors import CapReachedError


class Rate(NamedTuple):
    """So many calls within any stretch of so many seconds, wherever the stretch begins."""

    name: str  # what is counted within the budget, for example "batches"
    calls: int
    seconds: float


def in_turn(rates: Sequence[Rate]) -> list[Rate]:
    """Returns the rates in the order in which a call waits for them: the longest stretch first.

    Each turn is taken once the one before has come: one that was taken earlier would be over before the call is made.
    """
    return sorted(rates, key=lambda rate: (-rate.seconds, rate.calls))


class CallSlots(Protocol):
    """Shares a vendor's allowed calls between everything that works with the same key.

    `budget` names what the vendor counts by, for example `bill:<hash of key>:<organization>`.
    """

    def slot(self, budget: str, at_once: int, rates: Sequence[Rate] = ()) -> AbstractAsyncContextManager[None]:
        """Holds one of `at_once` places of the budget while the block runs; waits for a free one.

        The block begins when all of the budget's `rates` that this call counts for allow it, too; their turns are
        taken as `in_turn` says.

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
        self._lately: dict[tuple[str, str], deque[float]] = {}

    @asynccontextmanager
    async def slot(self, budget: str, at_once: int, rates: Sequence[Rate] = ()) -> AsyncIterator[None]:
        """Holds a place, or raises CapReachedError while the budget is closed."""
        until, why = self._closed.get(budget, (datetime.min.replace(tzinfo=UTC), ""))
        if datetime.now(UTC) < until:
            raise CapReachedError(why, until)
        for rate in in_turn(rates):
            await self._turn(budget, rate)
        async with self._places.setdefault(budget, asyncio.Semaphore(at_once)):
            yield

    async def close(self, budget: str, until: datetime, why: str) -> None:
        """Closes the budget until a moment."""
        self._closed[budget] = (until, why)

    async def _turn(self, budget: str, rate: Rate) -> None:
        """Waits until the oldest of the last calls is long enough ago, and takes its place."""
        lately = self._lately.setdefault((budget, rate.name), deque(maxlen=rate.calls))
        at = monotonic()
        if len(lately) == rate.calls:
            at = max(at, lately[0] + rate.seconds)
        lately.append(at)
        await asyncio.sleep(max(0.0, at - monotonic()))
