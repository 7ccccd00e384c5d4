"""Whether two vendor records are one party: what agrees, what contradicts, and what proves nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.parties import Party, agreements, contradictions, plain

TAX, LAST = "tax id", "end of the tax id"
DIGITS = st.text("0123456789", min_size=5, max_size=12)


@pytest.mark.parametrize(
    ("ours", "theirs", "agree", "differ"),
    [
        (Party("98-7654321"), Party("987654321"), [TAX], []),
        (Party("98-7654321"), Party("98-7654322"), [], [TAX]),
        (Party("98-7654321"), Party("XXXXXX4321"), [LAST], []),
        (Party("98-7654321"), Party("XXXXXX4322"), [], [LAST]),
        (Party("98-7654321"), Party("******4321"), [LAST], []),
        (Party("98-7654321"), Party("•••••4321"), [LAST], []),
        (Party("98-7654321"), Party("XXXXXXXXXX"), [], []),
        (Party("98-7654321"), Party(""), [], []),
        (Party(email="AP@Acme.example "), Party(email="ap@acme.example"), ["e-mail"], []),
        (Party(email="ap@acme.example"), Party(email="ar@acme.example"), [], ["e-mail"]),
        (Party(email="ap@acme.example"), Party(), [], []),
        (
            Party(street="1  Main St", post_code="89501"),
            Party(street="1 main st", post_code="89501"),
            ["address"],
            [],
        ),
        (Party(street="1 Main St", post_code="89501"), Party(street="1 Main St", post_code="10001"), [], ["address"]),
        (Party(street="1 Main St"), Party(street="1 Main St"), [], []),
    ],
)
def test_two_parties_agree_or_differ_only_in_what_both_tell(
    ours: Party, theirs: Party, agree: list[str], differ: list[str]
) -> None:
    assert (agreements(ours, theirs), contradictions(ours, theirs)) == (agree, differ)


def test_everything_that_agrees_is_named() -> None:
    party = Party("98-7654321", "ap@acme.example", "1 Main St", "89501")
    assert agreements(party, party) == [TAX, "e-mail", "address"]


def test_nothing_known_proves_nothing() -> None:
    assert agreements(Party(), Party()) == contradictions(Party(), Party()) == []


@given(DIGITS)
def test_a_tax_id_and_its_own_mask_never_differ(tax_id: str) -> None:
    masked = "X" * (len(tax_id) - 4) + tax_id[-4:]
    assert contradictions(Party(tax_id), Party(masked)) == []
    assert agreements(Party(tax_id), Party(masked)) == [LAST]


@given(st.text(), st.text())
def test_it_does_not_matter_which_side_is_asked(one: str, other: str) -> None:
    ours, theirs = Party(one, one, one, one), Party(other, other, other, other)
    assert agreements(ours, theirs) == agreements(theirs, ours)
    assert contradictions(ours, theirs) == contradictions(theirs, ours)


def test_case_and_blanks_in_excess_are_no_difference() -> None:
    assert plain("  Acme \t TOOLS ") == "acme tools"
    assert plain(None) == ""
