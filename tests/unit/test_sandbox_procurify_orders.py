"""Purchase orders and receipts of the Procurify emulator, seen over real HTTP."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.procurify.driver import ORDERS, Desk, Door, errors
from tests.sandbox.procurify.wire import Refusal
from tests.sandbox.serving import served

DETAIL, LINES = "/api/v2/purchase_orders", "/api/v3/order-items/"


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


def order(desk: Desk, **header: Any) -> Any:
    """Raises the order of two lines that the others look at."""
    office = desk.office
    office.add_department("Operations", "D-OPS")
    office.add_department("Plant", "D-PLT")
    office.add_account_code("6100", "Office supplies")
    seller = office.add_vendor("Northwind Paper Ltd", "V-10045")["id"]
    lines: list[Any] = [
        {"name": "Copy paper A4", "quantity": 40, "price": "6.25", "code": "6100", "department": "D-OPS",
         "tax_percentage": 5, "sku": "NP-A4-80"},
        {"name": "Desk lamp", "quantity": 2, "price": "119", "code": "6100", "tax_percentage": 5},
    ]  # fmt: skip
    told = {"freight": 15, "discount": 8, "promise_date": "2026-11-25", **header}
    return office.raise_po(seller, lines, **told)


def read(desk: Desk, uuid: str) -> Any:
    return desk.read(f"{DETAIL}/{uuid}/")["data"]


def lists(desk: Desk, uuid: str) -> set[str]:
    names = ("all", "open", "partial", "closed", "cancelled", "paid")
    return {name for name in names if any(row["uuid"] == uuid for row in desk.rows(f"{DETAIL}/purchased/{name}/"))}


def test_an_order_adds_up_and_its_list_row_has_no_lines(desk: Desk) -> None:
    raised = order(desk, PO_Num="ACME-2207")
    told = desk.read(ORDERS)
    [row] = told["data"]
    assert (row["subtotal"], row["freight"], row["total"]) == ("488.00", "15.000000", "519.40")
    assert row["tax"] == {"value": Decimal("24.4"), "type": "amount"}
    assert (row["number"], row["PO_Num"], row["item_count"]) == ("ACME-2207", "ACME-2207", 2)
    assert "order_items" not in row
    assert row["shipping_method"] == "Ground"
    assert row["promise_date"] == "2026-11-25T23:00:00-08:00"
    assert told["metadata"]["counts"]["purchased"] == {
        "all": 1, "open": 1, "partial": 0, "closed": 0, "cancelled": 0, "page": 1
    }  # fmt: skip
    assert read(desk, raised["uuid"])["shipping_method"]["name"] == "Ground"
    desk.office.options(number_is_external=False)
    assert desk.rows(ORDERS)[0]["number"] == f"PF{raised['procurify_PO']}"


def test_the_detail_answers_to_id_and_uuid(desk: Desk) -> None:
    raised = order(desk)
    by_id = desk.read(f"{DETAIL}/{raised['procurify_PO']}/")
    assert by_id["metadata"] == {"can_edit": True, "can_delete": False}
    assert by_id["data"] == read(desk, raised["uuid"])
    assert by_id["data"]["order_items"][0]["account"]["department"]["external_id"] == "D-OPS"
    assert errors(desk.ask("GET", f"{DETAIL}/99/")) == (404, "Not found.")
    assert desk.ask("GET", f"{DETAIL}/approver/all/").status_code == 404


def test_quantities_are_numbers_in_the_detail_and_strings_in_the_flat_list(desk: Desk) -> None:
    raised = order(desk)
    text = desk.ask("GET", f"{DETAIL}/{raised['uuid']}/").text
    assert '"quantity":40.0,' in text and '"receivedPassQty":0.0,' in text and '"price":"6.25000000"' in text
    flat = next(row for row in desk.rows(LINES) if row["name"] == "Copy paper A4")
    assert (flat["quantity"], flat["price"], flat["tax_amount"]) == ("40.00000", "6.25000000", "12.50000000")
    assert flat["PO"] == [raised["procurify_PO"]]
    assert isinstance(flat["account"], int) and isinstance(flat["pref_vendor"], int)
    assert desk.rows("/api/v2/global/order_items/", sku="NP-A4-80") == [flat]


def test_an_order_closes_by_itself_when_all_of_it_arrived(desk: Desk) -> None:
    raised = order(desk)
    paper, lamp = (item["id"] for item in raised["order_items"])
    desk.office.receive(paper, 30)
    told = read(desk, raised["uuid"])
    assert (told["state"], told["fulfilment_status"]) == (0, "partial")
    assert [item["status"] for item in told["order_items"]] == [5, 2]
    assert lists(desk, raised["uuid"]) == {"all", "partial"}
    desk.office.receive(paper, 9, 1)
    desk.office.receive(lamp, 2)
    told = read(desk, raised["uuid"])
    assert (told["state"], told["fulfilment_status"]) == (3, "full")
    assert (told["order_items"][0]["receivedPassQty"], told["order_items"][0]["receivedFailQty"]) == (39, 1)
    assert told["closed_date"] and told["order_items"][0]["receive_log_count"] == 2
    assert lists(desk, raised["uuid"]) == {"all", "closed"}


def test_a_receipt_moves_its_line_and_the_order_only_by_switch(desk: Desk) -> None:
    raised = order(desk)
    item = raised["order_items"][0]
    desk.office.receive(item["id"], 1)
    told = read(desk, raised["uuid"])
    assert told["last_modified"] == raised["last_modified"]
    assert told["order_items"][0]["last_modified"] > item["last_modified"]
    assert told["order_items"][1]["last_modified"] == raised["order_items"][1]["last_modified"]
    desk.office.options(receiving_moves_order=True)
    desk.office.receive(item["id"], 1)
    assert read(desk, raised["uuid"])["last_modified"] > raised["last_modified"]


def test_receipts_can_be_corrected_and_deleted_without_a_trace(desk: Desk) -> None:
    raised = order(desk)
    item = raised["order_items"][0]["id"]
    desk.office.receive_all(raised["uuid"])
    [receipt] = desk.rows("/api/v3/receipt/items/", order_item=item)
    assert receipt["is_edited"] is False
    desk.office.edit_receipt(receipt["id"], pass_quantity="12.5")
    told = read(desk, raised["uuid"])
    assert (told["state"], told["order_items"][0]["receivedPassQty"]) == (5, Decimal("12.5"))
    [receipt] = desk.rows("/api/v3/receipt/items/", order_item=item)
    assert (receipt["pass_quantity"], receipt["is_edited"]) == ("12.50000", True)
    desk.office.delete_receipt(receipt["id"])
    assert desk.rows("/api/v3/receipt/items/", order_item=item) == []
    told = read(desk, raised["uuid"])
    assert (told["order_items"][0]["receivedPassQty"], told["order_items"][0]["status"]) == (0, 2)
    assert told["order_items"][0]["fully_received_actual_receive_date"] is None


def test_receiving_over_the_api_is_checked_and_answered_without_an_envelope(desk: Desk) -> None:
    raised = order(desk)
    item = raised["order_items"][0]["id"]
    body = {"order_item": item, "pass_quantity": "39", "fail_quantity": "1"}
    made = desk.ask("POST", "/api/v3/receipt/items/", body)
    assert (made.status_code, made.json()["total_quantity"]) == (201, "40.00000")
    path = "/api/v3/receipt/items/"
    assert desk.write("POST", path, body) == (400, ["order_item"])
    assert desk.write("POST", path, {"order_item": item, "pass_quantity": "1"}) == (400, ["fail_quantity"])
    desk.office.close_po(raised["uuid"])
    late = desk.ask("POST", path, {**body, "order_item": raised["order_items"][1]["id"]})
    assert errors(late) == (400, "Order item: Specified PO is not open for receiving")
    assert len(desk.office.forbidden_writes()) == 4


def test_a_revision_raises_the_version_and_touches_only_what_it_changes(desk: Desk) -> None:
    raised = order(desk)
    paper, lamp = raised["order_items"]
    pen = {"name": "Pen", "quantity": 1000, "price": "0.12345678", "code": "6100"}
    desk.office.revise_po(
        raised["uuid"], lines=[{"id": lamp["id"], "quantity": 3}], add_lines=[pen], comment="Three lamps", freight=0
    )
    told = read(desk, raised["uuid"])
    assert (told["version"], told["comment"], told["subtotal"]) == (2, "Three lamps", "730.46")
    assert told["last_modified"] > raised["last_modified"]
    assert [item["total_cost"] for item in told["order_items"]] == ["250.00", "357.00", "123.46"]
    assert told["order_items"][0]["last_modified"] == paper["last_modified"]
    desk.office.revise_po(raised["uuid"], remove_lines=[lamp["id"]])
    told = read(desk, raised["uuid"])
    assert [item["active"] for item in told["order_items"]] == [True, False, True]
    assert (told["item_count"], told["subtotal"]) == (2, "373.46")
    desk.office.options(removed_lines="absent")
    desk.office.revise_po(raised["uuid"], remove_lines=[paper["id"]])
    assert len(read(desk, raised["uuid"])["order_items"]) == 2
    gone = next(row for row in desk.rows(LINES) if row["id"] == paper["id"])
    assert (gone["purchase_order"], gone["PO"], gone["status"]) == (None, [], 0)


def test_an_order_saved_without_a_change_moves_but_keeps_its_version(desk: Desk) -> None:
    raised = order(desk, date="2026-11-12")
    assert raised["date"] == "2026-11-12T00:00:00-08:00"
    desk.office.touch_po(raised["uuid"])
    told = read(desk, raised["uuid"])
    assert told["last_modified"] > raised["last_modified"]
    assert {**told, "last_modified": ""} == {**raised, "last_modified": ""}


def test_less_than_what_arrived_cannot_be_ordered_nor_the_vendor_changed(desk: Desk) -> None:
    raised = order(desk)
    item = raised["order_items"][0]["id"]
    desk.office.receive(item, 10)
    for change in ({"lines": [{"id": item, "quantity": 9}]}, {"remove_lines": [item]}, {"pref_vendor": 1}):
        with pytest.raises(Refusal):
            desk.office.revise_po(raised["uuid"], **change)
    assert read(desk, raised["uuid"])["version"] == 1


def test_states_follow_one_another(desk: Desk) -> None:
    raised = order(desk)
    path = f"/api/v3/purchase-orders/{raised['procurify_PO']}"
    assert desk.write("POST", f"{path}/close/", {})["state"] == 3
    reopened = desk.ask("POST", f"{path}/reopen/")
    assert (reopened.status_code, reopened.content) == (200, b"")
    assert read(desk, raised["uuid"])["state"] == 5
    assert desk.write("POST", f"{path}/reopen/", {}) == (400, ["detail"])
    desk.office.cancel_po(raised["uuid"])
    assert read(desk, raised["uuid"])["state"] == 1
    assert lists(desk, raised["uuid"]) == {"all", "cancelled"}
    with pytest.raises(Refusal):
        desk.office.revise_po(raised["uuid"], comment="late")
    desk.office.delete_po(raised["uuid"])
    assert desk.ask("GET", f"{DETAIL}/{raised['uuid']}/").status_code == 404


def test_an_update_over_the_api_needs_every_field_and_the_current_version(desk: Desk) -> None:
    raised = order(desk)
    path = f"/api/v3/purchase-orders/{raised['procurify_PO']}/"
    assert "version" in desk.write("PUT", path, {"order_items": []})[1]
    body = {name: raised[name] for name in raised if name.startswith(("buyer_", "receiver_"))}
    body |= {"buyer_address": 1, "receiver_address": 1, "promise_date": "2026-12-01", "version": 1}
    body |= {"tax": raised["tax"], "discount": raised["discount"], "PO_Num": "ACME-1", "order_items": []}
    assert desk.write("PUT", path, {**body, "version": 7}) == (400, ["version"])
    assert desk.write("PUT", path, body)["version"] == 2
    assert read(desk, raised["uuid"])["PO_Num"] == "ACME-1"
    assert desk.write("PUT", path, body) == (400, ["version"])


def test_lines_by_amount_and_split_lines_are_told_as_such(desk: Desk) -> None:
    order(desk)
    office = desk.office
    seller, first, second = 2, office.account("6100", "D-OPS"), office.account("6100", "D-PLT")
    split = [{"account": first, "amount": "33.33"}, {"account": second, "amount": "66.67"}]
    lines = [
        {"name": "Retainer", "quantity": "1500.50", "price": 1, "account": first, "receive_method": 1},
        {"name": "Labels", "quantity": 1, "price": 100, "account": first, "allocations": split},
    ]
    raised = office.raise_po(seller, lines, currency="EUR")
    retainer, labels = read(desk, raised["uuid"])["order_items"]
    assert (retainer["receive_method"], retainer["total_cost"]) == (1, "1500.50")
    assert [part["amount"] for part in labels["spend_allocation"]] == ["33.33000000", "66.67000000"]
    assert labels["spend_allocation"][1]["account"]["department"]["name"] == "Plant"
    assert labels["currency"]["name"] == "EUR"
