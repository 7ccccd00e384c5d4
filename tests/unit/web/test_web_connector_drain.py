"""Where runs begin only when the Web Connector comes, notifications wait for it."""

import asyncio
from dataclasses import replace

from deployments.web.drain import Drainer, Pace, stop
from deployments.web.meters import Meters
from tasks.state import inbox
from tasks.state.inbox import Notice
from tasks.state.store import Store
from tests.unit.web.connecting import NAME, PAIR, PAIRS, Runs
from tests.unit.web.reaching import until

SOON = Pace(gather=0.01, look=0.01, glance=0.01)


async def test_a_notice_begins_no_run_for_a_pair_that_is_visited(store: Store) -> None:
    pairs = {**PAIRS, "other": PAIRS[PAIR]._replace(visited=False)}
    runs = Runs()
    drainer = Drainer(store, pairs, runs, Meters(), replace(SOON))
    for pair in pairs:
        inbox.receive(store, pair, NAME, "bill", [Notice("e1", "bill.updated", "bills", "b1", "")])
        drainer.stir(pair, NAME)
        drainer.resume(pair, NAME)
    working = asyncio.create_task(drainer.run())
    await until(lambda: runs.started)
    await asyncio.sleep(0.1)
    await stop(working)
    assert {pair for pair, *_rest in runs.started} == {"other"}
    assert [pair for pair, _name, _count in inbox.waiting(store)].count(PAIR) == 1
