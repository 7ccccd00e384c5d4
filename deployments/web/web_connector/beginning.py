"""The flow run behind a session: begun when the Web Connector signs in, or the one that is under way."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from deployments.web.flow_runs import FlowRuns, NotStartedError
from deployments.web.web_connector.pace import Pace
from tasks.state import connector_sessions as sessions
from tasks.state.models import ConnectorSession
from tasks.state.store import Store

TAG = "web-connector"  # of the flow runs that begin here
ASK_SECONDS = 3.0  # for which a call waits to hear of its flow run
REMEMBERED = 1000  # flow runs
STOP_SECONDS = 5.0

First = Callable[[ConnectorSession], Awaitable[None]]

logger = logging.getLogger(__name__)


class Beginnings:
    """Begins flow runs while the Web Connector has its answer already, and knows which are over."""

    def __init__(self, store: Store, runs: FlowRuns, pace: Pace) -> None:
        """Nothing is begun before somebody signs in."""
        self._store, self._runs, self._pace = store, runs, pace
        self._under_way: set[asyncio.Task[None]] = set()
        self._asked: OrderedDict[str, float] = OrderedDict()

    def begin(self, owner: ConnectorSession, earlier: ConnectorSession | None, asker: str, first: First) -> None:
        """A flow run will be behind the session soon; if none can be, the session ends. Returns at once.

        Args:
            owner: the session.
            earlier: the one before it, whose run may still be under way.
            asker: the run that waited for QuickBooks when the session began; empty if none did.
            first: what is done before a run begins; not where one waits already.
        """
        task = asyncio.create_task(self._begin_safely(owner, earlier, asker, first))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def is_over(self, run_id: str) -> bool:
        """Tells whether a flow run is known to have ended; asked too often, it says no."""
        now = time.monotonic()
        if not run_id or now - self._asked.get(run_id, -self._pace.ask) < self._pace.ask:
            return False
        self._asked[run_id] = now
        self._asked.move_to_end(run_id)
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await self._runs.is_over(run_id)
        except TimeoutError:
            return False

    async def stop(self) -> None:
        """Nothing is being begun any more."""
        if not self._under_way:
            return
        await asyncio.wait(self._under_way, timeout=STOP_SECONDS)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _begin_safely(
        self, owner: ConnectorSession, earlier: ConnectorSession | None, asker: str, first: First
    ) -> None:
        known = earlier.run_id if earlier else ""
        try:
            if asker:
                # Only of a run that we began ourselves can the server tell whether it is over.
                await self._join(owner, known if asker == known else "")
                return
            async with self._runs.connected():
                await first(owner)
                await self._join(owner, await self._under_way_or_begun(owner, known))
        except NotStartedError as error:
            logger.warning("%s/%s: the Web Connector came, but %s", owner.pair, owner.connection, error)
            await self._give_up(owner, str(error))
        except Exception as error:
            logger.exception("%s/%s: the Web Connector came, but no run could begin", owner.pair, owner.connection)
            await self._give_up(owner, f"something is wrong there ({type(error).__name__})")

    async def _under_way_or_begun(self, owner: ConnectorSession, known: str) -> str:
        """Returns the flow run of the session before, if it is not over, or else a new one."""
        if known and not await self._runs.is_over(known):
            if not await self._runs.reachable():
                raise NotStartedError("its Prefect server cannot be reached")
            return known
        run_id = await self._runs.start(owner.pair, owner.connection, None, tag=TAG)
        logger.info("%s/%s: flow run %s begins with the Web Connector", owner.pair, owner.connection, run_id)
        return run_id

    async def _join(self, owner: ConnectorSession, run_id: str) -> None:
        if run_id:
            await asyncio.to_thread(sessions.joined, self._store, owner.id, run_id)

    async def _give_up(self, owner: ConnectorSession, why: str) -> None:
        said = (
            f"ml-connector could not begin: {why}. Tell whoever looks after ml-connector; the next update tries again."
        )
        try:
            await asyncio.to_thread(sessions.end, self._store, owner.id, said, said)
        except Exception:
            logger.exception("%s/%s: the session cannot be ended", owner.pair, owner.connection)
