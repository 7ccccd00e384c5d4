"""Which documents a bill becomes: no line is lost or doubled, whatever the company allows and the order of lines."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.exact import Record
from blocks.source import Row
from flows.bill_lines import classified
from flows.bill_quickbooks_online.documents import Parts, coding, how_mixed
from flows.bill_quickbooks_online.mapping import Coding
from tests.unit.flows.books_records import ORGANIZATION, a_bill, a_line, a_part, company, rules

SPLIT = company(class_per="off")  # without classes by line, the usual rules make one order for each department
LINES = st.lists(st.tuples(st.sampled_from(["", "d1", "d2", "d3"]), st.integers(-9_999_999, 9_999_999)), max_size=8)
MIXED = [a_line("10.00", "d2"), a_line("2.50", "d1"), a_line("-0.50", "d2")]


def split(record: Record, earlier: Sequence[str] = (), by: Any = None, of: Any = SPLIT) -> list[Row]:
    return Parts(ORGANIZATION, by or rules(), of, lambda _bill_id: earlier)(record)


def held(rows: Sequence[Row]) -> dict[str, list[Decimal | None]]:
    """Returns the amounts of each row's lines, by row id."""
    return {row.id: [line.amount for line in row.content.lines] for row in rows}


def departments(rows: Sequence[Row]) -> dict[str, str]:
    return {row.id: row.content.department for row in rows}


@pytest.mark.parametrize(
    ("by", "of", "how"),
    [
        (rules(), company(), "class"),
        (rules(), company(class_per="document"), "split"),
        (rules(), company(class_per="off"), "split"),
        (rules(), company(class_per="off", locations=False), "hold"),
        (rules(mixed_departments=["split", "class"]), company(), "split"),
        (rules(mixed_departments=["split", "class"]), company(locations=False), "class"),
        (rules(mixed_departments=["class"]), company(class_per="off"), "hold"),
        (rules(mixed_departments=[]), company(), "hold"),
        (rules(target_entity="bill"), company(class_per="off"), "hold"),
        (rules(target_entity="bill"), company(), "class"),
    ],
)
def test_lines_of_several_departments_become_what_rules_and_company_allow(by: Any, of: Any, how: str) -> None:
    assert how_mixed(by, of) == how


ONE, TWO = a_part(a_line("1", "d1"), a_line("2", "d1")), a_part(a_line("1", "d1"), a_line("2", "d2"))


@pytest.mark.parametrize(
    ("part", "by", "of", "said"),
    [
        (ONE, rules(), company(), Coding(location="d1")),
        (a_part(a_line("1")), rules(), company(), Coding()),
        (TWO, rules(), company(), Coding(by_class=True)),
        (a_part(a_line("1", "d1"), a_line("2")), rules(), company(), Coding(by_class=True)),
        (TWO, rules(), company(class_per="off"), None),
        (TWO, rules(mixed_departments=[]), company(), None),
        (TWO, rules(mixed_departments=["split", "class"]), company(), None),
        (ONE, rules(), company(locations=False), Coding(by_class=True)),
        (TWO, rules(mixed_departments=[]), company(locations=False), Coding()),
        (TWO, rules(), company(locations=False, class_per="off"), Coding()),
        (TWO, rules(location_from="location"), company(), Coding()),
    ],
)
def test_a_document_has_one_location_or_classes_or_nothing_can_say_it(
    part: Any, by: Any, of: Any, said: Coding | None
) -> None:
    assert coding(part, by, of) == said


def test_locations_of_bill_that_differ_are_never_said_by_classes() -> None:
    lines = [a_line("1"), a_line("2")]
    for line, place in zip(lines, ("p1", "p2"), strict=True):
        line["classifications"]["locationId"] = place
    assert coding(a_part(*lines), rules(location_from="location"), company()) is None
    rows = split(a_bill(*lines), by=rules(location_from="location"))
    assert departments(rows) == {"00n1": "p1", "00n1/p2": "p2"}


def test_a_bill_of_one_department_is_one_document() -> None:
    rows = split(a_bill(a_line("10.00", "d1"), a_line("2.50", "d1")))
    assert held(rows) == {"00n1": [Decimal("10.00"), Decimal("2.50")]}
    assert departments(rows) == {"00n1": ""}


def test_a_bill_of_several_departments_is_a_document_for_each() -> None:
    rows = split(a_bill(*MIXED, a_line("7.00")))
    assert held(rows) == {
        "00n1": [Decimal("7.00")],
        "00n1/d1": [Decimal("2.50")],
        "00n1/d2": [Decimal("10.00"), Decimal("-0.50")],
    }
    assert departments(rows) == {"00n1": "-", "00n1/d1": "d1", "00n1/d2": "d2"}
    assert {row.ref for row in rows} == {"NW-1"}


