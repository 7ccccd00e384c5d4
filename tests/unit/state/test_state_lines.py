"""The lines of a record have links of their own: in the place of earlier ones, exact, and found by their labels."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from blocks.errors import AnswerLostError, RefusedError
from blocks.source import Row
from blocks.target import Body, Found, Key
from tasks.create import carry_out
from tasks.outcomes import Line, Lines, Outcome, Write
from tasks.run import Request, open_run
from tasks.state.ledger import Ledger
from tasks.state.store import Store
from tasks.stream import Stream

LINES = "order_lines"


def order(source_id: str, *lines: Line, target: str | None = None, **parts: str) -> Outcome:
    """Returns that an order was written, with these lines."""
    return Outcome(
        "orders", Row(source_id, f"PF{source_id}", "h", {}), "created", target_id=target or f"PO{source_id}",
        link={"kind": "order", "state": "live"}, lines=Lines(LINES, lines), line_targets=parts,
    )  # fmt: skip


def targets(ledger: Ledger, owner: str) -> dict[str, str]:
    """Returns where an order's lines are, by the source's ids of them."""
    return {link.source_id: link.target_id for link in ledger.all_links(LINES).values() if link.owner == owner}


def test_a_written_record_links_its_lines_and_the_links_keep_their_fields_exactly(ledger: Ledger) -> None:
    fields = {"measure": "quantity", "total": Decimal("25.10")}
    ledger.keep([order("1", Line("a", "a", fields), Line("b/7", "b"), a="PO1/1", **{"b/7": "PO1/2"})])
    assert targets(ledger, "1") == {"a": "PO1/1", "b/7": "PO1/2"}
    [link] = ledger.links_labelled(LINES, ["a"])
    assert (link.owner, link.source_ref, link.state) == ("1", "PF1", "live")
    assert ledger.agreed(link) == fields
    assert link.agreed is not None
    assert b"25.10" not in link.agreed


def test_a_line_that_the_target_does_not_name_is_named_after_its_record(ledger: Ledger) -> None:
    ledger.keep([order("1", Line("a"), target="10USACO/2026/SI/7")])
    assert targets(ledger, "1") == {"a": "10USACO/2026/SI/7/a"}


def test_lines_take_the_place_of_those_before_them_and_of_no_other_records(ledger: Ledger) -> None:
    ledger.keep([order("1", Line("a"), Line("b")), order("2", Line("c"))])
    ledger.keep([order("1", Line("b"), Line("d"))])
    assert targets(ledger, "1") == {"b": "PO1/b", "d": "PO1/d"}
    assert targets(ledger, "2") == {"c": "PO2/c"}
    ledger.keep([order("1")])
    assert targets(ledger, "1") == {}


def test_an_outcome_without_lines_leaves_them_and_so_does_one_that_has_no_target(ledger: Ledger) -> None:
    ledger.keep([order("1", Line("a"))])
    row = Row("1", "PF1", "h", {})
    ledger.keep([Outcome("orders", row, "unchanged")])
    ledger.keep([Outcome("orders", row, "refused", "goods came", lines=Lines(LINES, [Line("z")]))])
    assert targets(ledger, "1") == {"a": "PO1/a"}


def test_several_lines_may_have_one_label(ledger: Ledger) -> None:
    ledger.keep([order("1", Line("x/1", "x"), Line("x/2", "x"), Line("y", "y"))])
    assert {link.source_id for link in ledger.links_labelled(LINES, ["x"])} == {"x/1", "x/2"}
    assert ledger.links_labelled("bills", ["x"]) == []


def test_lines_are_those_of_one_connection(ledger: Ledger, store: Store) -> None:
    other = Ledger(store, "qad-bill", "beta", "qad-bill/beta@x>y", "run-1", "rules-1")
    ledger.keep([order("1", Line("a"))])
    other.keep([order("1", Line("a"), Line("b"))])
    other.keep([order("1")])
    assert targets(ledger, "1") == {"a": "PO1/a"}


def test_a_line_that_went_over_to_another_record_is_that_ones(ledger: Ledger) -> None:
    ledger.keep([order("1", Line("a"), Line("b"))])
    ledger.keep([order("2", Line("b"), Line("c"))])
    assert targets(ledger, "1") == {"a": "PO1/a"}
    assert targets(ledger, "2") == {"b": "PO2/b", "c": "PO2/c"}


def test_two_records_that_exchange_a_line_in_one_go_end_as_they_are(ledger: Ledger) -> None:
    ledger.keep([order("1", Line("a")), order("2", Line("b"))])
    ledger.keep([order("2", Line("a")), order("1", Line("b"))])
    assert targets(ledger, "1") == {"b": "PO1/b"}
    assert targets(ledger, "2") == {"a": "PO2/a"}


class Warehouse:
    """Makes orders of one line, and loses its first answer."""

    at_once = 1

    def __init__(self) -> None:
        self.made = 0

    async def find(self, bodies: Sequence[Body], since: Any) -> list[Found | None]:
        return [Found("PO1", body, parts={"a": "PO1/9"}) for body in bodies]

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        self.made += 1
        raise AnswerLostError("no answer")


async def test_lines_of_a_write_without_an_answer_are_linked_when_it_is_found_again(store: Store) -> None:
    written = Write("create", {"n": 1}, "order", lines=Lines(LINES, [Line("a", "a", {"total": Decimal("1.50")})]))
    warehouse = Warehouse()
    by = Stream("orders", None, lambda _row, _known: written, {"order": warehouse})  # type: ignore[arg-type,dict-item]
    opening = open_run(
        "procurify-qad", "acme", Request(), run_id="run-1", retried=False, identities=("p", "q"), rules_hash="r",
        settle_seconds=0, store=store,
    )  # fmt: skip
    async with opening as run:
        with pytest.raises(AnswerLostError):
            await carry_out(run, by, [Row("1", "PF1", "h", {})], None)
        await carry_out(run, by, [Row("1", "PF1", "h", {})], None)
        [link] = [one for one in run.ledger.all_links(LINES).values() if one.owner == "1"]
        assert (link.source_id, link.target_id, link.label, warehouse.made) == ("a", "PO1/9", "a", 1)
        assert run.ledger.agreed(link) == {"total": Decimal("1.50")}
