"""What BILL pays is paid in QuickBooks Desktop: once, of the right bills, and taken back when BILL takes it back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.e2e.bookkeeping import audit_of, enter, enter_vendor, line, listed_as
from tests.e2e.desktop import Desktop
from tests.e2e.desktop_keeping import assert_at_rest, begin, cycled, documents, later, written

WHOLE = Decimal("100.50")
PAID = {"ONE": WHOLE, "TWO": WHOLE, "VOIDED": WHOLE, "FAILED": WHOLE, "PARTS": Decimal("40.25")}  # by the first cycle


def test_payments_are_applied_to_their_bills_taken_back_with_bill_and_adopted_where_somebody_was_quicker(
    desktop: Desktop,
) -> None:
    it = desktop
    bills = entered(it, *PAID, "HAND", "SHORT", "SCHEDULED")
    it.bill.seed_chart([{"number": "6990", "name": "Drone Rental", "type": "EXPENSE"}])
    vendor = next(iter(it.bill.vendors))
    bills["LATE"] = enter(it, vendor, "LATE", line(it, "100.50", "6990"))
    together = it.bill.pay([{"billId": bills[number], "amount": WHOLE} for number in ("ONE", "TWO")], "CLEARED")
    payments = {number: pay(it, bills[number], PAID[number]) for number in ("VOIDED", "FAILED", "PARTS")}
    late = pay(it, bills["LATE"])
    pay(it, bills["SCHEDULED"], status="SCHEDULED")
    with it.serving():
        pc = it.pc()

        cycled(it, pc)

        assert paid(it) == PAID
        assert len(it.company.payments) == 4
        joint = payment_of(it, together["id"])
        assert (joint["Amount"], len(joint["AppliedToTxnRet"])) == (2 * WHOLE, 2)
        assert joint["BankAccountRef"]["FullName"] == "Operating Bank Account"
        number = together["confirmationNumber"]
        assert len(number) > 11
        assert joint["RefNumber"] == number[-11:].strip()
        assert joint["Memo"].endswith(number)
        assert listed_as(it, "held")[late["confirmationNumber"]].startswith(f"waits for bill {bills['LATE']}")

        later(it)
        it.company.add_account("Drone Rental", AccountNumber="6990")
        it.bill.void(payments["VOIDED"]["id"])
        it.bill.advance(payments["FAILED"]["id"], "DISBURSEMENT_FAILED_ACTION_NEEDED")
        quicker = it.company.add_payment({documents(it)["HAND"]["TxnID"]: "100.50"}, "Operating Bank Account")
        other = it.company.add_payment({documents(it)["SHORT"]["TxnID"]: "60.00"})
        adopted, short = pay(it, bills["HAND"]), pay(it, bills["SHORT"])
        cycled(it, pc)

        standing = {number: amount for number, amount in PAID.items() if number not in ("VOIDED", "FAILED")}
        assert paid(it) == {**standing, "LATE": WHOLE, "HAND": WHOLE, "SHORT": Decimal("60.00")}
        for taken_back in ("VOIDED", "FAILED"):
            assert payment_of(it, payments[taken_back]["id"])["Amount"] == 0
        assert len(it.company.payments) == 7
        assert quicker["TxnID"] in audit_of(it, adopted["confirmationNumber"])
        said = listed_as(it, "held")[short["confirmationNumber"]]
        assert said.startswith("pays 100.50 of bill SHORT, of which 40.50 are open")

        later(it)
        it.company.delete("BillPaymentCheck", other["TxnID"])
        it.bill.advance(payments["FAILED"]["id"], "CLEARED")
        pay(it, bills["VOIDED"])
        cycled(it, pc)
        assert paid(it) == {**PAID, "LATE": WHOLE, "HAND": WHOLE, "SHORT": WHOLE}
        assert len(it.company.payments) == 9
        assert_at_rest(it, pc)


def test_the_rules_leave_payments_to_be_printed_and_only_list_what_bill_takes_back(desktop: Desktop) -> None:
    it = desktop
    it.rules = {"payment_number": "print", "reversed_payments": "list"}
    bills = entered(it, "PRINTED")
    payment = pay(it, bills["PRINTED"], disbursementType="CHECK")
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        [printed] = it.company.payments.values()
        assert (printed["IsToBePrinted"], printed.get("RefNumber", "")) == (True, "")

        later(it)
        it.bill.void(payment["id"])
        since = len(it.company.executed)
        cycled(it, pc)

        assert written(it, since) == []
        [said] = listed_as(it, "refused").values()
        assert said == "BILL says VOIDED, but it is paid in QuickBooks Desktop"


def entered(it: Desktop, *numbers: str) -> dict[str, str]:
    """One vendor's bills of these numbers, 100.50 each, are in BILL, and the connection is applied; returns ids."""
    begin(it)
    vendor = enter_vendor(it, "Erie Tool Works")
    bills = {number: enter(it, vendor, number) for number in numbers}
    it.apply()
    return bills


def pay(it: Desktop, bill: str, amount: Decimal = WHOLE, status: str = "CLEARED", **more: str) -> dict[str, Any]:
    """Pays (a part of) the bill in BILL, and returns the payment."""
    return it.bill.pay([{"billId": bill, "amount": amount}], status, **more)


def paid(it: Desktop) -> Mapping[str, Decimal]:
    """Returns what is paid of QuickBooks' bills, by number, where anything is."""
    found = {number: one["AmountDue"] - one["OpenAmount"] for number, one in documents(it).items()}
    return {number: amount for number, amount in found.items() if amount}


def payment_of(it: Desktop, bill_payment: str) -> dict[str, Any]:
    """Returns QuickBooks' payment for one of BILL's."""
    [found] = [one for one in it.company.payments.values() if f"BILL payment {bill_payment}:" in one.get("Memo", "")]
    return found
