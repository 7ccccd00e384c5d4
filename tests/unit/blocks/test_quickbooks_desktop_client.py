"""Asking a QuickBooks Desktop company and writing to it, by a way that carries one document at a time."""

from collections.abc import Callable

import pytest

from blocks.errors import AnswerLostError, AwayError, ConfigurationError
from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.account import OWNER_ID, QuickBooksDesktopAccount
from blocks.quickbooks_desktop.channel import Exchanged
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.documents import set_id_of
from blocks.quickbooks_desktop.kinds import BILL
from blocks.quickbooks_desktop.meanings import UNREAD
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.render import Request, document
from blocks.quickbooks_desktop.source import QuickBooksDesktopSource
from blocks.source import Row, content_hash
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.unit.blocks.desktop_company import FILE_ID, LONG_AGO, Way, a_vendor, client_of


@pytest.fixture
def company() -> CompanyFile:
    return CompanyFile(file_id=FILE_ID, owner_id=OWNER_ID)


@pytest.fixture
def way(company: CompanyFile) -> Way:
    return Way(company)


@pytest.fixture
def client(way: Way) -> QuickBooksDesktopClient:
    return client_of(way)


def vendors_of(company: CompanyFile, count: int) -> list[str]:
    return [company.add_vendor(f"Vendor {number}")["ListID"] for number in range(count)]


async def test_the_right_company_is_ready(client: QuickBooksDesktopClient) -> None:
    async with client:
        assert await client.ready() == "Acme Co (QuickBooks Enterprise Solutions 24.0)"


async def test_another_company_file_is_refused(way: Way) -> None:
    other = QuickBooksDesktopAccount("acme", "secret", OWNER_ID, "{00000000-0000-0000-0000-000000000001}")
    with pytest.raises(ConfigurationError, match="belongs to another connection"):
        await QuickBooksDesktopClient(other, way).ready()


async def test_a_quickbooks_that_is_too_old_is_refused(company: CompanyFile, client: QuickBooksDesktopClient) -> None:
    company.options(highest_version="12.0")
    with pytest.raises(ConfigurationError, match="reads qbXML up to 12"):
        await client.ready()


async def test_all_questions_go_by_one_document(
    company: CompanyFile, way: Way, client: QuickBooksDesktopClient
) -> None:
    vendors_of(company, 2)
    answers = await client.ask([queries.vendors(), queries.accounts(), queries.classes()])
    assert [answer.message for answer in answers] == ["VendorQuery", "AccountQuery", "ClassQuery"]
    assert [len(answer.records) for answer in answers] == [2, len(company.accounts), 0]
    assert len(way.sent) == 1


async def test_what_the_session_began_with_is_not_asked_again(
    company: CompanyFile, way: Way, client: QuickBooksDesktopClient
) -> None:
    vendors_of(company, 3)
    asked = [queries.first(queries.vendors(LONG_AGO), 2), queries.accounts()]
    numbered = [
        query._replace(attributes={**query.attributes, "requestID": f"o{at}"}) for at, query in enumerate(asked)
    ]
    opened = document(numbered)
    way.begun_with = Exchanged(opened, company.process(opened))
    assert [answer.message for answer in await client.ask([queries.accounts()])] == ["AccountQuery"]
    assert way.sent == []
    read = [row["Name"] async for page in client.every(queries.vendors(LONG_AGO), 2) for row in page]
    assert read == ["Vendor 0", "Vendor 1", "Vendor 2"]
    assert len(way.sent) == 1  # the second page, of the iterator that the opening began
    await client.ask([queries.accounts()])
    assert len(way.sent) == 2  # each answer is taken once


async def test_after_a_write_nothing_is_answered_from_before(
    company: CompanyFile, way: Way, client: QuickBooksDesktopClient
) -> None:
    opened = document([queries.vendors()._replace(attributes={"requestID": "1"})])
    way.begun_with = Exchanged(opened, company.process(opened))
    await client.write([Request("VendorAdd", a_vendor("New"), {"requestID": "a"})], "s1")
    assert [row["Name"] for row in await client.records(queries.vendors())] == ["New"]


@pytest.mark.parametrize("page", [1, 2, 5, 500])
async def test_records_come_page_by_page(company: CompanyFile, client: QuickBooksDesktopClient, page: int) -> None:
    ids = vendors_of(company, 5)
    pages = [[row["ListID"] for row in some] async for some in client.every(queries.vendors(), page)]
    assert [one for some in pages for one in some] == ids
    assert max(map(len, pages)) <= page


async def test_pages_that_were_lost_with_their_session_are_read_again(
    company: CompanyFile, way: Way, client: QuickBooksDesktopClient
) -> None:
    ids = vendors_of(company, 5)
    way.meddling.append(way.renewed)
    read = [row["ListID"] async for some in client.every(queries.vendors(), 2) for row in some]
    assert set(read) == set(ids)
    assert len(read) == 7  # the first page came twice


async def test_sessions_that_never_last_are_given_up(
    company: CompanyFile, way: Way, client: QuickBooksDesktopClient
) -> None:
    vendors_of(company, 5)
    way.meddling += [way.renewed] * 20
    with pytest.raises(Exception, match=r"\d"):
        _ = [page async for page in client.every(queries.vendors(), 2)]
    assert len(way.sent) < 12


@pytest.mark.parametrize("code", ["3120", "500"])
async def test_records_are_found_by_id_though_others_are_missing(
    company: CompanyFile, client: QuickBooksDesktopClient, code: str
) -> None:
    company.options(missing_list_id=code)
    ids = vendors_of(company, 3)
    assert list(await client.by_ids(queries.vendors_by_ids([*ids, "80000FFF-1"]))) == ids
    assert await client.by_ids(queries.vendors_by_ids(["80000FFF-1"])) == {}


