"""What Procurify is spared: calls at once, calls close together, large pages, and calls that it turns away."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from blocks.errors import AnswerLostError, CapReachedError, CredentialsError, TransientError
from blocks.limits import LocalSlots
from blocks.procurify.brake import IN_A_ROW, Brake
from blocks.procurify.client import ProcurifyClient
from blocks.sessions import LocalSessions
from tasks.state.shared_sessions import SharedSessions
from tasks.state.slots import SharedSlots
from tasks.state.store import Store
from tests.sandbox.faults import Fault
from tests.sandbox.procurify import ProcurifySandbox
from tests.unit.blocks.test_procurify_client import A_TOKEN, ACCOUNT, all_rows, calling, with_vendors

PAUSE = 0.05


async def test_reads_keep_their_distance_and_none_is_under_way_beside_another() -> None:
    procurify = with_vendors(20)
    procurify.frame.latency = 0.03
    async with calling(procurify, read_pause_seconds=PAUSE, page_size=5) as client:
        await asyncio.gather(all_rows(client.vendors()), *(client.me() for _ in range(3)))
    gaps = procurify.gaps("GET /api/")
    assert len(gaps) == 7 and min(gaps) >= PAUSE
    assert procurify.frame.max_in_flight() == 1


async def test_two_clients_of_a_tenant_share_the_distance() -> None:
    procurify, slots = with_vendors(1), LocalSlots()
    async with (
        calling(procurify, slots, read_pause_seconds=PAUSE) as one,
        ProcurifyClient(one.account, slots) as other,
    ):
        await asyncio.gather(*(client.me() for client in (one, other) for _ in range(3)))
    begun = [call.at for call in procurify.requests("/users/me/")]
    assert max(begun) - min(begun) >= 5 * PAUSE * 0.9
    assert procurify.frame.max_in_flight() == 1


async def test_a_throttled_call_is_repeated_once_the_wait_is_over() -> None:
    procurify = with_vendors(1)
    procurify.frame.faults.add(Fault("status", match="GET", times=2, status=429, headers={"Retry-After": "0"}))
    async with calling(procurify) as client:
        assert (await client.me())["id"]
    assert [call.status for call in procurify.frame.calls("/users/me/")] == [429, 429, 200]


async def test_a_throttled_write_is_repeated_because_nothing_was_done() -> None:
    procurify = ProcurifySandbox()
    procurify.frame.faults.add(Fault("status", match="POST /api", status=429, headers={"Retry-After": "0"}))
    async with calling(procurify) as client:
        await client.create_vendor({"name": "N", "email": [], "type": 3, "overall_score": None})
    assert len(procurify.books.vendors) == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_after_five_refusals_in_a_row_no_process_calls_for_a_quarter_of_an_hour(status: int) -> None:
    procurify, slots = with_vendors(1), LocalSlots()
    procurify.frame.faults.add(Fault("html", match="GET", times=-1, status=status))
    async with calling(procurify, slots) as client, ProcurifyClient(client.account, slots) as other:
        for each in (client, client, other):
            with pytest.raises(CapReachedError, match="in a row") as caught:
                await each.me()
    rest = caught.value.until - datetime.now(UTC)
    assert timedelta(minutes=14) < rest <= timedelta(minutes=15)
    assert len(procurify.frame.calls("GET")) == IN_A_ROW


async def test_refusals_that_are_not_in_a_row_close_nothing() -> None:
    procurify = with_vendors(1)
    async with calling(procurify) as client:
        for _again in range(3):
            procurify.frame.faults.add(Fault("status", match="GET", times=3, status=503))
            await client.me()
    assert len(procurify.frame.calls("/users/me/")) == 12


async def test_a_long_wait_is_not_waited_for_here() -> None:
    procurify = with_vendors(1)
    procurify.frame.faults.add(Fault("status", match="GET", status=429, headers={"Retry-After": "3600"}))
    async with calling(procurify) as client:
        with pytest.raises(CapReachedError) as caught:
            await client.me()
    assert caught.value.until - datetime.now(UTC) > timedelta(minutes=59)
    assert len(procurify.frame.calls("/users/me/")) == 1


async def test_a_gateways_trouble_leaves_a_create_in_doubt_even_if_it_is_the_last_straw() -> None:
    procurify = ProcurifySandbox()
    procurify.frame.faults.add(Fault("html_after", match="POST /api", times=-1, status=504))
    async with calling(procurify) as client:
        for number in range(IN_A_ROW + 1):
            with pytest.raises(AnswerLostError):
                await client.create_vendor({"name": f"N{number}", "email": [], "type": 3, "overall_score": None})
        assert len(procurify.books.vendors) == IN_A_ROW + 2


async def test_a_page_that_takes_too_long_is_read_in_smaller_pieces() -> None:
    procurify, sessions = with_vendors(60), LocalSessions()
    procurify.options(timeout_page_size=20)
    async with calling(procurify, sessions=sessions) as client:
        ids = [row["id"] for row in await all_rows(client.vendors())]
        assert sorted(ids) == sorted(procurify.books.vendors)
        sizes = [dict(httpx.QueryParams(call.query))["page_size"] for call in procurify.requests("/vendors/")]
        assert sizes == ["50", "25", *["10"] * 7]
        async with ProcurifyClient(client.account, sessions=sessions) as next_run:
            await all_rows(next_run.departments())
    assert "page_size=10" in procurify.requests("/departments/")[0].query


async def test_a_page_in_the_middle_is_halved_where_it_begins() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json=A_TOKEN)
        asked = request.url.params
        page, size = int(asked.get("page", 1)), int(asked["page_size"])
        if page > 1 and size > 10:
            raise httpx.ReadTimeout("slow", request=request)
        rows = [{"id": n} for n in range((page - 1) * size, min(page * size, 72))]
        link = f"https://acme.procurify.test/x/?page={page + 1}&page_size={size}" if page * size < 72 else None
        told = {"count": 72, "next": link, "page_size": size}
        return httpx.Response(200, json={"metadata": {"pagination": told}, "data": rows})

    async with ProcurifyClient(ACCOUNT, transport=httpx.MockTransport(answer), first_wait=0.001) as client:
        assert [row["id"] for row in await all_rows(client.departments())] == list(range(72))


async def test_what_is_too_slow_even_in_the_smallest_pieces_may_be_tried_later() -> None:
    procurify = with_vendors(5)
    procurify.options(timeout_page_size=5)
    async with calling(procurify) as client:
        with pytest.raises(TransientError, match="even for 10 records"):
            await all_rows(client.vendors())
    assert len(procurify.requests("/vendors/")) == 3


async def test_the_size_that_procurify_gives_is_the_size_that_holds() -> None:
    procurify = with_vendors(30)
    procurify.options(page_size_cap=8)
    async with calling(procurify) as client:
        pages = [page async for page in client.vendors()]
    assert [len(page.rows) for page in pages] == [8, 8, 8, 7]
    assert pages[0].next == "page_size=8&page=2" or pages[0].next == "page=2&page_size=8"


def test_waits_grow_and_are_longer_while_the_service_is_away() -> None:
    throttled, away = Brake(2), Brake(2)
    waits = [throttled.pull() for _ in range(4)]
    assert [round(wait / 2 / 2**n) for n, wait in enumerate(waits)] == [1] * 4
    assert 30 <= away.pull(maintenance=True) <= 37.5
    assert Brake(200).pull(maintenance=True) == 300


def test_what_procurify_asks_for_is_obeyed_as_seconds_and_as_a_date() -> None:
    assert Brake(2).pull("30") == 30
    soon = datetime.now(UTC) + timedelta(seconds=100)
    assert 97 <= Brake(2).pull(format_datetime(soon, usegmt=True)) <= 100
    assert Brake(2).pull("soon") <= 2.5


async def test_processes_that_share_a_database_share_the_rest_and_the_suspension(store: Store) -> None:
    procurify = with_vendors(1)
    procurify.frame.faults.add(Fault("status", match="/departments/", times=IN_A_ROW, status=429))
    slots, sessions = [SharedSlots(store) for _ in range(2)], [SharedSessions(store) for _ in range(2)]
    async with (
        calling(procurify, slots[0], sessions[0]) as one,
        ProcurifyClient(one.account, slots[1], sessions[1]) as other,
    ):
        with pytest.raises(CapReachedError):
            await all_rows(one.departments())
        with pytest.raises(CapReachedError, match="in a row"):
            await other.me()
        procurify.options(suspended=True)
        for each, own in ((one, sessions[0]), (other, sessions[1])):
            async with ProcurifyClient(each.account, LocalSlots(), own) as client:
                with pytest.raises(CredentialsError, match="suspended"):
                    await client.me()
    for shared in slots:
        await shared.release()
    assert len(procurify.requests("GET /api/")) == IN_A_ROW + 2
