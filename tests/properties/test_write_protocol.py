"""Nothing twice, nothing lost, everything explained: whatever answers get lost and whenever the process dies."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col, select

from tasks import fetch
from tasks.run import Run
from tasks.state.intents import LeaseLostError
from tasks.state.models import Audit, Intent, Lease, Link, Record, utc_now
from tasks.state.store import Store
from tests.properties.forgetful import REFUSED, STREAM, Fate, World, amount, new_world, quick_store

CALLS = st.lists(
    st.sampled_from(["fine", "busy", "lost before", "lost after", "half", "dies before", "dies after"]), max_size=6
)
COMMITS = st.lists(st.booleans(), max_size=24)
AMOUNTS = st.integers(-99_999, 99_999)
BOUNDED = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module", autouse=True)
def _without_prefect() -> Iterator[None]:
    """The steps run as plain functions: no server is asked anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "fetch_page", fetch.fetch_page.fn)
        patch.setattr(fetch, "load_again", fetch.load_again.fn)
        yield


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = quick_store(tmp_path_factory.mktemp("worlds"))
    yield store
    store.close()


def kept(world: World, table: Any) -> list[Any]:
    with world.store.reading() as session:
        return list(session.scalars(select(table).where(table.scope == world.scope)))


def check_books(world: World, runs_that_saw_it: int = 1) -> None:
    """Every wanted record is there once as it should be, the others are refused by name, and all is explained."""
    counts = {key: body for key, body in world.target.records.items() if not body.get("archived")}
    links = {link.source_id: link for link in kept(world, Link)}
    outcomes = {record.source_id: record for record in kept(world, Record)}
    expected = {}
    for source_id, (_at, content) in world.books.kept.items():
        if content["key"] in world.target.refused:
            assert (outcomes[source_id].outcome, outcomes[source_id].reason) == (
                "refused",
                REFUSED.format(content["key"]),
            )
        elif not content.get("void"):
            expected[links[source_id].target_id] = content["amount"]
    assert {key: body["amount"] for key, body in counts.items()} == expected
    assert all(count == 1 for count in Counter(body["key"] for body in world.target.records.values()).values())
    assert [one for one in kept(world, Intent) if one.settled_at is None] == []
    check_audit(world, runs_that_saw_it)


def check_audit(world: World, most: int) -> None:
    told = [world.store.vault.unseal(row.payload) for row in kept(world, Audit) if row.outcome == "created"]
    explained = Counter(one["sent"]["key"] for one in told)
    for body in world.target.records.values():
        assert 1 <= explained[body["key"]] <= most


@BOUNDED
@given(
    st.dictionaries(st.integers(0, 9).map(str), AMOUNTS, min_size=1, max_size=8),
    st.sets(st.integers(0, 9).map(lambda number: f"N-{number}"), max_size=3),
    CALLS,
    COMMITS,
)
def test_each_record_is_created_exactly_once(
    quick: Store, records: dict[str, int], refused: set[str], calls: list[str], commits: list[bool]
) -> None:
    world = new_world(quick, Fate(calls, commits), refused=frozenset(refused))
    for source_id, cents in records.items():
        world.books.enter(source_id, amount=amount(cents))
    asyncio.run(world.until_quiet())
    check_books(world)
    assert len(world.target.records) == len({f"N-{one}" for one in records} - refused)


CHANGES = st.dictionaries(st.integers(0, 4).map(str), st.one_of(AMOUNTS, st.none()), min_size=1, max_size=4)


@BOUNDED
@given(st.lists(st.tuples(CHANGES, CALLS, COMMITS), min_size=2, max_size=4))
def test_changes_reversals_and_new_revisions_end_as_the_source_says(
    quick: Store, rounds: list[tuple[dict[str, int | None], list[str], list[bool]]]
) -> None:
    world = new_world(quick, Fate())
    for changes, calls, commits in rounds:
        for source_id, cents in changes.items():
            world.books.enter(source_id, amount=amount(cents or 0), void=cents is None)
        world.fate.calls, world.fate.commits = calls, commits
        asyncio.run(world.run())
    asyncio.run(world.until_quiet())
    check_books(world)


def test_a_quiet_world_stays_quiet(quick: Store) -> None:
    world = new_world(quick, Fate())
    world.books.enter("1", amount=amount(100))
    asyncio.run(world.until_quiet())
    audited = len(kept(world, Audit))
    asyncio.run(world.run())
    assert (world.target.made, len(kept(world, Audit))) == (1, audited)


def test_a_record_that_changed_while_in_doubt_is_found_and_then_changed(quick: Store) -> None:
    world = new_world(quick, Fate(["dies after"]))
    world.books.enter("1", amount=amount(100))
    asyncio.run(world.run())
    world.books.enter("1", amount=amount(250))
    asyncio.run(world.until_quiet())
    check_books(world)
    assert [body["amount"] for body in world.target.records.values()] == [Decimal("2.50")]


def steal(world: World, holder: str) -> None:
    """The run's lease belongs to somebody else, or to nobody if there is no holder."""
    with world.store.session() as session:
        until = utc_now().replace(year=2999 if holder else 2000)
        mine = col(Lease.name) == f"run:{world.scope}"
        session.execute(update(Lease).where(mine).values(holder=holder or "gone:1:b:o", expires_at=until))


def test_a_run_whose_lease_was_stolen_sends_nothing(quick: Store) -> None:
    world = new_world(quick, Fate())
    world.books.enter("1", amount=amount(100))

    def stolen(_run: Run) -> None:
        steal(world, "another-machine:1:b:o")

    with pytest.raises(LeaseLostError):
        asyncio.run(world.run(stolen))
    assert world.target.records == {}
    steal(world, "")
    asyncio.run(world.until_quiet())
    check_books(world)


def test_a_run_that_is_overtaken_during_its_call_makes_nothing_twice(quick: Store) -> None:
    world = new_world(quick, Fate())
    for number in range(5):  # two pages: the second is refused to the run that was overtaken
        world.books.enter(str(number), amount=amount(number))

    async def overtaken() -> None:
        steal(world, "")
        await world.run()

    world.target.meanwhile = overtaken
    asyncio.run(world.run())
    asyncio.run(world.until_quiet())
    check_books(world, runs_that_saw_it=2)
    assert world.target.made == 5
    assert {link.stream for link in kept(world, Link)} == {STREAM}