def test_a_bill_is_not_split_where_classes_say_its_departments() -> None:
    assert held(split(a_bill(*MIXED), of=company())) == {"00n1": [Decimal("10.00"), Decimal("2.50"), Decimal("-0.50")]}


def test_a_department_that_is_gone_leaves_a_document_without_lines() -> None:
    rows = split(a_bill(a_line("1", "d1"), a_line("2", "d2")), earlier=["00n1/d2", "00n1/d3"])
    assert held(rows) == {"00n1": [Decimal(1)], "00n1/d2": [Decimal(2)], "00n1/d3": []}
    assert held(split(a_bill(a_line("1", "d1")), earlier=["00n1/d2"])) == {"00n1": [Decimal(1)], "00n1/d2": []}


def test_a_bill_that_is_split_no_longer_leaves_none_of_its_orders_with_its_lines() -> None:
    rows = split(a_bill(*MIXED), earlier=["00n1/d2"], of=company())  # classes by line were turned on meanwhile
    assert held(rows) == {"00n1": [Decimal("10.00"), Decimal("2.50"), Decimal("-0.50")], "00n1/d2": []}


def test_a_new_department_takes_no_other_ones_document() -> None:
    rows = split(a_bill(a_line("1", "d1"), a_line("2", "d2"), a_line("3", "d3")), earlier=["00n1/d1"])
    assert departments(rows) == {"00n1": "d2", "00n1/d1": "d1", "00n1/d3": "d3"}


def test_a_change_in_bill_is_seen_in_every_part() -> None:
    before, after = split(a_bill(*MIXED)), split(a_bill(*MIXED, updatedTime="2026-11-03T10:00:00.000+00:00"))
    assert len({row.hash for row in before}) == 1
    assert {row.hash for row in before}.isdisjoint({row.hash for row in after})


def test_a_list_that_leaves_the_lines_out_shows_the_same_hash() -> None:
    whole, listed = a_bill(a_line("1", "d1")), a_bill(a_line("1", "d1")) | {"billLineItems": []}
    assert split(whole)[0].hash == split(listed)[0].hash


def record_of(drawn: Sequence[tuple[str, int]]) -> Record:
    return a_bill(*(a_line(str(Decimal(cents).scaleb(-2)), department) for department, cents in drawn)) | {
        "billLineItems": [a_line(str(Decimal(cents).scaleb(-2)), department) for department, cents in drawn]
    }


@given(LINES, st.sets(st.sampled_from(["00n1/-", "00n1/d1", "00n1/d2", "00n1/d3"])), st.booleans())
def test_every_line_is_in_exactly_one_document(drawn: list[tuple[str, int]], earlier: set[str], by_class: bool) -> None:
    rows = split(record_of(drawn), sorted(earlier), of=company() if by_class else SPLIT)
    coded = Counter((classified(line, "department_id"), line.amount) for row in rows for line in row.content.lines)
    assert coded == Counter((department, Decimal(cents).scaleb(-2)) for department, cents in drawn)
    assert len({row.id for row in rows}) == len(rows)
    assert earlier | {"00n1"} <= {row.id for row in rows}
    if not by_class:
        assert all(len({classified(line, "department_id") for line in row.content.lines}) <= 1 for row in rows)


@given(LINES, st.data(), st.sets(st.sampled_from(["00n1/-", "00n1/d1", "00n1/d2", "00n1/d3"])))
def test_a_document_keeps_its_department_whatever_the_order_of_lines(
    drawn: list[tuple[str, int]], data: st.DataObject, earlier: set[str]
) -> None:
    other = data.draw(st.permutations(drawn))
    assert departments(split(record_of(drawn), sorted(earlier))) == departments(
        split(record_of(other), sorted(earlier))
    )


@given(LINES, st.sets(st.sampled_from(["00n1/-", "00n1/d1", "00n1/d2", "00n1/d3"])))
def test_splitting_again_after_the_documents_were_made_changes_nothing(
    drawn: list[tuple[str, int]], earlier: set[str]
) -> None:
    first = split(record_of(drawn), sorted(earlier))
    made = {row.id for row in first if row.id != "00n1"}
    again = split(record_of(drawn), sorted(made | earlier))
    assert held(first) == held(again)
    assert departments(first) == departments(again)
