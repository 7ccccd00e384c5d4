"""What becomes of each bill, and why: one test for each way a decision may go."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from blocks.procurify.models import Bill, OrderAccount
from blocks.qad.models import SupplierInvoice
from flows.procurify_qad import bills
from flows.procurify_qad.bill_mapping import content_of
from flows.procurify_qad.bill_references import BillsKnown
from flows.procurify_qad.coverage import Ordered, Short
from flows.procurify_qad.levels import QUANTITY, Level
from flows.procurify_qad.supplied import Supplied
from tasks.outcomes import SOURCE, TARGET, Adopt, Cause, Decision, Hold, Ignore, Keep, Refuse, Write
from tests.unit.flows.procurify_records import BILL, UUID, bill, billed, link, row, rules

NORTHWIND = Supplied("10S1001", "30", "USD")
INVOICE = "10USACO/2026/SI/7"


def center(_account: OrderAccount) -> str:
    return "100"


BILLS = BillsKnown(
    links={}, agreed={}, suppliers={"412": NORTHWIND}, accounts=frozenset({"6010"}), cost_center=center,
    entity="10USACO", domain="10USA", is_first=False, left_out=frozenset(),
    ordered={"101": Ordered(("PO-1/1",), QUANTITY)}, there={}, numbered={}, owners={}, twins={},
)  # fmt: skip


def of_bill(made: Bill | None = None, known: BillsKnown = BILLS, **by: Any) -> Decision:
    return bills.decide(rules(**by))(row(made or bill(), BILL, "INV-1"), known)


def stored(made: Bill) -> dict[str, Any]:
    """Returns what was agreed on when a bill was posted, as it comes out of the store."""
    told = content_of(made)
    return told | {"invoice date": told["invoice date"].isoformat()}


def posted(was: Bill, label: str = "6120") -> BillsKnown:
    return replace(BILLS, links={BILL: link(INVOICE, label=label)}, agreed={BILL: stored(was)})


def test_an_approved_bill_becomes_an_invoice_and_says_what_it_bills() -> None:
    made = of_bill()
    assert isinstance(made, Write)
    assert (made.operation, made.label, made.body["reference"]) == ("create", "6120", "INV-1")
    assert made.lines is not None
    assert [(one.id, one.label) for one in made.lines.lines] == [(f"{BILL}/101", "101")]


@pytest.mark.parametrize("fields", [{"type": 1}, {"type": 2}, {"type": 7}, {"status": 0}, {"status": 1}, {"status": 3},
                                    {"status": 5}, {"status": 99}, {"status": None}, {"active": False}])  # fmt: skip
def test_what_is_no_approved_bill_of_a_supplier_is_counted_alone(fields: dict[str, Any]) -> None:
    assert isinstance(of_bill(bill(**fields)), Ignore)


@pytest.mark.parametrize("status", [2, 4, 6, 7, 8])
def test_bills_in_payment_go_too(status: int) -> None:
    assert isinstance(of_bill(bill(status=status)), Write)


def test_what_was_paid_at_the_first_run_stays_out() -> None:
    assert isinstance(of_bill(bill(status=4), replace(BILLS, is_first=True)), Keep)
    assert isinstance(of_bill(bill(status=4), replace(BILLS, left_out=frozenset({BILL}))), Keep)
    assert isinstance(of_bill(bill(status=2), replace(BILLS, is_first=True)), Write)
    assert isinstance(of_bill(known=BILLS, start_date=date(2026, 11, 18)), Ignore)


def test_a_bill_waits_for_its_number_its_vendor_and_its_order() -> None:
    for flaw in ({"invoice_number": " "}, {"vendor": None}):
        made = of_bill(bill(**flaw))
        assert isinstance(made, Hold)
        assert [one.stream for one in made.causes] == [SOURCE]
    made = of_bill(known=replace(BILLS, ordered={}))
    assert isinstance(made, Hold)
    assert (made.causes, "PF1204" in made.reason) == ((Cause("purchase_orders", UUID),), True)
    nameless = of_bill(bill(billed(po=None)), replace(BILLS, ordered={}))
    assert isinstance(nameless, Hold)
    assert [one.stream for one in nameless.causes] == [TARGET]


def test_a_bill_waits_for_the_level_of_receipts_that_covers_it() -> None:
    short = Short(Level(("PO-1/1",), QUANTITY, Decimal(4)), Decimal(4), Decimal(1), None)
    made = of_bill(known=replace(BILLS, short={BILL: [short]}))
    assert isinstance(made, Hold)
    assert made.causes == (Cause("receipts", "PO-1/1 quantity 4"),)


def in_qad(**fields: Any) -> BillsKnown:
    usual = {
        "entity": "10USACO", "posting_year": 2026, "daybook": "SI", "voucher": 7, "supplier": "10S1001",
        "reference": "INV-1", "invoice_date": "2026-11-17", "currency": "USD", "original_credit": "10.00",
    }  # fmt: skip
    held = SupplierInvoice.model_validate(usual | fields)
    return replace(BILLS, numbered={("10S1001", "inv-1"): [held]})


def test_an_equal_invoice_is_adopted_unless_another_bill_has_it() -> None:
    known = in_qad()
    made = of_bill(known=known)
    assert isinstance(made, Adopt)
    assert made.target_id == INVOICE
    assert isinstance(of_bill(known=replace(known, owners={INVOICE: "another"})), Hold)


@pytest.mark.parametrize(
    "fields",
    [{"original_credit": "9"}, {"invoice_date": "2026-11-16"}, {"currency": "EUR"},
     {"original_credit": "0", "original_debit": "10.00"}],
)  # fmt: skip
def test_an_invoice_of_that_number_that_is_another_one_holds_the_bill(fields: dict[str, Any]) -> None:
    made = of_bill(known=in_qad(**fields))
    assert isinstance(made, Hold)
    assert INVOICE in made.reason


def test_the_second_of_two_bills_with_one_number_waits_and_is_looked_at_again() -> None:
    made = of_bill(known=replace(BILLS, twins={BILL: "first"}))
    assert isinstance(made, Hold)
    assert [one.stream for one in made.causes] == [TARGET]


def test_a_posted_bill_that_went_on_to_payment_is_kept_and_one_that_changed_is_listed() -> None:
    known = posted(bill())
    assert isinstance(of_bill(bill(status=6), known), Keep)
    changed = of_bill(bill(total_cost_with_tax="11.00"), known)
    assert isinstance(changed, Refuse)
    assert "total 10.00 became 11.00" in changed.reason
    assert isinstance(of_bill(bill(billed(quantity="5")), known), Refuse)


@pytest.mark.parametrize(
    ("fields", "word"),
    [({"status": 0}, "draft"), ({"status": 1}, "approval"), ({"status": 3}, "denied"), ({"status": 5}, "withdrawn"),
     ({"active": False}, "deleted"), ({"active": False, "status": None}, "deleted")],
)  # fmt: skip
def test_a_posted_bill_that_was_pulled_back_is_listed_with_what_it_is_now(fields: dict[str, Any], word: str) -> None:
    made = of_bill(bill(**fields), posted(bill()))
    assert isinstance(made, Refuse)
    assert word in made.reason
    assert INVOICE in made.reason


def test_a_payment_group_that_comes_after_posting_is_noted() -> None:
    made = of_bill(known=posted(bill(), label=""))
    assert isinstance(made, Adopt)
    assert (made.target_id, made.label) == (INVOICE, "6120")


@pytest.mark.parametrize(
    "fields",
    [{}, {"vendor": {"id": 412}}, {"vendor": {"id": 412}, "invoice_number": "1"},
     {"vendor": 412, "invoice_number": "1", "currency": 3, "items": [{"id": 1}], "costs": [{"id": 1}]},
     {"vendor": 412, "invoice_number": "1", "total_cost_with_tax": 5, "items": [{"id": 1, "orderitem": 101, "po": 7}]}],
)  # fmt: skip
def test_a_bill_of_which_nearly_everything_is_missing_is_a_person_s_and_crashes_nothing(fields: dict[str, Any]) -> None:
    made = Bill.model_validate({"id": 1, "uuid": BILL, "type": 0, "status": 2, **fields})
    assert isinstance(of_bill(made), Hold | Refuse)
