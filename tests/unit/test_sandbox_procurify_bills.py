"""Bills and payments of the Procurify emulator, seen over real HTTP."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.procurify.driver import Desk, Door
from tests.sandbox.procurify.wire import Refusal
from tests.sandbox.serving import served

BILLS, PAYMENTS, MARK = "/api/v3/ap/bills/", "/api/public/v1/payments/", "/api/v3/ap/bills/mark-as-paid/"


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def desk(door: tuple[Door, str]) -> Iterator[Desk]:
    door[0].procurify = ProcurifySandbox()
    desk = Desk(door[0].procurify, door[1])
    yield desk
    desk.close()


def order(desk: Desk) -> Any:
    """Raises an order of paper and lamps; the accounts exist, too."""
    office = desk.office
    office.add_department("Operations", "D-OPS")
    office.add_department("Plant", "D-PLT")
    office.add_account_code("6100", "Office supplies")
    office.add_account_code("6150", "Freight in")
    seller = office.add_vendor("Northwind Paper Ltd", "V-10045")["id"]
    return again(desk, seller)


def again(desk: Desk, seller: int) -> Any:
    lines = [
        {"name": "Copy paper A4", "quantity": 40, "price": "6.25", "code": "6100"},
        {"name": "Desk lamp", "quantity": 2, "price": "119", "code": "6100"},
    ]
    return desk.office.raise_po(seller, lines, freight=15)


def read(desk: Desk, uuid: str) -> Any:
    return desk.read(f"/api/v2/ap/bills/{uuid}/")["data"]


def total(bill: Any) -> Decimal:
    """Returns what the coded amounts, taxes and shipping add up to."""
    coded = [share["amount"] for item in bill["items"] for share in item["cost_allocations"]]
    coded += [cost["cost_allocation"]["amount"] for cost in bill["costs"]]
    shipping = [item["shipping_amount"] or "0" for item in bill["items"]]
    return sum(map(Decimal, coded + shipping), sum((item["tax_amount"] for item in bill["items"]), Decimal(0)))


def test_a_bill_of_an_order_is_told_as_the_vendor_tells_it(desk: Desk) -> None:
    raised = order(desk)
    paper = raised["order_items"][0]["id"]
    desk.office.receive(paper, 40)
    bill = desk.office.bill(
        [{"order_item": paper, "quantity": 40, "tax_percentage": 5}], invoice_number="INV-88120",
        invoice_date="2026-11-17", due_date="2026-12-17", gl_post_date="2026-11-18",
        costs=[{"name": "Freight", "amount": 15, "code": "6150"}],
    )  # fmt: skip
    told = read(desk, bill["uuid"])
    amounts = ("subtotal_cost", "total_cost", "tax_amount", "exclusive_tax_amount", "total_cost_with_tax")
    assert [str(told[name]) for name in amounts] == ["250.0", "265.0", "12.5", "12.5", "277.5"]
    assert (told["invoice_total"], told["converted_total_cost"]) == (Decimal("277.5"), 265)
    assert (told["invoice_date"], told["due_date"]) == ("2026-11-17T00:00:00-08:00", "2026-12-17T23:00:00-08:00")
    [item] = told["items"]
    assert (item["quantity"], str(item["unit_cost"]), item["bill_by_cost"]) == ("40.00000000", "6.25", False)
    assert item["po"] == {name: raised[other] for name, other in
                          (("id", "procurify_PO"), ("number", "number"), ("uuid", "uuid"))}  # fmt: skip
    assert (item["orderitem"]["id"], item["orderitem"]["receivedPassQty"]) == (paper, 40)
    assert item["received_on"] and item["cost_allocations"][0]["amount"] == "250.00000000"
    assert told["costs"][0]["cost_allocation"]["budget"]["account_code"]["code"] == "6150"
    assert told["added_purchase_orders"][0]["id"] == raised["procurify_PO"]
    assert [step["status"] for step in told["bill_statuses"]] == [1, 2]
    assert total(told) == told["total_cost_with_tax"]
    [row] = desk.rows(BILLS)
    assert row["items"] == [item["id"]] and row["vendor"] == {"id": 2, "name": "Northwind Paper Ltd"}
    assert (row["status"], row["total_cost_with_tax"], row["group"]) == (2, Decimal("277.5"), bill["group"])


def test_bills_are_addressed_by_uuid_alone(desk: Desk) -> None:
    raised = order(desk)
    bill = desk.office.bill([{"order_item": raised["order_items"][0]["id"], "quantity": 1}])
    assert read(desk, bill["uuid"].replace("-", ""))["id"] == bill["id"]
    assert desk.ask("GET", f"/api/v2/ap/bills/{bill['id']}/").status_code == 404
    assert desk.ask("POST", BILLS, {}).status_code == 405
    assert desk.ask("DELETE", f"/api/v3/ap/bills/{bill['uuid']}/").status_code == 405


@pytest.mark.parametrize(
    ("item", "net", "tax", "whole"),
    [
        ({"quantity": 3, "unit_cost": "0.33333333"}, "1.0", "0.0", "1.0"),
        ({"cost": "105", "tax_percentage": 5, "tax_is_inclusive": True}, "100.0", "5.0", "105.0"),
        ({"cost": "99.99", "tax_percentage": "7.5", "tax_is_inclusive": True}, "93.01", "6.98", "99.99"),
        ({"cost": "10", "tax_amount": "1.23", "shipping_amount": "4.5"}, "10.0", "1.23", "15.73"),
    ],
)  # fmt: skip
def test_taxes_inside_and_on_top_add_up(desk: Desk, item: Any, net: str, tax: str, whole: str) -> None:
    line = order(desk)["order_items"][0]["id"]
    told = read(desk, desk.office.bill([{"order_item": line, **item}])["uuid"])
    [shown] = told["items"]
    assert (str(shown["total_cost"]), str(shown["tax_amount"]), str(told["total_cost_with_tax"])) == (net, tax, whole)
    assert shown["bill_by_cost"] == ("cost" in item)
    assert (shown["quantity"] is None) == ("cost" in item)
    assert total(told) == Decimal(whole)


def test_one_bill_may_cover_several_orders_parts_of_them_and_none(desk: Desk) -> None:
    first = order(desk)
    second = again(desk, 2)
    split = [{"code": "6100", "department": "D-OPS", "amount": "16.67"},
             {"code": "6100", "department": "D-PLT", "amount": "33.33"}]  # fmt: skip
    items: list[Any] = [
        {"order_item": first["order_items"][0]["id"], "quantity": "12.5"},
        {"order_item": second["order_items"][1]["id"], "cost": "50", "allocations": split},
        {"po": first["uuid"], "description": "Freight", "cost": "15"},
        {"description": "Consulting", "cost": "20.05", "code": "6150"},
    ]
    told = read(desk, desk.office.bill(items)["uuid"])
    assert [order["id"] for order in told["added_purchase_orders"]] == [
        first["procurify_PO"], second["procurify_PO"]
    ]  # fmt: skip
    assert ["orderitem" in item for item in told["items"]] == [True, True, False, False]
    assert told["items"][2]["po"]["uuid"] == first["uuid"] and told["items"][3]["po"] is None
    assert [share["amount"] for share in told["items"][1]["cost_allocations"]] == ["16.67000000", "33.33000000"]
    assert total(told) == told["total_cost_with_tax"] == Decimal("163.18")  # 78.125 rounds up
    assert len(desk.rows("/api/v2/ap/items/", bill_uuid=told["uuid"])) == 4
    assert len(desk.rows("/api/v2/ap/items/", bill=1)) == 0


def test_an_approved_bill_can_be_pulled_back_changed_and_deleted(desk: Desk) -> None:
    line = order(desk)["order_items"][0]["id"]
    bill = desk.office.bill([{"order_item": line, "quantity": 4}], invoice_number="A-1")
    desk.office.fix_bill(bill["uuid"])
    told = read(desk, bill["uuid"])
    assert (told["status"], told["version"]) == (0, 2)
    assert told["last_modified_datetime"] > bill["last_modified_datetime"]
    desk.office.edit_bill(bill["uuid"], items=[{"order_item": line, "quantity": 5}], invoice_number="A-2")
    desk.office.approve_bill(bill["uuid"])
    told = read(desk, bill["uuid"])
    assert (told["status"], told["version"], told["invoice_number"]) == (2, 3, "A-2")
    assert str(told["total_cost"]) == "31.25"
    desk.office.delete_bill(bill["uuid"])
    assert desk.ask("GET", f"/api/v2/ap/bills/{bill['uuid']}/").status_code == 404
    assert desk.rows(BILLS) == []


def test_a_patch_without_fields_moves_the_date_and_statuses_are_not_filtered(desk: Desk) -> None:
    line = order(desk)["order_items"][0]["id"]
    bill = desk.office.bill([{"order_item": line, "quantity": 4}], status=1, type=1)
    path = f"/api/v3/ap/bills/{bill['uuid']}/"
    assert desk.write("PATCH", path, {})["last_modified_datetime"] > bill["last_modified_datetime"]
    assert desk.write("PATCH", path, {"note": "Late"})["note"] == "Late"
    assert len(desk.rows(BILLS, status="approved")) == 1
    assert len(desk.rows(BILLS, type=0)) == 0
    assert "last_modified_datetime_0" in desk.ask("OPTIONS", BILLS).text
    desk.office.options(bill_status_filter=True)
    assert len(desk.rows(BILLS, status=2)) == 0


def test_a_tenant_may_require_receipts_before_bills(desk: Desk) -> None:
    line = order(desk)["order_items"][0]["id"]
    desk.office.options(bills_need_receipts=True)
    desk.office.receive(line, 3, 1)
    desk.office.bill([{"order_item": line, "quantity": 2}])
    with pytest.raises(Refusal, match="not received"):
        desk.office.bill([{"order_item": line, "quantity": 2}])
    assert len(desk.rows(BILLS)) == 1


def test_a_payment_is_joined_to_its_bills_by_group(desk: Desk) -> None:
    line = order(desk)["order_items"][0]["id"]
    first, second = (desk.office.bill([{"order_item": line, "quantity": each}]) for each in (1, 2))
    payment = desk.office.pay([first["uuid"], second["uuid"]], status="processing", processing_date="2026-12-12")
    [row] = desk.rows(PAYMENTS)
    assert (row["amount"], row["status"], row["processing_date"]) == ("18.75", "processing", "2026-12-12")
    assert row["bill_groups"] == [first["group"], second["group"]]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["created_at"])
    assert "bill" not in row
    assert [read(desk, each["uuid"])["status"] for each in (first, second)] == [8, 8]
    desk.office.set_payment(payment["uuid"], "paid")
    told = read(desk, first["uuid"])
    assert (told["status"], told["bill_payment"]["payment"]["status"]) == (4, 5)
    desk.office.set_payment(payment["id"], None)
    told = read(desk, first["uuid"])
    assert (told["status"], told["bill_payment"]) == (2, None)
    assert desk.rows(PAYMENTS)[0]["status"] is None


def test_marking_as_paid_works_and_is_recorded(desk: Desk) -> None:
    line = order(desk)["order_items"][0]["id"]
    bill = desk.office.bill([{"order_item": line, "quantity": 1}])
    assert desk.office.forbidden_writes() == []
    body = {"bill_uuids": [bill["uuid"].replace("-", "")], "bill_group_ids": [], "payment_date": "2026-11-21"}
    assert desk.ask("POST", MARK, body).json() == body
    assert (read(desk, bill["uuid"])["status"], desk.rows(PAYMENTS)) == (4, [])
    assert desk.write("POST", MARK, body) == (400, ["detail"])
    assert [row["path"] for row in desk.office.forbidden_writes()] == [MARK, MARK]
    assert len(desk.office.books.marked) == 2


def test_the_papers_total_may_differ_and_statuses_may_be_unknown(desk: Desk) -> None:
    line = order(desk)["order_items"][0]["id"]
    bill = desk.office.bill([{"order_item": line, "quantity": 1}], invoice_total="6.26")
    desk.office.set_bill_status(bill["uuid"], 17)
    told = read(desk, bill["uuid"])
    assert (str(told["invoice_total"]), str(told["total_cost_with_tax"]), told["status"]) == ("6.26", "6.25", 17)
