"""What people did in QuickBooks Desktop to the bills and payments that were sent."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.exact import Record
from blocks.source import Row
from flows.bill_quickbooks_desktop.bill_fields import differences, of_body, of_quickbooks
from flows.bill_quickbooks_desktop.mapping import to_bill
from flows.bill_quickbooks_desktop.quickbooks_documents import BillCheck, Sent, check_payment
from tasks.outcomes import TARGET, Decision, Ignore
from tasks.state.vault import Vault
from tests.unit.flows.desktop_records import REFS, VOID, a_bill, a_line, a_link, held, kept, posted, refused, rules

SENT = Sent(
    {"1A-1": a_link("1A-1", "00n1", source_ref="NW-1")},
    {"1A-1": of_body(to_bill(a_bill(), REFS))},
)
GONE = {"TxnID": "1A-1", "TimeDeleted": "2026-11-02T12:00:00Z"}


def decided(record: Record, sent: Sent = SENT, **set_by_user: Any) -> Decision:
    return BillCheck(rules(**set_by_user))(Row("1A-1", "NW-1", "h", record), sent)


def linked(state: str) -> Sent:
    return replace(SENT, links={"1A-1": a_link("1A-1", "00n1", source_ref="NW-1", state=state)})


def test_a_bill_as_it_was_sent_is_kept_and_others_are_none_of_ours() -> None:
    kept(decided(posted()))
    assert isinstance(decided(posted(), Sent({}, {})), Ignore)


TWO_LINES = [
    {"AccountRef": {"ListID": "80-A1"}, "Amount": "12.50"},
    {"AccountRef": {"ListID": "80-A2"}, "Amount": "1.00"},
]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"VendorRef": {"ListID": "80-2"}}, "the vendor '80-1' is '80-2' there"),
        ({"TxnDate": "2026-11-03"}, "the date '2026-11-02' is '2026-11-03' there"),
        ({"DueDate": "2026-12-03"}, "the due date"),
        ({"RefNumber": "X"}, "the number 'NW-1' is 'X' there"),
        ({"ExpenseLineRet": TWO_LINES}, "the lines add up to 12.50 and to 13.50 there"),
        ({"ExpenseLineRet": [TWO_LINES[0] | {"AccountRef": {"ListID": "80-A2"}}]}, "the lines are booked otherwise"),
        ({"ExpenseLineRet": [TWO_LINES[0] | {"ClassRef": {"ListID": "80-C1"}}]}, "the lines are booked otherwise"),
        ({"ItemLines": [{"ItemLineRet": {"TxnLineID": "1", "Amount": "3.00"}}]}, "add up to 12.50 and to 15.50"),
        (VOID, "the lines add up to 12.50 and to 0.00 there"),
    ],
)
def test_every_edit_that_changes_the_books_is_named_with_both_values(edit: Record, said: str) -> None:
    made = refused(decided(posted() | edit))
    assert said in made.reason
    assert made.causes[0].stream == TARGET  # it ends by itself once it is mended
    assert "replay" in made.remedy


def test_an_edit_is_restored_if_the_rules_say_so() -> None:
    assert held(decided(posted(RefNumber="X"), edited_in_quickbooks="bill")).causes[0].stream == TARGET


def test_notes_and_other_fields_are_free() -> None:
    kept(decided(posted(Memo="seen by Jo", TermsRef={"ListID": "80-T"}, EditSequence="99")))


def test_a_deleted_bill_is_listed_unless_it_was_withdrawn_in_bill() -> None:
    assert "was deleted in QuickBooks, but bill NW-1 is in use in BILL" in refused(decided(GONE)).reason
    assert kept(decided(GONE, linked("archived"))).reason == "withdrawn in both"
    kept(decided(GONE, linked("suspended")))  # that is what a person was asked to do


def test_a_withdrawn_bill_that_stands_again_is_listed() -> None:
    assert "was withdrawn in BILL" in refused(decided(posted(), linked("archived"))).reason
    kept(decided(posted() | VOID | {"AmountDue": "0.00"}, linked("archived")))


def test_a_change_of_ours_that_is_not_settled_yet_is_no_edit_of_theirs() -> None:
    kept(decided(posted(RefNumber="X"), replace(SENT, in_doubt=frozenset({"1A-1"}))))


@given(st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from(["", "c1"])), min_size=1, max_size=5))
def test_what_was_agreed_is_the_same_after_it_was_stored(lines: list[tuple[int, str]]) -> None:
    bill = a_bill(*(a_line(str(Decimal(cents).scaleb(-2)), named=its_class) for cents, its_class in lines))
    fields = of_body(to_bill(bill, REFS))
    vault = Vault([KEY])
    assert differences(fields, vault.unseal(vault.seal(fields))) == []
    assert differences(vault.unseal(vault.seal(fields)), fields) == []
    assert json.dumps(vault.unseal(vault.seal(fields)), default=str)


KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def test_lines_by_item_count_with_their_amounts() -> None:
    assert of_quickbooks(posted(ItemLines=[{"ItemLineRet": {"Amount": "3.00"}}]))["lines"][-1][1] == Decimal("3.00")


PAYMENT: Mapping[str, Any] = {"TxnID": "2A-1", "Amount": "12.50", "RefNumber": "1"}
PAID = Sent({"2A-1": a_link("2A-1", "stp1", source_ref="P1")}, {})


def of_payment(record: Mapping[str, Any], sent: Sent = PAID) -> Decision:
    return check_payment(Row("2A-1", "1", "h", dict(record)), sent)


def test_a_payment_that_stands_is_kept_and_others_are_none_of_ours() -> None:
    kept(of_payment(PAYMENT))
    assert isinstance(of_payment(PAYMENT, Sent({}, {})), Ignore)


@pytest.mark.parametrize(
    ("record", "undone"),
    [
        ({"TxnID": "2A-1", "TimeDeleted": "unknown"}, "deleted"),
        ({**PAYMENT, "Amount": "0", "Memo": "VOID: x"}, "voided"),
    ],
)
def test_a_payment_that_somebody_undid_there_is_listed_unless_bill_took_it_back(record: Record, undone: str) -> None:
    made = refused(of_payment(record))
    assert made.reason == f"was {undone} in QuickBooks, but BILL has paid P1"
    assert "--record-id stp1" in made.remedy
    kept(of_payment(record, Sent({"2A-1": a_link("2A-1", "stp1", state="reversed")}, {})))
