"""Reading what changed in QuickBooks Online, against the emulator over real HTTP."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from blocks.errors import TransientError
from blocks.quickbooks_online import pages
from blocks.quickbooks_online.source import QuickBooksSource
from blocks.source import Reader, Row, SourcePage
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox, changes
from tests.sandbox.serving import served
from tests.unit.blocks.quickbooks_books import (
    Meddled,
    a_document,
    a_line,
    client_of,
    everything,
    rows,
    source_of,
    states,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def company() -> QuickBooksSandbox:
    company = QuickBooksSandbox()
    company.options(throttle=False, access_seconds=10**7)
    return company


@pytest.fixture
async def client(company: QuickBooksSandbox) -> AsyncIterator[Meddled]:
    with served(company.app) as url:
        async with client_of(company, url) as client:
            yield client


@pytest.fixture
def order(company: QuickBooksSandbox) -> Callable[[], str]:
    """Returns what adds a purchase order."""
    vendor = company.add_vendor(DisplayName="Northwind Paper")["Id"]
    [account] = company.seed_accounts([{"number": "6410", "name": "Stationery", "type": "EXPENSE"}])
    body = a_document(vendor, a_line(account["Id"]))
    return lambda: str(company.add("PurchaseOrder", **body)["Id"])


def seen(read: Sequence[Row]) -> set[str]:
    return {row.id for row in read}


async def test_the_source_is_a_reader(client: Meddled, company: QuickBooksSandbox) -> None:
    reader: Reader = source_of(client)
    assert reader.whole
    assert await reader.page(None, datetime.now(UTC), "") == SourcePage([], None)
    assert not company.calls("/v3/")


async def test_an_idle_poll_costs_one_call(
    client: Meddled, company: QuickBooksSandbox, order: Callable[[], str]
) -> None:
    company.frame.clock.advance(-3600)
    old = order()
    company.frame.clock.advance(3600)
    now = datetime.now(UTC)
    assert await source_of(client, [old]).page(now, now, "") == SourcePage([], None)
    assert len(company.calls("/v3/")) == len(company.calls("/cdc")) == 1


async def test_changes_and_deletions_are_read_in_one_call(
    client: Meddled, company: QuickBooksSandbox, order: Callable[[], str]
) -> None:
    kept, changed, gone = order(), order(), order()
    company.edit("PurchaseOrder", changed, Memo="thanks")
    company.delete("PurchaseOrder", gone)
    now = datetime.now(UTC)
    read = await everything(source_of(client), now - HOUR, now)
    assert states(read) == {kept: "0", changed: "1", gone: "Deleted"}
    assert len(company.calls("/cdc")) == 1


async def test_each_reading_begins_before_the_last_one_ended(client: Meddled, order: Callable[[], str]) -> None:
    made = order()
    assert seen(await everything(source_of(client), datetime.now(UTC) + timedelta(minutes=4), datetime.now(UTC))) == {
        made
    }


async def test_more_than_one_list_of_changes_loses_nothing(
    client: Meddled, company: QuickBooksSandbox, order: Callable[[], str]
) -> None:
    company.frame.clock.advance(-90_000)
    orders: list[str] = []
    for number in range(2_300):
        company.frame.clock.advance(2 if number < 1_500 else 80)
        orders.append(order())
        if number == 1_000:
            company.delete("PurchaseOrder", orders[3])  # before the time that the list of changes can show
    early, late = orders[3], orders[-3]
    company.delete("PurchaseOrder", late)
    now = datetime.now(UTC)
    read = await everything(source_of(client, [early, late, orders[7]]), now - 2 * DAY, now)
    assert seen(read) == set(orders)
    assert {row.id for row in read if row.content.is_deleted} == {early, late}


async def test_thousands_of_one_second_are_all_read(
    client: Meddled, company: QuickBooksSandbox, order: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = (datetime.now(UTC) - HOUR).replace(microsecond=0)
    monkeypatch.setattr(company.frame.clock, "now", lambda: moment)
    orders = {order() for _number in range(2_200)}
    monkeypatch.undo()
    source = source_of(client)
    assert seen(await everything(source, moment, datetime.now(UTC))) == orders
    # A run that was killed goes on with the page that it did not finish.
    first = await source.page(moment - 40 * DAY, datetime.now(UTC), "")
    rest = await everything(source_of(client), moment - 40 * DAY, datetime.now(UTC), first.following or "")
    assert seen(first.rows) | seen(rest) == orders


async def test_what_is_older_than_the_list_reaches_is_read_by_queries(
    client: Meddled, company: QuickBooksSandbox, order: Callable[[], str]
) -> None:
    company.frame.clock.advance(-50 * 86_400)
    known = [order() for _number in range(3)]
    company.frame.clock.advance(10 * 86_400)
    recent = [order() for _number in range(2)]
    company.delete("PurchaseOrder", known[1])
    company.frame.clock.advance(40 * 86_400)
    now = datetime.now(UTC)
    read = await everything(source_of(client, [*known, f"{recent[0]},{recent[1]}"]), now - 45 * DAY, now)
    assert states(read) == {known[0]: "0", known[1]: "Deleted", known[2]: "0", recent[0]: "0", recent[1]: "0"}
    assert len(company.calls("/cdc")) == 0


async def test_known_records_are_compared_by_the_order_of_their_ids(client: Meddled) -> None:
    known = [str(number) for number in range(1, 1_201)]
    source = source_of(client, known)
    now = datetime.now(UTC)
    first = await source.page(now, now, "known:")
    known.insert(0, "0")  # a record that was linked meanwhile moves no page
    second = await source.page(now, now, first.following or "")
    third = await source_of(client, known).page(now, now, second.following or "")
    assert [page.following for page in (first, second, third)] == ["known:500", "known:1000", None]
    assert [len(page.rows) for page in (first, second, third)] == [500, 500, 200]
    assert all(row.content.is_deleted for page in (first, second, third) for row in page.rows)


async def test_a_call_that_fails_on_the_way_loses_no_page(
    client: Meddled, company: QuickBooksSandbox, order: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "CHANGES_AT_ONCE", 0)  # no list is ever whole
    company.frame.clock.advance(-7_200)
    orders = []
    for _number in range(1_200):
        company.frame.clock.advance(2)
        orders.append(order())
    now = datetime.now(UTC)
    source = source_of(client)
    first = await source.page(now - DAY, now, "")
    company.frame.faults.add(Fault("status", match="POST .*/query", times=5))
    with pytest.raises(TransientError):
        await source.page(now - DAY, now, first.following or "")
    assert seen(first.rows) | seen(await everything(source, now - DAY, now, first.following or "")) == set(orders)


async def test_a_cursor_that_nobody_understands_begins_the_window_again(
    client: Meddled, order: Callable[[], str]
) -> None:
    made, now = order(), datetime.now(UTC)
    assert seen((await source_of(client).page(now - HOUR, now, "query:yesterday,now")).rows) == {made}


async def test_records_are_loaded_by_id_and_a_missing_one_is_a_stub(
    client: Meddled, company: QuickBooksSandbox, order: Callable[[], str]
) -> None:
    first, second, gone = order(), order(), order()
    company.delete("PurchaseOrder", gone)
    read = await source_of(client).load([second, gone, f"{first},{second}", "INV-20417", "PO 7, 12", "999999"])
    assert [(row.id, row.content.is_deleted) for row in read] == [
        (second, False),
        (gone, True),
        (first, False),
        ("999999", True),
    ]
    assert len(company.calls("/query")) == 1


async def test_names_are_never_taken_for_deleted(client: Meddled, company: QuickBooksSandbox) -> None:
    made = company.add_vendor(DisplayName="Acme")["Id"]
    company.edit("Vendor", made, Active=False)
    source, now = QuickBooksSource(client, "Vendor", rows), datetime.now(UTC)
    for since in (now - HOUR, now - 40 * DAY):
        assert states(await everything(source, since, now)) == {made: "1"}
    assert [row.content.status for row in await source.load([made])] == [None]


@pytest.fixture
def small_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST", 6)
    monkeypatch.setattr(pages, "CHANGES_AT_ONCE", 6)


@pytest.mark.usefixtures("small_lists")
@pytest.mark.parametrize("seed", range(12))
async def test_two_readings_know_all_whatever_happens_between_and_during_them(
    client: Meddled, company: QuickBooksSandbox, order: Callable[[], str], seed: int
) -> None:
    chance, clock = random.Random(seed), company.frame.clock
    clock.advance(-20_000)
    known: list[str] = []
    mirror: dict[str, str | None] = {}

    def something_happens() -> None:
        clock.advance(chance.choice([0, 0, 1, 60, 300]))
        alive = list(company.purchase_orders)
        what = chance.random()
        if what < 0.5 or not alive:
            known.append(order())
        elif what < 0.8:
            company.edit("PurchaseOrder", chance.choice(alive), Memo=str(chance.random()))
        else:
            company.delete("PurchaseOrder", chance.choice(alive))

    mark = clock.now()
    for _reading in range(3):
        for _event in range(chance.randrange(25)):
            something_happens()
        source, until, following = source_of(client, known), clock.now(), ""
        while following is not None:
            page = await source.page(mark, until, following)
            mirror |= states(page.rows)
            following = page.following  # type: ignore[assignment]
            if chance.random() < 0.3:
                something_happens()
            if chance.random() < 0.3:
                source = source_of(client, known)
        mark = until
    final, now = source_of(client, known), clock.now()
    mirror |= states(await everything(final, mark, now + timedelta(seconds=1)))
    truth = {
        one: company.purchase_orders[one]["SyncToken"] if one in company.purchase_orders else "Deleted" for one in known
    }
    assert {one: mirror.get(one) for one in known} == truth
