"""Private notes that people and ml-connector share, and names that vendors, customers and employees share."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.quickbooks_online import names, notes

MARKER = "BILL bill 00n01 of 008X"
PAID = "BILL payment 0ps01 paid 412.50 on 2026-05-06"
foreign = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40).filter(
    lambda t: not t.startswith("BILL")
)
ids = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=6)
ours = st.builds("BILL {} {} says {}".format, st.sampled_from(["bill", "payment"]), ids, st.integers(0, 9))


def test_a_new_line_is_added_below() -> None:
    assert notes.merged(f"{MARKER}\ncall Bob first", PAID) == f"{MARKER}\ncall Bob first\n{PAID}"
    assert notes.merged("", f"{MARKER}\n{PAID}") == f"{MARKER}\n{PAID}"
    assert notes.merged("call Bob first", "") == "call Bob first"


def test_a_line_about_the_same_record_is_replaced_in_its_place() -> None:
    note = f"{MARKER}\r\n{PAID}\r\ncall Bob first"
    voided = "BILL payment 0ps01 voided on 2026-05-09"
    assert notes.merged(note, voided) == f"{MARKER}\n{voided}\ncall Bob first"
    assert (
        notes.merged(note, "BILL payment 0ps02 paid 1.00")
        == f"{MARKER}\n{PAID}\ncall Bob first\nBILL payment 0ps02 paid 1.00"
    )


def test_a_line_that_is_not_ours_is_never_replaced() -> None:
    assert notes.merged("call Bob\nurgent", "scan attached") == "call Bob\nurgent\nscan attached"
    assert notes.merged("call Bob\nscan attached", "scan attached") == "call Bob\nscan attached"


def test_the_marker_is_the_first_line_if_it_is_ours() -> None:
    assert notes.marker(f"{MARKER}\nmore") == MARKER
    assert notes.marker(f"call Bob\n{MARKER}") == ""
    assert notes.marker("BILL bill") == ""
    assert notes.marker("") == ""


def test_a_marker_is_found_as_a_whole_line_only() -> None:
    assert notes.holds(f"call Bob\r\n {MARKER} \r\nmore", MARKER)
    assert not notes.holds(f"{MARKER}Y", MARKER)
    assert not notes.holds(f"see {MARKER}", MARKER)


def test_the_oldest_payments_give_way_and_nobody_elses_words() -> None:
    note = "\n".join([MARKER, "x" * 3760, *(f"BILL payment 0ps{n:02} paid {n}.00 on 2026-05-06" for n in range(5))])
    merged = notes.merged(note, "BILL payment 0ps99 paid 9.00 on 2026-05-07")
    assert len(merged) <= notes.LIMIT
    assert "0ps00" not in merged
    assert merged.endswith("0ps99 paid 9.00 on 2026-05-07")
    assert merged.startswith(f"{MARKER}\n{'x' * 3760}\n")
    crowded = notes.merged("y" * 4100, PAID)
    assert crowded == "y" * 4100


def test_a_withdrawn_order_says_so_once() -> None:
    once = notes.withdrawn(MARKER, "withdrawn")
    assert once == f"{MARKER}\nBILL withdrawal 00n01 withdrawn"
    assert notes.withdrawn(once, "withdrawn") == once
    assert notes.withdrawn("", "withdrawn") == "BILL withdrawal bill withdrawn"


@given(st.lists(st.one_of(foreign, ours), max_size=8), st.lists(ours, max_size=4))
def test_merging_again_changes_nothing_and_keeps_everybody_elses_lines(held: list[str], lines: list[str]) -> None:
    note, added = "\n".join(held), "\n".join(lines)
    merged = notes.merged(note, added)
    assert notes.merged(merged, added) == merged
    theirs = [line for line in held if not line.startswith("BILL")]
    if note.strip():
        assert [line for line in merged.split("\n") if not line.startswith("BILL")] == theirs
    latest = {tuple(line.split()[:3]): line for line in lines}
    assert all(line in merged.split("\n") for line in latest.values())


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Acme: Paper", "Acme Paper"),
        ("  Acme\t\nPaper ", "Acme Paper"),
        ("O'Brien & Söhne (北京)", "O'Brien & Söhne (北京)"),
        ("A\x00B\x1fC", "A B C"),
        ("x" * 600, "x" * 500),
    ],
)
def test_a_name_is_cleaned(name: str, clean: str) -> None:
    assert names.cleaned(name) == clean


def test_the_variants_of_a_name() -> None:
    every = names.variants("Acme: Paper")
    assert every[:3] == ("Acme Paper", "Acme Paper (Vendor)", "Acme Paper (Vendor 2)")
    assert (len(every), every[-1]) == (10, "Acme Paper (Vendor 9)")
    assert all(len(one) <= 500 for one in names.variants("y" * 600))


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("acme  PAPER", 1),
        ("Acme Paper (deleted)", 1),
        ("Acme Paper (Vendor 2) (deleted)", 3),
        ("Acme Paper (Vendor 10)", 0),
        ("Acme Papers", 0),
    ],
)
def test_a_variant_is_known_again(shown: str, number: int) -> None:
    assert names.variant_number("Acme: Paper", shown) == number
    assert names.is_variant("Acme: Paper", shown) is (number > 0)


@given(st.text(max_size=520).filter(lambda text: names.cleaned(text)))
def test_variants_are_clean_short_and_all_different(name: str) -> None:
    every = names.variants(name)
    assert all(one == names.cleaned(one) and len(one) <= names.LIMIT for one in every)
    assert len({names.comparable(one) for one in every}) == len(every)
    assert all(names.variant_number(name, one) == number for number, one in enumerate(every, 1))
