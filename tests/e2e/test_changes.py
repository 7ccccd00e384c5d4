"""What changes after it was sent, what was there before, and what is there twice."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.e2e.installation import Installation
from tests.sandbox.faults import Fault
from tests.sandbox.qad.visitor import key_of


def test_a_changed_or_cancelled_invoice_changes_its_bill_unless_it_is_paid(installation: Installation) -> None:
    it = installation
    supplier = begin(it)
    for number in ("CHANGED", "CHANGED-PAID", "CANCELLED", "CANCELLED-PAID", "KEPT"):
        enter(it, supplier, number, "100.50")
    note = {"accountCode": "5010", "costCenterCode": "100", "creditTC": Decimal("12.30")}
    it.qad.add_invoice(supplierCode=supplier, invoiceType="CREDITNOTE", reference="CN-1", postingLines=[note])
    it.apply()
    it.run()
    (credit,) = it.bill.vendor_credits.values()
    assert (credit["referenceNumber"], credit["amount"]) == ("CN-1", Decimal("12.30"))
    ids = {number: one["id"] for number, one in bills(it).items()}
    for number in ("CHANGED-PAID", "CANCELLED-PAID"):
        it.bill.pay([{"billId": ids[number], "amount": Decimal("40.00")}], "SCHEDULED")
    for number in ("CHANGED", "CHANGED-PAID"):
        lines = [line("5010", "90.00"), line("6030", "30.75")]
        key = key_of(invoices(it)[number])
        it.qad.edit_invoice(**key, postingLines=lines, originalCreditTC=Decimal("120.75"))
    for number in ("CANCELLED", "CANCELLED-PAID"):
        it.qad.cancel_invoice(**key_of(invoices(it)[number]))
    it.qad.edit_supplier(supplier, street1="77 New Pier", EMail="new@erie.example")
    lost = it.bill.frame.faults.add(Fault("lost_after", f"PUT .*/bills/{ids['CHANGED']}", times=1))

    told = it.run(expect=1)

    assert lost.struck == 1
    assert {number: one["id"] for number, one in bills(it).items()} == ids
    changed = bills(it)["CHANGED"]
    assert changed["amount"] == Decimal("120.75")
    assert [one["amount"] for one in changed["billLineItems"]] == [Decimal("90.00"), Decimal("30.75")]
    assert bills(it)["CHANGED-PAID"]["amount"] == Decimal("100.50")
    withdrawn = {number for number, one in bills(it).items() if one["archived"]}
    assert withdrawn == {"CANCELLED"}
    refused = {row["record"]: row["reason"] for row in told["exceptions"] if row["outcome"] == "refused"}
    assert refused == {
        "CHANGED-PAID": "changed in QAD, but BILL has paid or scheduled it already",
        "CANCELLED-PAID": "is closed in QAD, but its bill is partly paid or scheduled in BILL",
    }
    (vendor,) = it.bill.vendors.values()
    assert (vendor["address"]["line1"], vendor["email"]) == ("77 New Pier", "new@erie.example")

    it.bill.frame.log.clear()
    it.run()
    assert {row.method for row in it.bill.frame.log} == {"GET"}, "a change was written again"


def test_bills_entered_by_hand_are_adopted_if_they_agree_and_a_number_that_comes_twice_waits(
    installation: Installation,
) -> None:
    it = installation
    supplier = begin(it, EMail="ar@erie.example")
    theirs = it.bill.seed_vendor(name="Erie Tool Works", email="ar@erie.example")
    hand = {number: enter_by_hand(it, theirs["id"], number) for number in ("SAME", "OTHER-AMOUNT")}
    enter(it, supplier, "SAME", "100.50")
    enter(it, supplier, "OTHER-AMOUNT", "99.00")
    first, second = (enter(it, supplier, "TWICE", "100.50") for _ in range(2))
    it.apply()

    it.run()

    assert len(it.bill.vendors) == 1
    assert [one["invoice"]["invoiceNumber"] for one in it.bill.bills.values()].count("TWICE") == 1
    assert set(bills(it)) == {"SAME", "OTHER-AMOUNT", "TWICE"}
    assert len(it.bill.bills) == 3
    rows = {(row["source_ref"], row["outcome"]): row for row in it.records() if row["stream"] == "bills"}
    assert rows["SAME", "unchanged"]["target_id"] == hand["SAME"]
    assert "has the same vendor, number, date and amount" in rows["SAME", "unchanged"]["reason"]
    said = rows["OTHER-AMOUNT", "held"]["reason"]
    assert said.startswith(f"BILL has bill {hand['OTHER-AMOUNT']} of that number with 100.50")
    voucher = f"/{first['voucher']}"
    assert rows["TWICE", "created"]["source_id"].endswith(voucher)
    assert "has the same supplier and number as" in rows["TWICE", "held"]["reason"]
    assert rows["TWICE", "held"]["source_id"].endswith(f"/{second['voucher']}")


def begin(it: Installation, **fields: str) -> str:
    """Leaves one supplier, and returns its code."""
    it.seed(suppliers=0, invoices=0)
    address = {"street1": "9 Dock Rd", "city": "Erie", "zipCode": "16501"}
    supplier = it.qad.add_supplier(businessRelationName="Erie Tool Works", **address, **fields)
    return str(supplier["supplierCode"])


def line(account: str, amount: str) -> dict[str, Any]:
    """Returns one posting line."""
    return {"accountCode": account, "costCenterCode": "100", "debitTC": Decimal(amount)}


def enter(it: Installation, supplier: str, number: str, amount: str) -> dict[str, Any]:
    """Enters an approved invoice in QAD, and returns it."""
    return it.qad.add_invoice(supplierCode=supplier, reference=number, postingLines=[line("6030", amount)])


def enter_by_hand(it: Installation, vendor: str, number: str) -> str:
    """Enters a bill of 100.50, dated today, in BILL; returns its id."""
    made = it.bill.seed_bill(vendorId=vendor, amount=Decimal("100.50"), invoice={"invoiceNumber": number})
    return str(made["id"])


def invoices(it: Installation) -> Mapping[str, dict[str, Any]]:
    """Returns QAD's invoices by number."""
    return {invoice["reference"]: invoice for invoice in it.qad.invoices.values()}


def bills(it: Installation) -> Mapping[str, dict[str, Any]]:
    """Returns BILL's bills by number."""
    return {one["invoice"]["invoiceNumber"]: one for one in it.bill.bills.values()}
