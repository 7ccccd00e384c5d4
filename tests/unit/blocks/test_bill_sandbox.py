"""BILL's client against the emulator, over real HTTP."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from blocks.bill.credentials import BillCredentials
from blocks.bill.filters import clause
from blocks.bill.list_target import DepartmentTarget
from blocks.bill.models import Payment
from blocks.bill.signature import parse, verify
from blocks.bill.target import BillTarget, VendorCreditTarget, VendorTarget
from blocks.errors import AnswerLostError, CapReachedError, CredentialsError, RefusedError
from blocks.exact import Record
from blocks.hosts import ALLOW_PRIVATE
from blocks.target import Found
from tests.sandbox.bill import BillSandbox
from tests.sandbox.faults import Fault
from tests.sandbox.serving import served

DAY = timedelta(days=1)
ADDRESS = {"line1": "500 Pine St", "city": "San Francisco", "zipOrPostalCode": "94108", "country": "US"}


@pytest.fixture
def bill() -> BillSandbox:
    return BillSandbox()


@pytest.fixture
def credentials(bill: BillSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[BillCredentials]:
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    with served(bill.app) as url:
        yield block_of(bill, url)


def block_of(bill: BillSandbox, url: str, **fields: Any) -> BillCredentials:
    given = {
        "username": bill.username,
        "password": bill.password,
        "organization_id": bill.organization_id,
        "developer_key": bill.developer_key,
        "base_url": f"{url}/connect",
    }
    return BillCredentials.model_validate(given | fields)


def a_bill(vendor: str, number: str, amount: str = "412.50") -> Record:
    return {
        "vendorId": vendor,
        "dueDate": "2026-12-02",
        "invoice": {"invoiceNumber": number, "invoiceDate": "2026-11-02"},
        "billLineItems": [{"amount": Decimal(amount), "description": "Paper"}],
    }


async def test_fifty_at_once_share_a_login_and_stay_within_three(
    bill: BillSandbox, credentials: BillCredentials
) -> None:
    vendor = bill.seed_vendor()["id"]
    async with credentials.get_client() as client:
        await asyncio.gather(*(client.vendor(vendor) for _ in range(50)))
        assert (await client.session_info())["organizationId"] == bill.organization_id
    assert (bill.logins, bill.refused_in_flight) == (1, 0)
    assert bill.max_in_flight <= 3


async def test_a_session_that_ended_is_renewed_once(bill: BillSandbox, credentials: BillCredentials) -> None:
    vendor = bill.seed_vendor()["id"]
    async with credentials.get_client() as client:
        await client.vendor(vendor)
        bill.rotate_sessions()
        await asyncio.gather(*(client.vendor(vendor) for _ in range(10)))
    assert bill.logins == 2


async def test_a_wrong_password_is_tried_once(bill: BillSandbox, credentials: BillCredentials) -> None:
    wrong = block_of(bill, credentials.base_url.removesuffix("/connect"), password="wrong")
    async with wrong.get_client() as client:
        for _time in range(3):
            with pytest.raises(CredentialsError):
                await client.session_info()
    assert bill.logins == 1


async def test_culprits_of_a_bulk_stay_alone_and_the_rest_is_found_again(
    bill: BillSandbox, credentials: BillCredentials
) -> None:
    vendor = bill.seed_vendor()["id"]
    bodies = [a_bill(vendor, f"NW-{at}") for at in range(100)]
    for at in (3, 50, 99):
        bodies[at]["vendorId"] = "00902EMUNOBODYAAA001"
    since = bill.frame.clock.now()
    async with credentials.get_client() as client:
        target = BillTarget(client)
        results = await target.create(bodies, [""] * 100)
        assert [at for at, result in enumerate(results) if isinstance(result, RefusedError)] == [3, 50, 99]
        found = await target.find(bodies, since)
        assert [one and one.id for one in found] == [r.id if isinstance(r, Found) else None for r in results]
        assert len(await target.existing([vendor], since)) == len(bill.bills) == 97
        assert await target.find(bodies[:1], since + timedelta(hours=1)) == [None]


async def test_a_lost_answer_is_in_doubt_and_then_found(bill: BillSandbox, credentials: BillCredentials) -> None:
    vendor, since = bill.seed_vendor()["id"], bill.frame.clock.now()
    async with credentials.get_client() as client:
        await client.session_info()
        bill.frame.faults.add(Fault(kind="lost_after", match="POST /connect/v3/bills/bulk"))
        target = BillTarget(client)
        with pytest.raises(AnswerLostError):
            await target.create([a_bill(vendor, "NW-1")], [""])
        bill.frame.faults.clear()
        [found] = await target.find([a_bill(vendor, "NW-1")], since)
    assert found and list(bill.bills) == [found.id]


async def test_vendors_departments_and_credits_are_written_found_changed_and_archived(
    bill: BillSandbox, credentials: BillCredentials
) -> None:
    since = bill.frame.clock.now()
    vendors = [{"name": f"Northwind {at}", "address": ADDRESS, "email": "ar@nw.example"} for at in range(25)]
    async with credentials.get_client() as client:
        made = await VendorTarget(client).create(vendors, [""] * 25)
        found = await VendorTarget(client).find(vendors, since)
        assert [one and one.id for one in found] == [one.id for one in made if isinstance(one, Found)]
        first = next(one for one in made if isinstance(one, Found))
        await VendorTarget(client).update(first.id, {"phone": "4155550100"}, "")
        assert bill.vendors[first.id]["phone"] == "4155550100"
        credit = {
            "vendorId": first.id,
            "referenceNumber": "CR-1",
            "creditDate": "2026-11-02",
            "vendorCreditLineItems": [{"amount": Decimal("64.99")}],
        }
        for target, body in (
            (VendorCreditTarget(client), credit),
            (DepartmentTarget(client), {"name": "Assembly", "shortName": "ASM"}),
        ):
            [new] = await target.create([body], [""])
            assert isinstance(new, Found)
            [again] = await target.find([body], since)
            assert again and again.id == new.id
            await target.update(new.id, body, "")
            assert (await target.archive(new.id)).record["archived"] is True
        assert (await VendorTarget(client).archive(first.id)).record["archived"] is True


@pytest.mark.parametrize("string_numbers", [False, True])
async def test_a_bill_is_replaced_until_it_is_scheduled(
    bill: BillSandbox, credentials: BillCredentials, string_numbers: bool
) -> None:
    bill.options(string_numbers=string_numbers)
    vendor = bill.seed_vendor()["id"]
    async with credentials.get_client() as client:
        target = BillTarget(client)
        [made] = await target.create([a_bill(vendor, "NW-1")], [""])
        assert isinstance(made, Found)
        await target.update(made.id, a_bill(vendor, "NW-1", "500.10"), "")
        assert bill.bills[made.id]["amount"] == Decimal("500.10")
        payment = bill.pay([{"billId": made.id, "amount": Decimal("0.10")}])
        with pytest.raises(RefusedError, match="paid or scheduled"):
            await target.update(made.id, a_bill(vendor, "NW-1", "1"), "")
        with pytest.raises(RefusedError, match="paid or scheduled"):
            await target.archive(made.id)
        for single, stage in (("SCHEDULED", "pending"), ("CLEARED", "paid"), ("VOIDED", "reversed")):
            bill.advance(payment["id"], single)
            assert Payment.model_validate(await client.payment(payment["id"])).stage() == stage


async def test_an_offline_payment_is_recorded_exactly(bill: BillSandbox, credentials: BillCredentials) -> None:
    made = bill.seed_bill(amount=Decimal("412.50"))
    async with credentials.get_client() as client:
        answer = await client.record_payment(
            {
                "vendorId": made["vendorId"],
                "processDate": "2026-12-01",
                "toPrintCheck": False,
                "payments": [{"billId": made["id"], "amount": Decimal("412.50")}],
            }
        )
    payment = Payment.model_validate(answer)
    assert (payment.stage(), payment.bill_payments[0].amount) == ("paid", Decimal("412.50"))


async def test_lists_are_walked_to_their_end(bill: BillSandbox, credentials: BillCredentials) -> None:
    for _number in range(230):
        bill.seed_vendor()
    async with credentials.get_client() as client:
        pages = [page async for page in client.vendors(sort="updatedTime:asc")]
        some = [page async for page in client.vendors(filters=clause("name", "sw", "Vendor 2"))]
    assert [len(page.results) for page in pages] == [100, 100, 30]
    assert {row["id"] for page in pages for row in page.results} == set(bill.vendors)
    assert sum(len(page.results) for page in some) == 42


async def test_a_subscription_is_made_seen_and_its_key_rotated(bill: BillSandbox, credentials: BillCredentials) -> None:
    body = {
        "name": "acme",
        "status": {"enabled": True},
        "events": [{"type": "bill.created", "version": "1"}],
        "notificationUrl": "http://127.0.0.1:9/hook",
    }
    async with credentials.get_client() as client:
        assert "bill.created" in {row["type"] for row in await client.webhooks.catalog()}
        made = await client.webhooks.create_subscription(body)
        listed = [row async for page in client.webhooks.subscriptions() for row in page.results]
        assert [row["id"] for row in listed] == [made["id"]] and "securityKey" not in listed[0]
        assert await client.webhooks.rotate_security_key(made["id"]) != made["securityKey"]
        changed = await client.webhooks.update_subscription(made["id"], {"status": {"enabled": False}})
        assert changed["status"]["enabled"] is False


async def test_an_hour_without_a_call_costs_one_login(bill: BillSandbox, credentials: BillCredentials) -> None:
    async with credentials.get_client() as client:
        await client.session_info()
        bill.frame.clock.advance(3600)
        await client.session_info()
    assert bill.logins == 2


@pytest.mark.parametrize("cap_status", [422, 429])
async def test_a_spent_hour_stops_all_calls(bill: BillSandbox, credentials: BillCredentials, cap_status: int) -> None:
    bill.options(request_cap=3, cap_status=cap_status)
    async with credentials.get_client() as client:
        with pytest.raises(CapReachedError):
            for _time in range(9):
                await client.session_info()
        calls = len(bill.frame.calls("/connect/"))
        with pytest.raises(CapReachedError):
            await client.session_info()
    assert len(bill.frame.calls("/connect/")) == calls <= 5


@pytest.mark.parametrize("double_encoded", [False, True])
async def test_what_bill_sends_is_signed(bill: BillSandbox, credentials: BillCredentials, double_encoded: bool) -> None:
    bill.options(double_encoded=double_encoded, webhook_retry_scale=0.0)
    events = [{"type": "bill.created", "version": "1"}]
    body = {"name": "a", "status": {"enabled": True}, "events": events, "notificationUrl": "http://127.0.0.1:9/hook"}
    async with credentials.get_client() as client:
        made = await client.webhooks.create_subscription(body)
        vendor = bill.seed_vendor()["id"]
        [created] = await BillTarget(client).create([a_bill(vendor, "NW-1")], [""])
        async with asyncio.timeout(5):
            while not bill.deliveries:
                await asyncio.sleep(0.01)
        sent = bill.deliveries[0]
        missed = [event async for event in client.webhooks.missed_events(made["id"], bill.frame.clock.now() - DAY)]
    raw = sent["body"] if isinstance(sent["body"], bytes) else sent["body"].encode()
    assert verify(raw, sent["signature"], [made["securityKey"]])
    assert not verify(raw, sent["signature"], ["another"])
    assert isinstance(created, Found)
    assert parse(raw).record_id == created.id == missed[0].record_id
