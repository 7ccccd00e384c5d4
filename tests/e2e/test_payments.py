"""What BILL pays is posted in QAD: once, to the right invoices, and taken back when BILL takes it back."""

from collections import Counter
from decimal import Decimal
from typing import Any

from tests.e2e.installation import CONNECTION, Installation
from tests.sandbox.faults import Fault
from tests.sandbox.qad.visitor import key_of

WHOLE = Decimal("100.50")
Posted = Counter[tuple[str, str, str, Decimal]]  # invoice number, instrument, status, amount


def test_payments_are_posted_in_full_in_parts_together_and_once_even_if_qads_answer_is_lost(
    installation: Installation,
) -> None:
    it = installation
    send(it, "FULL", "CHECK", "PARTS", "ONE", "TWO", "THREE", "SCHEDULED")
    pay(it, "FULL")
    pay(it, "CHECK", disbursementType="CHECK")
    pay(it, "PARTS", "40.25")
    pay(it, "SCHEDULED", status="SCHEDULED")
    it.bill.pay([{"billId": bill(it, number)["id"], "amount": WHOLE} for number in ("ONE", "TWO", "THREE")], "SENT")
    stranger = it.bill.seed_bill(vendorId=it.bill.seed_vendor(name="Not from QAD")["id"])
    it.bill.pay([{"billId": stranger["id"], "amount": Decimal("100.00")}], "CLEARED")
    lost = it.qad.frame.faults.add(Fault("lost_after", "POST .*supplierPayments", times=1))

    first = it.run()
    pay(it, "PARTS", "60.25")
    second = it.run()

    assert lost.struck == 1
    assert first["ignored"]["payments"] == {"bills that did not come from QAD": 1}
    whole = {(number, "ELECTRONICTRANSFER", "PAID", WHOLE): 1 for number in ("FULL", "ONE", "TWO", "THREE")}
    assert posted(it) == Counter(
        {
            **whole,
            ("CHECK", "CHECK", "PAID", WHOLE): 1,
            ("PARTS", "ELECTRONICTRANSFER", "PAID", Decimal("40.25")): 1,
            ("PARTS", "ELECTRONICTRANSFER", "PAID", Decimal("60.25")): 1,
        }
    )
    left = {number: invoice["balanceTC"] for number, invoice in invoices(it).items() if invoice["isOpen"]}
    assert left == {"SCHEDULED": WHOLE}
    assert second["outcomes"]["payments"] == {"created": 1}
    assert len(it.qad.payments) == 7
    assert not [one for one in it.bill.bills.values() if one["archived"]], "our own payment withdrew a bill"


def test_what_bill_takes_back_is_reversed_and_what_qad_refuses_goes_when_it_is_replayed_after_the_repair(
    installation: Installation,
) -> None:
    it = installation
    send(it, "VOIDED", "FAILED", "LOCKED")
    locked = key_of(invoices(it)["LOCKED"])
    it.qad.edit_invoice(**locked, isLockPayment=True)
    payments = {number: pay(it, number)["id"] for number in ("VOIDED", "FAILED", "LOCKED")}

    told = it.run(expect=1)

    refused = {row["stream"]: row["reason"] for row in told["exceptions"] if row["outcome"] == "refused"}
    assert "Invoice cannot be paid: isLockPayment is True." in refused["payments"]
    assert [number for number, invoice in invoices(it).items() if invoice["isOpen"]] == ["LOCKED"]

    it.qad.edit_invoice(**locked, isLockPayment=False)
    it.bill.void(payments["VOIDED"])
    it.bill.advance(payments["FAILED"], "DISBURSEMENT_FAILED_ACTION_NEEDED")
    lost = it.qad.frame.faults.add(Fault("lost_after", "POST .*supplierPayments", times=1))
    it.command("replay", CONNECTION, "--outcome", "refused")

    assert lost.struck == 1
    assert posted(it) == Counter(
        [
            ("VOIDED", "ELECTRONICTRANSFER", "VOID", WHOLE),
            ("FAILED", "ELECTRONICTRANSFER", "VOID", WHOLE),
            ("LOCKED", "ELECTRONICTRANSFER", "PAID", WHOLE),
        ]
    )
    balances = {number: invoice["balanceTC"] for number, invoice in invoices(it).items()}
    assert balances == {"VOIDED": WHOLE, "FAILED": WHOLE, "LOCKED": 0}
    assert not [one for one in it.bill.bills.values() if one["archived"]], "a payment taken back withdrew its bill"

    it.bill.advance(payments["FAILED"], "CLEARED")
    it.run()
    it.run()
    assert [number for number, invoice in invoices(it).items() if invoice["isOpen"]] == ["VOIDED"]
    assert posted(it)["FAILED", "ELECTRONICTRANSFER", "PAID", WHOLE] == 1
    assert len(it.qad.payments) == 4
    assert not it.records("refused")


def send(it: Installation, *numbers: str) -> None:
    """One supplier's invoices of these numbers, 100.50 each, are bills in BILL."""
    it.seed(suppliers=0, invoices=0)
    it.qad.add_supplier(businessRelationName="Erie Tool Works", street1="9 Dock Rd", city="Erie", zipCode="16501")
    for number in numbers:
        line = {"accountCode": "6030", "costCenterCode": "220", "debitTC": "100.50"}
        it.qad.add_invoice(reference=number, postingLines=[line])
    it.apply()
    it.run()
    assert len(it.bill.bills) == len(numbers)


def bill(it: Installation, number: str) -> dict[str, Any]:
    """Returns the bill of this number."""
    (found,) = [one for one in it.bill.bills.values() if one["invoice"]["invoiceNumber"] == number]
    return found


def pay(it: Installation, number: str, amount: str = "100.50", status: str = "CLEARED", **more: str) -> dict[str, Any]:
    """Pays (a part of) the bill of this number in BILL, and returns the payment."""
    return it.bill.pay([{"billId": bill(it, number)["id"], "amount": Decimal(amount)}], status, **more)


def invoices(it: Installation) -> dict[str, dict[str, Any]]:
    """Returns QAD's invoices by number."""
    return {invoice["reference"]: invoice for invoice in it.qad.invoices.values()}


def posted(it: Installation) -> Posted:
    """Returns QAD's payments, one for each invoice that they settle."""
    found: Posted = Counter()
    for payment in it.qad.payments.values():
        for share in payment["allocations"]:
            key = tuple(share[name] for name in ("entityCode", "postingYear", "daybookCode", "voucher"))
            kind = (payment["paymentInstrument"], payment["paymentStatusCode"])
            found[it.qad.invoices[key]["reference"], *kind, share["allocatedAmountTC"]] += 1
    return found
