"""The emulator's webhooks behave as BILL's do, seen over real HTTP."""

import json
from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from tests.sandbox.bill import BillSandbox
from tests.sandbox.bill.courier import signature
from tests.sandbox.bill.driver import Desk, Hook, codes
from tests.sandbox.bill.wire import decoded, encoded
from tests.sandbox.serving import served

WORKED_BODY = (
    '{"metadata":{"eventId":"3f0c9a52-6d0e-4b7e-9c57-0d2a4b1f7e11",'
    '"subscriptionId":"b2a4d6f8-1357-4c9e-8a01-5f6e7d8c9b0a","organizationId":"00802EMUORGAAAAAA001",'
    '"eventType":"bill.updated","version":"1"},"bill":{"id":"00n02EMUBILLAAAAA001",'
    '"vendorId":"00902EMUVENDAAAAA001","vendorName":"Northwind Paper Co","invoice":{"invoiceNumber":"NW-1001",'
    '"invoiceDate":"2026-11-02T00:00:00.000Z"},"amount":412.5,"createdTime":"2026-11-02T14:03:11.204+00:00",'
    '"updatedTime":"2026-11-05T09:41:57.880+00:00","createdBy":"00602EMUUSERAAAAA001","archived":false,'
    '"dueDate":"2026-12-02","paymentStatus":"UNPAID","purchaseOrderNumber":"PO-7781"}}'
)


@pytest.fixture
def desk() -> Iterator[Desk]:
    bill = BillSandbox()
    with served(bill.app) as url:
        opened = Desk(bill, url)
        yield opened
        opened.http.close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    receiver = Hook()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def subscribe(desk: Desk, url: str, *events: str, key: str | None = None) -> httpx.Response:
    rows = [{"type": event, "version": "1"} for event in events]
    body = {"name": "sync", "status": {"enabled": True}, "events": rows, "notificationUrl": url}
    return desk.events("POST", "/v3/subscriptions", body, key or str(uuid4()))


def test_signature_matches_the_worked_example() -> None:
    key = "Wm9vbS1leGFtcGxlLXNlY3VyaXR5LWtleQ"
    assert signature(key, WORKED_BODY.encode()) == "O8sd4f1hV/7NiEKawuRiuRBXt2Uhd0SYdpQykvLiF9Q="
    assert encoded(decoded(WORKED_BODY.encode())) == WORKED_BODY
    assert signature("test-security-key", b'{"a":1}') == "9yAQTa3CbkFsFlRWyq4FX8JsdaiHAsvaHYlVUBjh0RQ="


def test_subscription_key_is_shown_once_and_repeats_are_answered_alike(desk: Desk) -> None:
    key = str(uuid4())
    made = subscribe(desk, "https://a.example/x", "bill.created", key=key)
    assert subscribe(desk, "https://a.example/x", "bill.created", key=key).json() == made.json()
    assert made.status_code == 200 and made.json()["securityKey"]
    one = f"/v3/subscriptions/{made.json()['id']}"
    assert "securityKey" not in desk.events("GET", one).json()
    rotated = {desk.events("POST", f"{one}/{way}", key=str(uuid4())).text for way in ("security_key", "security-key")}
    assert len(rotated) == 2
    assert desk.events("POST", f"{one}/security_key").status_code == 400
    assert subscribe(desk, "https://a.example/x", "bill.created").status_code == 400
    assert [subscribe(desk, f"https://a.example/{n}", "bill.created").status_code for n in range(10)] == [200] * 9 + [
        400
    ]
    bare = httpx.get(f"{desk.url}/connect-events/v3/events/catalog", trust_env=False)
    assert codes(bare) == (400, ["BDC_1108"])


def test_notifications_are_minified_signed_and_kept_in_the_history(desk: Desk, hook: Hook) -> None:
    made = subscribe(desk, hook.url, "bill.created", "bill.updated", "payment.updated").json()
    bill = desk.bill.seed_bill(amount=Decimal("412.50"))
    desk.ask("PATCH", f"/v3/bills/{bill['id']}", {"description": "no event"})
    payment = desk.bill.pay([{"billId": bill["id"], "amount": Decimal("412.50")}])
    desk.bill.approve(bill["id"])
    desk.bill.advance(payment["id"], "CLEARED")
    got = hook.waits_for(2)
    assert all(sent == signature(made["securityKey"], raw) for raw, sent in got)
    assert all(b": " not in raw.replace(b"T00:", b"") for raw, _sent in got)
    bodies = {json.loads(raw)["metadata"]["eventType"]: json.loads(raw) for raw, _sent in got}
    assert set(bodies) == {"bill.created", "payment.updated"} and len(got) == 2
    assert bodies["payment.updated"]["payment"]["status"] == "CLEARED"
    assert not {"approvalStatus", "billLineItems"} & set(bodies["bill.created"]["bill"])
    path = f"/v3/events/subscription/{made['id']}"
    found = desk.events("GET", f"{path}?entityId={bill['id']}").json()["results"]
    assert [(row["type"], row["statusCode"]) for row in found] == [("bill.created", 200)]
    desk.events("POST", f"{path}/event/{found[0]['id']}")
    assert json.loads(hook.waits_for(3)[2][0])["metadata"]["eventId"] == found[0]["id"]


def test_five_refusals_disable_the_subscription(desk: Desk, hook: Hook) -> None:
    desk.bill.options(webhook_retry_scale=0.005)
    made = subscribe(desk, hook.url, "vendor.created").json()
    hook.answers = [202, 500]
    desk.bill.seed_vendor()
    assert len(hook.waits_for(3)) == 3 and desk.bill.subscriptions[made["id"]]["status"]["enabled"]
    hook.answers = [204] * 5
    desk.bill.seed_vendor()
    assert len(hook.waits_for(8)) == 8
    assert desk.bill.subscriptions[made["id"]]["status"] == {"enabled": False}
    desk.bill.seed_vendor()
    assert len(hook.waits_for(8)) == 8 and len(desk.bill.deliveries) == 8


def test_delivery_can_be_made_to_misbehave(desk: Desk, hook: Hook) -> None:
    subscribe(desk, hook.url, "vendor.created")
    desk.bill.options(duplicate=True, double_encoded=True, drop=1)
    desk.bill.seed_vendor(name="lost")
    desk.bill.seed_vendor(name="twice")
    got = hook.waits_for(2)
    assert [json.loads(json.loads(raw))["vendor"]["name"] for raw, _sent in got] == ["twice", "twice"]
    desk.bill.options(duplicate=False, double_encoded=False, reorder=True)
    desk.bill.seed_vendor(name="first")
    desk.bill.seed_vendor(name="second")
    assert [json.loads(raw)["vendor"]["name"] for raw, _sent in hook.waits_for(4)[2:]] == ["second", "first"]
