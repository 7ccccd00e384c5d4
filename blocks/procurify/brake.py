"""How long Procurify wants to be left alone: after it turned calls away, and between two reads."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

from blocks.errors import CapReachedError
from blocks.limits import CallSlots, Rate
from blocks.procurify.account import SYSTEM

IN_A_ROW = 5  # calls turned away one after another, until none is made for a while
REST = timedelta(minutes=15)
LONGEST_WAIT = 300.0  # seconds; whoever must wait longer comes back later
MAINTENANCE = 15  # times the first wait: an outage passes less quickly than a throttle


class Brake:
    """Counts what Procurify turned away in a row, over all calls of one client, and how long none is made.

    Procurify publishes no limits, and suspends whoever asks too much; so these waits are ours, and long.
    """

    def __init__(self, first_wait: float) -> None:
        """Starts without any trouble; the first wait, in seconds, doubles with each one that follows."""
        self._first_wait = first_wait
        self._troubles = 0
        self._until = float("-inf")

    def release(self) -> None:
        """The last call went well."""
        self._troubles = 0

    def pull(self, asked: str = "", *, maintenance: bool = False, unsure: bool = False) -> float:
        """Notes a call that was turned away or timed out; returns how many seconds none is made.

        Args:
            asked: the answer's `Retry-After`.
            maintenance: whether the whole service is away.
            unsure: whether it was a write that may have been done, which must be told as such and not as a cap.

        Raises:
            CapReachedError: it was one too many, or the wait is too long to be waited for here.
        """
        self._troubles += 1
        wait = _seconds(asked)
        if not unsure and wait is not None and wait > LONGEST_WAIT:
            raise _closed(timedelta(seconds=wait), f"asks to be left alone for {wait:.0f} seconds")
        if not unsure and self._troubles >= IN_A_ROW:
            self._troubles = 0
            raise _closed(REST, f"turned {IN_A_ROW} calls in a row away, or took too long over them")
        if wait is None or wait > LONGEST_WAIT:
            first = self._first_wait * (MAINTENANCE if maintenance else 1)
            wait = min(first * 2 ** (self._troubles - 1) * random.uniform(1, 1.25), LONGEST_WAIT)
        self._until = max(self._until, monotonic() + wait)
        return wait

    @property
    def left(self) -> float:
        """How many seconds none is made from now on; zero or less if calls may be made."""
        return self._until - monotonic()


class Spaced:
    """Call slots that keep a pause before each read, and make everybody wait while the brake is on."""

    def __init__(self, slots: CallSlots, brake: Brake, pause: float) -> None:
        """Takes slots from these; the pause is in seconds."""
        self._slots, self._brake, self._pause = slots, brake, pause
        self._ended = float("-inf")

    @asynccontextmanager
    async def slot(self, budget: str, at_once: int, rates: Sequence[Rate] = ()) -> AsyncIterator[None]:
        """Holds a slot while the block runs; what has rates is a read, which keeps its distance to the last call.

        Raises:
            CapReachedError: the budget is closed for now.
        """
        while True:
            await asyncio.sleep(max(0.0, self._brake.left))  # without a slot, which so long a wait would lose
            async with self._slots.slot(budget, at_once, rates):
                if self._brake.left > 0:  # somebody was turned away while this one waited for its slot
                    continue
                if rates:  # they hold over all processes, from beginning to beginning; this is from end to beginning
                    await asyncio.sleep(max(0.0, self._ended + self._pause - monotonic()))
                try:
                    yield
                finally:
                    self._ended = monotonic()
                return

    async def close(self, budget: str, until: datetime, why: str) -> None:
        """Closes the budget for everyone until a moment."""
        await self._slots.close(budget, until, why)


def _closed(rest: timedelta, why: str) -> CapReachedError:
    until = datetime.now(UTC) + rest
    return CapReachedError(f"{SYSTEM} {why}; no call is made until {until:%H:%M} UTC", until, system=SYSTEM)


def _seconds(asked: str) -> float | None:
    """Returns the wait that a `Retry-After` names, in seconds or as a date; None if it names none."""
    if asked.strip().isdecimal():
        return float(asked)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
