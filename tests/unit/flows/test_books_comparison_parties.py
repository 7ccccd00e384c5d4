"""Every way in which vendors and payments can disagree between BILL and QuickBooks Online is found, over HTTP."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served
from tests.unit.flows.books_left_by_a_run import Tenants, whats

Opened = Callable[..., Tenants]


@pytest.fixture
def tenants(bill: tuple[BillSandbox, str], store: Store) -> Iterator[Opened]:
    """Yields what opens both systems for one kind of document."""
    company = QuickBooksSandbox()
    company.options(throttle=False)
    with served(company.app) as url:
        yield lambda entity="purchase_order": Tenants(bill, (company, url), store, entity)


async def test_vendors_that_differ_are_missing_or_out_of_use_are_found(tenants: Opened) -> None:
    it = tenants()
    it.bill.seed_vendor(name="Southwind")
    waiting = it.bill.seed_vendor(name="Westwind")["id"]
    it.note("vendors", waiting, "held", "QuickBooks Online has the name already", "Westwind")
    gone = it.bill.seed_vendor(name="Eastwind")["id"]
    there = it.books.add_vendor(DisplayName="Eastwind")["Id"]
    it.link("vendors", gone, there, kind="vendor", state="archived")
    it.bill.archive("vendors", gone)
    it.bill.archive("vendors", it.bill.seed_vendor(name="Nowind")["id"])
    it.books.edit("Vendor", it.entered, PrimaryEmailAddr={"Address": "x@northwind.example"})
    assert whats(await it.compared(deep=False)) == {
        "Southwind": ["is in BILL, but not in QuickBooks Online"],
        "Westwind": ["held: QuickBooks Online has the name already"],
        "Eastwind": ["is archived in BILL, but in use in QuickBooks Online"],
        "Northwind": ["e-mail is x@northwind.example, and ar@northwind.example in BILL"],
    }
    it.books.edit("Vendor", there, Active=False)
    it.books.edit("Vendor", it.entered, Active=False, PrimaryEmailAddr={"Address": "ar@northwind.example"})
    found = whats(await it.compared(deep=False))
    assert "Eastwind" not in found
    assert found["Northwind"] == ["it is inactive"]


async def test_a_vendor_that_bill_does_not_have_any_more_is_found(tenants: Opened) -> None:
    it = tenants()
    there = it.books.add_vendor(DisplayName="Eastwind")["Id"]
    it.link("vendors", "00901gone", there, kind="vendor", source_ref="Eastwind")
    it.link("vendors", "00901lost", "4711", kind="vendor", source_ref="Lost")
    assert whats(await it.compared()) == {"Eastwind": ["is in use in QuickBooks Online, but BILL does not have it"]}


async def test_a_vendor_in_quickbooks_alone_is_listed_while_it_is_alone(tenants: Opened) -> None:
    it = tenants()
    alone = it.books.add_vendor(DisplayName="Homegrown")["Id"]
    it.note("quickbooks_vendors", alone, "held", "is in QuickBooks Online, but not in BILL", "Homegrown")
    it.note("quickbooks_vendors", it.entered, "refused", "differs from BILL: long ago", "Northwind")
    it.note("quickbooks_documents", it.bills[0]["document"], "refused", "differs from BILL: long ago", "INV-1")
    assert whats(await it.compared()) == {"Homegrown": ["held: is in QuickBooks Online, but not in BILL"]}
    it.books.edit("Vendor", alone, Active=False)
    assert await it.compared() == []


async def test_a_payment_that_the_order_does_not_tell_of_is_found(tenants: Opened) -> None:
    it = tenants()
    paid = it.bill.pay(
        [{"billId": it.bills[0]["id"], "amount": Decimal("100.10")}], status="PROCESSED", processDate="2026-11-20"
    )
    [one] = await it.compared()
    assert (one.stream, one.what) == ("payments", f"is not noted on purchase order {it.bills[0]['document']}")
    assert one.ours.startswith(f"BILL payment {paid['id']}: PROCESSED, 100.10, 2026-11-20")
    note = it.books.purchase_orders[it.bills[0]["document"]]["PrivateNote"]
    it.edit(0, PrivateNote=f"{note}\n{one.ours}", POStatus="Closed")
    assert await it.compared() == []
    it.bill.void(paid["id"])
    assert "VOIDED" in (await it.compared())[0].ours
    bill_id, order = it.bills[0]["id"], it.bills[0]["document"]
    it.link("bills", bill_id, order, kind="purchase_order", state="archived", source_ref="INV-1")
    assert [found.stream for found in await it.compared()] == ["bills"], "a withdrawn order is told no more"
    it.link("bills", bill_id, order, kind="purchase_order", source_ref="INV-1")
    padded = "x" * (3990 - len(note))
    it.edit(0, PrivateNote=f"{note}\n{padded}")
    assert await it.compared() == [], "the note has no room for it"


async def test_a_held_payment_is_one_difference_with_its_reason(tenants: Opened) -> None:
    it = tenants("bill")
    paid = it.bill.pay([{"billId": it.bills[0]["id"], "amount": Decimal("100.10")}], status="PROCESSED")
    it.note("payments", paid["id"], "held", "no bank account is set", "P-1")
    assert [one.what for one in await it.compared()] == ["held: no bank account is set"]


async def test_payments_of_bills_agree_until_one_side_takes_them_back(tenants: Opened) -> None:
    it = tenants("bill")
    one = it.bills[0]
    paid = it.bill.pay([{"billId": one["id"], "amount": Decimal("100.10")}], status="PROCESSED")
    assert [each.what for each in await it.compared()] == ["is paid in BILL, but not in QuickBooks Online"]
    made = it.books.pay_bill(one["document"])
    it.link("payments", paid["id"], made["Id"], kind="bill_payment")
    assert await it.compared() == []
    it.bill.void(paid["id"])
    assert [each.what for each in await it.compared()] == ["did not arrive by BILL, but stands in QuickBooks Online"]
    it.bill.advance(paid["id"], "A_STATUS_OF_TOMORROW")
    assert await it.compared() == [], "an unknown status proves nothing"
    it.bill.advance(paid["id"], "PROCESSED")
    it.books.delete("BillPayment", made["Id"])
    [gone] = await it.compared()
    assert (gone.what, gone.theirs) == ("QuickBooks Online does not have the linked payment", f"no {made['Id']}")


async def test_a_payment_of_another_amount_or_voided_or_unknown_to_bill_is_found(
    tenants: Opened,
) -> None:
    it = tenants("bill")
    first, second, third = it.bills
    paid = it.bill.pay([{"billId": first["id"], "amount": Decimal("100.10")}], status="PROCESSED")
    it.link("payments", paid["id"], it.books.pay_bill(first["document"], "100.09")["Id"], kind="bill_payment")
    voided = it.bill.pay([{"billId": second["id"], "amount": Decimal("100.10")}], status="PROCESSED")
    entry = it.books.pay_bill(second["document"])
    it.books.bill_payments[entry["Id"]] |= {"TotalAmt": Decimal(0), "PrivateNote": "Voided", "Line": []}
    it.link("payments", voided["id"], entry["Id"], kind="bill_payment")
    it.link("payments", "00p-lost", it.books.pay_bill(third["document"])["Id"], kind="bill_payment", source_ref="P-3")
    assert sorted(one.what for one in await it.compared()) == [
        "has another amount in QuickBooks Online",
        "is in QuickBooks Online, but BILL does not show the payment",
        "is paid in BILL, but voided in QuickBooks Online",
    ]
