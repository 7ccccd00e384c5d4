"""What was received is read exactly and in few calls; receipts are a source like others."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.qad.client import QadClient
from blocks.qad.purchasing import PurchaseOrder, PurchaseOrderLine, Receipt
from blocks.qad.receipts import Received, close_together, open_receivers, received
from blocks.qad.source import QadSource
from tests.sandbox.qad import QadSandbox
from tests.unit.blocks.qad_tenant import opened, tenant

KEY = ("receiver", "purchase_order", "line")


@pytest.fixture
def qad() -> QadSandbox:
    return tenant()


@pytest.fixture
async def client(qad: QadSandbox) -> AsyncIterator[QadClient]:
    async with opened(qad) as client:
        yield client


def add_orders(qad: QadSandbox, *numbers: str) -> None:
    for number in numbers:
        qad.add_order(number, lines=[{"quantityOrdered": 10, "purchaseCost": "3.33333"}, {"quantityOrdered": 5}])


def browses(qad: QadSandbox) -> int:
    return len(qad.frame.calls("browses?"))


async def test_receipts_and_what_went_back_are_added_up_by_line(qad: QadSandbox, client: QadClient) -> None:
    add_orders(qad, "PF1001", "PF1002")
    qad.receive("PF1001", 1, 4, on="2026-10-01", receiver="RC1")
    qad.receive("PF1001", 1, 3, on="2026-10-05")
    qad.correct_receipt("RC1", "PF1001", 1, 1, on="2026-10-07")
    qad.receive("PF1001", 2, 5, on="2026-10-02")
    qad.receive("PF1002", 1, 1)
    found = await received(client, ["PF1001"])
    assert found == {
        "PF1001/1": Received(Decimal(6), Decimal("19.99998"), date(2026, 10, 7)),
        "PF1001/2": Received(Decimal(5), Decimal("500.00"), date(2026, 10, 2)),
    }


async def test_orders_with_numbers_close_together_cost_one_call(qad: QadSandbox, client: QadClient) -> None:
    numbers = [f"PF{number}" for number in range(1001, 1031)]
    add_orders(qad, *numbers, "PF1031", "ODD", "10029")
    for number in (*numbers, "PF1031", "ODD"):
        qad.receive(number, 1, 2)
    found = await received(client, [*numbers, "ODD", "10029", ""])
    assert set(found) == {f"{number}/1" for number in [*numbers, "ODD"]}
    assert browses(qad) == 3


async def test_a_range_full_of_other_orders_is_given_up(qad: QadSandbox) -> None:
    add_orders(qad, "PF1001", "PF1003", *(f"PF10020{number:02}" for number in range(40)))
    for number in range(40):
        qad.receive(f"PF10020{number:02}", 1, 1)
    qad.receive("PF1003", 1, 1)
    async with opened(qad, browsing={"page_size": 5}) as client:
        assert set(await received(client, ["PF1001", "PF1003"])) == {"PF1003/1"}
    assert browses(qad) == 4


async def test_without_costs_the_quantity_is_told_and_no_amount(qad: QadSandbox) -> None:
    add_orders(qad, "PF1001")
    qad.receive("PF1001", 1, 4, on="2026-10-01")
    async with opened(qad, entities={"po_receipt": {"fields": {"cost": None}}}) as client:
        assert await received(client, ["PF1001"]) == {"PF1001/1": Received(Decimal(4), None, date(2026, 10, 1))}


async def test_only_what_no_invoice_was_matched_with_is_open(qad: QadSandbox, client: QadClient) -> None:
    add_orders(qad, "PF1001", "PF1002")
    qad.receive("PF1001", 2, 1, on="2026-10-05", receiver="RC2")
    qad.receive("PF1001", 2, 3, on="2026-10-01", receiver="RC3")
    qad.receive("PF1002", 2, 3)
    purchase = [{"domainCode": "10USA", "purchaseOrderNumber": "PF1001"}]
    bill = qad.add_invoice(
        invoiceStatusCode="AP-INITIAL", originalCreditTC="200.00", supplierInvoicePOs=purchase, postingLines=[]
    )
    assert [one.receiver for one in await open_receivers(client, "PF1001")] == ["RC3", "RC2"]
    qad.match(bill)
    left = await open_receivers(client, "PF1001")
    assert [(one.receiver, one.quantity_open) for one in left] == [("RC3", Decimal(1)), ("RC2", Decimal(1))]


async def test_receipts_are_read_by_their_date_a_day_early_and_again_by_id(qad: QadSandbox, client: QadClient) -> None:
    add_orders(qad, "PF1001")
    for day, receiver in (("2026-10-01", "RC1"), ("2026-10-02", "RC2"), ("2026-10-03", "RC/3")):
        qad.receive("PF1001", 1, 2, on=day, receiver=receiver)
    source = QadSource(client, "po_receipt", Receipt, key=KEY, ref="receiver")
    page = await source.page(datetime(2026, 10, 3, 8, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), "")
    assert [(row.id, row.ref) for row in page.rows] == [("RC%2F3/PF1001/1", "RC/3"), ("RC2/PF1001/1", "RC2")]
    assert {type(row.content.quantity) for row in page.rows} == {Decimal}
    assert [row.content.id for row in page.rows] == [row.id for row in page.rows]
    early = await source.page(None, datetime(2026, 10, 1, tzinfo=UTC), "")
    assert [row.id for row in early.rows] == ["RC1/PF1001/1", "RC2/PF1001/1"]
    again = await source.load([row.id for row in page.rows] + ["RC9/PF1001/1", "nonsense"])
    assert [(row.id, row.hash) for row in again] == [(row.id, row.hash) for row in page.rows]


@given(st.sets(st.from_regex(r"(PF|PO)?[0-9]{1,4}", fullmatch=True)))
def test_every_number_is_asked_for_once_and_ranges_are_in_order_for_qad_too(numbers: set[str]) -> None:
    groups = close_together(numbers)
    assert sorted(number for group in groups for number in group) == sorted(numbers)
    for group in groups:
        assert group == sorted(group)
        assert len({len(number) for number in group}) == 1


def test_orders_and_lines_are_read_from_sparse_records() -> None:
    order = PurchaseOrder.model_validate({"number": "PF/1", "status": "", "new": 1, "due_date": "soon"})
    assert (order.id, order.is_open, order.due_date) == ("PF/1", True, None)
    assert not PurchaseOrder.model_validate({"number": "1", "status": "CLOSED"}).is_open
    assert PurchaseOrder.model_validate({"number": "1", "status": "NEVERSEEN"}).is_open
    line = PurchaseOrderLine.model_validate({"number": "PF/1", "line": Decimal("3.0"), "cost": "2.50000"})
    assert (line.id, line.cost, line.quantity_received) == ("PF%2F1/3", Decimal("2.5"), None)
    receipt = Receipt.model_validate({"receiver": "RC1", "purchase_order": "PF1", "line": "2"})
    assert (receipt.id, receipt.amount, receipt.quantity_open) == ("RC1/PF1/2", None, None)
