"""The QuickBooks Online emulator tells of changes as Intuit does, seen by a receiver over real HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.quickbooks_online.driver import Desk, Door, Hook
from tests.sandbox.quickbooks_online.events import signature
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


@pytest.fixture
def hook(desk: Desk) -> Iterator[Hook]:
    hook = Hook()
    desk.qbo.options(webhook_urls=[hook.url], webhook_retry_scale=0.001, gather_seconds=0.02)
    yield hook
    desk.qbo.options(webhook_urls=[])
    hook.close()


def events(hook: Hook, count: int) -> list[Any]:
    """Returns the events once there are so many, whatever the deliveries they came in."""
    got = hook.until(lambda got: sum(len(json.loads(raw)) for raw, _signed in got) >= count)
    return [event for raw, _signed in got for event in json.loads(raw)]


def told(event: Any) -> tuple[str, str, str]:
    return event["intuitaccountid"], event["type"], event["intuitentityid"]


def test_the_signature_is_the_one_that_intuit_computes() -> None:
    token = "7f3c1b9a-5d2e-4c8f-9a61-0e4d2b7c8f55"
    body = (
        b'{"eventNotifications":[{"realmId":"9341450000000001","dataChangeEvent":{"entities":[{"name":"PurchaseOrder",'
        b'"id":"162","operation":"Update","lastUpdated":"2026-07-01T17:04:05.000Z"}]}}]}'
    )
    assert signature(token, body) == "unzfh1FnPWm4l/m+matz9srHiN4oZRmGxGdMOLvQ7GI="


def test_every_change_is_told_whoever_made_it(desk: Desk, hook: Hook) -> None:
    realm = desk.qbo.realm_id
    desk.qbo.add("Account", Name="Supplies", AccountType="Expense")
    vendor = desk.write("Vendor", {"DisplayName": "Anna"})["Id"]
    lost = desk.qbo.add_vendor(DisplayName="Ana")["Id"]
    order = desk.write("PurchaseOrder", desk.order(vendor))["Id"]
    bill = desk.qbo.bill_from_order(order)["Id"]
    paid = desk.qbo.pay_bill(bill)["Id"]
    desk.qbo.delete("BillPayment", paid)
    desk.qbo.merge_vendors(keep=vendor, lose=lost)
    got = events(hook, 12)
    assert [told(event) for event in got] == [
        (realm, "qbo.account.created.v1", "35"),
        (realm, "qbo.vendor.created.v1", vendor),
        (realm, "qbo.vendor.created.v1", lost),
        (realm, "qbo.purchaseorder.created.v1", order),
        (realm, "qbo.bill.created.v1", bill),
        (realm, "qbo.purchaseorder.updated.v1", order),
        (realm, "qbo.billpayment.created.v1", paid),
        (realm, "qbo.bill.updated.v1", bill),
        (realm, "qbo.billpayment.deleted.v1", paid),
        (realm, "qbo.bill.updated.v1", bill),
        (realm, "qbo.vendor.deleted.v1", lost),
        (realm, "qbo.vendor.merged.v1", vendor),
    ]
    assert got[-1]["data"] == {"deletedId": lost}
    assert len({event["id"] for event in got}) == 12
    for raw, signed in hook.got:
        assert signed == signature(desk.qbo.verifier_token, raw)


def test_a_write_that_changes_nothing_is_not_told(desk: Desk, hook: Hook) -> None:
    made = desk.write("Vendor", {"DisplayName": "Anna"})
    desk.write("Vendor", made)
    desk.write("Vendor", {**made, "DisplayName": "Anne"})
    assert [event["type"] for event in events(hook, 2)] == ["qbo.vendor.created.v1", "qbo.vendor.updated.v1"]


def test_one_delivery_may_tell_of_several_companies_in_either_format(desk: Desk, hook: Hook) -> None:
    made = [{"name": "Vendor", "id": "56", "operation": "created"}]
    made.append({"name": "Vendor", "id": "57", "operation": "merged", "deletedId": "71", "realm": "9341450000000002"})
    desk.qbo.options(webhook_format="both-alternating")
    for _time in range(2):
        desk.qbo.emit(made)
    bodies = [json.loads(raw) for raw, _signed in hook.until(lambda got: len(got) == 2)]
    old, new = sorted(bodies, key=lambda body: isinstance(body, list))
    assert [told(event)[0] for event in new] == [desk.qbo.realm_id, "9341450000000002"]
    assert [part["realmId"] for part in old["eventNotifications"]] == [desk.qbo.realm_id, "9341450000000002"]
    merged = old["eventNotifications"][1]["dataChangeEvent"]["entities"][0]
    assert (merged["operation"], merged["deletedId"]) == ("Merge", "71")


def test_companies_that_are_not_connected_are_silent(desk: Desk, hook: Hook) -> None:
    desk.qbo.add_company("9341450000000002", connected=False)
    desk.qbo.add_company("9341450000000003")
    desk.qbo.companies["9341450000000002"].add_vendor(DisplayName="Anna")
    desk.qbo.companies["9341450000000003"].add_vendor(DisplayName="Anna")
    assert [told(event) for event in events(hook, 1)] == [("9341450000000003", "qbo.vendor.created.v1", "56")]


def test_what_is_not_answered_with_200_comes_again_and_holds_the_rest_back(desk: Desk, hook: Hook) -> None:
    hook.answers = [400, 503]
    desk.qbo.emit([{"name": "Vendor", "id": "1"}])
    hook.until(lambda got: len(got) == 1)
    desk.qbo.emit([{"name": "Vendor", "id": "2"}])
    got = [json.loads(raw)[0]["intuitentityid"] for raw, _signed in hook.until(lambda got: len(got) == 4)]
    assert got == ["1", "1", "1", "2"]
    assert [row["attempt"] for row in desk.qbo.deliveries] == [1, 2, 3, 1]


def test_deliveries_are_lost_doubled_swapped_and_forged_on_request(desk: Desk, hook: Hook) -> None:
    def emitted(identifier: str) -> None:
        desk.qbo.emit([{"name": "Vendor", "id": identifier}])

    def arrived(count: int) -> list[str]:
        got = hook.until(lambda got: len(got) == count)
        return [json.loads(raw)[0]["intuitentityid"] for raw, _signed in got]

    desk.qbo.options(drop=1)
    emitted("1")
    desk.qbo.options(duplicate=True)
    emitted("2")
    assert arrived(2) == ["2", "2"]
    desk.qbo.options(duplicate=False, reorder=True)
    emitted("3")
    emitted("4")
    assert arrived(4)[2:] == ["4", "3"]
    desk.qbo.options(reorder=False, webhook_signature="wrong", bare_events=True, nanoseconds=True)
    emitted("5")
    arrived(5)
    desk.qbo.options(webhook_signature="missing")
    desk.qbo.redeliver()
    (forged, wrong), (again, missing) = hook.until(lambda got: len(got) == 6)[4:]
    assert (forged, missing) == (again, None)
    assert wrong not in (None, signature(desk.qbo.verifier_token, forged))
    event = json.loads(forged)[0]
    assert "data" not in event and len(event["time"]) == len("2026-07-01T17:04:05.000000000Z")
