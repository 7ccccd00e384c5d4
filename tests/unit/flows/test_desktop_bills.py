"""What becomes of each bill of BILL, and why: one test for each way a decision may go."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from blocks.bill.models import Bill
from blocks.exact import Record
from blocks.quickbooks_desktop.company import Company
from blocks.quickbooks_desktop.markers import FIELD
from blocks.source import content_hash
from flows.bill_quickbooks_desktop.approvals import APPROVAL
from flows.bill_quickbooks_desktop.bill_fields import of_body, of_quickbooks
from flows.bill_quickbooks_desktop.bill_references import Known
from flows.bill_quickbooks_desktop.bills import BillDecision, is_whole, rows
from flows.bill_quickbooks_desktop.entered import Entered, entered
from flows.bill_quickbooks_desktop.foreign import Foreign
from flows.bill_quickbooks_desktop.mapping import References, mark_of, marked, to_bill
from flows.bill_quickbooks_desktop.settings import SETTINGS
from tasks.outcomes import SOURCE, TARGET, Decision
from tests.unit.flows.desktop_records import (
    COMPANY,
    REFS,
    SCOPE,
    VOID,
    a_bill,
    a_line,
    a_link,
    adopted,
    company,
    held,
    kept,
    posted,
    row_of,
    rules,
    written,
)

KNOWN = Known(REFS, {})


def decided(bill: Bill | None = None, known: Known = KNOWN, of: Company = COMPANY, **set_by_user: Any) -> Decision:
    return BillDecision(rules(**set_by_user), of, SCOPE)(row_of(bill or a_bill()), known)


def sent(
    there: Mapping[str, Any] | None = None, *, state: str = "live", label: str = "", edited: bool = False, **more: Any
) -> Known:
    """Returns what is known of a bill that went as 1A-1, of one line of 12.50; `there`: as it is there now."""
    body = to_bill(a_bill(), REFS)
    hashed = content_hash(marked(body, SCOPE, "00n1", int(label or 0)))
    link = a_link("1A-1", "00n1", kind="bill", state=state, sent_hash=hashed, label=label, revision=int(label or 0))
    known = replace(
        KNOWN,
        links={"00n1": link},
        there={"1A-1": dict(there)} if there else {},
        changed_there=frozenset({"1A-1"} if edited else ()),
        agreed={"00n1": of_body(body)},
    )
    return replace(known, **more)


def test_an_approved_bill_is_made_with_its_mark() -> None:
    made = written(decided())
    assert (made.operation, made.kind, made.body[FIELD]) == ("create", "bill", mark_of(SCOPE, "00n1", 0))
    assert made.agreed is not None
    assert made.agreed.fields == of_body(to_bill(a_bill(), REFS))


@pytest.mark.parametrize("status", ["ASSIGNED", "APPROVING", "DENIED", "A_NEW_ONE", None])
def test_a_bill_waits_for_its_approval(status: str | None) -> None:
    made = held(decided(a_bill(approvalStatus=status)))
    assert made.causes[0] == (APPROVAL, "00n1")


def test_a_bill_that_nobody_has_to_approve_goes_unless_the_rules_say_otherwise() -> None:
    free = a_bill(approvalStatus="UNASSIGNED")
    assert written(decided(free)).operation == "create"
    assert "UNASSIGNED" in held(decided(free, bills_without_approval="hold")).reason


def test_a_draft_waits_to_be_saved_and_a_deleted_one_for_nothing() -> None:
    assert held(decided(a_bill(recordStatus="DRAFT", archived=True))).causes[0].stream == SOURCE
    kept(decided(a_bill(recordStatus="DRAFT_DELETED", archived=True)))


@pytest.mark.parametrize(
    ("bill", "refs", "causes"),
    [
        (a_bill(), REFS._replace(vendors={}), [("vendors", "v1")]),
        (a_bill(a_line("1", "a9")), REFS, [("accounts", "a9")]),
        (a_bill(a_line("1", named="c9")), REFS, [("classes", "c9")]),
        (a_bill(a_line("1", "a9")), REFS._replace(vendors={}), [("vendors", "v1"), ("accounts", "a9")]),
        (a_bill(a_line("1", "")), REFS, [(SOURCE, "00n1")]),
        (a_bill(vendorId=None), REFS, [(SOURCE, "00n1")]),
        (a_bill(amount="9.99"), REFS, [(SOURCE, "00n1")]),
    ],
)
def test_a_bill_names_each_thing_that_it_waits_for(bill: Bill, refs: References, causes: list[tuple[str, str]]) -> None:
    assert list(held(decided(bill, replace(KNOWN, refs=refs))).causes) == causes


def test_a_bill_in_closed_books_waits_for_another_closing_date_and_is_not_read_again_for_nothing() -> None:
    made = held(decided(of=company(closing_date=date(2026, 11, 2))))
    assert "closed until 2026-11-02" in made.reason
    assert made.causes[0].stream == SETTINGS
    assert written(decided(of=company(closing_date=date(2026, 11, 1)))).operation == "create"


@pytest.mark.parametrize(("in_settings", "stream"), [(True, SETTINGS), (False, TARGET)])
def test_a_bill_in_another_currency_waits(in_settings: bool, stream: str) -> None:
    known = replace(KNOWN, foreign={"v1": Foreign("is in EUR", "Do so.", in_settings)})
    assert held(decided(known=known)).causes[0].stream == stream


def test_a_bill_that_somebody_entered_by_hand_is_adopted() -> None:
    made = adopted(decided(known=replace(KNOWN, entered=Entered({"00n1": posted()}, {}))))
    assert (made.target_id, made.label) == ("1A-1", "")
    assert made.agreed is not None
    assert made.agreed.fields == of_quickbooks(posted())


def test_a_bill_of_the_same_number_and_another_amount_is_asked_about() -> None:
    other = posted(AmountDue="99.00")
    made = held(decided(known=replace(KNOWN, entered=Entered({}, {"00n1": other}))))
    assert "with 99.00 of 2026-11-02" in made.reason


def test_a_bill_that_carries_our_mark_is_ours_whatever_we_remember() -> None:
    ours = posted(**{FIELD: mark_of(SCOPE, "00n1", 2)})
    made = adopted(decided(known=replace(KNOWN, entered=Entered({"00n1": ours}, {}))))
    assert (made.label, made.evidence) == ("2", "QuickBooks Desktop bill 1A-1 has its mark")
    edited = held(decided(a_bill(dueDate="2027-01-01"), replace(KNOWN, entered=Entered({"00n1": ours}, {}))))
    assert "the due date '2027-01-01' is '2026-12-02' there" in edited.reason
    assert edited.adopts is not None


def test_what_was_sent_and_did_not_change_is_kept_without_a_look() -> None:
    kept(decided(known=sent()))


def test_what_changed_in_bill_is_changed_there() -> None:
    made = written(decided(a_bill(a_line("20.00")), sent(posted())))
    assert (made.operation, made.target_id, made.revision, FIELD in made.body) == ("update", "1A-1", 1, False)


def test_a_change_that_is_there_already_is_not_written_again() -> None:
    assert kept(decided(a_bill(dueDate="2027-01-01"), sent(posted(DueDate="2027-01-01")))).reason == "agrees with BILL"


EDITED = posted(DueDate="2027-02-02")


def test_what_was_edited_on_both_sides_is_asked_about_and_a_replay_forces_it() -> None:
    bill = a_bill(a_line("20.00"))
    made = held(decided(bill, sent(EDITED)))
    assert "the due date '2026-12-02' is '2027-02-02' there" in made.reason
    assert f"replay {SCOPE.split('@')[0]} --record-id 00n1" in made.remedy
    assert "edited in QuickBooks before" in written(decided(bill, sent(EDITED, asked=frozenset({"00n1"})))).note
    assert written(decided(bill, sent(EDITED), edited_in_quickbooks="bill")).operation == "update"


def test_what_was_edited_there_alone_is_left_unless_the_rules_restore_it() -> None:
    held(decided(known=sent(EDITED, edited=True)))
    assert written(decided(known=sent(EDITED, edited=True), edited_in_quickbooks="bill")).target_id == "1A-1"


@pytest.mark.parametrize(("there", "undone"), [(None, "deleted"), (posted() | VOID, "voided")])
def test_a_bill_that_is_gone_there_is_made_anew_only_if_somebody_says_so(there: Record | None, undone: str) -> None:
    changed = a_bill(a_line("20.00"))
    assert f"was {undone} in QuickBooks" in held(decided(changed, sent(there))).reason
    for made in (
        written(decided(changed, sent(there, asked=frozenset({"00n1"})))),
        written(decided(changed, sent(there), edited_in_quickbooks="bill")),
        written(decided(changed, sent(there, state="archived"))),  # withdrawn with BILL, and back in BILL
    ):
        assert (made.operation, made.label, made.revision) == ("create", "1", 1)
        assert made.body[FIELD] == mark_of(SCOPE, "00n1", 1)


def test_a_bill_that_a_person_asks_for_is_looked_at_though_nothing_seems_to_have_changed() -> None:
    asked = frozenset({"00n1"})
    assert written(decided(known=sent(asked=asked))).operation == "create"  # an older copy of the file has it not
    assert kept(decided(known=sent(posted(), asked=asked))).reason == "agrees with BILL"


@pytest.mark.parametrize("rule", ["void", "delete"])
def test_a_withdrawn_bill_is_withdrawn_there(rule: str) -> None:
    made = written(decided(a_bill(archived=True), sent(), withdrawn_bills=rule))
    assert (made.operation, made.target_id, made.link_state) == ("archive", "1A-1", "archived")
    kept(decided(a_bill(archived=True), sent(state="archived"), withdrawn_bills=rule))
    kept(decided(a_bill(archived=True)))


def test_a_withdrawn_bill_is_listed_until_somebody_withdraws_it_there() -> None:
    gone = a_bill(archived=True)
    made = held(decided(gone, sent(posted()), withdrawn_bills="list"))
    assert (made.suspends, made.causes[0].stream) == (True, TARGET)
    for there in (None, posted() | VOID):
        done = written(decided(gone, sent(there, state="suspended"), withdrawn_bills="list"))
        assert (done.operation, done.link_state) == ("archive", "archived")
    back = written(decided(known=sent(posted(), state="suspended"), withdrawn_bills="list"))
    assert (back.operation, back.link_state) == ("update", "live")


def test_a_bill_has_a_new_version_if_the_list_shows_a_change() -> None:
    shown = a_bill().model_dump(mode="json", by_alias=True)
    bare = {name: value for name, value in shown.items() if name != "billLineItems"}
    assert rows(shown)[0].hash == rows(bare)[0].hash  # the list may leave the lines out
    assert [is_whole(rows(one)[0]) for one in (shown, bare, bare | {"archived": True})] == [True, False, True]
    for change in ({"updatedTime": "2027-01-01T00:00:00Z"}, {"amount": "1.00"}, {"approvalStatus": "DENIED"}):
        assert rows(shown)[0].hash != rows(shown | change)[0].hash


VENDORS = {"v1": "80-1"}


def found_for(*there: Record, linked: tuple[str, ...] = (), twins: int = 1) -> Entered:
    new = [row_of(a_bill(id=f"00n{number}")) for number in range(1, twins + 1)]
    return entered(new, there, linked, VENDORS, SCOPE)


def test_a_bill_is_one_by_hand_if_vendor_number_day_and_amount_agree_and_no_other_bill_has_it() -> None:
    assert found_for(posted()).same.keys() == {"00n1"}
    assert found_for(posted(), linked=("1A-1",)) == Entered({}, {})
    assert found_for(posted(TxnDate="2026-11-03")).alike.keys() == {"00n1"}
    assert found_for(posted(VendorRef={"ListID": "80-2"})) == Entered({}, {})
    assert found_for(posted() | VOID) == Entered({}, {})
    both = found_for(posted(), twins=2)
    assert both.same.keys() == {"00n1"}
    assert both.alike == {}


def test_a_bill_that_another_program_marked_is_like_one_by_hand() -> None:
    assert found_for(posted(**{FIELD: "{00000000-0000-0000-0000-000000000001}"})).same.keys() == {"00n1"}


def test_of_two_twins_each_gets_the_one_that_carries_its_mark() -> None:
    marks = {one: mark_of(SCOPE, one, 0) for one in ("00n1", "00n2")}
    there = [posted("1A-1", **{FIELD: marks["00n2"]}), posted("1B-1", **{FIELD: marks["00n1"]})]
    same = found_for(*there, twins=2).same
    assert {one: record["TxnID"] for one, record in same.items()} == {"00n1": "1B-1", "00n2": "1A-1"}
