"""What is sent in one call: how many, under which keys, and what a repeated attempt carries."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.errors import AnswerLostError, RefusedError
from blocks.source import Row, content_hash
from blocks.target import Body, Change, Found, Key
from tasks.create import carry_out
from tasks.outcomes import Decision, Keep, Write
from tasks.run import Request, Run, open_run
from tasks.state.store import Store
from tasks.stream import Stream

WRITTEN = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Ledgerless:
    """Keeps records in batches of three and remembers the keys of each call; loses the answers it is told to."""

    at_once = changes_at_once = 3

    def __init__(self) -> None:
        self.held: dict[str, Body] = {}
        self.calls: list[list[tuple[str, Key]]] = []
        self.done_before_loss: int | None = None
        self.wrong = ""

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        return [Found(f"t{body['n']}", body, WRITTEN) if f"t{body['n']}" in self.held else None for body in bodies]

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        self.calls.append([(body["n"], key) for body, key in zip(bodies, keys, strict=True)])
        done, self.done_before_loss = self.done_before_loss, None
        for body in bodies if done is None else bodies[:done]:
            self.held[f"t{body['n']}"] = body
        if done is not None:
            raise AnswerLostError("no answer")
        return [Found(f"t{body['n']}", body, WRITTEN, self.wrong) for body in bodies]

    async def change(self, changes: Sequence[Change], keys: Sequence[Key]) -> list[Found | RefusedError]:
        self.calls.append([(one.target_id, key) for one, key in zip(changes, keys, strict=True)])
        for one in changes:
            self.held[one.target_id] = one.body
        return [Found(one.target_id, one.body, WRITTEN) for one in changes]

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        raise AssertionError("it takes changes together")

    async def archive(self, target_id: str) -> Found:
        raise AssertionError("it takes changes together")


def stream_of(target: Ledgerless) -> Stream:
    def decide(row: Row, links: Any) -> Decision:
        body, link = {"n": row.id, "v": row.content["v"]}, links.get(row.id)
        if link is None:
            return Write("create", body, "it")
        return Keep() if link.sent_hash == content_hash(body) else Write("update", body, "it", target_id=link.target_id)

    return Stream("vendors", reader=None, decide=decide, targets={"it": target})  # type: ignore[arg-type]


def rows(*ids: str, value: int = 1) -> list[Row]:
    return [Row(one, f"N-{one}", f"h{value}", {"v": value}) for one in ids]


async def move(run: Run, target: Ledgerless, some: list[Row]) -> None:
    await carry_out(run, stream_of(target), some, run.ledger.links("vendors", [row.id for row in some]))


@pytest.fixture
async def run(store: Store) -> AsyncIterator[Run]:
    opening = open_run(
        "pair", "acme", Request(), run_id="run-1", retried=False, identities=("a", "b"), rules_hash="r",
        settle_seconds=0, store=store,
    )  # fmt: skip
    async with opening as opened:
        yield opened


async def test_each_call_has_its_own_key_and_each_record_too(run: Run) -> None:
    target = Ledgerless()
    await move(run, target, rows("1", "2", "3", "4"))
    assert sorted(len(call) for call in target.calls) == [1, 3]
    assert all(len({key.together for _n, key in call}) == 1 for call in target.calls)
    keys = [key for call in target.calls for _n, key in call]
    assert len({key.together for key in keys}) == 2
    assert len({key.item for key in keys}) == 4
    assert all(len(part) == 36 for key in keys for part in key)


async def test_what_was_not_done_is_sent_again_under_the_keys_of_its_first_attempt(run: Run) -> None:
    target = Ledgerless()
    target.done_before_loss = 1
    with pytest.raises(AnswerLostError):
        await move(run, target, rows("1", "2", "3"))
    await move(run, target, rows("1", "2", "3"))
    first, second = target.calls
    assert dict(second) == {n: key for n, key in first if n != "1"}
    assert len(target.held) == 3


async def test_a_change_that_is_changed_back_is_a_write_of_its_own(run: Run) -> None:
    target = Ledgerless()
    for value in (1, 2, 1, 2):
        await move(run, target, rows("1", value=value))
    assert target.held["t1"] == {"n": "1", "v": 2}
    together = [key.together for call in target.calls for _n, key in call]
    assert len(set(together)) == 4  # a vendor that knows a key would answer as it did then, and do nothing


async def test_changes_go_together_where_the_target_takes_them_so(run: Run) -> None:
    target = Ledgerless()
    await move(run, target, rows("1", "2", "3", "4", "5"))
    target.calls.clear()
    await move(run, target, rows("1", "2", "3", "4", "5", value=2))
    assert sorted(len(call) for call in target.calls) == [2, 3]
    assert run.tally.outcomes["vendors"] == {"updated": 5}


async def test_the_targets_own_time_of_our_write_is_kept(run: Run) -> None:
    await move(run, Ledgerless(), rows("1"))
    assert run.ledger.links("vendors", ["1"])["1"].changed_at == WRITTEN


async def test_a_record_that_the_target_keeps_otherwise_than_sent_is_shown_to_a_person_and_linked(run: Run) -> None:
    target = Ledgerless()
    target.wrong = "the location was not kept"
    await move(run, target, rows("1"))
    record = run.ledger.records("vendors", ["1"])["1"]
    assert (record.outcome, record.reason) == ("refused", "created, but the location was not kept")
    assert run.ledger.links("vendors", ["1"])["1"].target_id == "t1"
