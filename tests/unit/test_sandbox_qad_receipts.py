"""Receipts in the QAD emulator: what arrived, what went back, and what that leaves of an order's freedom to change."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.sandbox.qad import QadSandbox
from tests.sandbox.qad.ordering import (
    GRID,
    HEADERS,
    OPEN_RECEIVERS,
    RECEIPTS,
    line_key,
    order_body,
    order_key,
    stored_line,
)
from tests.sandbox.qad.visitor import Door, Tenant, refusal, the_one
from tests.sandbox.qad.wire import RejectedError
from tests.sandbox.serving import served


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def tenant(door: tuple[Door, str]) -> Iterator[Tenant]:
    """A tenant with the order PO1 of two lines: 10 at 2.50 and 4 at 2.50."""
    qad = door[0].qad = QadSandbox()
    qad.seed(accounts=[{"accountCode": "6010"}], suppliers=[{"supplierCode": "10S1001"}, {"supplierCode": "10S1002"}])
    tenant = Tenant(qad, door[1])
    with tenant.http:
        the_one(tenant.post(HEADERS, order_body()))
        stored_line(tenant)
        stored_line(tenant, quantityOrdered=4)
        yield tenant


def rows(tenant: Tenant, browse: str, *filters: str) -> list[tuple[Any, ...]]:
    names = ("receiver", "line", "rcvd")
    found = tenant.browse(browse, *filters)["data"]
    return [tuple(row[f"prh_hist.prh_{name}"] for name in names) for row in found]


def test_a_receipt_is_a_row_and_moves_its_line(tenant: Tenant) -> None:
    tenant.qad.receive("PO1", 1, "4", on=date(2026, 8, 3), receiver="RC7")
    row = tenant.browse(RECEIPTS)["data"][0]
    assert row == {
        "prh_hist.prh_domain": "10USA", "prh_hist.prh_receiver": "RC7", "prh_hist.prh_nbr": "PO1",
        "prh_hist.prh_line": 1, "prh_hist.prh_part": "MEMO-1", "prh_hist.prh_um": "EA", "prh_hist.prh_vend": "10S1001",
        "prh_hist.prh_rcp_date": "2026-08-03T00:00:00.000Z", "prh_hist.prh_rcvd": 4, "prh_hist.prh_ps_qty": 4,
        "prh_hist.prh_pur_cost": Decimal("2.5"), "prh_hist.prh_curr": "USD", "prh_hist.prh_site": "10-100",
    }  # fmt: skip
    line = tenant.stored(GRID, **line_key())
    assert (line["quantityReceived"], line["lineStatus"]) == (4, "")
    asked = "purchaseOrderLines/isReceivedPurchaseOrderLineV2"
    assert [tenant.get(asked, **line_key(line=n))["data"].popitem()[1] for n in (1, 2)] == [True, False]


def test_two_receipts_of_a_day_are_two_rows_and_one_receiver_may_have_several_lines(tenant: Tenant) -> None:
    for quantity in (2, 3):
        tenant.qad.receive("PO1", 1, quantity, on="2026-08-03")
    tenant.qad.receive("PO1", 1, 1, on="2026-08-04", receiver="RC7")
    tenant.qad.receive("PO1", 2, 1, on="2026-08-04", receiver="RC7")
    day = "prh_hist.prh_rcp_date,eq,2026-08-03T00:00:00.000Z,literal"
    assert rows(tenant, RECEIPTS, day) == [("RC001001", 1, 2), ("RC001002", 1, 3)]
    assert rows(tenant, RECEIPTS, "prh_hist.prh_receiver,eq,RC7,") == [("RC7", 1, 1), ("RC7", 2, 1)]
    with pytest.raises(RejectedError, match="RC7 already exists"):
        tenant.qad.receive("PO1", 1, 1, receiver="RC7")


def test_what_is_received_in_full_closes_the_line_and_then_the_order(tenant: Tenant) -> None:
    tenant.qad.receive("PO1", 1, 10)
    assert tenant.stored(GRID, **line_key())["lineStatus"] == "C"
    assert tenant.stored(HEADERS, **order_key())["orderStatus"] == "O"
    tenant.qad.receive("PO1", 2, 4)
    assert tenant.stored(HEADERS, **order_key())["orderStatus"] == "C"
    with pytest.raises(RejectedError, match="closed"):
        tenant.qad.receive("PO1", 2, 1)


def test_more_than_ordered_is_received_only_within_the_tolerance(tenant: Tenant) -> None:
    with pytest.raises(RejectedError, match="10 was ordered"):
        tenant.qad.receive("PO1", 1, "10.5")
    tenant.qad.options(over_receipt_percent=5)
    assert tenant.qad.receive("PO1", 1, "10.5")["quantityReceived"] == Decimal("10.5")


def test_a_correction_is_a_negative_receipt_and_opens_the_line_again(tenant: Tenant) -> None:
    receipt = tenant.qad.receive("PO1", 1, 10)
    tenant.qad.receive("PO1", 2, 4)
    tenant.qad.correct_receipt(receipt["receiverNumber"], "PO1", 1, 3)
    assert [quantity for _, _, quantity in rows(tenant, RECEIPTS)] == [10, 4, -3]
    line, header = tenant.stored(GRID, **line_key()), tenant.stored(HEADERS, **order_key())
    assert (line["quantityReceived"], line["lineStatus"], header["orderStatus"]) == (7, "", "")
    with pytest.raises(RejectedError, match="7 is left"):
        tenant.qad.correct_receipt(receipt["receiverNumber"], "PO1", 1, 8)


def test_a_line_cannot_be_changed_below_what_was_received_nor_deleted(tenant: Tenant) -> None:
    receipt = tenant.qad.receive("PO1", 1, 4)
    line = tenant.stored(GRID, **line_key())
    for change in ({"quantityOrdered": 3}, {"lineStatus": "X"}, {"itemCode": "OTHER"}, {"unitOfMeasure": "BX"}):
        (name,) = change
        error = refusal(tenant.post(GRID, {**line, **change}, **line_key()))
        assert error["fieldName"].lower() == name.lower()
    assert the_one(tenant.post(GRID, {**line, "quantityOrdered": 4}, **line_key()))["quantityOrdered"] == 4
    tenant.qad.correct_receipt(receipt["receiverNumber"], "PO1", 1, 4)
    for resource, key in ((GRID, line_key()), (HEADERS, order_key())):
        assert "has receipts" in refusal(tenant.delete(resource, **key))["message"]
    assert len(tenant.qad.order_lines) == 2 and len(tenant.qad.orders) == 1


def test_a_line_that_is_over_only_opens_again(tenant: Tenant) -> None:
    tenant.qad.receive("PO1", 1, 10)
    closed = tenant.stored(GRID, **line_key())
    assert refusal(tenant.post(GRID, {**closed, "quantityOrdered": 12}, **line_key()))["fieldName"] == "LineStatus"
    opened = the_one(tenant.post(GRID, {**closed, "quantityOrdered": 12, "lineStatus": ""}, **line_key()))
    assert (opened["quantityOrdered"], opened["lineStatus"]) == (12, "")
    cancelled = tenant.qad.edit_line("PO1", 2, lineStatus="X")
    sent = {**tenant.stored(GRID, **line_key(line=2)), "lineStatus": ""}
    assert refusal(tenant.post(GRID, sent, **line_key(line=2)))["fieldName"] == "LineStatus"
    assert cancelled["lineStatus"] == "X"


def test_what_a_client_says_was_received_is_passed_over(tenant: Tenant) -> None:
    line = tenant.stored(GRID, **line_key())
    assert the_one(tenant.post(GRID, {**line, "quantityReceived": 9}, **line_key()))["quantityReceived"] == 0


def test_an_order_of_which_something_was_received_is_closed_but_neither_cancelled_nor_given_away(
    tenant: Tenant,
) -> None:
    tenant.qad.receive("PO1", 1, 4)
    header = tenant.stored(HEADERS, **order_key())
    for change in ({"orderStatus": "X"}, {"supplierCode": "10S1002"}):
        assert "was received" in refusal(tenant.post(HEADERS, {**header, **change}, **order_key()))["message"]
    assert the_one(tenant.post(HEADERS, {**header, "orderStatus": "C"}, **order_key()))["orderStatus"] == "C"
    with pytest.raises(RejectedError, match="closed"):
        tenant.qad.receive("PO1", 1, 1)
    with pytest.raises(RejectedError, match="was received"):
        tenant.qad.cancel_order("PO1")


def test_a_receiver_is_open_until_it_is_matched_or_finished(tenant: Tenant) -> None:
    tenant.qad.receive("PO1", 1, 6, on="2026-08-03")
    tenant.qad.receive("PO1", 2, 4, on="2026-08-04")
    lines = [
        {"receiverNumber": "RC001001", "purchaseOrderNumber": "PO1", "purchaseOrderLine": 1, "matchedQuantity": 2,
         "matchedAmountTC": 5},
        {"receiverNumber": "RC001002", "purchaseOrderNumber": "PO1", "purchaseOrderLine": 2, "matchedQuantity": 1,
         "matchedAmountTC": "2.50", "isFinished": True},
    ]  # fmt: skip
    orders = [{"domainCode": "10USA", "purchaseOrderNumber": "PO1"}]
    invoice = tenant.qad.add_invoice(originalCreditTC="7.50", invoiceStatusCode="AP-INITIAL", supplierInvoicePOs=orders)
    tenant.qad.match(invoice, lines)
    left = tenant.browse(OPEN_RECEIVERS, "prh_hist.prh_nbr,eq,PO1,literal")["data"]
    assert [(row["prh_hist.prh_receiver"], row["pvo_mstr.pvo_vouchered_qty"]) for row in left] == [("RC001001", 2)]
    assert len(rows(tenant, RECEIPTS)) == 2


def test_another_process_orders_and_receives(tenant: Tenant) -> None:
    steer = tenant.url.replace("/clouderp", "/_sandbox")
    lines = [{"quantityOrdered": "2", "purchaseCost": "19.995"}]
    made = httpx.post(f"{steer}/add_order", json={"purchaseOrderNumber": "PO7", "lines": lines}).json()
    assert made["supplierCode"] == "10S1001"
    received = {"po": "PO7", "line": 1, "quantity": "1.5", "on": "2026-08-03"}
    receipt = httpx.post(f"{steer}/receive", json=received).json()
    assert (receipt["quantityReceived"], receipt["purchaseCost"]) == ("1.5", "19.995")
    back = {"receiver": receipt["receiverNumber"], "po": "PO7", "line": 1, "quantity": "0.5"}
    assert httpx.post(f"{steer}/correct_receipt", json=back).json()["quantityReceived"] == "-0.5"
    dumped = httpx.post(f"{steer}/dump", json={}).json()
    assert len(dumped["orders"]) == 2 and len(dumped["order_lines"]) == 3 and len(dumped["receipts"]) == 2
    assert httpx.post(f"{steer}/close_order", json={"purchaseOrderNumber": "PO7"}).json()["orderStatus"] == "C"
