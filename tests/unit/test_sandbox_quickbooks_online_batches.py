"""The QuickBooks Online emulator does batches and repeated requests as Intuit does, seen over real HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.quickbooks_online.driver import Desk, Door, code
from tests.sandbox.serving import served


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def desk(door: tuple[Door, str]) -> Iterator[Desk]:
    door[0].qbo = QuickBooksSandbox()
    door[0].qbo.options(throttle=False)
    desk = Desk(door[0].qbo, door[1])
    yield desk
    desk.close()


def create(b_id: str, name: str) -> dict[str, Any]:
    return {"bId": b_id, "operation": "create", "Vendor": {"DisplayName": name}}


def names(desk: Desk) -> list[str]:
    return [vendor["DisplayName"] for vendor in desk.qbo.vendors.values()]


def test_items_are_done_in_order_and_each_is_refused_alone(desk: Desk) -> None:
    known = desk.qbo.add_vendor(DisplayName="Known")
    answers = desk.batch(
        create("a", "Anna"),
        create("b", "anna"),
        {"bId": "c", "operation": "update", "Vendor": {"Id": known["Id"], "SyncToken": "7", "DisplayName": "X"}},
        {"bId": "d", "Query": "select * from Vendor where DisplayName = 'Anna'"},
        {"bId": "e", "CDCQuery": {"Entities": "Vendor", "ChangedSince": known["MetaData"]["CreateTime"]}},
        {"bId": "f", "operation": "merge", "Vendor": {"DisplayName": "Y"}},
        {"bId": "g", "operation": "create", "Vendors": {"DisplayName": "Y"}},
        create("h", "Bob"),
    )
    assert [answer["bId"] for answer in answers] == list("abcdefgh")
    assert [code(answer) if "Fault" in answer else "" for answer in answers] == [
        "",
        "6240",
        "5010",
        "",
        "",
        "500",
        "2010",
        "",
    ]
    assert answers[3]["QueryResponse"]["Vendor"][0]["Id"] == answers[0]["Vendor"]["Id"]
    assert answers[4]["CDCResponse"][0]["QueryResponse"][0]["maxResults"] == 2
    assert names(desk) == ["Known", "Anna", "Bob"]
    assert desk.qbo.batches == [8]


def test_a_batch_deletes_and_forces_numbers_as_single_calls_do(desk: Desk) -> None:
    desk.qbo.add("Account", Name="Supplies", AccountType="Expense")
    vendor = desk.qbo.add_vendor(DisplayName="Anna")["Id"]
    first = desk.write("PurchaseOrder", desk.order(vendor, "N-1"))
    order = {"operation": "create", "PurchaseOrder": desk.order(vendor, "N-1")}
    gone = {"operation": "delete", "PurchaseOrder": {"Id": first["Id"], "SyncToken": "0"}}
    again, forced, deleted = desk.batch(
        {**order, "bId": "1"}, {**order, "bId": "2", "optionsData": "allowduplicatedocnum"}, {**gone, "bId": "3"}
    )
    assert code(again) == "6140"
    assert forced["PurchaseOrder"]["DocNumber"] == "N-1"
    assert deleted["PurchaseOrder"] == {"status": "Deleted", "domain": "QBO", "Id": first["Id"]}


def test_a_batch_has_at_most_30_items(desk: Desk) -> None:
    items = [create(str(number), f"Vendor {number}") for number in range(31)]
    assert desk.batch(*items) == "1040"
    assert len(desk.batch(*items[:30])) == 30
    assert desk.batch() == "2020"
    assert desk.batch({"operation": "create", "Vendor": {}}) == "2020"


def test_a_repeated_batch_is_answered_again_and_done_once(desk: Desk) -> None:
    request_id = "0b6c2f3e-7a41-4d0d-9a63-5b1f0c9e2a10"
    first = desk.batch(create("a", "Anna"), create("b", "Anna"), create("c", "Cleo"), request_id=request_id)
    again = desk.batch(create("c", "Cleo"), create("b", "Bob"), create("d", "Dora"), request_id=request_id)
    assert again[0] == first[2]
    assert [code(first[1]), again[1]["Vendor"]["DisplayName"]] == ["6240", "Bob"]
    assert names(desk) == ["Anna", "Cleo", "Bob", "Dora"]


def test_a_lost_answer_hides_what_was_done_until_it_is_asked_again(desk: Desk) -> None:
    desk.qbo.frame.faults.add(Fault("lost_after", match="/batch"))
    with pytest.raises(httpx.TransportError):
        desk.batch(create("a", "Anna"), request_id="r-1")
    assert names(desk) == ["Anna"]
    assert desk.batch(create("a", "Anna"), request_id="r-1")[0]["Vendor"]["DisplayName"] == "Anna"
    assert names(desk) == ["Anna"]
    desk.qbo.frame.faults.add(Fault("lost_before", match="/batch"))
    with pytest.raises(httpx.TransportError):
        desk.batch(create("b", "Bob"), request_id="r-2")
    assert names(desk) == ["Anna"]


def test_request_ids_belong_to_a_company_for_a_while(desk: Desk) -> None:
    first = desk.write("Vendor", {"DisplayName": "Anna"}, requestid="r-1")
    assert desk.write("Vendor", {"DisplayName": "Bob"}, requestid="r-1") == first
    assert desk.write("Vendor", {"DisplayName": "Anna"}, requestid="r-2") == "6240"
    assert desk.write("Vendor", {"DisplayName": "Cleo"}, requestid="r-2")["DisplayName"] == "Cleo"
    desk.qbo.add_company("9341450000000002")
    desk.sign_in("9341450000000002")
    other = desk.ask("POST", "/vendor", {"DisplayName": "Anna"}, realm="9341450000000002", requestid="r-1")
    assert other.json()["Vendor"]["Id"] == "56"
    assert len(desk.qbo.companies["9341450000000002"].vendors) == 1
    desk.qbo.frame.clock.advance(25 * 3600)
    desk.sign_in()
    assert desk.write("Vendor", {"DisplayName": "Dora"}, requestid="r-1")["DisplayName"] == "Dora"


def test_request_ids_have_a_length(desk: Desk) -> None:
    assert desk.write("Vendor", {"DisplayName": "Anna"}, requestid="r" * 51) == "2050"
    assert desk.write("Vendor", {"DisplayName": "Anna"}, requestid="r" * 50)["Id"] == "56"
    assert desk.batch(create("a", "Bob"), request_id="r" * 37) == "2050"
    assert desk.batch(create("a" * 11, "Bob"), request_id="r" * 36) == "2050"
    assert "Vendor" in desk.batch(create("a" * 36, "Bob"))[0]
