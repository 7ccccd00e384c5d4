"""Every notice is handled by a run, and there are as few runs as can be."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments.web.drain import Drainer, Pace, stop
from deployments.web.flow_runs import NotStartedError
from deployments.web.meters import Meters
from flows.qad_bill.rules import QadBillConnection
from flows.registry import Pair
from tasks.state import inbox
from tasks.state.models import Link
from tasks.state.store import Store
from tests.unit.web.reaching import at_rest, until

PAIRS = {
    "qad-bill": Pair(
        lambda: None,  # type: ignore[arg-type]
        QadBillConnection,
        {"bill": {"payment.": "payments", "bill.": "bill_status"}},
    )
}
ECHOING = {"qad-bill": PAIRS["qad-bill"]._replace(echoes={"bill_status": ("bills",)})}
WROTE = datetime(2026, 7, 1, 17, 4, 5, tzinfo=UTC)
QUICK = Pace(
    gather=0.05, look=0.3, glance=0.01, ask=0.02, first_wait=0.02, longest_wait=0.05, first_rest=0.1, longest_rest=0.2
)


class Runs:
    """Starts runs that a test ends."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.started: list[tuple[str, tuple[str, ...]]] = []
        self.over: set[str] = set()
        self.trouble: list[Exception] = []
        self.attempts = 0

    async def start(self, pair: str, connection: str, streams: Sequence[str]) -> str:
        self.attempts += 1
        if self.trouble:
            raise self.trouble[0]
        self.started.append((connection, tuple(streams)))
        return str(len(self.started) - 1)

    async def is_over(self, run_id: str) -> bool:
        return run_id in self.over

    async def reachable(self) -> bool:
        return True

    def finish(self, run: int, *, well: bool = True) -> None:
        """The run handles what waits for its connection, unless it fails, and is over."""
        connection, streams = self.started[run]
        for stream in streams if well else ():
            numbers = inbox.announced(self.store, "qad-bill", connection, stream).values()
            inbox.handled(self.store, [one for each in numbers for one in each])
        self.over.add(str(run))


@pytest.fixture
def runs(store: Store) -> Runs:
    return Runs(store)


@contextlib.asynccontextmanager
async def draining(
    store: Store, runs: Runs, pace: Pace = QUICK, pairs: Mapping[str, Pair] = PAIRS
) -> AsyncIterator[Drainer]:
    drainer = Drainer(store, pairs, runs, Meters(), pace)
    task = asyncio.create_task(drainer.run())
    await asyncio.sleep(0.02)
    try:
        yield drainer
    finally:
        await stop(task)


def tell(store: Store, event: str, stream: str = "payments", connection: str = "acme", pair: str = "qad-bill") -> None:
    inbox.receive(store, pair, connection, "bill", [inbox.Notice(event, "x", stream, "r1", "")])


def tell_of_change(store: Store, record_id: str, at: datetime) -> None:
    """A notification says that a bill in the target changed."""
    notice = inbox.Notice(f"{record_id} {at}", "bill.updated", "bill_status", record_id, "", at)
    inbox.receive(store, "qad-bill", "acme", "bill", [notice])


def note_write(store: Store, record_id: str) -> None:
    """We have noted that we wrote a bill."""
    own: dict[str, Any] = {
        "scope": "qad-bill/acme@a>b",
        "stream": "bills",
        "source_id": record_id,
        "target_id": record_id,
    }
    with store.session() as session:
        session.add(Link(**own, created_at=WROTE, updated_at=WROTE, changed_at=WROTE))


async def test_events_during_a_run_lead_to_exactly_one_more(store: Store, runs: Runs) -> None:
    async with draining(store, runs) as drainer:
        tell(store, "e0")
        drainer.stir("qad-bill", "acme")
        await until(lambda: len(runs.started) == 1)
        numbers = [n for each in inbox.announced(store, "qad-bill", "acme", "payments").values() for n in each]
        for number in range(1, 30):
            tell(store, f"e{number}", "bill_status")
            drainer.stir("qad-bill", "acme")
        await asyncio.sleep(0.4)  # longer than a look
        assert len(runs.started) == 1
        inbox.handled(store, numbers)
        await until(lambda: len(runs.started) == 2)
        runs.finish(1)
        await at_rest(drainer)
    assert runs.started == [("acme", ("payments",)), ("acme", ("bill_status",))]


async def test_what_an_earlier_life_left_is_handled_at_the_start(store: Store, runs: Runs) -> None:
    tell(store, "e0")
    tell(store, "e1", connection="other")
    tell(store, "e2", pair="a-pair-of-a-later-release")
    async with draining(store, runs):
        await until(lambda: len(runs.started) == 2)
    assert sorted(runs.started) == [("acme", ("payments",)), ("other", ("payments",))]


async def test_what_another_process_received_is_found_by_looking(store: Store, runs: Runs) -> None:
    async with draining(store, runs):
        tell(store, "e0")
        assert runs.started == []
        await until(lambda: runs.started)


