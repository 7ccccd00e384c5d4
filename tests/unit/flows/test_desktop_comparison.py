"""Every way in which BILL and a company file of QuickBooks Desktop can disagree is found."""

from decimal import Decimal
from typing import Any

import pytest

from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.unit.flows.desktop_left_by_a_run import Tenants, whats

THEIRS = "QuickBooks Desktop"
OURS = "and INV-1 with 100.10 and INV-2 with 100.10"
DIFFER = "the lines differ: only BILL has 6020 Supplies 6020 (Plant) 40.05"


@pytest.fixture
def it(bill: tuple[BillSandbox, str], store: Store) -> Tenants:
    return Tenants(bill, store)


@pytest.mark.parametrize("deep", [True, False])
async def test_systems_in_agreement_stay_untouched(it: Tenants, deep: bool) -> None:
    before = len(it.company.executed)
    assert await it.compared(deep=deep) == []
    assert {one.message[-5:] for one in it.company.executed[before:]} == {"Query"}
    assert all(row.method == "GET" or row.path.endswith("/login") for row in it.bill.frame.log)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"TxnDate": "2026-11-03"}, "date is 2026-11-03, and 2026-11-02 in BILL"),
        ({"DueDate": "2026-12-09"}, "due date is 2026-12-09, and 2026-12-02 in BILL"),
        ({"RefNumber": "INV-9"}, "number is INV-9, and INV-3 in BILL"),
    ],
)
async def test_each_part_of_the_heading_is_compared_without_lines_too(
    it: Tenants, fields: dict[str, Any], said: str
) -> None:
    it.company.edit_bill(it.bills[2]["document"], **fields)
    for deep in (True, False):
        [one] = await it.compared(deep=deep)
        assert (one.stream, one.record, one.what) == ("bills", "INV-3", said)
        assert (one.ours, one.theirs) == (it.bills[2]["id"], it.bills[2]["document"])
        assert f"ml-connector replay acme --record-id {it.bills[2]['id']}" in one.remedy


async def test_totals_vendors_accounts_and_classes_of_lines_are_compared(it: Tenants) -> None:
    other = it.company.add_vendor("Southwind")["ListID"]
    third = it.sent("INV-4"), it.sent("INV-5")
    it.company.edit_bill(it.bills[2]["document"], it.lines("60.05", "40.06"))
    it.company.edit_bill(third[0]["document"], VendorRef=other)
    [first, second] = it.lines("60.05", "40.05")
    it.company.edit_bill(third[1]["document"], [first, {name: second[name] for name in ("AccountRef", "Amount")}])
    assert whats(await it.compared()) == {
        "INV-3": [
            "total is 100.11, and 100.10 in BILL",
            f"{DIFFER}; only {THEIRS} has 6020 Supplies 6020 (Plant) 40.06",
        ],
        "INV-4": ["vendor is Southwind, and Northwind in BILL"],
        "INV-5": [
            f"{DIFFER}; only {THEIRS} has 6020 Supplies 6020 40.05",
        ],
    }
    assert set(whats(await it.compared(deep=False))) == {"INV-3", "INV-4"}


async def test_bills_that_are_missing_gone_or_out_of_use_on_one_side(it: Tenants) -> None:
    new, held, archived = it.new("NEW"), it.new("HELD"), it.sent("ARCHIVED")
    voided = it.sent("VOIDED")
    it.note("bills", held["id"], "held", "waits for account 7999", "HELD")
    it.bill.archive("bills", archived["id"])
    it.company.delete("Bill", it.bills[2]["document"])
    it.company.void("Bill", voided["document"])
    found = await it.compared()
    assert whats(found) == {
        "NEW": [f"is in BILL, but {THEIRS} has no bill for it"],
        "HELD": ["held: waits for account 7999"],
        "ARCHIVED": [f"is archived in BILL, but in use in {THEIRS}"],
        "INV-3": [f"was deleted in {THEIRS}, but is in use in BILL"],
        "VOIDED": [f"was voided in {THEIRS}, but is in use in BILL"],
    }
    assert next(one.ours for one in found if one.record == "NEW") == f"{new['id']} 100.10"
    it.company.void("Bill", archived["document"])
    assert "ARCHIVED" not in whats(await it.compared())


