"""Pages of Procurify's lists, which are no snapshot: rows move between them, and links lead elsewhere."""

from typing import Any

import httpx
import pytest

from blocks.errors import TransientError
from tests.sandbox.procurify import ProcurifySandbox
from tests.unit.blocks.test_procurify_client import all_rows, calling, raise_orders, scripted, with_vendors


@pytest.mark.parametrize("links", ["http", "foreign"])
async def test_pages_are_followed_on_our_own_host_whatever_the_links_say(links: str) -> None:
    procurify = with_vendors(30)
    procurify.options(links=links)
    async with calling(procurify, page_size=10) as client:
        assert len(await all_rows(client.vendors())) == 31
    assert len(procurify.requests("/api/v3/vendors/")) == 4


@pytest.mark.parametrize("moved", [3, -3])
async def test_rows_that_move_between_pages_are_neither_lost_nor_given_twice(moved: int) -> None:
    procurify = with_vendors(30)

    def move(*_answered: Any) -> None:
        if not procurify.switches.shift_rows:
            procurify.options(shift_rows=moved)

    procurify.between_calls(move)
    async with calling(procurify, page_size=10) as client:
        ids = [row["id"] for row in await all_rows(client.vendors())]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 31 + min(moved, 0)


async def test_an_order_that_changes_during_the_reading_takes_no_other_with_it() -> None:
    procurify = ProcurifySandbox()
    raised = raise_orders(procurify, 24)
    first = raised[0]

    def revise(call: Any) -> None:  # by change date it moves behind all others, and each of these one place up
        if "/purchase_orders/" in call.path:
            procurify.frame.clock.advance(60)
            procurify.revise_po(raised[0]["uuid"], comment="later")
            procurify.between_calls(None)

    procurify.between_calls(revise)
    async with calling(procurify, page_size=10) as client:
        read = await all_rows(client.purchase_orders())
    assert {row["uuid"] for row in read} == {one["uuid"] for one in raised}
    versions = [row["version"] for row in read if row["uuid"] == first["uuid"]]
    assert len(versions) == 2 and versions[0] < versions[1]
    assert len(read) == 25


async def test_a_list_that_does_not_move_is_gone_through_once() -> None:
    procurify = with_vendors(30)
    async with calling(procurify, page_size=10) as client:
        await all_rows(client.vendors())
    assert len(procurify.requests("/api/v3/vendors/")) == 4


async def test_a_page_beyond_the_end_ends_the_list() -> None:
    procurify = with_vendors(20)
    async with calling(procurify, page_size=10) as client:
        [page] = [page async for page in client.departments(start="page=7&page_size=10")]
        assert (page.rows, page.next) == ([], None)


async def test_a_page_that_names_itself_as_the_next_is_no_endless_list() -> None:
    link = {"count": 9, "next": "https://acme.procurify.test/api/v3/departments/?page=2", "page_size": 50}
    answers = [httpx.Response(200, json={"metadata": {"pagination": link}, "data": [{"id": n}]}) for n in range(9)]
    client, calls = scripted(*answers)
    async with client:
        with pytest.raises(TransientError, match="twice"):
            await all_rows(client.departments())
    assert len(calls) == 2
