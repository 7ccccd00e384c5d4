"""What becomes of BILL's payments: noted on the orders that they pay, or payments of bills; nothing twice."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from blocks.bill.models import Bill, Payment, RecurringBill, Split
from blocks.source import Row, content_hash
from flows.bill_payments import Paying, by_payment, by_split
from flows.bill_quickbooks_online import recurring
from flows.bill_quickbooks_online.paid import Paid
from flows.bill_quickbooks_online.payments import FORMER, NOT_OURS, BillPaying, OrderNote
from tasks.outcomes import Cause, Decision, Hold, Ignore, Keep, Refuse, Write
from tasks.state.models import Link
from tests.unit.flows.books_records import a_link, company, rules

ORDER, SECOND = a_link("162", kind="purchase_order"), a_link("163", "00n1/d2", kind="purchase_order")
BILL = a_link("191", kind="bill")
PAID, DUE = Bill(id="00n1", payment_status="PAID", due_amount=Decimal(0)), Bill(id="00n1", payment_status="SCHEDULED")
PAYMENT: dict[str, Any] = {
    "id": "stp1", "vendorId": "v1", "singleStatus": "CLEARED", "processDate": "2026-12-01",
    "confirmationNumber": "P-9", "amount": "12.50",
    "billPayments": [{"id": "blp1", "billId": "00n1", "amount": "12.50"}],
}  # fmt: skip


def paid(
    *documents: Link,
    written: Link | None = None,
    bill: Bill = DUE,
    vendor: bool = True,
    account: str = "35",
    **more: Any,
) -> Paid:
    ours: Mapping[str, Sequence[Link]] = {"00n1": documents} if documents else {}
    known = {written.source_id: written} if written else {}
    vendors = {"v1": a_link("57", "v1", label="USD")} if vendor else {}
    return Paid(ours, known, {"00n1": bill}, vendors, account=account, **more)


def noted(known: Paid, by: Any = None, **more: Any) -> Decision:
    [row] = by_split(PAYMENT | more)
    return OrderNote(by or rules(), company())(row, known)


def posted(known: Paid, **more: Any) -> Decision:
    [row] = by_payment(PAYMENT | more)
    return BillPaying(company())(row, known)


def written(decision: Decision) -> Write:
    assert isinstance(decision, Write), decision
    return decision


def as_link(decision: Decision, source: str) -> Link:
    """Returns the link that stands after this was written."""
    made = written(decision)
    return a_link(
        made.target_id or "900", source, kind=made.kind, state=made.link_state, sent_hash=content_hash(made.body),
        revision=made.revision, label=made.label,
    )  # fmt: skip


def test_a_payment_is_noted_on_its_order() -> None:
    made = written(noted(paid(ORDER)))
    assert (made.operation, made.kind, made.target_id) == ("update", "purchase_order", "162")
    assert made.body == {"PrivateNote": "BILL payment stp1: CLEARED, 12.50, 2026-12-01, P-9"}


def test_a_payment_of_a_split_bill_is_noted_on_each_order_of_it_that_stands() -> None:
    assert written(noted(paid(ORDER, SECOND))).target_id == "162,163"
    gone = a_link("164", "00n1/d3", kind="purchase_order", state="archived")
    assert written(noted(paid(ORDER, gone))).target_id == "162"


def test_an_order_is_closed_once_its_bill_is_paid_and_nothing_is_left() -> None:
    assert written(noted(paid(ORDER, bill=PAID))).body["POStatus"] == "Closed"
    for left in ("due_amount", "scheduled_amount"):
        partly = PAID.model_copy(update={left: Decimal("0.01")})
        assert "POStatus" not in written(noted(paid(ORDER, bill=partly))).body
    assert "POStatus" not in written(noted(paid(ORDER, bill=PAID), rules(close_paid_orders=False))).body


def test_an_order_that_we_closed_is_opened_again_when_a_payment_is_taken_back() -> None:
    closing = as_link(noted(paid(ORDER, bill=PAID)), "stp1/blp1")
    assert closing.label == "00n1"
    made = written(noted(paid(ORDER, written=closing, closed=frozenset({closing.label})), singleStatus="VOIDED"))
    assert (made.body["POStatus"], made.label) == ("Open", "")


def test_an_order_that_people_closed_is_not_opened_by_a_payment_that_is_under_way() -> None:
    assert "POStatus" not in written(noted(paid(ORDER), singleStatus="SCHEDULED")).body


def test_a_note_is_written_once_until_the_payment_changes() -> None:
    note = as_link(noted(paid(ORDER)), "stp1/blp1")
    assert noted(paid(ORDER, written=note)) == Keep("BILL says CLEARED")
    assert isinstance(noted(paid(ORDER, written=note), singleStatus="DISBURSEMENT_FAILED_ACTION_NEEDED"), Write)


def test_an_order_that_was_made_anew_gets_the_note_too() -> None:
    note = as_link(noted(paid(ORDER)), "stp1/blp1")
    made = written(noted(paid(a_link("170", kind="purchase_order"), written=note)))
    assert (made.target_id, made.revision) == ("170", note.revision + 1)  # else it would count as written already


def test_a_payment_waits_for_a_bill_that_is_still_to_come_and_ignores_others() -> None:
    for decided in (noted, posted):
        made = decided(paid(coming=frozenset({"00n1"})))
        assert isinstance(made, Hold)
        assert made.causes == (Cause("bills", "00n1"),)
        assert made.reason == "waits for bill 00n1 in QuickBooks Online"
        assert decided(paid()) == Ignore(NOT_OURS)
    assert noted(paid(BILL)) == Ignore(NOT_OURS)  # it is a bill there, and the rules were changed


def test_a_withdrawn_order_is_left_alone() -> None:
    made = noted(paid(a_link("162", kind="purchase_order", state="archived")))
    assert made == Keep("its purchase order was withdrawn")


def test_a_payment_that_was_made_pays_the_bill_once() -> None:
    made = written(posted(paid(BILL)))
    assert (made.operation, made.kind, made.revision) == ("create", "bill_payment", 0)
    assert made.body["Line"] == [{"Amount": Decimal("12.50"), "LinkedTxn": [{"TxnId": "191", "TxnType": "Bill"}]}]
    assert (made.body["TotalAmt"], made.body["VendorRef"]) == (Decimal("12.50"), {"value": "57"})
    assert posted(paid(BILL, written=as_link(made, "stp1"))) == Keep("BILL says CLEARED")


def test_parts_of_one_payment_for_the_same_bill_are_added() -> None:
    parts = [
        {"id": f"blp{number}", "billId": "00n1", "amount": amount} for number, amount in ((1, "10.00"), (2, "2.50"))
    ]
    assert written(posted(paid(BILL), billPayments=parts)).body["Line"][0]["Amount"] == Decimal("12.50")


def test_a_payment_of_what_is_a_purchase_order_by_a_former_rule_is_let_be() -> None:
    assert posted(paid(ORDER)) == Keep(FORMER)


@pytest.mark.parametrize(
    ("known", "more", "said", "remedy"),
    [
        (paid(BILL, account=""), {}, "no bank account is set", "Set payment_account"),
        (paid(BILL, vendor=False), {}, "waits for its vendor", "See the vendor's record."),
        (
            paid(BILL),
            {"billPayments": [*PAYMENT["billPayments"], {"id": "blp2", "billId": "00n2", "amount": "1"}]},
            "waits for bill 00n2",
            "It goes by itself",
        ),
        (paid(a_link("191", kind="bill", state="archived")), {}, "waits for bill 00n1", "It goes by itself"),
    ],
)
def test_a_payment_that_cannot_be_made_yet_is_held_with_what_to_do(
    known: Paid, more: dict[str, Any], said: str, remedy: str
) -> None:
    made = posted(known, **more)
    assert isinstance(made, Hold)
    assert said in made.reason
    assert made.remedy.startswith(remedy)


@pytest.mark.parametrize(
    "flaw",
    [
        {"processDate": None},
        {"billPayments": [{"id": "blp1", "billId": "00n1"}]},
        {"billPayments": [], "amount": None, "billId": "00n1"},
    ],
)
def test_a_payment_without_its_day_or_amount_is_never_posted_as_nothing(flaw: dict[str, Any]) -> None:
    made = posted(paid(BILL), **flaw)
    assert isinstance(made, Refuse)
    assert made.remedy == "Look the payment up in BILL."


@pytest.mark.parametrize("status", ["VOIDED", "CANCELED", "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED"])
def test_a_payment_that_did_not_arrive_is_voided_once(status: str) -> None:
    done = as_link(posted(paid(BILL)), "stp1")
    made = written(posted(paid(BILL, written=done), singleStatus=status))
    assert (made.operation, made.kind, made.target_id, made.link_state) == (
        "archive",
        "bill_payment",
        "900",
        "reversed",
    )
    assert f"BILL says {status}" in made.note
    again = posted(paid(BILL, written=as_link(made, "stp1")), singleStatus=status)
    assert isinstance(again, Keep | Refuse)


def test_a_payment_that_arrives_after_all_is_made_anew() -> None:
    voided = a_link("900", "stp1", kind="bill_payment", state="reversed", revision=1)
    made = written(posted(paid(BILL, written=voided)))
    assert (made.operation, made.revision) == ("create", 2)


@pytest.mark.parametrize("status", ["SCHEDULED", "VOID_PENDING", "SOMETHING_NEW"])
def test_a_payment_under_way_or_of_unknown_status_concludes_nothing(status: str) -> None:
    for known in (paid(BILL), paid(BILL, written=a_link("900", "stp1", kind="bill_payment"))):
        made = posted(known, singleStatus=status, status="SCHEDULED")
        assert isinstance(made, Keep)
        assert f"BILL says {status}" in made.reason


def test_a_payment_that_failed_before_it_was_posted_needs_a_person() -> None:
    made = posted(paid(BILL), singleStatus="FUNDING_FAILED_ACTION_NEEDED")
    assert isinstance(made, Refuse)
    assert made.remedy.startswith("Act on the payment in BILL")
    assert isinstance(posted(paid(BILL), singleStatus="VOIDED"), Keep)


def test_a_payment_is_a_row_for_each_bill_or_one_for_all_and_a_status_changes_its_hash() -> None:
    two = PAYMENT | {"billPayments": [*PAYMENT["billPayments"], {"billId": "00n2", "amount": "1.00"}]}
    assert [row.id for row in by_split(two)] == ["stp1/blp1", "stp1/00n2"]
    [whole] = by_payment(two)
    assert (whole.id, whole.ref, len(whole.content.splits)) == ("stp1", "P-9", 2)
    [lone] = by_payment(PAYMENT | {"billPayments": [], "billId": "00n7"})
    assert lone.content.splits == (Split(bill_id="00n7", amount=Decimal("12.50")),)
    [changed] = by_payment(two | {"singleStatus": "VOIDED"})
    assert changed.hash != whole.hash


def test_the_audit_gets_the_payment_and_its_parts() -> None:
    paying = Paying(Payment(id="stp1"), (Split(id="blp1", amount=Decimal("1.005")),))
    dumped = paying.model_dump()
    assert (dumped["payment"]["id"], dumped["splits"][0]["amount"]) == ("stp1", "1.005")


def listed(bills: Sequence[Link] = (), **more: Any) -> str:
    schedule = {"period": "MONTHLY", "frequency": 1, "nextDueDate": "2026-12-15"}
    made = RecurringBill.model_validate({"id": "rec1", "vendorId": "v1", "schedule": schedule, **more})
    decision = recurring.decide(Row("rec1", "Rent", "h", made), recurring.Produced({"v1": bills}))
    assert isinstance(decision, Keep)
    return decision.reason


def test_a_recurring_bill_is_listed_with_the_bills_that_it_produced() -> None:
    bills = [a_link(str(number), f"00n{number}", source_ref=f"2026-{number:02d}-15") for number in (9, 11, 10)]
    said = listed(bills)
    assert "next due 2026-12-15" in said
    assert said.endswith("produced 2026-11-15 (00n11 is 11), 2026-10-15 (00n10 is 10), 2026-09-15 (00n9 is 9)")
    assert listed().endswith("no bill produced yet")
    assert listed(archived=True) == "archived in BILL"


def test_of_many_produced_bills_the_newest_are_named_and_the_rest_counted() -> None:
    bills = [a_link(str(year), f"00n{year}", source_ref=f"{year}-01-01") for year in range(2000, 2020)]
    said = listed(bills)
    assert "2019-01-01" in said
    assert "2007-01-01" not in said
    assert said.endswith("and 8 earlier")


def test_a_recurring_bill_is_looked_at_again_when_it_has_produced_a_bill() -> None:
    before = {"id": "rec1", "vendorId": "v1", "description": "Rent", "schedule": {"nextDueDate": "2026-12-15"}}
    after = before | {"schedule": {"nextDueDate": date(2027, 1, 15).isoformat()}}
    [one], [other] = recurring.rows(before), recurring.rows(after)
    assert (one.ref, one.id) == ("Rent", "rec1")
    assert one.hash != other.hash