async def test_bills_that_bill_does_not_ask_for_are_not_missing(it: Tenants) -> None:
    draft, waiting = it.new("DRAFT"), it.new("WAITS")
    it.bill.bills[draft["id"]]["recordStatus"] = "DRAFT"
    it.bill.bills[waiting["id"]]["approvalStatus"] = "ASSIGNED"
    it.note("bills", waiting["id"], "held", "waits for approval in BILL", "WAITS")
    assert await it.compared() == []


async def test_a_bill_that_was_entered_a_second_time_is_found_marked_or_not(it: Tenants) -> None:
    by_hand = it.document(it.bills[2], "INV-3", Memo="by hand", ExternalGUID=None)
    [found] = await it.compared()
    assert found.what == f"{THEIRS} has another bill of the same vendor, number and amount, 100.10"
    assert (found.ours, found.theirs) == (it.bills[2]["document"], by_hand["TxnID"])
    it.company.delete("Bill", by_hand["TxnID"])
    by_us = it.document(it.bills[2], "INV-3 again")
    [found] = await it.compared()
    assert found.what == f"{THEIRS} has more than one bill for it"
    assert found.theirs == by_us["TxnID"]
    it.company.void("Bill", by_us["TxnID"])
    assert await it.compared() == []


async def test_a_bill_of_ours_that_our_records_do_not_know_is_told_once(it: Tenants) -> None:
    lost = it.new("LOST")
    it.document(lost, "LOST", ExternalGUID=None)
    [found] = await it.compared()
    assert (found.record, found.what) == ("LOST", f"{THEIRS} has a bill for it that our records do not know")
    assert found.ours == lost["id"]


async def test_payments_are_compared_down_to_the_bills_that_they_pay(it: Tenants) -> None:
    number = it.payment["confirmationNumber"]
    payment = it.company.books.rows("BillPaymentCheck")[it.payment["document"]]
    first, second = payment["AppliedToTxnRet"]
    moved = [{**first, "Amount": Decimal("100.05")}, {**second, "Amount": Decimal("100.15")}]
    it.company.books.replace("BillPaymentCheck", {**payment, "AppliedToTxnRet": moved, "RefNumber": "9"})
    found = whats(await it.compared())
    assert found[number] == [
        f"pays INV-1 with 100.05 and INV-2 with 100.15 in {THEIRS}, {OURS} in BILL",
        f"number is 9, and {number[-11:]} in BILL",
    ]
    it.rules = {"payment_number": "print"}
    assert len(whats(await it.compared())[number]) == 1


async def test_payments_undone_on_one_side_alone_are_found_and_explain_the_open_amounts(it: Tenants) -> None:
    number = it.payment["confirmationNumber"]
    it.company.void("BillPaymentCheck", it.payment["document"])
    assert whats(await it.compared()) == {number: [f"is paid in BILL, but voided in {THEIRS}"]}
    it.company.delete("BillPaymentCheck", it.payment["document"])
    assert whats(await it.compared()) == {number: [f"{THEIRS} does not have the linked payment"]}


async def test_a_payment_that_bill_took_back_and_one_that_quickbooks_lacks(it: Tenants) -> None:
    it.bill.void(it.payment["id"])
    new = it.bill.pay([{"billId": it.bills[2]["id"], "amount": Decimal("50.00")}], "CLEARED")
    found = whats(await it.compared())
    assert found[it.payment["confirmationNumber"]] == [f"did not arrive by BILL, but stands in {THEIRS}"]
    assert found[new["confirmationNumber"]] == [f"is paid in BILL, but not in {THEIRS}"]
    assert found["INV-1"] == [f"100.10 of it are paid in {THEIRS}, and 0.00 in BILL"]
    assert "INV-3" not in found, "the missing payment says why"


async def test_a_bill_that_is_paid_on_one_side_alone_is_found(it: Tenants) -> None:
    it.company.add_payment({it.bills[2]["document"]: "30.00"})
    [found] = await it.compared()
    assert found.what == f"30.00 of it are paid in {THEIRS}, and 0.00 in BILL"
    assert "BILL would pay it once more" in found.remedy
    it.bill.bills[it.bills[2]["id"]]["paidAmount"] = Decimal("45.00")
    [found] = await it.compared()
    assert found.what == f"30.00 of it are paid in {THEIRS}, and 45.00 in BILL"
    assert "credit" in found.remedy
