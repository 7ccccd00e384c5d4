"""Procurify's client against the emulator over real HTTP: lists, single records, filters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from blocks.errors import AnswerLostError, ConfigurationError
from blocks.exact import Record
from blocks.limits import CallSlots
from blocks.procurify.account import ProcurifyAccount
from blocks.procurify.client import ProcurifyClient
from blocks.procurify.pages import Page
from blocks.sessions import SessionCache
from tests.sandbox.faults import Fault
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.serving import served

ACCOUNT = ProcurifyAccount(
    base_url="https://acme.procurify.test",
    subdomain="acme",
    client_id="client-id-1",
    client_secret="client-secret-1",
    read_pause_seconds=0,
)
A_TOKEN = {"access_token": "eyJh.eyJz.c2ln", "scope": "urn:procurify-api:domain:acme", "expires_in": 86400}


def account_of(procurify: ProcurifySandbox, url: str, **fields: Any) -> ProcurifyAccount:
    """Returns the account of the emulator's first tenant, served there."""
    known = {"client_id": procurify.client_id, "client_secret": procurify.client_secret}
    return replace(ACCOUNT, base_url=url, subdomain=procurify.subdomain, **{**known, **fields})


@asynccontextmanager
async def calling(
    procurify: ProcurifySandbox,
    slots: CallSlots | None = None,
    sessions: SessionCache | None = None,
    **fields: Any,
) -> AsyncIterator[ProcurifyClient]:
    """Serves the emulator and yields a client that does not wait long."""
    with served(procurify.app) as url:
        account = account_of(procurify, url, **fields)
        async with ProcurifyClient(account, slots, sessions, first_wait=0.001) as client:
            yield client


def scripted(*answers: httpx.Response) -> tuple[ProcurifyClient, list[httpx.Request]]:
    """Returns a client that is answered so, one call after the other, and the calls that it makes."""
    calls, left = list[httpx.Request](), list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json=A_TOKEN)
        calls.append(request)
        return left.pop(0)

    return ProcurifyClient(ACCOUNT, transport=httpx.MockTransport(answer), first_wait=0.001), calls


async def all_rows(pages: AsyncIterator[Page]) -> list[Record]:
    """Returns the rows of all pages."""
    return [row async for page in pages for row in page.rows]


def with_vendors(count: int) -> ProcurifySandbox:
    """Returns a tenant with so many vendors, and the placeholder."""
    procurify = ProcurifySandbox()
    for number in range(count):
        procurify.add_vendor(f"Supplier {number}", f"V-{number}")
    return procurify


def raise_orders(procurify: ProcurifySandbox, count: int) -> list[Record]:
    """Raises so many orders of two lines, a minute apart, and returns them."""
    procurify.add_department("Operations", "D-OPS")
    procurify.add_account_code("6100", "Office supplies")
    vendor = procurify.add_vendor("Northwind Paper", "V-10045")["id"]
    account = procurify.account("6100", "D-OPS")
    raised = []
    for number in range(count):
        procurify.frame.clock.advance(60)
        lines = [{"name": name, "quantity": 40, "price": "6.25", "account": account} for name in ("Paper", "Lamp")]
        raised.append(procurify.raise_po(vendor, lines, comment=f"order {number}"))
    return [one.get("data", one) for one in raised]


async def test_ready_tells_the_tenant_and_the_user() -> None:
    procurify = ProcurifySandbox()
    async with calling(procurify) as client:
        assert (await client.ready()).startswith("acme, as ")
    assert len(procurify.requests("/api/v3/users/me/")) == 1


