"""What becomes of each payment of BILL, and why: one test for each way a decision may go."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from blocks.bill.models import Payment
from blocks.quickbooks_desktop.company import Company
from blocks.quickbooks_desktop.markers import FIELD, marker
from blocks.quickbooks_desktop.models import Bill
from flows.bill_quickbooks_desktop.paid import Paid
from flows.bill_quickbooks_desktop.payments import PaymentDecision
from flows.bill_quickbooks_desktop.settings import SETTINGS
from tasks.outcomes import TARGET, Decision, Ignore
from tests.unit.flows.desktop_records import (
    COMPANY,
    SCOPE,
    a_link,
    a_payment,
    adopted,
    company,
    held,
    kept,
    payment_row,
    refused,
    rules,
    written,
)


def there(txn_id: str = "1A-1", due: str = "12.50", paid: str = "0", **more: Any) -> Bill:
    links = [{"TxnID": "2A-1", "TxnType": "BillPaymentCheck", "LinkType": "AMTTYPE", "Amount": f"-{paid}"}]
    given = {"TxnID": txn_id, "AmountDue": due, "RefNumber": "NW-1", "LinkedTxn": links if Decimal(paid) else []}
    return Bill.model_validate(given | more)


PAID = Paid(
    {"00n1": a_link("1A-1", "00n1"), "00n2": a_link("1B-1", "00n2")},
    {},
    {"1A-1": there(), "1B-1": there("1B-1", "40.00")},
    {"v1": a_link("80-1", "v1")},
    account="80-BANK",
)


def decided(payment: Payment | None = None, paid: Paid = PAID, of: Company = COMPANY, **set_by_user: Any) -> Decision:
    by = rules(**{"payment_account": "Checking", **set_by_user})
    return PaymentDecision(by, of, SCOPE)(payment_row(payment or a_payment()), paid)


def done(state: str = "live", **more: Any) -> Paid:
    """Returns what is known of a payment that was made as 2A-1."""
    link = a_link("2A-1", "stp1", kind="bill_payment", state=state, source_ref="P26112000001234")
    return replace(PAID, written={"stp1": link}, **more)


@pytest.mark.parametrize("status", ["PROCESSED", "SENT", "DELIVERED", "CLEARED"])
def test_what_bill_has_paid_is_paid_there(status: str) -> None:
    made = written(decided(a_payment(status)))
    assert (made.operation, made.body["RefNumber"], made.body[FIELD]) == (
        "create", "12000001234", marker(f"{SCOPE}/payment/stp1/0"),
    )  # fmt: skip
    assert made.body["AppliedToTxnAdd"] == [{"TxnID": "1A-1", "PaymentAmount": Decimal("12.50")}]
    assert made.body["BankAccountRef"] == {"ListID": "80-BANK"}


def test_one_payment_of_several_bills_and_two_parts_of_one_bill_add_up() -> None:
    made = written(decided(a_payment("CLEARED", ("00n1", "2.50"), ("00n2", "40.00"), ("00n1", "10.00"))))
    assert made.body["AppliedToTxnAdd"] == [
        {"TxnID": "1A-1", "PaymentAmount": Decimal("12.50")},
        {"TxnID": "1B-1", "PaymentAmount": Decimal("40.00")},
    ]


def test_a_payment_is_left_to_be_printed_if_the_rules_say_so() -> None:
    body = written(decided(payment_number="print")).body
    assert (body["IsToBePrinted"], "RefNumber" in body) == (True, False)


def test_a_payment_names_the_payables_account_of_its_bills() -> None:
    bill = there(APAccountRef={"ListID": "80-AP"})
    assert written(decided(paid=replace(PAID, there={"1A-1": bill}))).body["APAccountRef"] == {"ListID": "80-AP"}


@pytest.mark.parametrize("status", ["SCHEDULED", "FUNDING_STARTED", "A_NEW_ONE"])
def test_what_is_not_paid_yet_is_not_paid_there(status: str) -> None:
    assert "nothing is paid" in kept(decided(a_payment(status))).reason


def test_a_payment_waits_for_its_bills_each_by_name_and_other_payments_are_none_of_ours() -> None:
    coming = replace(PAID, documents={"00n1": PAID.documents["00n1"]}, coming=frozenset({"00n2"}))
    made = held(decided(a_payment("CLEARED", ("00n1", "12.50"), ("00n2", "1.00")), coming))
    assert list(made.causes) == [("bills", "00n2")]
    assert isinstance(decided(a_payment("CLEARED", ("00n8", "1.00"))), Ignore)


def test_a_payment_of_a_bill_that_was_withdrawn_waits_for_it() -> None:
    withdrawn = replace(PAID, documents={"00n1": a_link("1A-1", "00n1", state="archived")})
    assert held(decided(paid=withdrawn)).causes[0].id == "00n1"


def test_a_payment_that_does_not_say_what_it_pays_is_refused() -> None:
    parts = [{"id": "p1", "billId": "00n1", "amount": "12.50"}, {"id": "p2", "amount": "1.00"}]
    assert "does not tell which bills" in refused(decided(a_payment(billPayments=parts))).reason
    parts = [{"id": "p1", "billId": "00n1"}]
    assert "how much of each" in refused(decided(a_payment(billPayments=parts))).reason
    assert "no process date" in refused(decided(a_payment(processDate=None))).reason


def test_a_payment_waits_for_its_vendor() -> None:
    assert held(decided(paid=replace(PAID, vendors={}))).causes[0] == ("vendors", "v1")


@pytest.mark.parametrize(
    ("paid", "of", "account", "said", "stream"),
    [
        (replace(PAID, account=""), COMPANY, "", "no bank account is set", SETTINGS),
        (replace(PAID, account=""), COMPANY, "Chequing", "no active bank account 'Chequing'", TARGET),
        (PAID, company(closing_date=date(2026, 11, 20)), "Checking", "closed until 2026-11-20", SETTINGS),
        (replace(PAID, there={}), COMPANY, "Checking", "its bill 1A-1 is gone", TARGET),
        (replace(PAID, there={"1A-1": there(paid="5.00")}), COMPANY, "Checking", "of which 7.50 are open", TARGET),
        (replace(PAID, there={"1A-1": there(IsPaid="true")}), COMPANY, "Checking", "of which 0.00 are open", TARGET),
    ],
)
def test_a_payment_that_the_books_do_not_take_says_why(
    paid: Paid, of: Company, account: str, said: str, stream: str
) -> None:
    made = held(decided(paid=paid, of=of, payment_account=account))
    assert said in made.reason
    assert made.causes[0].stream == stream


def test_a_payment_that_somebody_entered_is_adopted_even_before_a_bank_account_is_set() -> None:
    known = replace(PAID, entered={"stp1": "2B-1"}, account="")
    assert adopted(decided(paid=known, payment_account="")).target_id == "2B-1"


@pytest.mark.parametrize("status", ["VOIDED", "CANCELED", "FUNDING_FAILED_VOIDED", "DISBURSEMENT_FAILED_ACTION_NEEDED"])
def test_what_bill_takes_back_is_voided_there(status: str) -> None:
    made = written(decided(a_payment(status), done()))
    assert (made.operation, made.target_id, made.link_state) == ("archive", "2A-1", "reversed")


def test_what_bill_takes_back_is_listed_if_the_rules_say_so_until_somebody_has_voided_it_there() -> None:
    made = refused(decided(a_payment("VOIDED"), done(), reversed_payments="list"))
    assert made.reason == "BILL says VOIDED, but it is paid in QuickBooks Desktop"
    assert made.causes[0].stream == TARGET
    gone = done(undone=frozenset({"stp1"}))
    settled = written(decided(a_payment("VOIDED"), gone, reversed_payments="list"))
    assert (settled.operation, settled.link_state) == ("archive", "reversed")


def test_a_payment_that_did_not_arrive_and_was_never_posted_is_refused() -> None:
    assert "did not arrive" in refused(decided(a_payment("DISBURSEMENT_FAILED_ACTION_NEEDED"))).reason


def test_what_is_paid_stays_paid_and_what_was_taken_back_and_paid_again_is_paid_anew() -> None:
    kept(decided(paid=done()))
    made = written(decided(paid=done("reversed")))
    assert (made.revision, made.body[FIELD]) == (1, marker(f"{SCOPE}/payment/stp1/1"))


def test_a_payment_that_is_gone_there_is_made_again_or_adopted_when_a_person_replays_it() -> None:
    gone = done(undone=frozenset({"stp1"}))
    assert written(decided(paid=gone)).revision == 1
    assert adopted(decided(paid=replace(gone, entered={"stp1": "2C-1"}))).target_id == "2C-1"
