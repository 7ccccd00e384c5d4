"""BILL as a source, against the emulator over real HTTP: windows, thin lists, lists without dates, reading at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from blocks.bill.client import BillClient
from blocks.bill.credentials import BillCredentials
from blocks.bill.models import Bill, RecurringBill
from blocks.bill.pages import Page
from blocks.bill.source import BillSource
from blocks.errors import NotFoundError, RefusedError
from blocks.exact import Record
from blocks.hosts import ALLOW_PRIVATE
from blocks.source import Row, SourcePage, content_hash
from tests.sandbox.bill import BillSandbox
from tests.sandbox.serving import served

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bill() -> BillSandbox:
    return BillSandbox()


@pytest.fixture
async def client(bill: BillSandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BillClient]:
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    with served(bill.app) as url:
        block = BillCredentials.model_validate(
            {
                "username": bill.username,
                "password": bill.password,
                "organization_id": bill.organization_id,
                "developer_key": bill.developer_key,
                "base_url": f"{url}/connect",
            }
        )
        async with block.get_client() as opened:
            yield opened


def bill_row(record: Record) -> list[Row]:
    read = Bill.model_validate(record)
    return [Row(read.id, read.invoice.invoice_number or "", content_hash(record.get("updatedTime")), read)]


def has_lines(record: Record) -> bool:
    return "billLineItems" in record


def seed_at(bill: BillSandbox, *moments: datetime) -> list[str]:
    return [bill.seed_bill(updatedTime=moment.isoformat(timespec="milliseconds"))["id"] for moment in moments]


async def unread(record_id: str) -> Record:
    raise AssertionError(record_id)


async def walk(source: BillSource, until: datetime = NOON) -> list[SourcePage]:
    pages, cursor = list[SourcePage](), ""
    while True:
        pages.append(await source.page(None, until, cursor))
        if pages[-1].following is None:
            return pages
        cursor = pages[-1].following


def ids(rows: Sequence[Row]) -> list[str]:
    return [row.id for row in rows]


async def test_a_window_begins_a_lag_early_and_ends_before_its_end(bill: BillSandbox, client: BillClient) -> None:
    early, since, last, until = NOON - 6 * MINUTE, NOON, NOON + 9 * MINUTE, NOON + 10 * MINUTE
    seeded = seed_at(bill, until, last, since, since - 5 * MINUTE, early)
    page = await BillSource(client.bills, client.bill, bill_row).page(since, until, "")
    assert ids(page.rows) == seeded[3:0:-1] and page.following is None
    assert len((await BillSource(client.bills, client.bill, bill_row).page(None, until, "")).rows) == 4


@pytest.mark.parametrize("whole", [True, False])
async def test_thin_bills_are_read_three_at_a_time_and_keep_their_order(
    bill: BillSandbox, client: BillClient, whole: bool
) -> None:
    bill.generate(vendors=5, bills=60, lines=2)
    now = bill.frame.clock.now() + MINUTE
    bill.frame.latency = 0.005
    source = BillSource(client.bills, client.bill, bill_row, complete=has_lines, whole=whole)
    page = await source.page(None, now, "")
    rows = page.rows if whole else await source.load(ids(page.rows))
    assert ids(rows) == list(bill.bills) == ids(page.rows)
    assert all(len(row.content.bill_line_items) == 2 for row in rows)
    assert (bill.max_in_flight, bill.refused_in_flight) == (3, 0)
    assert len(bill.frame.calls("GET /connect/v3/bills/")) == 60


async def test_what_a_list_shows_whole_is_not_read_again(bill: BillSandbox, client: BillClient) -> None:
    bill.generate(vendors=2, bills=20)
    bill.options(thin_rows=False)
    source = BillSource(client.bills, client.bill, bill_row, complete=has_lines)
    page = await source.page(None, bill.frame.clock.now() + MINUTE, "")
    assert all(row.content.bill_line_items for row in page.rows)
    assert bill.frame.calls("GET /connect/v3/bills/") == []


async def test_a_source_that_is_not_whole_reads_its_list_only(bill: BillSandbox, client: BillClient) -> None:
    bill.generate(vendors=2, bills=20)
    source = BillSource(client.bills, client.bill, bill_row, complete=has_lines, whole=False)
    page = await source.page(None, bill.frame.clock.now() + MINUTE, "")
    assert not source.whole and len(page.rows) == 20
    assert not any(row.content.bill_line_items for row in page.rows)
    assert bill.frame.calls("GET /connect/v3/bills/") == []
    [loaded] = await source.load(ids(page.rows[:1]))
    assert loaded.content.bill_line_items and loaded.hash == page.rows[0].hash


async def test_a_page_is_as_small_as_it_is_wanted(bill: BillSandbox, client: BillClient) -> None:
    seeded = seed_at(bill, *(NOON - n * MINUTE for n in range(5, 0, -1)))
    pages = await walk(BillSource(client.bills, client.bill, bill_row, page_size=2))
    assert [ids(page.rows) for page in pages] == [seeded[:2], seeded[2:4], seeded[4:]]
    assert all("max=2&" in call.query for call in bill.frame.calls("GET /connect/v3/bills?"))
    with pytest.raises(ValueError, match="1 to 100"):
        await walk(BillSource(client.bills, client.bill, bill_row, page_size=101))


async def test_a_page_token_that_is_not_taken_begins_the_window_again(bill: BillSandbox, client: BillClient) -> None:
    [seeded] = seed_at(bill, NOON - MINUTE)
    page = await BillSource(client.bills, client.bill, bill_row).page(None, NOON, "c3RhbGU=")
    assert ids(page.rows) == [seeded]


async def test_page_tokens_that_are_never_taken_do_not_go_round_for_ever() -> None:
    asked = list[object]()

    async def listed(start: object, **_asked: object) -> AsyncIterator[Page]:
        asked.append(start)
        if start:
            raise RefusedError("page: not a page token", system="BILL")
        yield Page([], "token")

    with pytest.raises(RefusedError, match="page token"):
        await walk(BillSource(listed, unread, bill_row))
    assert len(asked) < 10


async def test_records_without_dates_are_all_listed_each_time(bill: BillSandbox, client: BillClient) -> None:
    def rows(record: Record) -> list[Row]:
        read = RecurringBill.model_validate(record)
        return [Row(read.id, read.id, content_hash(record), read)]

    seeded = [bill.seed_recurring(amount=n + 1)["id"] for n in range(3)]
    source = BillSource(
        client.recurring_bills,
        client.recurring_bill,
        rows,
        complete=lambda record: "recurringBillLineItems" in record,
        dated=False,
        page_size=2,
    )
    for _reading in range(2):
        pages = await walk(source)
        assert [ids(page.rows) for page in pages] == [seeded[:2], seeded[2:]]
    later = await source.page(bill.frame.clock.now() + MINUTE, bill.frame.clock.now() + 2 * MINUTE, "")
    assert ids(later.rows) == seeded[:2]
    assert [row.content.recurring_bill_line_items[0].amount for page in pages for row in page.rows] == [1, 2, 3]
    queries = [call.query for call in bill.frame.calls("GET /connect/v3/recurringbills?")]
    assert not [query for query in queries if "filters" in query or "sort" in query]


async def test_loading_leaves_out_what_bill_does_not_have(bill: BillSandbox, client: BillClient) -> None:
    seeded = seed_at(bill, NOON, NOON)
    asked = [f"{seeded[1]}/blp1", "00n02LOOPBACKEM0zzzz", seeded[0], f"{seeded[1]}/blp2"]
    loaded = await BillSource(client.bills, client.bill, bill_row).load(asked)
    assert ids(loaded) == [seeded[1], seeded[0]]
    assert len(bill.frame.calls("GET /connect/v3/bills/")) == 3


async def listed(**_asked: object) -> AsyncIterator[Page]:
    yield Page([{"id": "00n1"}, {"id": "00n2"}], None)


async def test_a_listed_record_that_is_gone_is_left_out_of_its_page() -> None:
    async def read(record_id: str) -> Record:
        if record_id == "00n2":
            raise NotFoundError("gone", system="BILL")
        return {"id": record_id}

    page = await BillSource(listed, read, bill_row, complete=lambda _record: False).page(None, NOON, "")
    assert ids(page.rows) == ["00n1"]


async def test_one_refused_reading_ends_the_others() -> None:
    ended = list[str]()

    async def read(record_id: str) -> Record:
        if record_id == "00n3":
            raise RefusedError("no", system="BILL")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(record_id)
        return {}

    with pytest.raises(RefusedError):
        await BillSource(listed, read, bill_row).load(["00n1", "00n2", "00n3", "00n4"])
    assert ended == ["00n1", "00n2", "00n4"]
