"""What BILL pays is noted on the purchase orders in QuickBooks Online, or paid there too; and recurring bills."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.e2e.bookkeeping import assert_nothing_left, begin, documents, enter, enter_vendor, later, line
from tests.e2e.books import Books
from tests.sandbox.faults import Fault

WHOLE = Decimal("100.50")
Paid = Counter[tuple[str, Decimal]]  # bill number, amount


def test_payments_are_noted_on_the_orders_which_close_when_all_is_paid_and_open_again_when_it_is_taken_back(
    books: Books,
) -> None:
    it = books
    bills = send(it, "FULL", "CHECK", "PARTS", "VOIDED", "UNPAID", "SCHEDULED")
    it.run()
    later(it)
    payments = {number: pay(it, bills[number]) for number in ("FULL", "VOIDED")}
    payments["CHECK"] = pay(it, bills["CHECK"], disbursementType="CHECK")
    payments["PARTS"] = pay(it, bills["PARTS"], "40.25")
    pay(it, bills["SCHEDULED"], status="SCHEDULED")
    lost = it.quickbooks.frame.faults.add(Fault("lost_after", "POST .*/batch", times=1))

    it.run()

    assert lost.struck == 1
    assert closed(it) == {"FULL", "CHECK", "VOIDED"}
    for number, payment in payments.items():
        (said,) = notes(it, number)
        amount = "40.25" if number == "PARTS" else "100.50"
        day = it.bill.payments[payment]["processDate"]
        assert said.startswith(f"BILL payment {payment}: CLEARED, {amount}, {day}")
    assert notes(it, "UNPAID") == []

    later(it)
    pay(it, bills["PARTS"], "60.25")
    it.bill.void(payments["VOIDED"])
    it.run()
    assert closed(it) == {"FULL", "CHECK", "PARTS"}
    assert [one.split(", ")[1] for one in notes(it, "PARTS")] == ["40.25", "60.25"]
    (taken_back,) = notes(it, "VOIDED")
    assert taken_back.startswith(f"BILL payment {payments['VOIDED']}: VOIDED, 100.50")
    later(it)
    pay(it, bills["VOIDED"])
    it.run()
    assert closed(it) == {"FULL", "CHECK", "PARTS", "VOIDED"}
    assert_nothing_left(it)


def test_payments_of_bills_are_paid_in_quickbooks_once_voided_with_bill_and_paid_again(books: Books) -> None:
    it = books
    it.rules = {"target_entity": "bill", "payment_account": "1010"}
    bills = send(it, "ONE", "TWO", "THREE", "PARTS", "VOIDED", "FAILED")
    together = [{"billId": bills[number], "amount": WHOLE} for number in ("ONE", "TWO", "THREE")]
    it.bill.pay(together, "CLEARED")
    pay(it, bills["PARTS"], "40.25")
    again = {number: pay(it, bills[number]) for number in ("VOIDED", "FAILED")}
    lost = it.quickbooks.frame.faults.add(Fault("lost_after", "POST .*/batch", times=3))

    it.run()

    assert lost.struck == 3  # vendors, bills and payments
    whole = {(number, WHOLE): 1 for number in ("ONE", "TWO", "THREE", "VOIDED", "FAILED")}
    assert paid(it) == Counter({**whole, ("PARTS", Decimal("40.25")): 1})
    assert len(it.quickbooks.bill_payments) == 4
    assert open_bills(it) == {"PARTS": Decimal("60.25")}
    banks = {one["CheckPayment"]["BankAccountRef"]["value"] for one in it.quickbooks.bill_payments.values()}
    assert [it.quickbooks.accounts[one]["AcctNum"] for one in banks] == ["1010"]

    later(it)
    it.bill.void(again["VOIDED"])
    it.bill.advance(again["FAILED"], "DISBURSEMENT_FAILED_ACTION_NEEDED")
    lost = it.quickbooks.frame.faults.add(Fault("lost_after", "POST .*/billpayment", times=1))
    it.run()
    assert lost.struck == 1
    assert open_bills(it) == {"PARTS": Decimal("60.25"), "VOIDED": WHOLE, "FAILED": WHOLE}
    assert [one["TotalAmt"] for one in it.quickbooks.bill_payments.values()].count(Decimal(0)) == 2

    later(it)
    it.bill.advance(again["FAILED"], "CLEARED")
    pay(it, bills["VOIDED"])
    it.run()
    assert open_bills(it) == {"PARTS": Decimal("60.25")}
    assert len(it.quickbooks.bill_payments) == 6
    assert_nothing_left(it)


def test_a_recurring_bill_is_listed_with_the_bills_that_it_produced(books: Books) -> None:
    it = books
    begin(it)
    vendor = enter_vendor(it, "Erie Real Estate")
    rent = line(it, "2500.00", "6100")
    recurring = it.bill.seed_recurring(vendorId=vendor, description="Rent of hall 2", recurringBillLineItems=[rent])
    produced = {one["invoice"]["invoiceNumber"]: one["id"] for one in it.bill.produce(recurring["id"], times=2)}
    enter(it, vendor, "HEATING")
    it.apply()

    it.run()

    orders = documents(it)
    assert orders.keys() == {*produced, "HEATING"}
    (listed,) = [row for row in it.records() if row["stream"] == "recurring_bills"]
    following = it.bill.recurring_bills[recurring["id"]]["schedule"]["nextDueDate"]
    told = ", ".join(f"{one} ({produced[one]} is {orders[one]['Id']})" for one in sorted(produced, reverse=True))
    assert (listed["source_id"], listed["source_ref"]) == (recurring["id"], "Rent of hall 2")
    assert listed["reason"] == f"every 1 x monthly, next due {following}, produced {told}"


def send(it: Books, *numbers: str) -> Mapping[str, str]:
    """One vendor's bills of these numbers, 100.50 each, are in BILL; returns their ids."""
    begin(it)
    vendor = enter_vendor(it, "Erie Tool Works")
    bills = {number: enter(it, vendor, number) for number in numbers}
    it.apply()
    return bills


def pay(it: Books, bill: str, amount: str = "100.50", status: str = "CLEARED", **more: str) -> str:
    """Pays (a part of) the bill in BILL, and returns the payment's id."""
    return str(it.bill.pay([{"billId": bill, "amount": Decimal(amount)}], status, **more)["id"])


def closed(it: Books) -> set[str]:
    """Returns the numbers of the closed orders."""
    return {number for number, one in documents(it).items() if one["POStatus"] == "Closed"}


def notes(it: Books, number: str) -> list[str]:
    """Returns what an order's note says of payments, line by line."""
    lines = str(documents(it)[number]["PrivateNote"]).splitlines()
    assert lines[0].startswith("BILL bill ")
    return [one for one in lines if one.startswith("BILL payment ")]


def open_bills(it: Books) -> dict[str, Any]:
    """Returns what is left to pay of QuickBooks' bills, by number."""
    return {number: one["Balance"] for number, one in documents(it, "bills").items() if one["Balance"]}


def paid(it: Books) -> Paid:
    """Returns what the payments in QuickBooks pay."""
    numbers = {one["Id"]: number for number, one in documents(it, "bills").items()}
    lines = [one for payment in it.quickbooks.bill_payments.values() for one in payment["Line"]]
    return Counter((numbers[one["LinkedTxn"][0]["TxnId"]], one["Amount"]) for one in lines)
