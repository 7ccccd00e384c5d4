"""Leases, call slots and sessions: one at a time, over processes, and nobody waits for the dead."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

from blocks.errors import CapReachedError
from blocks.sessions import Session
from blocks.source import Row
from tasks.outcomes import Write
from tasks.state import intents
from tasks.state.leases import HOST, give_back, lease, new_holder, take
from tasks.state.ledger import Ledger
from tasks.state.models import Lease, utc_now
from tasks.state.shared_sessions import SharedSessions
from tasks.state.slots import LEASE_SECONDS, SharedSlots
from tasks.state.store import Store
from tests.unit.state.processes import a_dead_process, call, counted, log_in_if_needed, new_counter, run_at_once

ELSEWHERE = "another-machine:17:boot:own"


def expire(store: Store, name: str) -> None:
    with store.session() as session:
        past = utc_now() - timedelta(seconds=1)
        session.execute(update(Lease).where(col(Lease.name) == name).values(expires_at=past))


def expiry(store: Store, name: str) -> datetime:
    with store.reading() as session:
        return session.get_one(Lease, name).expires_at


def test_a_live_holder_keeps_its_lease(store: Store) -> None:
    mine, other = new_holder(), new_holder()
    assert take(store, "run:s", mine, 60) is None
    assert take(store, "run:s", other, 60) == mine
    give_back(store, "run:s", other)  # not its own: nothing happens
    assert take(store, "run:s", other, 60) == mine
    give_back(store, "run:s", mine)
    assert take(store, "run:s", other, 60) is None


def test_a_lease_of_another_machine_is_kept_until_it_expires(store: Store) -> None:
    assert take(store, "run:s", ELSEWHERE, 60) is None
    assert take(store, "run:s", new_holder(), 60) == ELSEWHERE
    expire(store, "run:s")
    assert take(store, "run:s", new_holder(), 60) is None


def test_a_dead_processs_lease_is_taken_over_at_once(store: Store) -> None:
    assert take(store, "run:s", f"{HOST}:{a_dead_process()}:boot:own", 3600) is None
    assert take(store, "run:s", new_holder(), 60) is None


def test_a_live_processs_lease_is_not_taken_over(store: Store) -> None:
    parent = f"{HOST}:{os.getppid()}:boot:own"
    assert take(store, "run:s", parent, 3600) is None
    assert take(store, "run:s", new_holder(), 60) == parent


def test_an_earlier_process_of_the_same_number_is_dead(store: Store) -> None:
    assert take(store, "run:s", f"{HOST}:{os.getpid()}:earlier:own", 3600) is None
    assert take(store, "run:s", new_holder(), 60) is None


async def test_a_lease_is_renewed_while_its_block_runs_and_given_back_after(store: Store) -> None:
    async with lease(store, "run:s", seconds=4):
        first = expiry(store, "run:s")
        async with asyncio.timeout(60):
            while expiry(store, "run:s") <= first:
                await asyncio.sleep(0.02)
        assert take(store, "run:s", ELSEWHERE, 60) is not None
    assert take(store, "run:s", ELSEWHERE, 60) is None


async def test_who_waits_too_long_learns_who_has_it(store: Store) -> None:
    take(store, "run:s", ELSEWHERE, 60)
    with pytest.raises(TimeoutError, match="process 17 on another-machine"):
        async with lease(store, "run:s", patience=0.05):
            pass


def test_a_run_that_was_taken_over_may_begin_no_write(ledger: Ledger) -> None:
    draft = (Row("1", "A-1", "h", {}), Write("create", {"n": "1"}, "bill"), "hash")
    name, mine = f"run:{ledger.scope}", new_holder()
    take(ledger.store, name, mine, 60)
    expire(ledger.store, name)
    with pytest.raises(intents.LeaseLostError):
        intents.begin(ledger, "bills", [draft], mine)
    take(ledger.store, name, new_holder(), 60)
    with pytest.raises(intents.LeaseLostError, match="qad-bill/acme"):
        intents.begin(ledger, "bills", [draft], mine)
    assert intents.in_doubt(ledger, "bills") == []


def test_a_run_that_was_taken_over_does_not_touch_its_successors_writes(ledger: Ledger) -> None:
    draft = (Row("1", "A-1", "h", {}), Write("create", {"n": "1"}, "bill"), "hash")
    successor = new_holder()
    take(ledger.store, f"run:{ledger.scope}", successor, 60)
    begun = intents.begin(ledger, "bills", [draft], successor)
    with pytest.raises(intents.LeaseLostError):
        intents.set_aside(ledger, begun, new_holder())
    assert [doubt.intent.id for doubt in intents.in_doubt(ledger, "bills")] == [begun[0].id]


def test_four_processes_never_make_more_than_three_calls_at_once(
    store: Store, database_url: str, vault_key: str, tmp_path: Path
) -> None:
    counter = str(tmp_path / "counter.db")
    new_counter(counter)
    run_at_once(call, 4, database_url, vault_key, counter, 30, 3)
    under_way, most, total = counted(counter)
    assert (under_way, total) == (0, 120)
    assert 1 < most <= 3


async def test_a_spent_cap_stops_everyone_until_it_clears(store: Store) -> None:
    here, elsewhere = SharedSlots(store), SharedSlots(store)
    until = datetime.now(UTC) + timedelta(hours=1)
    await here.close("bill:k:o", until, "the hour is spent")
    for slots in (here, elsewhere):
        with pytest.raises(CapReachedError, match="the hour is spent") as caught:
            async with slots.slot("bill:k:o", 3):
                pass
        assert caught.value.until == until
    async with elsewhere.slot("bill:k:another", 3):
        pass
    await here.close("bill:k:o", datetime.now(UTC), "the hour is over")
    async with elsewhere.slot("bill:k:o", 3):
        pass
    await elsewhere.release()


async def test_released_slots_are_free_for_others_at_once(store: Store) -> None:
    mine, other = SharedSlots(store), SharedSlots(store)
    async with mine.slot("bill:k:o", 1):
        pass
    await mine.release()
    async with asyncio.timeout(LEASE_SECONDS / 3), other.slot("bill:k:o", 1):
        pass
    await other.release()


async def test_a_session_is_shared_and_is_nowhere_in_the_files_bytes(store: Store, database_url: str) -> None:
    await SharedSessions(store).store("bill:k", Session(values={"sessionId": "plain-session-id"}))
    kept = await SharedSessions(store).load("bill:k")
    assert kept is not None
    assert kept.values == {"sessionId": "plain-session-id"}
    assert await SharedSessions(store).load("bill:other") is None
    if database_url.startswith("sqlite"):
        folder = Path(database_url.removeprefix("sqlite:///")).parent
        files = [one for one in folder.iterdir() if one.name.startswith("state.db")]
        assert files
        assert all(b"plain-session-id" not in one.read_bytes() for one in files)


async def test_a_touch_is_written_at_most_every_thirty_seconds(store: Store) -> None:
    early = datetime(2026, 1, 1, tzinfo=UTC)
    sessions = SharedSessions(store)
    await sessions.store("bill:k", Session(values={}, used_at=early))
    await sessions.touch("bill:k")
    first = await sessions.load("bill:k")
    await sessions.touch("bill:k")
    second = await sessions.load("bill:k")
    assert first is not None
    assert second is not None
    assert early < first.used_at == second.used_at


def test_three_processes_that_need_a_session_make_one_login(
    store: Store, database_url: str, vault_key: str, tmp_path: Path
) -> None:
    counter = str(tmp_path / "counter.db")
    new_counter(counter)
    run_at_once(log_in_if_needed, 3, database_url, vault_key, counter)
    assert counted(counter) == (0, 1, 1)


async def test_a_call_that_is_cancelled_while_it_gets_its_slot_leaves_none_taken(store: Store) -> None:
    slots, done = SharedSlots(store), []

    async def call() -> None:
        async with slots.slot("bill:cancelled", 1):
            done.append("called")

    for moments in range(20):
        calling = asyncio.create_task(call())
        for _moment in range(moments):
            await asyncio.sleep(0.0005)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
    done.clear()
    await asyncio.wait_for(call(), timeout=LEASE_SECONDS / 3)
    assert done == ["called"]
    await slots.release()