async def test_a_missing_id_that_hides_the_others_is_told_apart(
    company: CompanyFile, way: Way, client: QuickBooksDesktopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = vendors_of(company, 2)
    process = company.process

    def all_or_nothing(text: str) -> str:
        return process(text.replace(f"<ListID>{ids[0]}</ListID><ListID>", "<ListID>"))

    monkeypatch.setattr(company, "process", all_or_nothing)
    assert set(await client.by_ids(queries.vendors_by_ids([ids[0], "80000FFF-1"]))) == {ids[0]}
    assert len(way.sent) == 2


@pytest.mark.parametrize("bad", [0, 3, 6])
async def test_one_message_that_cannot_be_read_stops_no_other(
    company: CompanyFile, way: Way, client: QuickBooksDesktopClient, bad: int
) -> None:
    way.unreadable = f"<Name>Vendor {bad}</Name>"
    requests = [Request("VendorAdd", a_vendor(f"Vendor {at}"), {"requestID": str(at)}) for at in range(7)]
    answers = await client.write(requests, "s1")
    assert [answer.code for answer in answers] == [UNREAD if at == bad else 0 for at in range(7)]
    assert len(company.vendors) == 6
    assert len(set(way.written)) == len(way.written)  # each part is a message set of its own


async def test_the_same_bytes_under_the_same_id_are_done_once(
    company: CompanyFile, way: Way, client: QuickBooksDesktopClient
) -> None:
    await client.write([Request("VendorAdd", a_vendor("Once"), {"requestID": "a"})], "s1")
    [again] = await client.resend("s1")
    assert [row["Name"] for row in company.vendors.values()] == ["Once"]
    assert again.request_id == "a"
    assert way.sent[0] == way.sent[1]


async def test_a_question_whose_answer_is_lost_leaves_nothing_in_doubt(
    way: Way, client: QuickBooksDesktopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "exchange", lost)
    with pytest.raises(AwayError):
        await client.ask([queries.accounts()])


async def lost(_document: str, _set_id: str = "") -> str:
    raise AnswerLostError("gone")


def a_source(client: QuickBooksDesktopClient, **given: Callable[[], None]) -> QuickBooksDesktopSource:
    def rows(record: Record) -> list[Row]:
        known = record.get("ListID") or ""
        return [Row(known, record.get("Name") or record.get("FullName") or "", content_hash(record), record)]

    return QuickBooksDesktopSource(
        client, queries.vendors, queries.vendors_by_ids, ["Vendor"], rows, page_size=2, **given
    )


async def read(source: QuickBooksDesktopSource, since: object = LONG_AGO) -> list[Row]:
    cursor, found = "", []
    while True:
        page = await source.page(since, LONG_AGO, cursor)  # type: ignore[arg-type]
        found += page.rows
        if page.following is None:
            return found
        cursor = page.following


async def test_a_source_shows_what_changed_and_what_was_deleted(
    company: CompanyFile, way: Way, client: QuickBooksDesktopClient
) -> None:
    ids = vendors_of(company, 4)
    company.delete("Vendor", ids[1])
    company.make_inactive("Vendor", ids[2])
    rows = await read(a_source(client))
    assert {row.id for row in rows} == set(ids)
    assert [row.id for row in rows if "TimeDeleted" in row.content] == [ids[1]]
    assert len(way.sent) == 2  # the first page with the deletions, and the second


async def test_a_source_loads_what_is_there(company: CompanyFile, client: QuickBooksDesktopClient) -> None:
    ids = vendors_of(company, 2)
    assert [row.id for row in await a_source(client).load([ids[1], "80000FFF-1"])] == [ids[1]]
    assert await a_source(client).load([]) == []


async def test_a_slow_clock_of_the_pc_hides_nothing(company: CompanyFile, client: QuickBooksDesktopClient) -> None:
    company.clock.advance(-5 * 3600)
    [known] = vendors_of(company, 1)
    company.clock.advance(60)
    [new] = [company.add_vendor("New")["ListID"]]
    assert await read(a_source(client)) == []
    latest = company.clock.now
    rows = await read(a_source(client, latest=latest))  # type: ignore[arg-type]
    assert {row.id for row in rows} == {known, new}


async def test_without_a_beginning_everything_is_read(company: CompanyFile, client: QuickBooksDesktopClient) -> None:
    company.clock.advance(-(10**8))
    ids = vendors_of(company, 3)
    assert {row.id for row in await read(a_source(client), None)} == set(ids)


async def test_the_winter_offset_of_old_versions_hides_nothing(
    company: CompanyFile, client: QuickBooksDesktopClient
) -> None:
    company.options(winter_offset=True)
    ids = vendors_of(company, 3)
    assert {row.id for row in await read(a_source(client))} == set(ids)


async def test_a_question_that_names_nothing_does_not_ask_for_everything(
    company: CompanyFile, client: QuickBooksDesktopClient
) -> None:
    vendors_of(company, 2)
    with pytest.raises(ValueError, match="names no FullName"):
        await client.records(queries.vendors_by_names([]))
    assert await client.by_ids(queries.vendors_by_ids([])) == await client.by_ids(BILL.by_ids([])) == {}


def test_a_set_id_is_twenty_characters_and_the_same_for_the_same_name() -> None:
    assert set_id_of("x") == set_id_of("x") != set_id_of("y")
    assert len(set_id_of("x")) == 20
    assert BILL.by_ids(["1"]) == Query("BillQuery", queries.bills(ids=["1"]).body)
