"""Turns notices that wait into flow runs: few of them, and none too few."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from deployments.web.flow_runs import FlowRuns, NotStartedError
from deployments.web.meters import Meters
from flows.registry import Pair
from tasks.state import inbox
from tasks.state.store import Store

Key = tuple[str, str]  # pair, connection

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How often the drainer does what, in seconds."""

    gather: float = 0.5  # after a notice, so that a burst becomes one run
    heed: float = 1.5  # longer, if all that waits may be our own writes, which are noted a moment after they are made
    look: float = 30.0  # for notices that other processes or earlier lives left
    glance: float = 1.0  # at the notices of a run that is under way
    ask: float = 5.0  # for the state of that run
    first_wait: float = 1.0  # after no run could be started; doubled each time
    longest_wait: float = 60.0
    first_rest: float = 5.0  # after a run ended and left its notices behind; doubled each time
    longest_rest: float = 600.0
    believe: float = 3600.0  # for how long a run that does not end is waited for


class Drainer:
    """Sees to it that a run handles every notice, one run per connection at a time."""

    def __init__(
        self, store: Store, pairs: Mapping[str, Pair], runs: FlowRuns, meters: Meters, pace: Pace | None = None
    ) -> None:
        """Does nothing before `run`."""
        self._store, self._pairs, self._runs, self._meters = store, pairs, runs, meters
        self._pace = pace or Pace()
        self._stirred: set[Key] = set()
        self._draining: dict[Key, asyncio.Task[None]] = {}
        self._resumed: defaultdict[Key, asyncio.Event] = defaultdict(asyncio.Event)

    def stir(self, pair: str, connection: str) -> None:
        """The connection's notices will be looked at soon; returns at once.

        Where a run begins only when the other system comes by itself, they wait for that one.
        """
        if self._is_visited(pair):
            return
        key = (pair, connection)
        self._stirred.add(key)
        if key not in self._draining:
            self._draining[key] = asyncio.create_task(self._drain_safely(key))

    def resume(self, pair: str, connection: str) -> None:
        """What made runs fail may be over: the next one of the connection does not wait; returns at once."""
        self.stir(pair, connection)
        if not self._is_visited(pair):
            self._resumed[pair, connection].set()

    def _is_visited(self, pair: str) -> bool:
        return pair in self._pairs and self._pairs[pair].visited

    async def run(self) -> None:
        """Looks for notices now and every half minute, until cancelled; then nothing is under way any more."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._pace.look)
        finally:
            working = list(self._draining.values())
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    async def _look(self) -> None:
        try:
            for pair, connection, _count in await asyncio.to_thread(inbox.waiting, self._store):
                if pair in self._pairs and (pair, connection) not in self._draining:
                    self.stir(pair, connection)
        except Exception:  # the database may be back at the next look
            logger.exception("the inbox cannot be read; the next look is in %g s", self._pace.look)

    async def _drain_safely(self, key: Key) -> None:
        try:
            await self._drain(key)
        except Exception:  # the notices are still stored, and the next look finds them
            logger.exception("%s/%s: notifications wait for the next look", *key)
        finally:
            self._draining.pop(key, None)
            self._resumed.pop(key, None)

    async def _drain(self, key: Key) -> None:
        """Starts one run after another until no notice waits."""
        failures = left_behind = 0
        while True:
            await asyncio.sleep(self._pace.gather)
            self._stirred.discard(key)
            waiting = await self._worth_a_run(key)
            if not waiting:
                if key in self._stirred:  # a notice was stored while we looked
                    continue
                return
            wait = _doubled(self._pace.first_wait, failures, self._pace.longest_wait)
            run_id = await self._started(key, waiting, wait)
            if run_id is None:
                await asyncio.sleep(wait)
                failures += 1
                continue
            failures = 0
            if await self._handled(key, run_id, set().union(*waiting.values())):
                left_behind = 0
                continue
            rest = _doubled(self._pace.first_rest, left_behind, self._pace.longest_rest)
            left_behind += 1
            logger.warning("%s/%s: flow run %s left notifications behind; the next run is in %g s", *key, run_id, rest)
            if await self._resumed_within(key, rest):
                left_behind = 0

    async def _resumed_within(self, key: Key, seconds: float) -> bool:
        """Waits so long, unless somebody says that the next run may do better; tells whether somebody did."""
        try:
            await asyncio.wait_for(self._resumed[key].wait(), seconds)
        except TimeoutError:
            return False
        self._resumed[key].clear()
        return True

    async def _worth_a_run(self, key: Key) -> dict[str, set[int]]:
        """Returns what waits, as `_waiting` does, without the notices of what we wrote ourselves."""
        echoes, waiting = self._pairs[key[0]].echoes, await self._waiting(key)
        if not echoes or not waiting:
            return waiting
        if waiting.keys() <= echoes.keys():
            await asyncio.sleep(self._pace.heed)
        await asyncio.to_thread(inbox.forget_echoes, self._store, *key, echoes)
        return await self._waiting(key)

    async def _waiting(self, key: Key) -> dict[str, set[int]]:
        """Returns the numbers of the unhandled notices by stream; streams without any are left out."""
        return await asyncio.to_thread(self._read_waiting, *key)

    def _read_waiting(self, pair: str, connection: str) -> dict[str, set[int]]:
        prefixes = self._pairs[pair].announces.values()
        streams = dict.fromkeys(stream for vendor in prefixes for stream in vendor.values())
        found = {
            stream: {n for numbers in inbox.announced(self._store, pair, connection, stream).values() for n in numbers}
            for stream in streams
        }
        return {stream: numbers for stream, numbers in found.items() if numbers}

    async def _started(self, key: Key, waiting: dict[str, set[int]], next_attempt: float) -> str | None:
        """Returns the id of the flow run that was started; None, and a log entry, if that was impossible."""
        try:
            run_id = await self._runs.start(*key, list(waiting))
        except NotStartedError as error:
            count = sum(map(len, waiting.values()))
            logger.warning("%s/%s: %d notifications wait: %s; next attempt in %g s", *key, count, error, next_attempt)
            return None
        self._meters.started.labels(*key).inc()
        logger.info("%s/%s: flow run %s reads %s", *key, run_id, ", ".join(waiting))
        return run_id

    async def _handled(self, key: Key, run_id: str, numbers: set[int]) -> bool:
        """Waits for the run; tells whether it handled all of these notices."""
        began = asked = time.monotonic()
        over = False
        while True:
            left = set().union(*(await self._waiting(key)).values())
            if not left & numbers:
                return True
            now = time.monotonic()
            if over or now - began > self._pace.believe:
                return False
            if now - asked >= self._pace.ask:
                asked, over = now, await self._runs.is_over(run_id)
                if over:
                    continue  # it may have handled them since we looked
            await asyncio.sleep(self._pace.glance)


def _doubled(first: float, times: int, longest: float) -> float:
    return min(longest, first * 2.0 ** min(times, 20))


async def stop(task: asyncio.Task[None]) -> None:
    """The task has ended."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
