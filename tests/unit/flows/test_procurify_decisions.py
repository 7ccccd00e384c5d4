"""What becomes of each order and payment, and why: one test for each way a decision may go."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from blocks.procurify.models import Payment, PurchaseOrder
from blocks.qad.models import SupplierInvoice
from blocks.source import content_hash
from flows.procurify_qad import orders, payments
from flows.procurify_qad.order_mapping import asked_for
from flows.procurify_qad.order_references import OrdersKnown
from flows.procurify_qad.supplied import Supplied
from tasks.outcomes import TARGET, Cause, Decision, Hold, Ignore, Keep, Refuse, Write, in_source
from tests.unit.flows.procurify_records import BILL, UUID, link, order, ordered, row, rules

NORTHWIND = Supplied("10S1001", "30", "USD")
ORDERS = OrdersKnown({}, {"412": NORTHWIND}, {"6010"}, {"6010"}, "10USA", 5, False, (), {}, {})
INVOICE = "10USACO/2026/SI/7"


def of_order(made: PurchaseOrder | None = None, known: OrdersKnown = ORDERS, **by: Any) -> Decision:
    return orders.decide(rules(**by))(row(made or order(), UUID, "ACME-7"), known)


def sent(state: str = "live", asked: str = "", received: str = "") -> OrdersKnown:
    """Returns what is known of an order that QAD has, in an older shape than now."""
    known = {UUID: link("ACME-7", state=state, sent_hash="old", label="10S1001")}
    return replace(ORDERS, links=known, agreed={UUID: {"asked": asked}}, received={UUID: received} if received else {})


@pytest.mark.parametrize("state", [0, 5, 3, 4])
def test_an_order_that_was_placed_becomes_one_with_its_lines(state: int) -> None:
    made = of_order(order(state=state))
    assert isinstance(made, Write)
    assert (made.operation, made.body["number"], made.label) == ("create", "ACME-7", "10S1001")
    assert made.lines is not None
    assert [one.label for one in made.lines.lines] == ["101"]


def test_an_order_in_a_state_that_nobody_knows_waits_for_another() -> None:
    for state in (2, 9, None):
        made = of_order(order(state=state))
        assert isinstance(made, Hold)
        assert made.causes == in_source(UUID)


def test_what_was_over_at_the_first_run_stays_out_and_what_is_open_then_goes() -> None:
    first, later = replace(ORDERS, is_first=True), replace(ORDERS, left_out={UUID})
    assert isinstance(of_order(order(state=3), first), Keep)
    assert isinstance(of_order(order(state=4), later), Keep)
    assert isinstance(of_order(order(state=0), first), Write)
    assert isinstance(of_order(order(state=5), later), Write)


def test_with_a_start_date_the_date_alone_decides() -> None:
    day = date(2026, 11, 12)
    first = replace(ORDERS, is_first=True)
    assert isinstance(of_order(order(state=3), first, start_date=day), Write)
    assert isinstance(of_order(order(date="2026-11-11T23:59:00-08:00"), start_date=day), Ignore)
    assert isinstance(of_order(order(date="2026-11-11T23:59:00-08:00"), sent(), start_date=day), Write)


def test_an_order_waits_for_what_qad_does_not_have() -> None:
    assert isinstance(of_order(order(pref_vendor=None)), Hold)
    waiting = Hold("waits", (Cause("vendors", "412"),))
    assert of_order(known=replace(ORDERS, suppliers={"412": waiting})) is waiting
    lacking = of_order(known=replace(ORDERS, accounts=set()))
    assert isinstance(lacking, Hold)
    assert lacking.causes == (Cause("gl_accounts", "6010"),)
    other = of_order(order(purchased_currency={"id": 1, "name": "EUR"}))
    assert isinstance(other, Hold)
    assert [one.stream for one in other.causes] == [TARGET]


def test_accounts_of_removed_lines_are_not_waited_for() -> None:
    gone = ordered(2, is_active=False, account={"id": 1, "account_code": {"id": 1, "code": "9999"}})
    assert isinstance(of_order(order(ordered(1), gone)), Write)


def test_an_order_that_does_not_fit_is_refused_by_its_number() -> None:
    made = of_order(order(ordered(account=None)))
    assert isinstance(made, Refuse)
    assert "ACME-7" in made.reason


def test_an_unchanged_order_is_kept_and_a_revised_one_is_updated_until_goods_came() -> None:
    body = of_order()
    assert isinstance(body, Write)
    same = replace(ORDERS, links={UUID: link("ACME-7", sent_hash=content_hash(body.body))})
    assert isinstance(of_order(known=same), Keep)
    changed = of_order(known=sent())
    assert isinstance(changed, Write)
    assert (changed.operation, changed.target_id) == ("update", "ACME-7")
    late = of_order(known=sent(received="4 of line ACME-7/1"))
    assert isinstance(late, Refuse)
    assert "4 of line ACME-7/1" in late.reason


def test_what_is_as_buyers_asked_for_is_no_revision_though_goods_came() -> None:
    known = sent(asked=asked_for(order()), received="4 of line ACME-7/1")
    assert isinstance(of_order(known=known), Keep)


@pytest.mark.parametrize(("known", "kind"), [(ORDERS, Keep), (sent(), Write), (sent("archived"), Keep)])
def test_a_cancelled_order_ends_once(known: OrdersKnown, kind: type) -> None:
    made = of_order(order(state=1), known)
    assert isinstance(made, kind)
    if isinstance(made, Write):
        assert (made.operation, made.link_state, made.target_id) == ("archive", "archived", "ACME-7")


def test_an_order_that_lives_again_after_it_ended_in_qad_is_a_person_s() -> None:
    assert isinstance(of_order(known=sent("archived")), Refuse)


def of_payment(status: str | None, balance: str | None, paid: frozenset[str] = frozenset()) -> Decision:
    made = Payment.model_validate({"id": 915, "uuid": "p", "status": status, "bill_groups": [6120]})
    fields = {"entity": "e", "posting_year": 2026, "daybook": "SI", "voucher": 7, "currency": "USD", "balance": balance}
    held = {} if balance is None else {INVOICE: SupplierInvoice.model_validate(fields)}
    known = payments.Paid({"6120": [link(INVOICE, source_id=BILL, source_ref="INV-1")]}, paid, held)
    return payments.decide(row(made, "p"), known)


@pytest.mark.parametrize(
    ("status", "balance", "kind"),
    [("paid", "0", Keep), ("paid", "10", Hold), ("paid", None, Hold), ("failed", "10", Keep), ("denied", "0", Hold),
     ("processing", "10", Keep), (None, "10", Keep), ("scheduled-anew", "0", Keep)],
)  # fmt: skip
def test_a_payment_is_compared_with_what_qad_has_open(status: str | None, balance: str | None, kind: type) -> None:
    assert isinstance(of_payment(status, balance), kind)


def test_a_payment_that_failed_is_no_difference_if_another_has_paid_the_bill() -> None:
    assert isinstance(of_payment("failed", "0", paid=frozenset({BILL})), Keep)


def test_a_payment_of_none_of_our_bills_is_counted_alone() -> None:
    made = Payment.model_validate({"id": 1, "uuid": "p", "status": "paid", "bill_groups": [1]})
    assert isinstance(payments.decide(row(made, "p"), payments.Paid({}, frozenset(), {})), Ignore)


@pytest.mark.parametrize(
    "fields",
    [{}, {"pref_vendor": 412}, {"pref_vendor": 412, "order_items": [{"id": 1}]},
     {"pref_vendor": 412, "order_items": [{"id": 1, "account": 7, "total_cost": 5}], "date": "2026-11-12"}],
)  # fmt: skip
def test_an_order_of_which_nearly_everything_is_missing_is_a_person_s(fields: dict[str, Any]) -> None:
    made = PurchaseOrder.model_validate({"uuid": UUID, "procurify_PO": 1, "state": 0, **fields})
    assert isinstance(of_order(made), Hold | Refuse)
