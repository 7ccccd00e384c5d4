"""Fields that both sides may edit: no edit is lost, nothing is decided in silence, and agreement stays."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.merging import Conflict, Merged, Side, merged

NAMES = ("name", "phone", "email")
fields = st.fixed_dictionaries({name: st.sampled_from(["", "a", "b", "c"]) for name in NAMES})
earlier = st.none() | st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["", "a", "b", "c"]))
winners = st.fixed_dictionaries({name: st.sampled_from(["ours", "theirs", None]) for name in NAMES})
Winners = Mapping[str, Side | None]
OTHER: dict[Side | None, Side | None] = {"ours": "theirs", "theirs": "ours", None: None}


@pytest.mark.parametrize(
    ("agreed", "ours", "theirs", "to_ours", "to_theirs"),
    [
        ("a", "a", "b", "b", None),
        ("a", "b", "a", None, "b"),
        ("a", "b", "b", None, None),
        ("a", "", "a", None, ""),  # what one side emptied is emptied on the other
        ("a", "a", "", "", None),
        (None, "", "b", "b", None),  # never compared: what one side lacks is filled
        (None, "a", "", None, "a"),
    ],
)
def test_an_edit_of_one_side_goes_to_the_other(
    agreed: str | None, ours: str, theirs: str, to_ours: str | None, to_theirs: str | None
) -> None:
    before = None if agreed is None else {"phone": agreed}
    found = merged(before, {"phone": ours}, {"phone": theirs}, lambda _name: None)
    assert (found.to_ours.get("phone"), found.to_theirs.get("phone")) == (to_ours, to_theirs)
    assert found.conflicts == ()


@pytest.mark.parametrize(
    ("winner", "to_ours", "to_theirs"),
    [("ours", {}, {"phone": "b"}), ("theirs", {"phone": "c"}, {}), (None, {}, {})],
)
def test_of_two_edits_the_rule_chooses_and_both_are_told(
    winner: Side | None, to_ours: dict[str, str], to_theirs: dict[str, str]
) -> None:
    found = merged({"phone": "a"}, {"phone": "b"}, {"phone": "c"}, lambda _name: winner)
    assert (found.to_ours, found.to_theirs) == (to_ours, to_theirs)
    assert found.conflicts == (Conflict("phone", "b", "c", winner),)
    assert bool(found.open) is (winner is None)
    assert "phone: 'b' and 'c'" in found.told()


def test_without_an_earlier_agreement_two_values_are_two_edits() -> None:
    assert merged(None, {"phone": "b"}, {"phone": "c"}, lambda _name: None).open != ()


def test_a_field_that_only_one_side_knows_is_left_alone() -> None:
    assert merged(None, {"phone": "b", "fax": "1"}, {"phone": "b"}, lambda _name: None) == Merged(
        {}, {}, {"phone": "b"}, ()
    )


@given(earlier, fields, fields, winners)
def test_no_edit_is_lost(
    agreed: dict[str, str] | None, ours: dict[str, str], theirs: dict[str, str], winner: Winners
) -> None:
    found = merged(agreed, ours, theirs, winner.__getitem__)
    clashes = {one.field for one in found.conflicts}
    for name in NAMES:
        if ours[name] == theirs[name]:
            assert name not in {*found.to_ours, *found.to_theirs, *clashes}
            assert found.agreed[name] == ours[name]
        else:
            assert name in clashes or (name in found.to_ours) != (name in found.to_theirs)
    for name in clashes:  # a value is given up only for an edit of the other side
        assert agreed is None or name not in agreed or agreed[name] not in (ours[name], theirs[name])


@given(earlier, fields, fields, winners)
def test_once_the_result_is_applied_both_are_equal_or_only_a_person_can_say(
    agreed: dict[str, str] | None, ours: dict[str, str], theirs: dict[str, str], winner: Winners
) -> None:
    found = merged(agreed, ours, theirs, winner.__getitem__)
    now, there = ours | found.to_ours, theirs | found.to_theirs
    again = merged(found.agreed | found.to_ours | found.to_theirs, now, there, winner.__getitem__)
    assert (again.to_ours, again.to_theirs, again.conflicts) == ({}, {}, found.open)
    assert {name for name in NAMES if now[name] != there[name]} == {one.field for one in found.open}


@given(earlier, fields, fields, winners)
def test_a_side_that_takes_over_only_its_part_leaves_the_rest_to_the_other(
    agreed: dict[str, str] | None, ours: dict[str, str], theirs: dict[str, str], winner: Winners
) -> None:
    found = merged(agreed, ours, theirs, winner.__getitem__)
    between = merged(found.agreed | found.to_theirs, ours, theirs | found.to_theirs, winner.__getitem__)
    assert (between.to_theirs, between.to_ours) == ({}, found.to_ours)


@given(earlier, fields, fields, winners)
def test_both_sides_are_treated_alike(
    agreed: dict[str, str] | None, ours: dict[str, str], theirs: dict[str, str], winner: Winners
) -> None:
    found = merged(agreed, ours, theirs, winner.__getitem__)
    turned = merged(agreed, theirs, ours, lambda name: OTHER[winner[name]])
    assert (turned.to_theirs, turned.to_ours, turned.agreed) == (found.to_ours, found.to_theirs, found.agreed)
    assert {one.field for one in turned.conflicts} == {one.field for one in found.conflicts}
