"""What changed in Procurify: orders by their own dates and by their lines', bills, payments; each change seen once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blocks.errors import ConfigurationError, TransientError
from blocks.procurify.client import ProcurifyClient
from blocks.procurify.models import Bill, PurchaseOrder
from blocks.procurify.order_source import ChangedLine, OrderSource
from blocks.procurify.source import bills, payments, purchase_orders
from blocks.source import Reader, Row
from tests.sandbox.faults import Fault
from tests.sandbox.procurify import ProcurifySandbox
from tests.unit.blocks.test_procurify_client import ACCOUNT, calling, raise_orders

VANCOUVER = ZoneInfo("America/Vancouver")
DAY = timedelta(days=1)


def now_of(procurify: ProcurifySandbox) -> datetime:
    return procurify.frame.clock.now()


async def walk(source: Reader, since: datetime | None, cursor: str = "") -> list[Row]:
    """Reads all pages from a cursor on, as the engine does."""
    rows, following = list[Row](), cursor or None
    first = True
    while first or following is not None:
        first = False
        page = await source.page(since, datetime(2100, 1, 1, tzinfo=UTC), following or "")
        rows += page.rows
        following = page.following
    return rows


def hashes(rows: Sequence[Row]) -> dict[str, str]:
    return {row.id: row.hash for row in rows}


async def changed(source: Reader, since: datetime, known: Mapping[str, str]) -> dict[str, str]:
    """Returns what the engine would not drop as known."""
    return {one: held for one, held in hashes(await walk(source, since)).items() if known.get(one) != held}


def received_quietly(procurify: ProcurifySandbox, order: dict[str, Any]) -> None:
    """Some of a line is received, days after its order changed last; that does not move the order."""
    procurify.frame.clock.advance(5 * 86_400)
    procurify.receive(order["order_items"][0]["id"], 10)


@pytest.mark.parametrize("day_zone", ["tenant", "utc"])
async def test_a_window_finds_every_order_that_changed_in_it(day_zone: str) -> None:
    procurify = ProcurifySandbox()
    procurify.options(day_zone=day_zone)
    old = raise_orders(procurify, 2)
    procurify.frame.clock.advance(10 * 86_400)
    since = now_of(procurify)
    procurify.frame.clock.advance(600)
    procurify.revise_po(old[0]["uuid"], comment="changed")
    async with calling(procurify) as client:
        assert set(hashes(await walk(purchase_orders(client, VANCOUVER), since))) == {old[0]["uuid"]}
        everything = await walk(purchase_orders(client), None)
    assert set(hashes(everything)) == {one["uuid"] for one in old}
    assert len(procurify.requests("/order-items/")) == 1


@pytest.mark.parametrize(
    ("since", "begins"),
    [
        ("2026-11-18T02:30:00Z", date(2026, 11, 16)),
        ("2026-11-18T12:00:00Z", date(2026, 11, 17)),
        ("2026-11-18T02:30:00+05:00", date(2026, 11, 16)),
    ],
)
def test_the_day_is_the_earlier_of_two_and_one_less(since: str, begins: date) -> None:
    assert OrderSource(ProcurifyClient(ACCOUNT), VANCOUVER).begins(datetime.fromisoformat(since)) == begins


@pytest.mark.parametrize("moves", [True, False])
async def test_a_receipt_is_seen_once_whether_or_not_it_moves_its_order(moves: bool) -> None:
    procurify = ProcurifySandbox()
    procurify.options(receiving_moves_order=moves)
    orders = raise_orders(procurify, 3)
    async with calling(procurify) as client:
        known = hashes(await walk(purchase_orders(client), None))
        received_quietly(procurify, orders[1])
        since = now_of(procurify) - timedelta(hours=1)
        seen = await changed(purchase_orders(client), since, known)
        assert set(seen) == {orders[1]["uuid"]}
        [loaded] = await purchase_orders(client).load(list(seen))
        assert loaded.content.order_items[0].received_pass_qty == 10
        assert await changed(purchase_orders(client), since, known | seen) == {}
        procurify.frame.clock.advance(60)
        procurify.receive(orders[1]["order_items"][0]["id"], 5)
        assert set(await changed(purchase_orders(client), since, known | seen)) == {orders[1]["uuid"]}


async def test_an_order_whose_uuid_is_known_is_not_asked_for_again() -> None:
    procurify = ProcurifySandbox()
    order = raise_orders(procurify, 1)[0]
    received_quietly(procurify, order)
    told = list[ChangedLine]()

    def known(lines: Sequence[ChangedLine]) -> dict[str, str]:
        told.extend(lines)
        return {str(order["procurify_PO"]): order["uuid"]}

    since = now_of(procurify) - timedelta(hours=1)
    async with calling(procurify) as client:
        source = purchase_orders(client, known=known)
        ours, asked = await walk(source, since), len(procurify.requests(f"/purchase_orders/{order['uuid']}"))
        other = await walk(purchase_orders(client), since)
    assert asked == 0 and hashes(ours) == hashes(other) != {}
    assert [line.id for line in told] == [str(order["order_items"][0]["id"])]


async def test_an_order_that_was_read_for_its_uuid_is_not_read_twice() -> None:
    procurify = ProcurifySandbox()
    order = raise_orders(procurify, 1)[0]
    received_quietly(procurify, order)
    async with calling(procurify) as client:
        source = purchase_orders(client)
        rows = await walk(source, now_of(procurify))
        await source.load([row.id for row in rows])
    assert len(procurify.requests(f"/api/v2/purchase_orders/{order['procurify_PO']}/")) == 1
    assert not procurify.requests(f"/api/v2/purchase_orders/{order['uuid']}/")


async def test_the_list_and_the_detail_of_an_order_have_the_same_hash_in_any_zone() -> None:
    procurify = ProcurifySandbox()
    raise_orders(procurify, 4)
    async with calling(procurify) as client:
        listed = await walk(purchase_orders(client), None)
        procurify.options(timestamps="utc")
        loaded = await purchase_orders(client).load([row.id for row in listed])
    assert hashes(listed) == hashes(loaded)
    assert all(len(row.content.order_items) == 2 for row in loaded)


async def test_orders_are_loaded_by_the_numbers_that_people_know() -> None:
    procurify = ProcurifySandbox()
    order = raise_orders(procurify, 1)[0]
    number = f"PF{order['procurify_PO']}"
    async with calling(procurify) as client:
        loaded = await purchase_orders(client).load([number, "PF999", "ACME-7", "no/such/path"])
    assert [(row.id, row.ref) for row in loaded] == [(order["uuid"], number)]
    assert isinstance(loaded[0].content, PurchaseOrder)


@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_a_page_that_failed_is_read_again_and_nothing_is_left_out(failing: int) -> None:
    procurify = ProcurifySandbox()
    orders = raise_orders(procurify, 12)
    since = now_of(procurify)
    rows, cursor = list[Row](), ""
    async with calling(procurify, page_size=5) as client:
        source = purchase_orders(client)
        for number in range(1, 20):
            if number == failing:
                procurify.frame.faults.add(Fault("status", match="purchased/all", times=5, status=500))
                with pytest.raises(TransientError):
                    await source.page(since, since, cursor)
            page = await source.page(since, since, cursor)
            rows += page.rows
            if page.following is None:
                break
            cursor = page.following
    assert sorted(hashes(rows)) == sorted(one["uuid"] for one in orders)


async def test_another_process_goes_on_where_one_was_killed() -> None:
    procurify = ProcurifySandbox()
    orders = raise_orders(procurify, 12)
    async with calling(procurify, page_size=5) as client:
        since = now_of(procurify)
        page = await purchase_orders(client).page(since, since, "")
        assert page.following
        rest = await walk(purchase_orders(client), since, page.following)
    assert {*hashes(page.rows), *hashes(rest)} == {one["uuid"] for one in orders}


async def test_a_window_that_is_ignored_is_an_error_and_no_full_reading() -> None:
    procurify = ProcurifySandbox()
    raise_orders(procurify, 12)
    procurify.frame.clock.advance(30 * 86_400)
    procurify.options(filters_ignored=True)
    async with calling(procurify, page_size=5) as client:
        with pytest.raises(ConfigurationError, match="ignored the filter"):
            await walk(purchase_orders(client), now_of(procurify))
    assert len(procurify.requests("GET /api/")) == 1


def a_bill(procurify: ProcurifySandbox, number: str, **fields: Any) -> dict[str, Any]:
    account = procurify.account("6100", "D-OPS")
    line = {"description": "Paper", "cost": "250.00", "account": account}
    made = procurify.bill([line], vendor=2, invoice_number=number, currency="USD", **fields)
    return dict(made.get("data", made))


async def test_a_bill_is_seen_when_it_changes_and_loaded_whole() -> None:
    procurify = ProcurifySandbox()
    raise_orders(procurify, 1)
    made = [a_bill(procurify, f"INV-{n}") for n in range(3)]
    async with calling(procurify) as client:
        listed = await walk(bills(client), None)
        assert sorted(row.ref for row in listed) == ["INV-0", "INV-1", "INV-2"]
        loaded = await bills(client).load([made[0]["uuid"], "3f0c6a7be1d24c0f9a55d1b7c8e90312", "INV-1"])
        assert [row.hash for row in loaded] == [hashes(listed)[made[0]["uuid"]]]
        bill = loaded[0].content
        assert isinstance(bill, Bill) and bill.items[0].cost_allocations[0].budget
        assert bill.items[0].cost_allocations[0].budget.code == "6100"
        procurify.frame.clock.advance(86_400)
        procurify.fix_bill(made[1]["uuid"])
        later = await changed(bills(client), now_of(procurify), hashes(listed))
    assert set(later) == {made[1]["uuid"]}


async def test_bills_of_one_type_alone_are_asked_for_if_wanted() -> None:
    procurify = ProcurifySandbox()
    raise_orders(procurify, 1)
    kept = [a_bill(procurify, f"INV-{kind}", type=kind) for kind in range(3)]
    async with calling(procurify) as client:
        assert len(await walk(bills(client), None)) == 3
        assert [row.id for row in await walk(bills(client, type="0"), None)] == [kept[0]["uuid"]]


async def test_a_payment_is_seen_when_its_status_changes_and_found_by_its_uuid() -> None:
    procurify = ProcurifySandbox()
    raise_orders(procurify, 1)
    paid = [procurify.pay([a_bill(procurify, f"INV-{n}")["uuid"]], status="processing") for n in range(12)]
    async with calling(procurify, page_size=5) as client:
        listed = await walk(payments(client), None)
        assert {row.id for row in listed} == {one["uuid"] for one in paid}
        assert all(row.content.bill_groups for row in listed)
        procurify.frame.clock.advance(3600)
        procurify.set_payment(paid[0]["uuid"], "paid")
        later = await changed(payments(client), now_of(procurify), hashes(listed))
        assert set(later) == {paid[0]["uuid"]}
        before = len(procurify.requests("/payments/"))
        loaded = await payments(client).load([paid[0]["uuid"]])
        assert [(row.id, row.content.status) for row in loaded] == [(paid[0]["uuid"], "paid")]
        assert len(procurify.requests("/payments/")) == before + 1
        assert await payments(client).load([]) == []
    assert procurify.forbidden_writes() == []
