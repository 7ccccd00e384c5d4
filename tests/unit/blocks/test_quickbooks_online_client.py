"""Reading and writing QuickBooks Online over the wire: pages, ids, changes, single writes and batches."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from blocks.calls import BusyError
from blocks.errors import (
    AnswerLostError,
    ConflictError,
    ConsentNeededError,
    NotFoundError,
    RefusedError,
    TransientError,
    VendorError,
)
from blocks.exact import Record
from blocks.limits import LocalSlots
from blocks.quickbooks_online import pages
from blocks.quickbooks_online.batch import Item, results_of
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from blocks.quickbooks_online.query import equals, select
from blocks.quickbooks_online.tokens import Tokens
from blocks.sessions import LocalSessions
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def credentials(sandbox: QuickBooksSandbox, url: str) -> QuickBooksOnlineCredentials:
    return QuickBooksOnlineCredentials.model_validate(
        {
            "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret,
            "realm_id": sandbox.realm_id,
            "refresh_token": sandbox.refresh_token,
            "base_url": url,
            "oauth_base_url": url,
        }
    )


def hurried(client: QuickBooksClient) -> QuickBooksClient:
    """Returns the client without its rates, which only some of these tests are about, and without waiting."""
    client._call = replace(client._call, rates=lambda _method, _path: (), first_wait=0.001)
    return client


@pytest.fixture
def quickbooks() -> Any:
    """Yields a QuickBooks Online company with empty books, and its address."""
    sandbox = QuickBooksSandbox()
    sandbox.options(throttle=False)
    with served(sandbox.app) as url:
        yield sandbox, url


@pytest.fixture
async def client(quickbooks: tuple[QuickBooksSandbox, str]) -> AsyncIterator[QuickBooksClient]:
    async with hurried(credentials(*quickbooks).get_client()) as opened:
        yield opened


@pytest.fixture
def sandbox(quickbooks: tuple[QuickBooksSandbox, str]) -> QuickBooksSandbox:
    return quickbooks[0]


async def answered_by(answer: Callable[[httpx.Request], httpx.Response]) -> QuickBooksClient:
    """Returns a client that is signed in, and whose calls are answered so."""
    account = QuickBooksOnlineCredentials.model_validate(
        {"client_id": "client-1", "client_secret": "secret-1", "realm_id": "1", "refresh_token": "refresh-1"}
    ).account
    sessions, until = LocalSessions(), datetime.now(UTC) + timedelta(hours=1)
    await sessions.store(account.session_key, Tokens("access-1", "r", until, None).to_session())
    transport = httpx.MockTransport(answer)
    return hurried(QuickBooksClient(account, sessions=sessions, transport=transport, first_wait=0.001))


class Shelf:
    """Answers statements by change time as QuickBooks Online does, and notes them; something may happen in between."""

    def __init__(self, *times: str, zone: str = "+00:00") -> None:
        self.zone = zone
        self.rows = [self.row(str(number), time) for number, time in enumerate(times, 1)]
        self.asked = list[str]()
        self.between: Callable[[int], None] = lambda _page: None

    def row(self, record_id: str, time: str, token: str = "0") -> Record:
        return {"Id": record_id, "SyncToken": token, "MetaData": {"LastUpdatedTime": f"2026-05-05T{time}{self.zone}"}}

    async def __call__(self, statement: str, entity: str) -> list[Record]:
        self.between(len(self.asked))
        self.asked.append(statement)
        words = statement.split()
        start, most = (int(words[words.index(word) + 1]) for word in ("STARTPOSITION", "MAXRESULTS"))
        since = words[words.index(">=") + 1].strip("'") if ">=" in words else "2000-01-01T00:00:00Z"
        moment = datetime.fromisoformat(since)
        found = sorted((row for row in self.rows if self.time(row) >= moment), key=self.time)
        return found[start - 1 : start - 1 + most]

    def time(self, row: Record) -> datetime:
        return datetime.fromisoformat(row["MetaData"]["LastUpdatedTime"])

    async def walked(self, size: int) -> list[str]:
        return [row["Id"] async for page in pages.changed(self, "Bill", LONG_AGO, size=size) for row in page]


# Pages by change time


async def test_pages_hold_every_record_once() -> None:
    shelf = Shelf(*(f"10:00:{second:02d}" for second in range(10)))
    assert await shelf.walked(4) == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("size", [2, 3, 4, 5, 20])
async def test_equal_times_at_the_edge_of_a_page_hide_nothing(size: int) -> None:
    shelf = Shelf("10:00:01", "10:00:02", "10:00:02", "10:00:02", "10:00:02", "10:00:02", "10:00:03", "10:00:03")
    assert sorted(await shelf.walked(size)) == [str(number) for number in range(1, 9)]


async def test_fractions_of_a_second_bring_nothing_twice() -> None:
    shelf = Shelf("10:00:01.100", "10:00:01.200", "10:00:01.900", "10:00:02.000", "10:00:02.500", zone="-07:00")
    assert await shelf.walked(2) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(("changed", "count"), [("1", 8), ("3", 8), ("3", 4)])  # 3 is the last of its page
async def test_a_record_that_changes_during_the_walk_hides_no_other_and_comes_again(changed: str, count: int) -> None:
    shelf = Shelf(*(f"10:00:{second:02d}" for second in range(count)))

    def change(page: int) -> None:
        if page == 1:
            shelf.rows[int(changed) - 1] = shelf.row(changed, "11:00:00", token="1")

    shelf.between = change
    assert await shelf.walked(3) == [*(str(number) for number in range(1, count + 1)), changed]


async def test_records_that_leave_a_crowded_moment_hide_no_others() -> None:
    shelf = Shelf(*["10:00:00"] * 100)

    def change(page: int) -> None:
        if page == 2:  # within the moment
            shelf.rows[:2] = [shelf.row(record_id, "11:00:00", token="1") for record_id in ("1", "2")]

    shelf.between = change
    assert set(await shelf.walked(20)) == {str(number) for number in range(1, 101)}


async def test_the_same_page_for_ever_is_refused() -> None:
    async def stuck(_statement: str, _entity: str) -> list[Record]:
        return Shelf("10:00:00", "10:00:00").rows

    with pytest.raises(TransientError, match="twice"):
        _ = [page async for page in pages.changed(stuck, "Bill", None, size=2)]


async def test_records_without_a_change_time_are_walked_too() -> None:
    rows: list[Record] = [{"Id": str(number)} for number in range(5)]

    async def ask(statement: str, _entity: str) -> list[Record]:
        start = int(statement.split()[statement.split().index("STARTPOSITION") + 1])
        return rows[start - 1 : start + 1]

    assert [row async for page in pages.changed(ask, "Bill", None, size=2) for row in page] == rows


async def test_the_window_and_the_inactive_entries_are_asked_for() -> None:
    shelf = Shelf()
    until = datetime(2026, 5, 6, 0, 0, 0, 1, tzinfo=UTC)
    for entity, inactive in (("Vendor", True), ("Vendor", False), ("Bill", True)):
        _ = [page async for page in pages.changed(shelf, entity, LONG_AGO, until, inactive=inactive)]
    window = "MetaData.LastUpdatedTime >= '2020-01-01T00:00:00Z' AND MetaData.LastUpdatedTime < '2026-05-06T00:00:01Z'"
    assert [statement.split(" WHERE ")[1].split(" ORDERBY ")[0] for statement in shelf.asked] == [
        f"{window} AND Active IN (true, false)",
        window,
        window,
    ]


async def test_a_company_is_read_in_pages(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    made = [sandbox.add_vendor(DisplayName=f"Vendor {number}")["Id"] for number in range(25)]
    sandbox.edit("Vendor", made[3], Active=False)
    walked = [page async for page in pages.changed(client.query, "Vendor", LONG_AGO, size=4)]
    assert sorted(row["Id"] for page in walked for row in page) == sorted(made)
    active = [row["Id"] async for page in client.changed("Vendor", LONG_AGO, inactive=False) for row in page]
    assert sorted([*active, made[3]]) == sorted(made)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert [page async for page in client.changed("Vendor", later)] == []


# Ids, changes, single records


async def test_records_are_read_by_ids_inactive_ones_too(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    one, other = (sandbox.add_vendor(DisplayName=name)["Id"] for name in ("Bob's Burger Joint", "Other"))
    sandbox.edit("Vendor", other, Active=False)
    found = await client.by_ids("Vendor", [one, other, "999", one])
    assert found.keys() == {one, other}
    assert (found[one]["DisplayName"], found[other]["Active"]) == ("Bob's Burger Joint", False)
    assert await client.by_ids("Vendor", []) == {}


async def test_many_ids_are_asked_for_in_statements_of_500() -> None:
    asked = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"QueryResponse": {}})

    async with await answered_by(answer) as client:
        assert await client.by_ids("Account", map(str, range(1001))) == {}
    assert [request.content.count(b"', '") + 1 for request in asked] == [500, 500, 1]
    assert {(request.method, request.headers["Content-Type"]) for request in asked} == {("POST", "application/text")}
    assert all(request.url.params["minorversion"] == "75" for request in asked)


async def test_a_name_with_an_apostrophe_is_found(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    sandbox.add_vendor(DisplayName="Bob's \\ Burger")
    statement = select("Vendor", where=[equals("DisplayName", "Bob's \\ Burger")])
    assert [row["DisplayName"] for row in await client.query(statement, "Vendor")] == ["Bob's \\ Burger"]


async def test_changes_hold_deletions_and_the_vendors_time(
    sandbox: QuickBooksSandbox, client: QuickBooksClient
) -> None:
    vendor = sandbox.add_vendor(DisplayName="Northwind")["Id"]
    order = await client.create("PurchaseOrder", order_for(sandbox, vendor), "r1")
    await client.delete("PurchaseOrder", order["Id"], order["SyncToken"])
    changes = await client.changes(["Vendor", "PurchaseOrder", "Bill"], datetime.now(UTC) - timedelta(days=1))
    assert [row["Id"] for row in changes.records["Vendor"]] == [vendor]
    assert [(row["Id"], row["status"]) for row in changes.records["PurchaseOrder"]] == [(order["Id"], "Deleted")]
    assert changes.records["Bill"] == []
    assert not changes.full
    assert changes.at and abs(changes.at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_changes_say_when_there_may_be_more() -> None:
    rows = [{"Id": str(number)} for number in range(600)]
    parts = [{"Vendor": rows}, {}, {"Bill": rows[:400]}]
    answer = {"CDCResponse": [{"QueryResponse": parts}], "time": "2026-05-05T02:21:00.000-07:00"}
    async with await answered_by(lambda _request: httpx.Response(200, json=answer)) as client:
        changes = await client.changes(["Vendor", "Account", "Bill"], LONG_AGO)
    assert changes.full
    assert {entity: len(found) for entity, found in changes.records.items()} == {
        "Vendor": 600,
        "Account": 0,
        "Bill": 400,
    }


INVALID = {"Fault": {"Error": [{"Message": "Invalid query", "code": "4001"}], "type": "ValidationFault"}}


@pytest.mark.parametrize("part", [INVALID, {"QueryResponse": [INVALID]}])
async def test_a_fault_within_the_changes_is_raised(part: dict[str, Any]) -> None:
    async with await answered_by(lambda _request: httpx.Response(200, json={"CDCResponse": [part]})) as client:
        with pytest.raises(RefusedError, match="4001"):
            await client.changes(["Vendor"], LONG_AGO)


async def test_an_unknown_record_is_not_found(client: QuickBooksClient) -> None:
    with pytest.raises(NotFoundError) as caught:
        await client.read("Vendor", "999")
    assert caught.value.code == "610"


# Single writes


def order_for(sandbox: QuickBooksSandbox, vendor: str, amount: str = "103.55", number: str = "INV-1") -> Record:
    expense = sandbox.add("Account", Name=f"Stationery {len(sandbox.accounts)}", AccountType="Expense")
    payables = next(row for row in sandbox.accounts.values() if row["AccountType"] == "Accounts Payable")
    return {
        "VendorRef": {"value": vendor},
        "APAccountRef": {"value": payables["Id"]},
        "DocNumber": number,
        "Line": [
            {
                "DetailType": "AccountBasedExpenseLineDetail",
                "Amount": Decimal(amount),
                "AccountBasedExpenseLineDetail": {"AccountRef": {"value": expense["Id"]}},
            }
        ],
    }


async def test_money_is_a_number_and_exact_in_both_directions(
    sandbox: QuickBooksSandbox, client: QuickBooksClient
) -> None:
    vendor = sandbox.add_vendor(DisplayName="Northwind")["Id"]
    made = await client.create("PurchaseOrder", order_for(sandbox, vendor), "r1")
    read = await client.read("PurchaseOrder", made["Id"])
    assert made["TotalAmt"] == read["TotalAmt"] == Decimal("103.55")
    assert isinstance(read["TotalAmt"], Decimal)


async def test_the_same_request_id_makes_no_second_record(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    one = await client.create("Vendor", {"DisplayName": "Northwind"}, "r1")
    other = await client.create("Vendor", {"DisplayName": "Northwind"}, "r1")
    assert one["Id"] == other["Id"] and len(sandbox.vendors) == 1


async def test_a_duplicate_number_is_refused_unless_it_is_allowed(
    sandbox: QuickBooksSandbox, client: QuickBooksClient
) -> None:
    vendor = sandbox.add_vendor(DisplayName="Northwind")["Id"]
    await client.create("PurchaseOrder", order_for(sandbox, vendor), "r1")
    with pytest.raises(RefusedError, match="document number already") as caught:
        await client.create("PurchaseOrder", order_for(sandbox, vendor), "r2")
    assert caught.value.code == "6140"
    await client.create("PurchaseOrder", order_for(sandbox, vendor), "r3", "allowduplicatedocnum")
    assert len(sandbox.purchase_orders) == 2


async def test_a_stale_update_is_a_conflict(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    made = await client.create("Vendor", {"DisplayName": "Northwind"}, "r1")
    changed = await client.update("Vendor", {**made, "CompanyName": "Northwind Inc"}, "r2")
    assert (changed["CompanyName"], changed["SyncToken"]) == ("Northwind Inc", "1")
    assert len(sandbox.calls("operation=update")) == 1
    with pytest.raises(ConflictError):
        await client.update("Vendor", {**made, "CompanyName": "Southwind"})


async def test_an_update_whose_answer_is_lost_is_sent_again(
    sandbox: QuickBooksSandbox, client: QuickBooksClient
) -> None:
    made = await client.create("Vendor", {"DisplayName": "Northwind"}, "r1")
    sandbox.frame.faults.add(Fault("lost_after", match="POST /v3/.*/vendor"))
    changed = await client.update("Vendor", {**made, "CompanyName": "Northwind Inc"}, "r2")
    assert (changed["CompanyName"], changed["SyncToken"]) == ("Northwind Inc", "1")


async def test_a_deletion_leaves_a_stub(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    vendor = sandbox.add_vendor(DisplayName="Northwind")["Id"]
    made = await client.create("PurchaseOrder", order_for(sandbox, vendor), "r1")
    stub = await client.delete("PurchaseOrder", made["Id"], made["SyncToken"])
    assert stub["status"] == "Deleted"
    with pytest.raises(NotFoundError):
        await client.delete("PurchaseOrder", made["Id"], made["SyncToken"])


@pytest.mark.parametrize(
    "fault", [Fault("lost_before"), Fault("lost_after"), Fault("status", status=503), Fault("html", status=502)]
)
async def test_a_create_without_answer_is_never_sent_again(
    sandbox: QuickBooksSandbox, client: QuickBooksClient, fault: Fault
) -> None:
    await client.ready()
    strikes = sandbox.frame.faults.add(replace(fault, match="/vendor", times=-1))
    with pytest.raises(AnswerLostError):
        await client.create("Vendor", {"DisplayName": "Northwind"}, "r1")
    assert strikes.struck == 1


async def test_reads_are_repeated(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    await client.ready()
    for match in ("/companyinfo", "/query"):
        sandbox.frame.faults.add(Fault("status", match=match, times=2))
    assert (await client.company_info())["CompanyName"] == "Sandbox Company_US_1"
    assert await client.query(select("Vendor"), "Vendor") == []


async def test_a_fault_in_a_success_is_no_success(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    sandbox.options(fault_in_200=-1)
    with pytest.raises(TransientError, match="10000"):
        await client.read("Vendor", "1")
    with pytest.raises(AnswerLostError, match="10000"):
        await client.create("Vendor", {"DisplayName": "Northwind"}, "r1")


async def test_a_reference_that_is_inactive_refuses_the_record_of_a_create() -> None:
    fault = {"Fault": {"Error": [{"Message": "Object Not Found", "code": "610", "element": "VendorRef"}]}}
    async with await answered_by(lambda _request: httpx.Response(400, json=fault)) as client:
        with pytest.raises(RefusedError) as caught:
            await client.create("PurchaseOrder", {}, "r1")
        with pytest.raises(NotFoundError):
            await client.update("PurchaseOrder", {"Id": "1", "SyncToken": "0"})
    assert (caught.value.code, caught.value.field) == ("610", "VendorRef")
    assert "active" in caught.value.remedy


@pytest.mark.parametrize(
    "wrong",
    [
        lambda client: client.create("Vendor", {}, "r" * 51),
        lambda client: client.update("Vendor", {"Id": "1"}),
        lambda client: client.read("../companyinfo", "1"),
        lambda client: client.batch([], "r1"),
        lambda client: client.batch([Item("create", "Vendor", {}, str(n)) for n in range(31)], "r1"),
        lambda client: client.batch([Item("create", "Vendor", {}, "k" * 11)], "r1"),
        lambda client: client.batch([Item("create", "Vendor", {}, "k")] * 2, "r1"),
        lambda client: client.batch([Item("create", "Vendor", {}, "k")], "r" * 37),
    ],
)
async def test_what_intuit_would_not_take_is_not_sent(wrong: Callable[[QuickBooksClient], Any]) -> None:
    sent = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    async with await answered_by(answer) as client:
        with pytest.raises(ValueError):
            await wrong(client)
    assert sent == []


async def test_an_id_is_one_part_of_the_path() -> None:
    sent = list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.raw_path.decode().split("?")[0])
        return httpx.Response(200, json={"Vendor": {}})

    async with await answered_by(answer) as client:
        await client.read("Vendor", "1/../../2?x=1")
    assert sent == ["/v3/company/1/vendor/1%2F..%2F..%2F2%3Fx%3D1"]


@pytest.mark.parametrize("body", [b'{"Vendor": {"Id"', b"{}", b'{"Vendor": null}', b"[]", b""])
async def test_half_an_answer_to_a_create_leaves_it_in_doubt(body: bytes) -> None:
    async with await answered_by(lambda _request: httpx.Response(200, content=body)) as client:
        with pytest.raises(AnswerLostError):
            await client.create("Vendor", {}, "r1")
        with pytest.raises(TransientError) as caught:
            await client.read("Vendor", "1")
    assert not isinstance(caught.value, AnswerLostError)


# Batches


async def test_a_batch_gives_each_item_its_own_result(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    taken = sandbox.add_vendor(DisplayName="Taken")
    items = [
        Item("create", "Vendor", {"DisplayName": "Northwind"}, "a"),
        Item("create", "Vendor", {"DisplayName": "Taken"}, "b"),
        Item("update", "Vendor", {"Id": taken["Id"], "SyncToken": "7", "DisplayName": "Taken"}, "c"),
        Item("delete", "PurchaseOrder", {"Id": "999", "SyncToken": "0"}, "d"),
        Item("create", "PurchaseOrder", order_for(sandbox, "999"), "e"),
    ]
    made, *errors = await client.batch(items, "batch-1")
    assert isinstance(made, dict) and made["DisplayName"] == "Northwind"
    assert [type(error) for error in errors] == [RefusedError, ConflictError, NotFoundError, RefusedError]
    again, *_errors = await client.batch(items, "batch-1")
    assert isinstance(again, dict) and again["Id"] == made["Id"]
    assert sorted(row["DisplayName"] for row in sandbox.vendors.values()) == ["Northwind", "Taken"]


async def test_an_option_of_one_item_holds_for_it_alone(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    vendor = sandbox.add_vendor(DisplayName="Northwind")["Id"]
    order = order_for(sandbox, vendor)
    items = [
        Item("create", "PurchaseOrder", order, "a"),
        Item("create", "PurchaseOrder", order, "b"),
        Item("create", "PurchaseOrder", order, "c", "allowduplicatedocnum"),
    ]
    results = await client.batch(items, "batch-1")
    assert [type(result) for result in results] == [dict, RefusedError, dict]


def test_results_are_matched_by_key_and_a_missing_one_is_in_doubt() -> None:
    items = [Item("create", "Vendor", {}, key) for key in ("a", "b", "c", "d")]
    rows = [{"bId": "c", "Vendor": {"Id": "3"}}, {"bId": "a", "Vendor": {"Id": "1"}}, {"bId": "d"}, "odd"]
    results = results_of(items, {"BatchItemResponse": rows})
    assert [result["Id"] if isinstance(result, dict) else type(result) for result in results] == [
        "1",
        AnswerLostError,
        "3",
        AnswerLostError,
    ]


@pytest.mark.parametrize("answer", [{}, {"BatchItemResponse": None}, [], None])
def test_a_batch_without_results_is_in_doubt_as_a_whole(answer: Any) -> None:
    results = results_of([Item("create", "Vendor", {}, "a")], answer)
    assert [type(result) for result in results] == [AnswerLostError]


@pytest.mark.parametrize(
    ("operation", "code", "kind"),
    [
        ("create", "10000", AnswerLostError),
        ("update", "10000", TransientError),
        ("create", "3001", BusyError),
        ("create", "610", RefusedError),
        ("update", "610", NotFoundError),
    ],
)
def test_an_item_that_failed_tells_what_to_do_next(operation: Any, code: str, kind: type[VendorError]) -> None:
    fault = {"Error": [{"Message": "said secret-1", "code": code}], "type": "x"}
    answer = {"BatchItemResponse": [{"bId": "a", "Fault": fault}]}
    [result] = results_of([Item(operation, "Vendor", {}, "a")], answer, ["secret-1"])
    assert type(result) is kind
    assert "secret-1" not in str(result)


async def test_a_batch_whose_answer_is_lost_is_not_sent_again(
    sandbox: QuickBooksSandbox, client: QuickBooksClient
) -> None:
    sandbox.frame.faults.add(Fault("lost_after", match="/batch"))
    with pytest.raises(AnswerLostError):
        await client.batch([Item("create", "Vendor", {"DisplayName": "Northwind"}, "a")], "batch-1")
    assert sandbox.batches == [1]


# The company, its consent and its limits


async def test_a_company_tells_what_it_can_do(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    company = Company.of(await client.company_info(), await client.preferences())
    assert (company.name, company.edition) == ("Sandbox Company_US_1", "QuickBooks Online Plus")
    assert company.lacks_orders() == company.orders_remedy() == ""
    sandbox.options(edition="QuickBooks Online Essentials")
    small = Company.of(await client.company_info(), await client.preferences())
    assert "Essentials, which has no purchase orders" in small.lacks_orders()
    assert "owner" in small.orders_remedy()


def test_a_companys_switches_are_read_in_each_shape() -> None:
    info = {"CompanyName": "Acme", "NameValue": [{"Name": "OfferingSku", "Value": "QuickBooks Online Advanced"}]}
    preferences = {
        "AccountingInfoPrefs": {
            "UseAccountNumbers": True,
            "TrackDepartments": True,
            "DepartmentTerminology": "Store",
            "ClassTrackingPerTxn": True,
            "ClassTrackingPerTxnLine": False,
            "BookCloseDate": "2026-03-31",
        },
        "CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "CAD"}},
        "OtherPrefs": {
            "NameValue": [
                {"Name": "PurchaseOrderEnabled", "Value": "false"},
                {"Name": "VendorAndPurchasesPrefs.UseCustomTxnNumbers", "Value": "true"},
                {"Name": "SalesFormsPrefs.NotUseCustomTxnNumbers", "Value": "false"},
            ]
        },
    }
    company = Company.of(info, preferences)
    assert company == Company(
        "Acme",
        "QuickBooks Online Advanced",
        orders=False,
        class_per="document",
        locations=True,
        location_word="Store",
        custom_numbers=True,
        multicurrency=True,
        home_currency="CAD",
        closed_until=date(2026, 3, 31),
        account_numbers=True,
    )
    assert company.lacks_orders() == "QuickBooks Online company Acme has purchase orders switched off"
    assert "Account and settings" in company.orders_remedy()


@pytest.mark.parametrize("odd", [{}, {"OtherPrefs": None}, {"OtherPrefs": {"NameValue": [1]}}, {"CurrencyPrefs": []}])
def test_a_company_that_says_little_has_little_switched_on(odd: dict[str, Any]) -> None:
    company = Company.of({}, odd)
    assert (company.orders, company.class_per, company.locations, company.closed_until) == (False, "off", False, None)
    assert "switched off" in company.lacks_orders()


async def test_a_user_who_disconnects_the_app_must_consent_again(
    sandbox: QuickBooksSandbox, client: QuickBooksClient
) -> None:
    assert await client.ready() == f"company {sandbox.realm_id} (sandbox)"
    sandbox.revoke_all()
    for _call in range(3):
        with pytest.raises(ConsentNeededError, match=sandbox.realm_id):
            await client.company_info()
    assert sandbox.refused_renewals == 1


async def test_the_refresh_token_of_each_day_follows_the_last(
    quickbooks: tuple[QuickBooksSandbox, str],
) -> None:
    sandbox, url = quickbooks
    sandbox.options(rotate_always=True, revoke_family_on_reuse=True)
    kept, sessions = list[str](), LocalSessions()

    async def keep(tokens: Tokens) -> None:
        kept.append(tokens.refresh_token)

    account = credentials(sandbox, url).account
    for _day in range(100):
        async with hurried(QuickBooksClient(account, keep, sessions=sessions)) as client:
            sandbox.expire_access()
            await client.company_info()
    assert len(set(kept)) == 100 == sandbox.renewals
    assert kept[-1] == sandbox.refresh_token and sandbox.refused_renewals == 0


async def test_fifty_calls_over_http_with_an_expired_token_make_one_renewal(
    sandbox: QuickBooksSandbox, client: QuickBooksClient
) -> None:
    await client.ready()
    sandbox.expire_access()
    await asyncio.gather(*(client.company_info() for _ in range(50)))
    assert (sandbox.renewals, sandbox.refused_renewals) == (2, 0)


async def test_a_throttled_call_waits_a_minute(sandbox: QuickBooksSandbox, client: QuickBooksClient) -> None:
    sandbox.options(throttle=True, requests_per_minute=0)
    client._call = replace(client._call, attempts=1)
    for shape in ("gateway", "fault"):
        sandbox.options(throttle_body=shape)
        with pytest.raises(BusyError) as caught:
            await client.create("Vendor", {"DisplayName": "x"}, "r1")
        assert caught.value.code == "3001" and 60 <= (caught.value.retry_after or 0) <= 75


async def test_the_companys_limits_are_kept(quickbooks: tuple[QuickBooksSandbox, str]) -> None:
    sandbox, url = quickbooks
    sandbox.options(throttle=True)
    async with credentials(sandbox, url).get_client() as client:
        await asyncio.gather(*(client.company_info() for _ in range(21)))
    assert sandbox.throttled == 0


async def test_batches_have_a_limit_of_their_own() -> None:
    counted = list[tuple[str, list[tuple[str, int]]]]()

    class Counting(LocalSlots):
        def slot(self, budget: str, at_once: int, rates: Any = ()) -> Any:
            counted.append((budget, [(rate.name, rate.calls) for rate in rates]))
            return super().slot(budget, at_once)

    account = replace((await answered_by(lambda _r: httpx.Response(200))).account, batches_per_minute=7)
    sessions, until = LocalSessions(), datetime.now(UTC) + timedelta(hours=1)
    await sessions.store(account.session_key, Tokens("a", "r", until, None).to_session())
    transport = httpx.MockTransport(lambda _r: httpx.Response(200, json={"CompanyInfo": {}}))
    async with QuickBooksClient(account, None, Counting(), sessions, transport) as client:
        await client.company_info()
        await client.batch([Item("create", "Vendor", {}, "a")], "r1")
    budget = "quickbooks-online:sandbox:1"
    assert counted == [
        (budget, [("calls", 500), ("bursts", 10)]),
        (budget, [("calls", 500), ("bursts", 10), ("batches", 7)]),
    ]
