"""What becomes of each record, and why: one test for each way a decision may go."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from blocks.bill.models import Bill, Payment, Split
from blocks.qad.models import Account, Supplier, SupplierInvoice
from blocks.source import Row, content_hash
from flows.charts import Chart, Matching
from flows.qad_bill import bills, payments, reference, vendors
from flows.qad_bill.mapping import References, to_bill, to_bill_vendor
from flows.qad_bill.rules import QadBillConnection
from tasks.outcomes import Adopt, Cause, Decision, Hold, Ignore, Keep, Refuse, Write
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link

ID, PARTY = "10USACO/2026/SI/318", "10S1001 USD"
REFS = References({"10S1001": "v1"}, {"6010": "a1"}, {"100": "d1"})
CLEAR = {"is_approved": True, "is_open": True, "is_locked": False, "is_selected": False, "status": "APPROVED"}
KNOWN = bills.Known(REFS, {"10S1001": "USD"}, {}, {}, {}, {})


def rules(**set_by_user: Any) -> QadBillConnection:
    return QadBillConnection(qad="q", bill="b", **set_by_user)


def invoice(**more: Any) -> SupplierInvoice:
    given = {
        "entity": "10USACO", "posting_year": 2026, "daybook": "SI", "voucher": 318, "type": "INVOICE",
        "supplier": "10S1001", "reference": "NW-1", "invoice_date": "2026-11-02", "currency": "USD",
        "original_credit": "12.50", "posting_lines": [{"account": "6010", "cost_center": "100", "debit": "12.50"}],
    }  # fmt: skip
    return SupplierInvoice.model_validate(given | CLEAR | more)


def link(target: str, **more: Any) -> Link:
    return Link(scope="s", stream="x", source_id=more.pop("source_id", ID), target_id=target, **more)


def decided(known: bills.Known = KNOWN, by: QadBillConnection | None = None, **more: Any) -> Decision:
    made = invoice(**more)
    return bills.decide(by or rules())(Row(made.id, made.reference, "h", made), known)


def sent(state: str = "live", kind: str = "bill", sent_hash: str = "old", bill: Bill | None = None) -> bills.Known:
    known = {ID: link("b1", kind=kind, state=state, sent_hash=sent_hash, label=PARTY)}
    return replace(KNOWN, links=known, bills={"b1": bill} if bill else {})


def test_a_cleared_invoice_becomes_a_bill() -> None:
    made = decided()
    assert isinstance(made, Write)
    assert (made.operation, made.kind, made.label, made.body["vendorId"]) == ("create", "bill", PARTY, "v1")


def test_a_credit_note_becomes_a_vendor_credit() -> None:
    lines = [{"account": "6010", "credit": "5.00"}]
    made = decided(type="CREDITNOTE", original_credit=None, original_debit="5.00", posting_lines=lines)
    assert isinstance(made, Write)
    assert (made.operation, made.kind) == ("create", "vendor_credit")


def test_a_type_that_the_rules_do_not_name_is_refused_and_a_skipped_one_is_kept() -> None:
    assert isinstance(decided(type="PREPAYMENT"), Refuse)
    assert isinstance(decided(type="PREPAYMENT", by=rules(invoice_types={"PREPAYMENT": "skip"})), Keep)


@pytest.mark.parametrize(
    ("flaw", "why"),
    [
        ({"is_open": None}, "cannot be judged"),
        ({"is_locked": None, "is_selected": None}, "locked or selected"),
        ({"is_open": False}, "closed"),
        ({"is_locked": True}, "locked"),
        ({"is_approved": False}, "not approved"),
        ({"is_selected": True}, "paid twice"),
        ({"hold_amount": "12.50", "balance": "12.50"}, "on hold"),
    ],
)
def test_an_invoice_that_qad_does_not_clear_is_held(flaw: dict[str, Any], why: str) -> None:
    made = decided(**flaw)
    assert isinstance(made, Hold)
    assert why in made.reason


def test_a_hold_of_a_part_does_not_stop_the_invoice() -> None:
    assert isinstance(decided(hold_amount="2.00", balance="12.50"), Write)


def test_statuses_named_by_the_rules_decide_instead_of_the_flag() -> None:
    by = rules(approved_statuses=["OK"])
    assert isinstance(decided(by=by, status="OK", is_approved=False), Write)
    assert isinstance(decided(by=by, status="APPROVED", is_approved=True), Hold)


def test_everything_that_is_missing_in_bill_is_named_at_once() -> None:
    made = decided(replace(KNOWN, refs=References({}, {}, {})))
    assert isinstance(made, Hold)
    assert made.causes == (Cause("vendors", "10S1001"), Cause("accounts", "6010"), Cause("departments", "100"))


def test_another_currency_than_the_vendors_is_held() -> None:
    made = decided(replace(KNOWN, currencies={"10S1001": "EUR"}))
    assert isinstance(made, Hold)
    assert "EUR" in made.reason


def test_a_number_that_is_too_long_is_refused_and_a_wrong_sum_is_held() -> None:
    assert isinstance(decided(reference="9" * 22), Refuse)
    assert isinstance(decided(original_credit="12.51"), Hold)


def entered(amount: str = "12.50", day: str = "2026-11-02") -> bills.Known:
    bill = Bill.model_validate(
        {"id": "b9", "vendorId": "v1", "amount": amount, "invoice": {"invoiceNumber": "NW-1", "invoiceDate": day}}
    )
    return replace(KNOWN, existing={("v1", "NW-1"): [bill]})


def test_a_bill_that_was_entered_by_hand_is_adopted_if_it_agrees_and_else_holds() -> None:
    made = decided(entered())
    assert isinstance(made, Adopt)
    assert (made.target_id, made.kind, made.label) == ("b9", "bill", PARTY)
    assert isinstance(decided(entered(amount="12.51")), Hold)
    assert isinstance(decided(entered(day="2026-11-03")), Hold)


def test_a_credit_note_with_its_invoices_number_never_becomes_that_bill() -> None:
    lines = [{"account": "6010", "credit": "12.50"}]
    note: dict[str, Any] = {
        "type": "CREDITNOTE",
        "original_credit": None,
        "original_debit": "12.50",
        "posting_lines": lines,
    }
    made = decided(entered(), **note)
    assert isinstance(made, Write)
    assert made.kind == "vendor_credit"


def test_a_twin_of_a_sent_invoice_is_held() -> None:
    made = decided(replace(KNOWN, twins={ID: "10USACO/2026/SI/300"}))
    assert isinstance(made, Hold)
    assert "10USACO/2026/SI/300" in made.reason


def test_a_sent_invoice_that_did_not_change_is_kept() -> None:
    same = content_hash(to_bill(invoice(), REFS, rules()))
    assert decided(sent(sent_hash=same)) == Keep()
    assert decided(sent(sent_hash="")) == Keep()  # adopted: somebody else's bill is not overwritten


def test_a_sent_invoice_that_changed_is_updated_unless_bill_has_paid() -> None:
    made = decided(sent(bill=Bill(id="b1", paid_amount=Decimal(0))))
    assert isinstance(made, Write)
    assert (made.operation, made.target_id) == ("update", "b1")
    for field in ("paid_amount", "scheduled_amount"):
        assert isinstance(decided(sent(bill=Bill.model_validate({"id": "b1", field: "1.00"}))), Refuse)


def test_a_sent_invoice_that_lost_a_reference_or_does_not_add_up_is_held() -> None:
    assert isinstance(decided(replace(sent(), refs=References({"10S1001": "v1"}, {}, {}))), Hold)
    assert isinstance(decided(sent(), original_credit="12.51"), Hold)


def test_a_sent_invoice_that_qad_blocks_needs_a_person() -> None:
    assert isinstance(decided(sent(), is_locked=True), Refuse)


def test_a_sent_invoice_that_was_closed_is_withdrawn_unless_bill_is_about_to_pay() -> None:
    made = decided(sent(bill=Bill(id="b1", due_amount=Decimal("12.50"))), is_open=False)
    assert isinstance(made, Write)
    assert (made.operation, made.link_state, made.label) == ("archive", "archived", PARTY)
    scheduled = Bill(id="b1", due_amount=Decimal("12.50"), scheduled_amount=Decimal(1))
    assert isinstance(decided(sent(bill=scheduled), is_open=False), Refuse)
    for done in ({"archived": True}, {"payment_status": "PAID"}, {"due_amount": Decimal(0)}):
        assert isinstance(decided(sent(bill=Bill.model_validate({"id": "b1", **done})), is_open=False), Keep)
    assert isinstance(decided(sent(), is_open=False), Keep)
    assert isinstance(decided(sent(kind="vendor_credit"), is_open=False), Keep)


def test_a_withdrawn_bill_stays_so_and_a_reopened_invoice_needs_a_person() -> None:
    assert isinstance(decided(sent("archived"), is_open=False), Keep)
    assert isinstance(decided(sent("archived")), Refuse)


SUPPLIER = {
    "code": "10S1001", "name": "Acme Tools", "is_active": True, "street1": "1 Main St", "city": "Reno",
    "zip": "89501", "country": "USA", "currency": "USD", "email": "ap@acme.example", "tax_id": "12-345",
}  # fmt: skip
NAMESAKE = Mirrored("v7", "", "ACME  tools", True, {"email": "AP@acme.example", "billCurrency": "EUR"})


def of_supplier(*known: Mirrored, by: QadBillConnection | None = None, to: Link | None = None, **more: Any) -> Decision:
    supplier = Supplier.model_validate(SUPPLIER | more)
    links = {"10S1001": to} if to else {}
    directory = vendors.Directory({one.id: one for one in known}, links, frozenset())
    return vendors.decide(by or rules())(Row("10S1001", "10S1001", "h", supplier), directory)


def test_a_new_supplier_becomes_a_vendor() -> None:
    made = of_supplier()
    assert isinstance(made, Write)
    assert (made.operation, made.label) == ("create", "USD")


def test_a_supplier_that_bill_cannot_take_is_refused() -> None:
    assert isinstance(of_supplier(city=""), Refuse)


def test_an_inactive_supplier_is_held_and_its_vendor_stays() -> None:
    assert isinstance(of_supplier(is_active=False), Hold)
    assert isinstance(of_supplier(is_active=False, to=link("v1")), Keep)


def test_a_mapped_vendor_is_adopted_if_it_is_there() -> None:
    by = rules(vendors={"10S1001": "v7"})
    assert of_supplier(NAMESAKE, by=by) == Adopt("v7", "mapped in the connection file", "vendor", "EUR")
    assert isinstance(of_supplier(by=by), Hold)
    assert isinstance(of_supplier(NAMESAKE._replace(active=False), by=by), Hold)


def test_a_namesake_is_adopted_with_evidence_only() -> None:
    made = of_supplier(NAMESAKE)
    assert isinstance(made, Adopt)
    assert "e-mail" in made.evidence
    assert isinstance(of_supplier(NAMESAKE._replace(body={})), Hold)
    assert isinstance(of_supplier(NAMESAKE, NAMESAKE._replace(id="v8")), Hold)
    masked = NAMESAKE._replace(body={"additionalInfo": {"taxId": "**345"}})
    assert isinstance(of_supplier(masked, tax_id="**345"), Hold)


def test_a_namesake_is_ignored_if_a_person_says_that_the_supplier_is_new() -> None:
    assert isinstance(of_supplier(NAMESAKE, by=rules(vendors={"10S1001": "new"})), Write)


def test_a_known_vendor_is_updated_when_its_supplier_changed() -> None:
    same = content_hash(to_bill_vendor(Supplier.model_validate(SUPPLIER), rules()))
    assert of_supplier(to=link("v1", sent_hash=same)) == Keep()
    made = of_supplier(to=link("v1", sent_hash="old"))
    assert isinstance(made, Write)
    assert (made.operation, made.target_id) == ("update", "v1")


def of_account(
    *known: Mirrored,
    to: Link | None = None,
    needed: bool = True,
    mapping: dict[str, str] | None = None,
    create: bool = False,
) -> Decision:
    chart = Chart(
        "BILL", {one.id: one for one in known}, {"6010": to} if to else {}, frozenset({"6010"} if needed else ())
    )
    content = Account(code="6010", description="Supplies")
    making = reference.new_department if create else None
    return Matching("account", mapping or {}, reference.coded, making)(Row("6010", "6010", "h", content), chart)


BY_NUMBER, BY_NAME = Mirrored("a1", "6010", "Other", True, {}), Mirrored("a2", "", " supplies ", True, {})


def test_an_account_is_found_by_mapping_then_number_then_name() -> None:
    for found, target, why in (
        (of_account(BY_NUMBER, BY_NAME, mapping={"6010": "a2"}), "a2", "mapped"),
        (of_account(BY_NUMBER, BY_NAME), "a1", "number"),
        (of_account(BY_NAME), "a2", "name"),
    ):
        assert isinstance(found, Adopt)
        assert found.target_id == target
        assert why in found.evidence


def test_an_account_that_is_linked_already_is_kept() -> None:
    assert of_account(BY_NUMBER, to=link("a1")) == Keep()
    assert isinstance(of_account(BY_NUMBER, to=link("a1", state="suspended")), Adopt)


def test_an_account_that_was_renamed_is_still_the_same_one() -> None:
    renamed = Mirrored("a1", "7777", "Renamed", True, {})
    assert of_account(renamed, to=link("a1"), create=True) == Keep()
    assert isinstance(of_account(renamed._replace(active=False), to=link("a1"), create=True), Hold)


def test_an_archived_account_holds_and_its_link_does_not_count() -> None:
    made = of_account(BY_NUMBER._replace(active=False), to=link("a1"))
    assert isinstance(made, Hold)
    assert made.suspends


def test_a_missing_account_is_held_if_a_bill_needs_it_and_else_left_alone() -> None:
    assert isinstance(of_account(), Hold)
    assert isinstance(of_account(needed=False), Keep | Ignore)
    made = of_account(mapping={"6010": "a404"})
    assert isinstance(made, Hold)
    assert "a404" in made.reason


def test_two_accounts_of_one_number_match_neither() -> None:
    assert isinstance(of_account(BY_NUMBER, BY_NUMBER._replace(id="a3")), Hold)


def test_a_missing_department_is_made_if_the_rules_say_so() -> None:
    made = of_account(create=True)
    assert isinstance(made, Write)
    assert made.body == {"name": "Supplies", "shortName": "6010"}


OURS = link("b1", label=PARTY, source_ref="NW-1")
BANK = rules(payment_bank_account="BANK")


def of_payment(
    status: str, posted: Link | None = None, ours: bool = True, by: QadBillConnection = BANK, **more: Any
) -> Decision:
    given = {"process_date": date(2026, 11, 20), **more}
    payment = Payment(id="p1", single_status=status, **given)
    split = Split(id="s1", bill_id="b1", amount=Decimal("12.50"))
    paid = payments.Paid({"b1": OURS} if ours else {}, {"p1/s1": posted} if posted else {})
    return payments.decide_payment(by)(Row("p1/s1", "C-1", "h", payments.PaidBill(payment, split)), paid)


def live(**more: Any) -> Link:
    return link("q1", source_id="p1/s1", label=ID, **more)


def test_a_payment_of_somebody_elses_bill_is_ignored() -> None:
    assert isinstance(of_payment("PAID", ours=False), Ignore)


def test_a_payment_that_was_made_is_posted_once() -> None:
    made = of_payment("PAID")
    assert isinstance(made, Write)
    assert (made.operation, made.body["reference"], made.revision, made.label) == ("create", "s1", 0, ID)
    assert isinstance(of_payment("PAID", live()), Keep)


def test_a_payment_without_a_bank_account_waits_and_one_without_a_day_is_refused() -> None:
    assert isinstance(of_payment("PAID", by=rules()), Hold)
    assert isinstance(of_payment("PAID", process_date=None), Refuse)


def test_a_payment_that_was_made_again_after_a_reversal_gets_its_own_reference() -> None:
    made = of_payment("PAID", live(state="reversed", revision=1))
    assert isinstance(made, Write)
    assert (made.revision, made.body["reference"]) == (2, "s1-3")


@pytest.mark.parametrize("status", ["VOID", "DISBURSEMENT_FAILED_BY_BANK"])
def test_a_posted_payment_that_did_not_arrive_is_reversed(status: str) -> None:
    made = of_payment(status, live(revision=1))
    assert isinstance(made, Write)
    assert (made.operation, made.target_id, made.body, made.link_state, made.revision) == (
        "update", "q1", {"status": "VOID"}, "reversed", 1,
    )  # fmt: skip


def test_a_payment_under_way_and_an_unknown_status_conclude_nothing() -> None:
    for status in ("SCHEDULED", "SOMETHING_NEW"):
        for posted in (None, live()):
            assert isinstance(of_payment(status, posted), Keep)


def test_a_payment_that_failed_before_it_was_posted_needs_a_person() -> None:
    assert isinstance(of_payment("DISBURSEMENT_FAILED_BY_BANK"), Refuse)
    assert isinstance(of_payment("VOID"), Keep)


def of_status(to: Link | None = OURS, **bill: Any) -> Decision:
    made = Bill.model_validate({"id": "b1", **bill})
    return payments.decide_status(Row("b1", "NW-1", "h", made), payments.Ours({"b1": to} if to else {}))


def test_what_bill_says_of_a_bill_is_kept_unless_a_person_must_know() -> None:
    assert isinstance(of_status(None), Ignore)
    assert of_status(payment_status="PAID") == Keep("PAID, approval UNKNOWN")
    assert isinstance(of_status(archived=True), Refuse)
    assert isinstance(of_status(link("b1", state="archived"), archived=True), Keep)
    assert isinstance(of_status(approval_status="DENIED"), Refuse)
