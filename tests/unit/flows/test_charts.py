"""How accounts, classes and departments find their counterparts, and what is said where they have none."""

import pytest

from blocks.source import Row
from flows.charts import LEAF, Chart, Coded, Matching, named
from tasks.outcomes import Adopt, Decision, Hold, Keep, Write
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link

SYSTEM = "QuickBooks Online"


def record(record_id: str, number: str = "", name: str = "", active: bool = True, leaf: str = "") -> Mirrored:
    return Mirrored(record_id, number, name, active, {LEAF: leaf} if leaf else {})


SUPPLIES = record("81", "6010", "Office:Supplies", leaf="Supplies")
TRAVEL = record("82", "6130", "Travel")


def link(target: str, state: str = "live") -> Link:
    return Link(scope="s", stream="accounts", source_id="a1", target_id=target, state=state)


def decided(
    *records: Mirrored,
    code: str = "6010",
    name: str = "Supplies",
    to: Link | None = None,
    needed: bool = True,
    mapping: dict[str, str] | None = None,
) -> Decision:
    chart = Chart(
        SYSTEM, {one.id: one for one in records}, {"a1": to} if to else {}, frozenset({"a1"} if needed else ())
    )
    return Matching("account", mapping or {}, lambda _row: Coded(code, name))(Row("a1", "6010", "h", None), chart)


@pytest.mark.parametrize(
    ("found", "target", "why"),
    [
        (decided(SUPPLIES, TRAVEL, mapping={"a1": "82"}), "82", "mapped in the connection file"),
        (decided(SUPPLIES, TRAVEL, mapping={"6010": "Travel"}), "82", "mapped in the connection file"),
        (decided(SUPPLIES, TRAVEL, mapping={"a1": "6130"}), "82", "mapped in the connection file"),
        (decided(SUPPLIES, record("83", "", "supplies")), "81", "the same number 6010"),
        (decided(SUPPLIES, code="", name=" SUPPLIES "), "81", "the same name"),
        (decided(SUPPLIES, code="", name="office:supplies"), "81", "the same name"),
        (decided(SUPPLIES, record("84", "6010", "Old", active=False)), "81", "the same number 6010"),
        (decided(record("81", "", "Supplies"), code="9999"), "81", "the same name"),
    ],
)
def test_a_counterpart_is_found_by_mapping_then_number_then_name(found: Decision, target: str, why: str) -> None:
    assert isinstance(found, Adopt)
    assert found.target_id == target
    assert why in found.evidence


def test_the_mapping_by_id_goes_before_the_one_by_number() -> None:
    found = decided(SUPPLIES, TRAVEL, mapping={"a1": "82", "6010": "81"})
    assert isinstance(found, Adopt)
    assert found.target_id == "82"


def test_a_link_that_is_right_is_kept_and_a_suspended_one_is_made_again() -> None:
    assert decided(SUPPLIES, to=link("81")) == Keep()
    assert isinstance(decided(SUPPLIES, to=link("81", "suspended")), Adopt)


def test_a_counterpart_that_was_renamed_is_still_the_same_one() -> None:
    assert decided(record("81", "7777", "Renamed"), to=link("81")) == Keep()


def test_a_new_mapping_moves_the_link() -> None:
    found = decided(SUPPLIES, TRAVEL, to=link("81"), mapping={"a1": "82"})
    assert isinstance(found, Adopt)
    assert found.target_id == "82"


@pytest.mark.parametrize("to", [None, link("81")])
def test_an_inactive_counterpart_holds_what_needs_it_and_says_where_to_restore_it(to: Link | None) -> None:
    found = decided(SUPPLIES._replace(active=False), to=to)
    assert isinstance(found, Hold)
    assert found.suspends
    assert "archived" in found.reason
    assert found.remedy.startswith(f"Restore it in {SYSTEM}, or map 6010")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (decided(TRAVEL), "has no account with number 6010 or name 'Supplies'"),
        (decided(TRAVEL, code=""), "has no account with name 'Supplies'"),
        (decided(TRAVEL, mapping={"a1": "404"}), "maps 6010 to 404, which QuickBooks Online does not have"),
        (decided(TRAVEL, to=link("gone")), "has no account with number 6010"),
        (
            decided(record("1", "", "A:Supplies", leaf="Supplies"), record("2", "", "B:Supplies", leaf="Supplies")),
            "has more than one account",
        ),
        (decided(record("1", "6010", "Here"), record("2", "6010", "There")), "has more than one account"),
    ],
)
def test_what_is_missing_or_not_clear_is_held_with_what_to_do(found: Decision, said: str) -> None:
    assert isinstance(found, Hold)
    assert said in found.reason
    assert "map" in found.remedy.lower()
    assert found.suspends


def test_what_nothing_needs_is_left_alone_until_it_is_needed() -> None:
    found = decided(TRAVEL, needed=False)
    assert isinstance(found, Keep)
    assert "nothing needs it" in found.reason


def test_a_missing_one_is_made_only_where_the_pair_makes_them_and_nothing_is_mapped() -> None:
    chart = Chart(SYSTEM, {}, {}, frozenset({"a1"}))
    row = Row("a1", "6010", "h", None)

    def made(coded: Coded) -> Write:
        return Write("create", {"Name": coded.name})

    assert isinstance(Matching("class", {}, lambda _row: Coded("", "Medical"), made)(row, chart), Write)
    assert isinstance(Matching("class", {"a1": "7"}, lambda _row: Coded("", "Medical"), made)(row, chart), Hold)


def test_somebody_means_one_record_by_id_number_or_name_or_none() -> None:
    chart = {one.id: one for one in (SUPPLIES, TRAVEL, record("6130", "", "Odd id"))}
    assert named(chart, "82") == TRAVEL
    assert named(chart, "6010") == SUPPLIES
    assert named(chart, "office:SUPPLIES") == named(chart, "supplies") == SUPPLIES
    assert named(chart, "6130") == chart["6130"]  # an id goes before another one's number
    assert named(chart, "nothing") is None
    twice = {one.id: one for one in (TRAVEL, record("83", "", "Travel"))}
    assert named(twice, "Travel") is None
    assert named({**twice, "83": twice["83"]._replace(active=False)}, "Travel") == TRAVEL