@pytest.mark.parametrize("why", ["it has no deployment", "Prefect cannot be reached"])
async def test_notices_wait_while_no_run_can_be_started(
    store: Store, runs: Runs, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    runs.trouble = [NotStartedError(why)]
    async with draining(store, runs) as drainer:
        tell(store, "e0")
        drainer.stir("qad-bill", "acme")
        await until(lambda: runs.attempts >= 4)
        assert f"qad-bill/acme: 1 notifications wait: {why}; next attempt in" in caplog.text
        runs.trouble = []
        await until(lambda: runs.started)
    assert inbox.waiting(store) == [("qad-bill", "acme", 1)]


async def test_one_connection_in_trouble_does_not_hold_up_another(store: Store, runs: Runs) -> None:
    async with draining(store, runs) as drainer:
        for connection in ("stuck", "well"):
            tell(store, "e0", connection=connection)
            drainer.stir("qad-bill", connection)
        await until(lambda: len(runs.started) == 2)
        tell(store, "e1", connection="well")
        runs.finish([connection for connection, _ in runs.started].index("well"))
        tell(store, "e2", connection="well")
        drainer.stir("qad-bill", "well")
        await until(lambda: len(runs.started) == 3)
    assert runs.started[2][0] == "well"


async def test_after_a_failed_run_the_next_one_takes_its_time(
    store: Store, runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    async with draining(store, runs) as drainer:
        tell(store, "e0")
        drainer.stir("qad-bill", "acme")
        await until(lambda: runs.started)
        runs.finish(0, well=False)
        await asyncio.sleep(0.06)
        assert len(runs.started) == 1
        await until(lambda: len(runs.started) == 2)
        runs.finish(1)
        await at_rest(drainer)
    assert len(runs.started) == 2
    assert "left notifications behind" in caplog.text


async def test_a_run_that_never_ends_is_not_waited_for_for_ever(store: Store, runs: Runs) -> None:
    async with draining(store, runs, replace(QUICK, believe=0.1, first_rest=0.01)) as drainer:
        tell(store, "e0")
        drainer.stir("qad-bill", "acme")
        await until(lambda: len(runs.started) == 2)


async def test_trouble_with_the_database_ends_with_the_trouble(
    store: Store, runs: Runs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise OSError("gone")

    tell(store, "e0")
    with monkeypatch.context() as patched, caplog.at_level(logging.CRITICAL):
        patched.setattr(inbox, "announced", broken)
        async with draining(store, runs):
            await asyncio.sleep(0.2)
            patched.undo()
            await until(lambda: runs.started)


async def test_nothing_goes_on_after_the_end(store: Store, runs: Runs) -> None:
    runs.trouble = [NotStartedError("no")]
    tell(store, "e0")
    async with draining(store, runs):
        await until(lambda: runs.attempts)
    attempts = runs.attempts
    await asyncio.sleep(0.2)
    assert runs.attempts == attempts


async def test_a_notice_that_comes_while_the_inbox_is_read_is_not_overlooked(
    store: Store, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with draining(store, runs, replace(QUICK, look=60)) as drainer:
        loop, read = asyncio.get_running_loop(), inbox.announced

        def read_too_early(*asked: Any) -> dict[str, list[int]]:
            found = read(*asked)
            if asked[-1] == "bill_status" and not inbox.waiting(store):  # the last stream: all was looked at
                tell(store, "e0")
                loop.call_soon_threadsafe(drainer.stir, "qad-bill", "acme")
            return found

        monkeypatch.setattr(inbox, "announced", read_too_early)
        drainer.stir("qad-bill", "acme")
        await until(lambda: runs.started)


async def test_what_we_wrote_ourselves_leads_to_no_run_even_if_we_hear_of_it_before_we_note_it(
    store: Store, runs: Runs
) -> None:
    async with draining(store, runs, replace(QUICK, heed=0.4), ECHOING) as drainer:
        for record_id in ("b1", "b2"):
            tell_of_change(store, record_id, WROTE)
        drainer.stir("qad-bill", "acme")
        await asyncio.sleep(0.15)  # longer than the usual gathering
        for record_id in ("b1", "b2"):
            note_write(store, record_id)
        await at_rest(drainer)
    assert runs.started == []


async def test_what_somebody_else_changed_leads_to_a_run_among_our_own_writes(store: Store, runs: Runs) -> None:
    note_write(store, "b1")
    note_write(store, "b2")
    async with draining(store, runs, replace(QUICK, heed=0.1), ECHOING) as drainer:
        tell_of_change(store, "b1", WROTE)
        tell_of_change(store, "b2", WROTE + timedelta(minutes=1))
        tell_of_change(store, "theirs", WROTE)
        drainer.stir("qad-bill", "acme")
        await until(lambda: runs.started)
        assert set(inbox.announced(store, "qad-bill", "acme", "bill_status")) == {"b2", "theirs"}
    assert runs.started == [("acme", ("bill_status",))]


async def test_what_cannot_be_our_own_write_does_not_wait_longer(store: Store, runs: Runs) -> None:
    async with draining(store, runs, replace(QUICK, heed=60), ECHOING) as drainer:
        tell(store, "e0")
        tell_of_change(store, "b1", WROTE)
        drainer.stir("qad-bill", "acme")
        await until(lambda: runs.started)


async def test_when_the_reason_is_gone_the_next_run_does_not_wait(store: Store, runs: Runs) -> None:
    async with draining(store, runs, replace(QUICK, look=60, first_rest=60, longest_rest=60)) as drainer:
        tell(store, "e0")
        drainer.stir("qad-bill", "acme")
        await until(lambda: runs.started)
        runs.finish(0, well=False)
        await asyncio.sleep(0.1)
        assert len(runs.started) == 1
        drainer.resume("qad-bill", "acme")
        await until(lambda: len(runs.started) == 2)
        drainer.resume("qad-bill", "acme")  # while a run is under way that began too early
        runs.finish(1, well=False)
        await until(lambda: len(runs.started) == 3)
