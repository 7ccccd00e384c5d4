"""What both sides agree on is kept with the link, also when the write's answer was lost or something else waits."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from blocks.errors import AnswerLostError, BusyRecordError, RefusedError
from blocks.source import Row
from blocks.target import Body, Change, Found, Key
from tasks.create import carry_out
from tasks.outcomes import TARGET, Adopt, Agreed, Cause, Decision, Hold, Keep, Write
from tasks.run import Request, Run, open_run
from tasks.state import intents
from tasks.state.models import Link
from tasks.state.store import Store
from tasks.stream import Stream

FIELDS = {"phone": "1", "address": {"city": "Reno"}, "lines": [["80-1", Decimal("12.50"), ""]]}


class Shelf:
    """Takes everything, unless it loses its answer or is told to say something else."""

    at_once = changes_at_once = 10

    def __init__(self) -> None:
        self.held: list[Body] = []
        self.loses = False
        self.says: RefusedError | None = None
        self.wrong = ""

    async def find(self, bodies: Sequence[Body], since: Any) -> list[Found | None]:
        return [Found("t1", body, version="7") if body in self.held else None for body in bodies]

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        self.held += bodies
        if self.loses:
            raise AnswerLostError("no answer")
        return [self.says or Found("t1", body, wrong=self.wrong, version="7") for body in bodies]

    async def change(self, changes: Sequence[Change], keys: Sequence[Key]) -> list[Found | RefusedError]:
        return [self.says or Found(one.target_id, one.body, version="8") for one in changes]

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        raise NotImplementedError

    async def archive(self, target_id: str) -> Found:
        raise NotImplementedError


@pytest.fixture
async def run(store: Store) -> AsyncIterator[Run]:
    async with open_run(
        "qad-bill", "acme", Request(), run_id="run-1", retried=False, identities=("q", "b"), rules_hash="r",
        settle_seconds=0, store=store,
    ) as opened:  # fmt: skip
        yield opened


async def done(run: Run, decide: Callable[[], Decision], shelf: Shelf | None = None, stream: str = "vendors") -> None:
    """Carries out one decision about record v1."""
    by = Stream(stream, None, lambda _row, _known: decide(), {"it": shelf or Shelf()})  # type: ignore[arg-type]
    await carry_out(run, by, [Row("v1", "V-1", "h", {"id": "v1"})], None)


def creating(agreed: Agreed | None = None) -> Decision:
    return Write("create", {"n": "1", "day": date(2026, 11, 2)}, "it", label="USD", agreed=agreed or Agreed(FIELDS))


def link_of(run: Run, stream: str = "vendors") -> Link:
    return run.ledger.links(stream, ["v1"])["v1"]


async def test_what_was_written_is_agreed_on_exactly_and_encrypted(run: Run) -> None:
    await done(run, creating)
    link = link_of(run)
    assert run.ledger.agreed(link) == FIELDS
    assert (link.version, link.label) == ("7", "USD")
    assert link.agreed is not None
    assert b"Reno" not in link.agreed


async def test_what_was_written_and_found_again_is_agreed_on_as_well(run: Run) -> None:
    shelf = Shelf()
    shelf.loses = True
    with pytest.raises(AnswerLostError):
        await done(run, creating, shelf)
    [doubt] = intents.in_doubt(run.ledger, "vendors")
    assert doubt.body["agreed"] is not None
    shelf.held = [{"n": "1", "day": "2026-11-02"}]  # as it was stored with the intent
    await done(run, creating, shelf)
    link = link_of(run)
    assert run.ledger.agreed(link) == FIELDS
    assert (link.target_id, link.version, link.label) == ("t1", "7", "USD")
    assert run.ledger.records("vendors", ["v1"])["v1"].outcome == "created"


async def test_a_link_of_another_stream_may_keep_what_was_agreed(run: Run) -> None:
    await done(run, creating)
    agreed = Agreed({"phone": "2"}, "vendors", "v1")
    await done(run, lambda: creating(agreed), stream="quickbooks_vendors")
    assert run.ledger.agreed(link_of(run)) == {"phone": "2"}
    assert run.ledger.agreed(link_of(run, "quickbooks_vendors")) is None


async def test_what_was_not_stored_as_it_was_sent_is_not_agreed_on(run: Run) -> None:
    shelf = Shelf()
    shelf.wrong = "did not keep the total"
    await done(run, creating, shelf)
    assert run.ledger.agreed(link_of(run)) is None


async def test_keeping_a_record_renews_what_is_agreed_and_without_a_link_does_nothing(run: Run) -> None:
    await done(run, lambda: Keep("agrees", Agreed({"phone": "3"})))
    assert run.ledger.links("vendors", ["v1"]) == {}
    await done(run, creating)
    await done(run, lambda: Keep("agrees", Agreed({"phone": "3"})))
    assert run.ledger.agreed(link_of(run)) == {"phone": "3"}
    await done(run, Keep)
    assert run.ledger.agreed(link_of(run)) == {"phone": "3"}


async def test_a_record_may_be_adopted_and_wait_for_a_person_at_once(run: Run) -> None:
    adopt = Adopt("t9", "the same name", "it", "USD", Agreed({"phone": "1"}))
    cause = Cause(TARGET, "v1 agreed")
    await done(run, lambda: Hold("phone differs", (cause,), "Make them equal.", adopts=adopt))
    record, link = run.ledger.records("vendors", ["v1"])["v1"], link_of(run)
    assert (record.outcome, record.reason, record.remedy, record.target_id) == (
        "held", "phone differs", "Make them equal.", "t9",
    )  # fmt: skip
    assert (link.target_id, link.state, link.evidence, link.label) == ("t9", "live", "the same name", "USD")
    assert run.ledger.agreed(link) == {"phone": "1"}
    assert run.ledger.due("vendors", retried=False) == ["v1"]


async def test_a_record_that_somebody_works_on_is_held_and_tried_again_by_itself(run: Run) -> None:
    shelf = Shelf()
    shelf.says = BusyRecordError("somebody has it open", remedy="Close its window.")
    await done(run, creating, shelf)
    record = run.ledger.records("vendors", ["v1"])["v1"]
    assert (record.outcome, record.reason, record.remedy) == ("held", "somebody has it open", "Close its window.")
    assert run.ledger.links("vendors", ["v1"]) == {}
    assert intents.in_doubt(run.ledger, "vendors") == []  # nothing was done
    assert run.ledger.due("vendors", retried=False) == ["v1"]
    shelf.says = None
    await done(run, creating, shelf)
    assert run.ledger.agreed(link_of(run)) == FIELDS


async def test_a_busy_record_that_is_linked_stays_linked_as_it_was(run: Run) -> None:
    await done(run, creating)
    shelf = Shelf()
    shelf.says = BusyRecordError("somebody has it open")
    update = Write("update", {"n": "2"}, "it", "t1", revision=1, agreed=Agreed({"phone": "9"}))
    await done(run, lambda: update, shelf)
    link = link_of(run)
    assert (run.ledger.agreed(link), link.version, link.state) == (FIELDS, "7", "live")
    assert "tried again in the next run" in run.ledger.records("vendors", ["v1"])["v1"].remedy
    shelf.says = None
    await done(run, lambda: update, shelf)
    assert (run.ledger.agreed(link_of(run)), link_of(run).version) == ({"phone": "9"}, "8")
