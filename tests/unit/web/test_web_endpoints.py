"""A connection is read rarely, soon enough, and without being in anybody's way."""

import asyncio
from typing import Any

import pytest
from prefect.blocks.core import Block

from deployments.web import endpoints as module
from deployments.web.endpoints import Endpoints, UnreachableError
from flows.qad_bill.rules import QadBillConnection
from flows.registry import Pair


def pair(**announces: dict[str, str]) -> Pair:
    flow: Any = None
    return Pair(flow, QadBillConnection, announces)


PAIRS = {"qad-bill": pair(bill={"payment.": "payments"}), "bill-other": pair(bill={"bill.": "back"}), "else": pair()}


class Prefect:
    """Knows connections by name, and the pairs that have one."""

    def __init__(self) -> None:
        self.known: dict[str, set[str]] = {"acme": {"qad-bill"}}
        self.readings: list[str] = []
        self.down = False
        self.patience = 0.0

    async def __call__(self, pair: Pair, connection: str, system: str) -> Block | None:
        name = next(name for name, one in PAIRS.items() if one is pair)
        self.readings.append(f"{name}/{connection}")
        await asyncio.sleep(self.patience)
        if self.down:
            raise ConnectionError("down")
        return Block() if name in self.known.get(connection, ()) else None


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


async def test_one_name_may_be_a_connection_of_several_pairs() -> None:
    prefect = Prefect()
    prefect.known["acme"] = {"qad-bill", "bill-other", "else"}
    found = await Endpoints(PAIRS, prefect).find("bill", "acme")
    assert [one.pair for one in found] == ["qad-bill", "bill-other"]
    assert [one.stream("payment.updated") for one in found] == ["payments", ""]


async def test_many_questions_at_once_are_one_reading() -> None:
    prefect = Prefect()
    prefect.patience = 0.02
    endpoints = Endpoints(PAIRS, prefect)
    assert all(await asyncio.gather(*(endpoints.find("bill", "acme") for _ in range(50))))
    assert prefect.readings == ["qad-bill/acme", "bill-other/acme"]


async def test_after_half_a_minute_the_old_answer_serves_while_the_new_one_is_read(clock: Clock) -> None:
    prefect = Prefect()
    endpoints = Endpoints(PAIRS, prefect)
    assert await endpoints.find("bill", "acme")
    clock.now += 29
    await endpoints.find("bill", "acme")
    assert len(prefect.readings) == 2
    clock.now += 2
    prefect.known.clear()
    assert await endpoints.find("bill", "acme")
    await asyncio.sleep(0.02)
    assert not await endpoints.find("bill", "acme")
    assert len(prefect.readings) == 4


async def test_after_a_long_silence_the_old_answer_is_not_good_any_more(clock: Clock) -> None:
    prefect = Prefect()
    endpoints = Endpoints(PAIRS, prefect)
    assert await endpoints.find("bill", "acme")
    prefect.known.clear()
    clock.now += 301
    assert not await endpoints.find("bill", "acme")


async def test_a_connection_that_was_just_made_is_found_soon(clock: Clock) -> None:
    prefect = Prefect()
    endpoints = Endpoints(PAIRS, prefect)
    assert not await endpoints.find("bill", "new")
    prefect.known["new"] = {"qad-bill"}
    clock.now += 4
    assert not await endpoints.find("bill", "new")
    clock.now += 2
    assert await endpoints.find("bill", "new")


async def test_what_is_known_stays_while_prefect_is_down(clock: Clock) -> None:
    prefect = Prefect()
    endpoints = Endpoints(PAIRS, prefect)
    await endpoints.find("bill", "acme")
    prefect.down = True
    clock.now += 1_000
    for _ in range(20):
        assert await endpoints.find("bill", "acme")
        assert await endpoints.find("bill", "acme", newer_than=5)
    assert len(prefect.readings) == 3  # one attempt in these five seconds, not twenty
    with pytest.raises(UnreachableError):
        await endpoints.find("bill", "other")


async def test_impossible_names_are_never_asked_for() -> None:
    prefect = Prefect()
    for name in ("", "ACME", "a/b", "a b", "a" * 300, "acme\n", "é"):
        assert not await Endpoints(PAIRS, prefect).find("bill", name)
    assert prefect.readings == []


async def test_trying_names_neither_fills_the_memory_nor_displaces_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 10)
    prefect = Prefect()
    endpoints = Endpoints(PAIRS, prefect)
    await endpoints.find("bill", "acme")
    for number in range(50):
        await endpoints.find("bill", f"guess-{number}")
    readings = len(prefect.readings)
    assert await endpoints.find("bill", "acme")
    assert len(prefect.readings) == readings
    assert len(endpoints._known) == 10
