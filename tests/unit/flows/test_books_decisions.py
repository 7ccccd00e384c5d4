"""What becomes of each bill of BILL, and why: one test for each way a decision may go."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from blocks.bill.models import Bill
from blocks.quickbooks_online.models import Document
from blocks.source import Row, content_hash
from blocks.target import Body
from flows.bill_quickbooks_online.bill_references import Known
from flows.bill_quickbooks_online.bills import BillDecision
from flows.bill_quickbooks_online.documents import coding
from flows.bill_quickbooks_online.entered import entered
from flows.bill_quickbooks_online.mapping import Part, References, to_document
from tasks.outcomes import TARGET, Adopt, Cause, Decision, Hold, Keep, Write
from tests.unit.flows.books_records import REFS, a_line, a_link, a_part, company, rules

KNOWN = Known(REFS, {})
EMPTY = References({}, {}, {}, {}, {}, {}, {"USD": "33"})


def decided(part: Part | None = None, known: Known = KNOWN, by: Any = None, of: Any = None) -> Decision:
    made = part or a_part()
    row = Row(made.bill.id, made.bill.invoice.invoice_number or "", "h", made)
    return BillDecision(by or rules(), of or company())(row, known)


def body_of(part: Part, entity: str = "PurchaseOrder") -> Body:
    coded = coding(part, rules(), company())
    assert coded is not None
    return to_document(part, coded, REFS, company(), entity)


def sent(part: Part | None = None, state: str = "live", changed: bool = False, **there: Any) -> Known:
    """Returns what is known of a bill that went as order 162, as this part says; `there`: as it is there now."""
    body = body_of(part) if part else {}
    link = a_link("162", kind="purchase_order", state=state, sent_hash=content_hash(body), label="v1", revision=1)
    documents = {"162": Document.model_validate({"Id": "162"} | there)} if there else {}
    return replace(KNOWN, links={"00n1": link}, there=documents, changed_there=frozenset({"162"} if changed else ()))


def written(decision: Decision) -> Write:
    assert isinstance(decision, Write), decision
    return decision


def held(decision: Decision) -> Hold:
    assert isinstance(decision, Hold), decision
    return decision


def test_a_bill_becomes_an_order_or_a_bill_as_the_rules_say() -> None:
    made = written(decided())
    assert (made.operation, made.kind, made.label, made.body["POStatus"]) == ("create", "purchase_order", "v1", "Open")
    made = written(decided(by=rules(target_entity="bill")))
    assert (made.operation, made.kind, "POStatus" in made.body) == ("create", "bill", False)


def test_a_draft_waits_until_it_is_saved_in_bill() -> None:
    made = held(decided(a_part(recordStatus="DRAFT", archived=True)))
    assert made.reason == "is a draft in BILL"
    assert made.causes[0].stream != TARGET  # nothing but BILL can end it


@pytest.mark.parametrize(
    ("part", "of", "known", "said", "remedy"),
    [
        (
            a_part(),
            company(closed_until=date(2026, 11, 2)),
            KNOWN,
            "books are closed until 2026-11-02",
            "Open the books",
        ),
        (
            a_part(),
            company(),
            replace(KNOWN, refs=REFS._replace(currencies={"v1": "EUR"})),
            "is in EUR, but the company keeps its books in USD alone",
            "Turn multicurrency on",
        ),
        (
            a_part(),
            company(),
            replace(KNOWN, refs=REFS._replace(payables={})),
            "no accounts payable account in USD, or several",
            "Add one in QuickBooks Online, or name one under payables_account",
        ),
        (a_part(vendorId=None), company(), KNOWN, "has no vendor in BILL", "Correct the bill in BILL."),
        (
            a_part(a_line("1"), a_line("2", account="")),
            company(),
            KNOWN,
            "line 2 has no account in BILL",
            "Correct the bill in BILL.",
        ),
        (
            a_part(a_line("1", "d1"), a_line("2", "d2")),
            company(),
            replace(KNOWN, refs=REFS._replace(department_classes={"d1": "601"})),
            "has no class for department d2",
            "Add a class of that name, or map it under department_classes",
        ),
        (
            a_part(a_line("1", "d1"), a_line("2", "d2")),
            company(class_per="off"),
            KNOWN,
            "2 departments",
            "Turn on classes",
        ),
        (a_part(amount="12.51"), company(), KNOWN, "its lines add up to 12.50", "Correct bill NW-1 (00n1) in BILL."),
        (
            a_part(a_line("1", named="c1"), a_line("2", named="c2")),
            company(class_per="document"),
            KNOWN,
            "lines of several classes",
            "Correct bill NW-1",
        ),
    ],
)
def test_a_bill_that_cannot_go_says_why_and_what_to_do(
    part: Part, of: Any, known: Known, said: str, remedy: str
) -> None:
    made = held(decided(part, known, rules(mixed_departments=["class"]), of))
    assert said in made.reason
    assert made.remedy.startswith(remedy)
    assert made.causes  # so that it is looked at again, without anybody asking


def test_the_day_after_the_closing_date_is_open() -> None:
    assert isinstance(decided(of=company(closed_until=date(2026, 11, 1))), Write)


def test_everything_that_is_missing_in_quickbooks_is_named_at_once() -> None:
    made = held(decided(a_part(a_line("1", "d1", "c1")), replace(KNOWN, refs=EMPTY)))
    assert made.causes == (
        Cause("vendors", "v1"),
        Cause("accounts", "a1"),
        Cause("classes", "c1"),
        Cause("departments", "d1"),
    )
    assert made.reason.startswith("waits for vendor v1 and account a1 and ")


def test_classes_and_locations_that_the_company_does_not_keep_hold_nothing() -> None:
    refs = REFS._replace(classes={}, locations={})
    part = a_part(a_line("1", "d1", "c1"))
    assert isinstance(decided(part, replace(KNOWN, refs=refs), of=company(class_per="off", locations=False)), Write)


def existing(note: str = "", amount: str = "12.50", day: str = "2026-11-02") -> Known:
    told = {"Id": "170", "TotalAmt": amount, "TxnDate": day, "PrivateNote": note, "DocNumber": "NW-1"}
    document = Document.model_validate({**told, "VendorRef": {"value": "57"}})
    part = a_part()
    row = Row(part.bill.id, "NW-1", "h", part)
    return replace(KNOWN, entered=entered([row], [document], REFS.vendors))


def test_an_order_that_was_entered_by_hand_is_adopted_if_it_agrees_and_else_holds() -> None:
    made = decided(known=existing())
    assert isinstance(made, Adopt)
    assert (made.target_id, made.kind, made.label) == ("170", "purchase_order", "v1")
    assert "same vendor, number, date and amount" in made.evidence
    for flaw in ({"amount": "12.51"}, {"day": "2026-11-03"}):
        doubtful = held(decided(known=existing(**flaw)))
        assert "that vendor and number" in doubtful.reason
        assert doubtful.remedy.startswith("Correct or delete 170 in QuickBooks Online")


def test_an_order_of_another_bill_with_the_same_number_is_no_obstacle() -> None:
    assert isinstance(decided(known=existing("BILL bill 00n9 of 008GLOBEX: invoice NW-1", "99.00")), Write)


def test_a_sent_bill_that_did_not_change_is_kept() -> None:
    assert decided(known=sent(a_part())) == Keep()


def test_a_sent_bill_that_changed_updates_its_order_and_leaves_the_status_alone() -> None:
    made = written(decided(a_part(a_line("20.00")), sent(a_part())))
    assert (made.operation, made.target_id, made.label) == ("update", "162", "v1")
    assert "POStatus" not in made.body


def test_an_order_that_differs_is_made_again_what_bill_says() -> None:
    made = written(decided(known=sent(a_part(), changed=True, TotalAmt="99.00")))
    assert (made.operation, made.target_id) == ("update", "162")


def test_an_order_that_was_deleted_in_quickbooks_is_made_anew() -> None:
    for there in ({}, {"status": "Deleted"}):
        made = written(decided(known=sent(a_part(), changed=True, **there)))
        assert (made.operation, made.revision) == ("create", 2)
        assert "deleted there" in made.note


def test_an_archived_bill_withdraws_its_order_once() -> None:
    made = written(decided(a_part(archived=True, recordStatus="INACTIVE"), sent(a_part())))
    assert (made.operation, made.target_id, made.link_state, made.note) == (
        "archive",
        "162",
        "archived",
        "archived in BILL",
    )
    for known in (KNOWN, sent(a_part(), "archived")):
        assert decided(a_part(archived=True), known) == Keep("archived in BILL")


def test_a_department_without_lines_withdraws_its_order() -> None:
    made = written(decided(a_part()._replace(lines=()), sent(a_part())))
    assert made.operation == "archive"
    assert "no line of this department" in made.note


def test_a_restored_bill_comes_back() -> None:
    made = written(decided(known=sent(a_part(), "archived")))
    assert (made.operation, made.revision) == ("create", 2)
    made = written(decided(known=sent(a_part(), "archived", POStatus="Closed")))  # it was linked, so closed
    assert (made.operation, made.target_id, made.link_state, made.body["POStatus"]) == ("update", "162", "live", "Open")


def test_what_went_before_the_rule_was_changed_is_not_sent_again_as_something_else() -> None:
    assert isinstance(decided(known=sent(a_part()), by=rules(target_entity="bill")), Keep)
    made = written(decided(a_part(a_line("99.00")), sent(a_part()), rules(target_entity="bill")))
    assert (made.operation, made.kind, made.target_id) == ("update", "purchase_order", "162")


def test_a_bill_with_an_unknown_status_and_unknown_fields_goes_all_the_same() -> None:
    part = a_part(recordStatus="SOMETHING_NEW", approvalStatus="NEW", surprise={"a": 1})
    assert isinstance(part.bill, Bill)
    assert isinstance(decided(part), Write)
