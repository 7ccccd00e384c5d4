"""A page of records: each gets its outcome, and none stands in another's way."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from blocks.errors import AnswerLostError, RefusedError
from blocks.source import Row
from blocks.target import Body, Found, Key
from tasks.create import carry_out
from tasks.outcomes import Cause, Decision, Hold, Ignore, Keep, Outcome, Refuse, Write
from tasks.run import Request, Run, Tally, open_run
from tasks.state import intents
from tasks.state.store import Store
from tasks.stream import Stream


class Shelf:
    """Takes every body but those named "bad"; loses the answers it is told to."""

    at_once = 10

    def __init__(self) -> None:
        """Starts empty."""
        self.held: list[Body] = []
        self.losses = 0

    async def find(self, bodies: Sequence[Body], since: Any) -> list[Found | None]:
        """Returns what is there already."""
        return [Found(f"t{self.held.index(body)}", body) if body in self.held else None for body in bodies]

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Keeps the good ones."""
        good = [body for body in bodies if body["n"] != "bad"]
        self.held += good
        if self.losses:
            self.losses -= 1
            raise AnswerLostError("no answer")
        return [
            Found(f"t{self.held.index(body)}", body) if body in good else RefusedError("is bad", remedy="Ann")
            for body in bodies
        ]

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        """Says yes."""
        return Found(target_id, body)

    async def archive(self, target_id: str) -> Found:
        """Says yes."""
        return Found(target_id, {})


def surprised() -> Decision:
    raise KeyError("unexpected")


DECISIONS: dict[str, Callable[[], Decision]] = {
    "keep": Keep,
    "hold": lambda: Hold("waits", (Cause("vendors", "a"),)),
    "refuse": lambda: Refuse("no", "Bob"),
    "ignore": lambda: Ignore("not ours"),
    "surprise": surprised,
}


def stream_of(shelf: Shelf) -> Stream:
    def decide(row: Row, _references: Any) -> Decision:
        return DECISIONS.get(row.id, lambda: Write("create", {"n": row.id}, "it"))()

    return Stream("bills", reader=None, decide=decide, targets={"it": shelf})  # type: ignore[arg-type]


def rows(*ids: str) -> list[Row]:
    return [Row(one, f"N-{one}", f"h-{one}", {"id": one}) for one in ids]


def opening(store: Store, **asked: Any) -> Any:
    return open_run(
        "qad-bill", "acme", Request(**asked), run_id="run-1", retried=False, identities=("q", "b"),
        rules_hash="r", settle_seconds=0, store=store,
    )  # fmt: skip


@pytest.fixture
async def run(store: Store) -> AsyncIterator[Run]:
    async with opening(store) as opened:
        yield opened


async def test_each_record_of_a_page_gets_its_own_outcome(run: Run) -> None:
    shelf = Shelf()
    await carry_out(run, stream_of(shelf), rows("1", "bad", *DECISIONS, "2"), None)
    kept = run.ledger.records("bills", ["1", "bad", *DECISIONS, "2"])
    assert {one: record.outcome for one, record in kept.items()} == {
        "1": "created", "2": "created", "bad": "refused", "keep": "unchanged", "hold": "held", "refuse": "refused",
        "surprise": "failed",
    }  # fmt: skip
    assert (kept["bad"].reason, kept["bad"].remedy) == ("is bad", "Ann")
    assert [body["n"] for body in shelf.held] == ["1", "2"]
    assert run.tally.ignored["bills"] == {"not ours": 1}


async def test_a_page_that_is_repeated_counts_each_record_once(run: Run) -> None:
    shelf = Shelf()
    shelf.losses = 1
    page = rows("1", "refuse", "bad")
    with pytest.raises(AnswerLostError):
        await carry_out(run, stream_of(shelf), page, None)
    assert [doubt.intent.source_id for doubt in intents.in_doubt(run.ledger, "bills")] != []
    await carry_out(run, stream_of(shelf), page, None)
    assert dict(run.tally.outcomes["bills"]) == {"created": 1, "refused": 2}
    assert sorted(one.row.id for one in run.to_show()) == ["bad", "refuse"]
    assert [body["n"] for body in shelf.held] == ["1"]


async def test_a_record_that_is_known_to_be_refused_is_not_shown_again(run: Run, store: Store) -> None:
    await carry_out(run, stream_of(Shelf()), rows("refuse"), None)
    assert len(run.to_show()) == 1
    later = Run(run.ledger, Request(), False, run.started, run.slots, run.sessions, holder=run.holder)
    await carry_out(later, stream_of(Shelf()), rows("refuse"), None)
    assert (later.to_show(), dict(later.tally.outcomes["bills"])) == ([], {"refused": 1})


async def test_a_dry_run_lists_what_a_run_would_do_and_writes_nothing(store: Store) -> None:
    shelf = Shelf()
    async with opening(store, dry_run=True) as dry:
        await carry_out(dry, stream_of(shelf), rows("1", "hold", "refuse"), None)
    told = {row.source_ref: (row.would, row.body) for row in dry.tally.preview}
    assert told == {"N-1": ("create", {"n": "1"}), "N-hold": ("held", None), "N-refuse": ("refused", None)}
    assert (shelf.held, dry.ledger.records("bills", ["1", "hold", "refuse"])) == ([], {})


async def test_a_write_that_was_made_of_an_older_state_is_not_made_again(run: Run) -> None:
    shelf = Shelf()
    await carry_out(run, stream_of(shelf), rows("1"), None)
    changed = Stream("bills", None, lambda _row, _known: Write("create", {"n": "new"}, "it"), {"it": shelf})  # type: ignore[arg-type]
    await carry_out(run, changed, rows("1"), None)
    assert [body["n"] for body in shelf.held] == ["1"]


def test_what_was_in_doubt_and_then_found_is_no_exception_any_more() -> None:
    tally, row = Tally(), rows("1")[0]
    doubtful = Outcome("bills", row, "in_doubt")
    tally.note([doubtful], [doubtful])
    found = Outcome("bills", row, "created")
    tally.note([found], [found])
    assert (tally.news, tally.again, dict(tally.outcomes["bills"])) == ([], [], {"created": 1})
