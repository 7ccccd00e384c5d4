"""Bills over several runs, with both systems over HTTP: one invoice each, once the receipts are there, not before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tasks.state.store import Store
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.serving import served
from tests.unit.flows.procurify_desk import Desk, direct, items, line

NIGHT = datetime.now(UTC).replace(hour=5)


@pytest.fixture
def desk(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Yields the two systems, between which nothing was moved yet."""
    direct(monkeypatch)
    procurify, qad = ProcurifySandbox(), QadSandbox()
    with served(procurify.app) as first, served(qad.app) as second:
        yield Desk(store, (first, second), procurify, qad)


async def ordered(desk: Desk, *lines: dict[str, object], number: str = "PO-1") -> list[int]:
    """Places an order that QAD has too; returns its lines' ids."""
    made = desk.order(*lines, PO_Num=number)
    await desk.run()
    return items(made)


async def test_a_bill_waits_for_its_receipt_with_both_sides_numbers_and_goes_without_being_asked_for(
    desk: Desk,
) -> None:
    [gloves] = await ordered(desk)
    desk.procurify.receive(gloves, 6)
    desk.bill("INV-1", {"order_item": gloves, "quantity": "6"})
    await desk.run()
    outcome, why = desk.said("bills")["INV-1"]
    assert (outcome, desk.posted()) == ("held", [])
    assert "PO-1/1: billed 6, QAD received 0, Procurify 6" in why
    desk.qad.receive("PO-1", 1, 6)
    await desk.run()
    assert desk.outcomes("bills") == {"INV-1": "created"}
    assert desk.invoices() == {"INV-1": Decimal("15.00")}
    assert desk.posted()[0]["supplierInvoicePOs"] == [{"domainCode": "10USA", "purchaseOrderNumber": "PO-1"}]


async def test_too_little_received_does_not_release_a_bill_and_several_bills_count_together(desk: Desk) -> None:
    [gloves] = await ordered(desk)
    for number, day in (("INV-2", "2026-11-03"), ("INV-1", "2026-11-02"), ("INV-3", "2026-11-04")):
        desk.bill(number, {"order_item": gloves, "quantity": "4"}, invoice_date=day)
    desk.qad.receive("PO-1", 1, 7)
    await desk.run()
    assert desk.outcomes("bills") == {"INV-1": "created", "INV-2": "held", "INV-3": "held"}
    desk.qad.receive("PO-1", 1, 1)
    for _ in range(2):
        await desk.run()
    assert desk.invoices().keys() == {"INV-1", "INV-2"}


async def test_a_bill_by_cost_goes_when_that_much_money_has_come_in(desk: Desk) -> None:
    [lamp] = await ordered(desk, line("Lamp", "3", "33.33333333"))
    desk.bill("INV-1", {"order_item": lamp, "cost": "66.67"})
    desk.qad.receive("PO-1", 1, 1)
    await desk.run()
    assert desk.outcomes("bills") == {"INV-1": "held"}
    desk.qad.receive("PO-1", 1, 1)
    await desk.run()
    assert desk.invoices() == {"INV-1": Decimal("66.67")}


async def test_a_line_that_is_received_by_amount_is_compared_by_amount(desk: Desk) -> None:
    [work] = await ordered(desk, line("Work", "1000", "1", receive_method=1))
    assert desk.lines("PO-1") == [(1, Decimal(1), Decimal(1000))]
    desk.bill("INV-1", {"order_item": work, "cost": "400"})
    desk.qad.receive("PO-1", 1, "0.399")
    await desk.run()
    assert desk.outcomes("bills") == {"INV-1": "held"}
    desk.qad.receive("PO-1", 1, "0.001")
    await desk.run()
    assert desk.invoices() == {"INV-1": Decimal(400)}


async def test_all_that_one_price_can_not_hold_comes_in_and_releases_the_bill(desk: Desk) -> None:
    desk.qad.switches.change({"purchase_cost_scale": 2})
    desk.of_profile(purchase_cost_scale=2)
    [bolts] = await ordered(desk, line("Bolts", "1000", "0.0333"))
    desk.bill("INV-1", {"order_item": bolts, "quantity": "1000"})
    desk.qad.receive("PO-1", 1, desk.lines("PO-1")[0][1])
    await desk.run()
    assert desk.total("PO-1") == desk.invoices()["INV-1"] == Decimal("33.30")


async def test_costs_and_lines_of_no_order_do_not_wait(desk: Desk) -> None:
    account = desk.procurify.account("6010", "100")
    desk.bill(
        "INV-1", {"description": "Rent", "cost": "100", "account": account, "tax_percentage": "5"}, vendor=desk.vendor,
        costs=[{"name": "Freight", "amount": "15", "code": "6150", "department": "100"}], currency="USD",
    )  # fmt: skip
    await desk.run()
    [invoice] = desk.posted()
    lines = {row["accountCode"]: (row["costCenterCode"], row["debitTC"]) for row in invoice["postingLines"]}
    assert desk.invoices() == {"INV-1": Decimal("120.00")}
    assert lines == {"6010": ("100", Decimal("105.00")), "6150": ("", Decimal("15.00"))}