async def test_a_season_is_read_whole_by_every_list() -> None:
    procurify = ProcurifySandbox()
    procurify.generate(orders=12, bills=8)
    dump = procurify.dump()
    async with calling(procurify, page_size=5) as client:
        assert {row["uuid"] for row in await all_rows(client.purchase_orders())} == {
            one["data"]["uuid"] if "data" in one else one["uuid"] for one in dump["purchase_orders"].values()
        }
        assert len(await all_rows(client.bills())) == len(dump["bills"])
        assert len(await all_rows(client.payments())) == len(dump["payments"])
        assert len(await all_rows(client.account_codes())) == len(dump["account_codes"])
        assert len(await all_rows(client.accounts())) == len(dump["accounts"])
        assert len(await all_rows(client.departments())) == len(dump["departments"])
        assert len(await all_rows(client.locations())) == 1
        assert len(await all_rows(client.currencies())) == 5
        orders = [await client.purchase_order(row["uuid"]) for row in await all_rows(client.purchase_orders())]
        items = [item for order in orders if order for item in order["order_items"]]
        received = [row for item in items for row in await client.receipts(str(item["id"]))]
        assert len(received) == len(dump["receipts"])
    assert {call.headers.get("x-procurify-client") for call in procurify.requests("/api/")} == {"api"}
    assert all(call.path.endswith("/") for call in procurify.requests("/api/"))


async def test_ignored_filters_end_the_reading_at_the_first_page() -> None:
    procurify = ProcurifySandbox()
    procurify.generate(orders=30, bills=30, days=200)
    procurify.options(filters_ignored=True)
    yesterday = procurify.frame.clock.now() - timedelta(days=1)
    async with calling(procurify, page_size=10) as client:
        for reading in (
            client.purchase_orders(yesterday.date()),
            client.order_items(yesterday.date()),
            client.bills(yesterday),
            client.payments(yesterday),
            client.vendors(external_id="V-10002"),
        ):
            before = len(procurify.requests("GET /api/"))
            with pytest.raises(ConfigurationError, match="ignored the filter"):
                await all_rows(reading)
            assert len(procurify.requests("GET /api/")) - before <= 2


async def test_the_window_is_written_as_each_list_wants_it() -> None:
    client, calls = scripted(*(httpx.Response(200, json={"data": []}) for _ in range(4)))
    moment = datetime(2026, 11, 18, 2, 30, tzinfo=UTC).astimezone()
    async with client:
        await all_rows(client.purchase_orders(date(2026, 11, 16)))
        await all_rows(client.order_items(date(2026, 11, 16)))
        await all_rows(client.bills(moment, type="0"))
        await all_rows(client.payments(moment))
    queries = [dict(call.url.params) for call in calls]
    assert [query["page_size"] for query in queries] == ["50"] * 4
    assert queries[0]["modified_date_0"] == queries[1]["last_modified_0"] == "2026-11-16"
    assert queries[2]["last_modified_datetime_0"] == queries[3]["updated_at_after"] == "2026-11-18T02:30:00Z"
    assert queries[2]["type"] == "0"


@pytest.mark.parametrize("switch", ["plain_vendor_list", "vendor_groups"])
async def test_vendors_are_listed_at_whichever_address_there_is(switch: str) -> None:
    procurify = with_vendors(3)
    procurify.options(**{switch: False})
    async with calling(procurify) as client:
        assert len(await all_rows(client.vendors())) == 4


async def test_what_is_not_there_is_none_and_what_is_no_id_is_not_asked_for() -> None:
    procurify = ProcurifySandbox()
    async with calling(procurify) as client:
        assert await client.purchase_order("999") is None
        assert await client.bill("3f0c6a7b-e1d2-4c0f-9a55-d1b7c8e90312") is None
        assert await client.vendor("999") is None
        asked = len(procurify.requests())
        assert await client.purchase_order("purchased/all") is None
        assert await client.bill("7731") is None
        assert await client.vendor("../ap/bills") is None
    assert len(procurify.requests()) == asked


async def test_an_html_page_is_no_record_that_is_gone() -> None:
    client, _calls = scripted(httpx.Response(404, html="<html>nobody here</html>"))
    async with client:
        with pytest.raises(ConfigurationError, match="does not take"):
            await client.bill("3f0c6a7be1d24c0f9a55d1b7c8e90312")


async def test_a_lost_answer_to_a_create_is_told_and_not_repeated() -> None:
    procurify = ProcurifySandbox()
    procurify.frame.faults.add(Fault("lost_after", match="POST /api/v3/vendors/"))
    async with calling(procurify) as client:
        with pytest.raises(AnswerLostError):
            await client.create_vendor({"name": "N", "email": [], "type": 3, "overall_score": None})
    assert len(procurify.requests("POST /api/v3/vendors/")) == 1
