"""Bills that arrive with their matching lines, with both systems over HTTP: a receipt settles one bill, to the cent."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tasks.state.store import Store
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.serving import served
from tests.unit.flows.procurify_desk import Desk, direct, items, line


@pytest.fixture
def desk(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Yields the two systems of a connection that submits matching lines."""
    direct(monkeypatch)
    procurify, qad = ProcurifySandbox(), QadSandbox()
    with served(procurify.app) as first, served(qad.app) as second:
        made = Desk(store, (first, second), procurify, qad)
        made.rules |= {"matching_mode": "submit", "tax_account": "6150", "shipping_account": "6150"}
        yield made


def matched(desk: Desk, number: str) -> list[tuple[int, Decimal, Decimal]]:
    """Returns an invoice's matching lines: the order's line, quantity and amount."""
    [invoice] = [one for one in desk.posted() if one["reference"] == number]
    return [
        (one["purchaseOrderLine"], one["matchedQuantity"], one["matchedAmountTC"])
        for one in invoice["receiverMatchingLines"]
    ]


def explained(desk: Desk, number: str) -> Decimal:
    """Returns what an invoice's matching and posting lines come to."""
    [invoice] = [one for one in desk.posted() if one["reference"] == number]
    posting = sum((one["debitTC"] - one["creditTC"] for one in invoice["postingLines"]), Decimal(0))
    return posting + sum((amount for _line, _quantity, amount in matched(desk, number)), Decimal(0))


async def ordered(desk: Desk, *lines: dict[str, object]) -> list[int]:
    """Places an order that QAD has too; returns its lines' ids."""
    made = desk.order(*lines, PO_Num="PO-1")
    await desk.run()
    return items(made)


async def test_a_bill_is_matched_with_the_oldest_receipts_and_taxes_and_costs_are_posted(desk: Desk) -> None:
    [gloves] = await ordered(desk)
    for quantity, day in ((3, "2026-11-03"), (4, "2026-11-04")):
        desk.qad.receive("PO-1", 1, quantity, on=day)
    desk.bill(
        "INV-1", {"order_item": gloves, "quantity": "5", "tax_percentage": "5", "shipping_amount": "2"},
        costs=[{"name": "Freight", "amount": "15", "code": "6150", "department": "100"}],
    )  # fmt: skip
    await desk.run()
    assert matched(desk, "INV-1") == [(1, Decimal(3), Decimal("7.50")), (1, Decimal(2), Decimal("5.00"))]
    assert desk.posted()[0]["invoiceStatusCode"] == "AP-RMALLOC"
    assert explained(desk, "INV-1") == desk.invoices()["INV-1"] == Decimal("30.13")


async def test_bills_of_one_run_do_not_take_the_same_receipt_and_a_later_one_takes_what_is_left(desk: Desk) -> None:
    [gloves] = await ordered(desk)
    desk.qad.receive("PO-1", 1, 9)
    for number in ("INV-1", "INV-2"):
        desk.bill(number, {"order_item": gloves, "quantity": "4"})
    await desk.run()
    desk.bill("INV-3", {"order_item": gloves, "quantity": "1"})
    await desk.run()
    assert {number: matched(desk, number) for number in ("INV-1", "INV-2", "INV-3")} == {
        "INV-1": [(1, Decimal(4), Decimal("10.00"))],
        "INV-2": [(1, Decimal(4), Decimal("10.00"))],
        "INV-3": [(1, Decimal(1), Decimal("2.50"))],
    }


async def test_a_bill_by_cost_is_matched_with_as_much_as_that_money_buys(desk: Desk) -> None:
    [work] = await ordered(desk, line("Work", "1000", "1", receive_method=1))
    desk.qad.receive("PO-1", 1, "0.5")
    desk.bill("INV-1", {"order_item": work, "cost": "400"})
    await desk.run()
    assert matched(desk, "INV-1") == [(1, Decimal("0.4"), Decimal("400.00"))]


async def test_a_bill_whose_receipts_somebody_has_matched_already_is_left_to_people_as_a_whole(desk: Desk) -> None:
    gloves, tape = await ordered(desk, line(), line("Tape", "5", "1"))
    desk.qad.receive("PO-1", 1, 10)
    desk.qad.receive("PO-1", 2, 5)
    taken = desk.qad.add_invoice(
        reference="HAND-1", originalCreditTC=Decimal(5), supplierCode="10S1001", invoiceStatusCode="AP-NOALLOC",
        postingLines=[], supplierInvoicePOs=[{"domainCode": "10USA", "purchaseOrderNumber": "PO-1"}],
    )  # fmt: skip
    [receipt] = [one for one in desk.qad.receipts.values() if one["purchaseOrderLine"] == 2]
    desk.qad.match(taken, [
        {"receiverNumber": receipt["receiverNumber"], "purchaseOrderNumber": "PO-1", "purchaseOrderLine": 2,
         "matchedQuantity": 5, "matchedAmountTC": 5, "isFinished": True},
    ])  # fmt: skip
    desk.bill("INV-1", {"order_item": gloves, "quantity": "10"}, {"order_item": tape, "quantity": "5"})
    await desk.run()
    assert (matched(desk, "INV-1"), desk.invoices()["INV-1"]) == ([], Decimal("30.00"))
    assert [one["invoiceStatusCode"] for one in desk.posted()] == ["AP-RMALLOC", "AP-INITIAL"]


async def test_taxes_on_matched_lines_need_an_account_of_their_own(desk: Desk) -> None:
    desk.rules |= {"tax_account": ""}
    [gloves] = await ordered(desk)
    desk.qad.receive("PO-1", 1, 10)
    desk.bill("INV-1", {"order_item": gloves, "quantity": "10", "tax_percentage": "5"})
    await desk.run()
    assert desk.outcomes("bills") == {"INV-1": "refused"}
    desk.rules |= {"tax_account": "6150"}
    await desk.run()
    assert explained(desk, "INV-1") == Decimal("26.25")


async def test_a_bill_behind_one_that_qad_refuses_goes_with_what_was_received(desk: Desk) -> None:
    [gloves] = await ordered(desk)
    desk.qad.receive("PO-1", 1, 10)
    desk.qad.switches.change({"closed_periods": ["2026-07"]})
    desk.bill("INV-1", {"order_item": gloves, "quantity": "10"}, invoice_date="2026-07-01", gl_post_date="2026-07-01")
    desk.bill("INV-2", {"order_item": gloves, "quantity": "10"})
    await desk.run()
    assert desk.outcomes("bills") == {"INV-1": "refused", "INV-2": "held"}
    for _ in range(2):
        await desk.run()
    assert desk.outcomes("bills") == {"INV-1": "refused", "INV-2": "created"}
