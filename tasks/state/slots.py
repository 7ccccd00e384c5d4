"""Call slots that hold over all processes and machines that share the database."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from blocks.errors import CapReachedError
from blocks.limits import Rate, in_turn
from tasks.state.leases import give_back, new_holder, take
from tasks.state.models import Closure, utc_now
from tasks.state.paces import take_turns
from tasks.state.store import Store, upsert

LEASE_SECONDS = 90.0  # longer than any call may take, so that a slot cannot be lent twice
KEEP_SECONDS = 1.0  # a slot is kept over this long a block of calls, then others get their turn
IDLE_SECONDS = 0.2  # an unused slot goes back this soon


@dataclass
class _Place:
    """One leased slot of a budget, lent to one call after the other of this process."""

    name: str
    holder: str
    since: float
    idle: asyncio.TimerHandle | None = None


@dataclass
class _Budget:
    """What this process has of one budget."""

    at_once: int
    calls: asyncio.Semaphore
    free: list[_Place] = field(default_factory=list)
    checked: float = 0.0


class SharedSlots:
    """Lends `at_once` slots per budget to whoever works with the same database, a block of calls at a time."""

    def __init__(self, store: Store) -> None:
        """Starts without any slot."""
        self._store = store
        self._budgets: dict[str, _Budget] = {}
        self._giving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def slot(self, budget: str, at_once: int, rates: Sequence[Rate] = ()) -> AsyncIterator[None]:
        """Holds a slot while the block runs; one that must wait for its turn of a rate holds nothing meanwhile.

        Raises:
            CapReachedError: the vendor's cap is spent, and the moment it clears is not reached.
        """
        mine = self._budgets.setdefault(budget, _Budget(at_once, asyncio.Semaphore(at_once)))
        if rates:
            await self._refuse_closed(budget, mine)
            await self._wait_for_turns(budget, in_turn(rates))
        async with mine.calls:
            await self._refuse_closed(budget, mine)
            place = self._reused(mine) or await self._leased(budget, at_once)
            try:
                yield
            finally:
                self._put_back(mine, place)

    async def close(self, budget: str, until: datetime, why: str) -> None:
        """Closes the budget for every process until a moment."""
        row = {"budget": budget, "until": until, "why": why}
        await asyncio.to_thread(self._close, row)
        if budget in self._budgets:
            self._budgets[budget].checked = 0.0

    async def release(self) -> None:
        """Gives every unused slot back at once; called when a run ends."""
        for mine in self._budgets.values():
            while mine.free:
                place = mine.free.pop()
                if place.idle:
                    place.idle.cancel()
                await asyncio.to_thread(give_back, self._store, place.name, place.holder)
        await asyncio.gather(*self._giving)

    async def _wait_for_turns(self, budget: str, rates: Sequence[Rate]) -> None:
        while rates:
            wait, rates = await asyncio.to_thread(take_turns, self._store, budget, rates)
            await asyncio.sleep(wait)

    def _close(self, row: dict[str, object]) -> None:
        with self._store.session() as session:
            upsert(session, Closure, [row], ("budget",))

    async def _refuse_closed(self, budget: str, mine: _Budget) -> None:
        if monotonic() - mine.checked < KEEP_SECONDS:
            return
        closure = await asyncio.to_thread(self._closure, budget)
        if closure and closure.until > utc_now():
            raise CapReachedError(closure.why, closure.until)
        mine.checked = monotonic()

    def _closure(self, budget: str) -> Closure | None:
        with self._store.reading() as session:
            return session.get(Closure, budget)

    def _reused(self, mine: _Budget) -> _Place | None:
        if not mine.free:
            return None
        place = mine.free.pop()
        if place.idle:
            place.idle.cancel()
        return place

    async def _leased(self, budget: str, at_once: int) -> _Place:
        holder = new_holder()
        names = [f"slot:{budget}:{number}" for number in range(at_once)]
        while True:
            for name in random.sample(names, at_once):
                if await self._taken(name, holder):
                    return _Place(name, holder, monotonic())
            await asyncio.sleep(random.uniform(0.02, 0.08))

    async def _taken(self, name: str, holder: str) -> bool:
        attempt = asyncio.ensure_future(asyncio.to_thread(take, self._store, name, holder, LEASE_SECONDS))
        try:
            return await asyncio.shield(attempt) is None
        except asyncio.CancelledError:
            # The thread goes on; what it took must not stay taken by a call that nobody makes any more.
            attempt.add_done_callback(lambda _done: self._give(_Place(name, holder, 0.0)))
            raise

    def _put_back(self, mine: _Budget, place: _Place) -> None:
        if monotonic() - place.since > KEEP_SECONDS:
            self._give(place)
            return
        mine.free.append(place)
        place.idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._expire, mine, place)

    def _expire(self, mine: _Budget, place: _Place) -> None:
        if place in mine.free:
            mine.free.remove(place)
            self._give(place)

    def _give(self, place: _Place) -> None:
        giving = asyncio.ensure_future(asyncio.to_thread(give_back, self._store, place.name, place.holder))
        self._giving.add(giving)
        giving.add_done_callback(self._giving.discard)