async def test_a_number_that_qad_has_of_this_supplier_is_held_and_an_equal_invoice_is_adopted(desk: Desk) -> None:
    account = desk.procurify.account("6010", "100")
    rent = {"description": "Rent", "cost": "100", "account": account}
    same = {"supplierCode": "10S1001", "invoiceDate": "2026-11-02", "postingDate": "2026-11-02"}
    desk.qad.add_invoice(reference="INV-1", originalCreditTC=Decimal(90), **same)
    desk.qad.add_invoice(reference="INV-2", originalCreditTC=Decimal(100), **same)
    for number in ("INV-1", "INV-2"):
        desk.bill(number, rent, vendor=desk.vendor, currency="USD")
    await desk.run()
    assert desk.outcomes("bills") == {"INV-1": "held", "INV-2": "unchanged"}
    assert len(desk.posted()) == 2


@pytest.mark.parametrize("together", [True, False])
async def test_two_bills_of_one_number_never_become_two_invoices_nor_share_one(desk: Desk, together: bool) -> None:
    account = desk.procurify.account("6010", "100")
    rent = {"description": "Rent", "cost": "100", "account": account}
    made = [desk.bill("INV-1", rent, vendor=desk.vendor, currency="USD")]
    if not together:
        await desk.run()
    made.append(desk.bill("INV-1", rent, vendor=desk.vendor, currency="USD"))
    for _ in range(2):
        run = await desk.run()
    assert len(desk.posted()) == 1
    records = run.ledger.records("bills", [one["uuid"] for one in made])
    assert sorted(record.outcome for record in records.values())[0:1] == ["created"]
    assert [record.outcome for record in records.values()].count("held") == 1
    [waiting] = [one for one, record in records.items() if record.outcome == "held"]
    desk.procurify.edit_bill(waiting, invoice_number="INV-1-B")
    await desk.run()
    assert desk.invoices().keys() == {"INV-1", "INV-1-B"}


@pytest.mark.parametrize("pulled", ["fix_bill", "delete_bill"])
async def test_a_bill_that_is_pulled_back_after_posting_is_listed_for_a_person(desk: Desk, pulled: str) -> None:
    [gloves] = await ordered(desk)
    desk.qad.receive("PO-1", 1, 10)
    made = desk.bill("INV-1", {"order_item": gloves, "quantity": "10"})
    await desk.run(night=NIGHT)
    getattr(desk.procurify, pulled)(made["uuid"])
    await desk.run(night=NIGHT + timedelta(days=1))
    outcome, why = desk.said("bills")["INV-1"]
    assert outcome == "refused"
    assert "in Procurify" in why
    assert desk.posted()[0]["voucher"] > 0


async def test_a_bill_that_was_changed_after_posting_is_listed_and_not_any_more_when_it_is_changed_back(
    desk: Desk,
) -> None:
    [gloves] = await ordered(desk)
    desk.qad.receive("PO-1", 1, 10)
    made = desk.bill("INV-1", {"order_item": gloves, "quantity": "10"})
    await desk.run()
    desk.procurify.edit_bill(made["uuid"], invoice_number="INV-9")
    await desk.run()
    assert desk.said("bills")["INV-9"][1].endswith("invoice number INV-1 became INV-9")
    desk.procurify.edit_bill(made["uuid"], invoice_number="INV-1")
    await desk.run()
    assert desk.outcomes("bills") == {"INV-1": "unchanged"}
    assert desk.invoices() == {"INV-1": Decimal("25.00")}


async def test_what_was_paid_before_the_first_run_is_left_out_for_ever(desk: Desk) -> None:
    account = desk.procurify.account("6010", "100")
    old = desk.bill(
        "INV-0", {"description": "Rent", "cost": "9", "account": account}, vendor=desk.vendor, currency="USD"
    )
    desk.procurify.mark_as_paid([old["uuid"]], "2026-11-03")
    await desk.run(night=NIGHT)
    desk.procurify.touch_bill(old["uuid"])
    await desk.run()
    await desk.run(night=NIGHT + timedelta(days=1))
    assert desk.posted() == []


async def test_claims_drafts_and_card_statements_are_skipped_and_never_read_whole(desk: Desk) -> None:
    account = desk.procurify.account("6010", "100")
    rent = {"description": "Rent", "cost": "9", "account": account}
    for number, fields in enumerate(({"type": 1}, {"type": 2}, {"status": 0})):
        desk.bill(f"INV-{number}", rent, vendor=desk.vendor, currency="USD", **fields)
    run = await desk.run()
    assert sum(run.tally.ignored["bills"].values()) == 3
    assert (desk.posted(), desk.procurify.requests("GET /api/v2/ap/bills/")) == ([], [])
