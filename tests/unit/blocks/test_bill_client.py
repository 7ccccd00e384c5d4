"""Lists, filters, exact money and bulk writes over the wire."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.bill.account import BillAccount
from blocks.bill.client import BillClient
from blocks.bill.filters import all_of, clause
from blocks.errors import AnswerLostError, RefusedError, TransientError
from blocks.exact import decode, encode, moment

ACCOUNT = BillAccount(
    base_url="https://bill.test/connect",
    events_base_url="https://bill.test/connect-events",
    username="svc",
    organization_id="008",
    password="pass-word-1",
    developer_key="dev-key-1",
)
Answer = Callable[[httpx.Request], httpx.Response]


def client_of(answer: Answer) -> BillClient:
    def bill(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/v3/login"):
            return httpx.Response(200, json={"sessionId": "s1"})
        return answer(request)

    return BillClient(ACCOUNT, transport=httpx.MockTransport(bill), first_wait=0.001)


def refusal(status: int, code: str, message: str = "no") -> httpx.Response:
    return httpx.Response(status, json=[{"code": code, "message": message}])


class Listing:
    """Gives one page for each token, and notes how it was asked."""

    def __init__(self, pages: dict[str, Any]) -> None:
        self.pages, self.asked = pages, list[dict[str, str]]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(dict(request.url.params))
        return httpx.Response(200, json=self.pages[request.url.params.get("page", "")])


async def test_pages_go_on_over_an_empty_one_until_no_next_is_named() -> None:
    bill = Listing(
        {
            "": {"results": [{"id": "1"}], "nextPage": "a+/="},
            "a+/=": {"results": [], "nextPage": "b"},
            "b": {"results": [{"id": "2"}], "nextPage": ""},
        }
    )
    async with client_of(bill) as client:
        read = [page async for page in client.bills(filters='id:in:"1,2"', sort="updatedTime:asc")]
    assert [row["id"] for page in read for row in page.results] == ["1", "2"]
    assert [page.next for page in read] == ["a+/=", "b", None]
    assert all(asked["filters"] == 'id:in:"1,2"' and asked["max"] == "100" for asked in bill.asked)


async def test_recurring_bills_are_listed_in_pages_of_the_size_asked_for_and_read_by_id() -> None:
    seen = list[httpx.URL]()

    def bill(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return httpx.Response(200, json={"id": "btp1"} if request.url.path.endswith("btp1") else {"results": []})

    async with client_of(bill) as client:
        assert [page.results async for page in client.recurring_bills(page_size=7)] == [[]]
        assert await client.recurring_bill("btp1") == {"id": "btp1"}
    assert [url.path for url in seen] == ["/connect/v3/recurringbills", "/connect/v3/recurringbills/btp1"]
    assert dict(seen[0].params) == {"max": "7"}


@pytest.mark.parametrize("size", [0, 101])
async def test_a_page_size_that_bill_refuses_is_not_asked_for(size: int) -> None:
    bill = Listing({"": {"results": []}})
    async with client_of(bill) as client:
        with pytest.raises(ValueError, match="1 to 100"):
            _ = [page async for page in client.bills(page_size=size)]
    assert bill.asked == []


async def test_an_answer_that_is_no_record_leaves_only_a_write_in_doubt() -> None:
    async with client_of(lambda _request: httpx.Response(200, json=[])) as client:
        with pytest.raises(AnswerLostError, match="not a record"):
            await client.record_payment({})
        with pytest.raises(TransientError, match="not a record") as caught:
            await client.replace_bill("00n1", {})
    assert not isinstance(caught.value, AnswerLostError)


async def test_reading_goes_on_from_a_token() -> None:
    bill = Listing({"b": {"results": [{"id": "2"}]}})
    async with client_of(bill) as client:
        assert [page.results async for page in client.vendors(start="b")] == [[{"id": "2"}]]


@pytest.mark.parametrize("loop", [{"": "a", "a": "a"}, {"": "a", "a": "b", "b": "a"}])
async def test_the_same_token_twice_is_refused(loop: dict[str, str]) -> None:
    bill = Listing({at: {"results": [], "nextPage": to} for at, to in loop.items()})
    async with client_of(bill) as client:
        with pytest.raises(TransientError, match="twice"):
            _ = [page async for page in client.bills()]


async def test_what_is_no_list_is_trouble() -> None:
    async with client_of(lambda _request: httpx.Response(200, json={"status": "OK"})) as client:
        with pytest.raises(TransientError, match="not a list"):
            _ = [page async for page in client.bills()]


def test_filters_quote_what_would_become_a_clause() -> None:
    at = datetime(2026, 11, 5, 10, 0, 0, 1999, timezone(timedelta(hours=1)))
    assert clause("updatedTime", "gte", at) == 'updatedTime:gte:"2026-11-05T09:00:00.001Z"'
    assert clause("updatedTime", "lt", at) == 'updatedTime:lt:"2026-11-05T09:00:00.002Z"'
    assert clause("dueDate", "lte", date(2026, 12, 2)) == 'dueDate:lte:"2026-12-02"'
    assert clause("vendorId", "in", ["009A", "009B"]) == 'vendorId:in:"009A,009B"'
    assert clause("name", "eq", "Paper, Ink: Co") == 'name:eq:"Paper, Ink: Co"'
    assert clause("name", "sw", "Nor") == 'name:sw:"Nor"'
    assert all_of(clause("archived", "eq", False), "", clause("amount", "gt", Decimal("1.50"))) == (
        "archived:eq:false,amount:gt:1.50"
    )


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("name", "eq", 'a",archived:eq:"true'),
        ("name", "eq", "a\nb"),
        ("name", "eq", "a\\"),
        ("vendorId", "in", ["a,b"]),
        ("vendorId", "in", []),
        ("a:b", "eq", "x"),
        ("name", "like", "x"),
        ("updatedTime", "gt", datetime(2026, 1, 1)),
    ],
)
def test_filters_refuse_what_cannot_be_quoted(field: str, operator: str, value: Any) -> None:
    with pytest.raises(ValueError):
        clause(field, operator, value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_money_is_exact_in_both_directions(amount: Decimal) -> None:
    again = decode(encode({"amount": amount}))["amount"]
    assert again == amount and not isinstance(again, float)


def test_money_keeps_its_digits_on_the_wire() -> None:
    assert encode([Decimal("400.00"), Decimal("1E+2"), Decimal("0.1"), True, None, "é\n"]) == (
        '[400.00,100,0.1,true,null,"é\\n"]'.encode()
    )
    assert encode({"dueDate": date(2026, 12, 2)}) == b'{"dueDate":"2026-12-02"}'
    assert moment(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000Z"


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), b"x", object()])
def test_what_is_not_exact_is_not_sent(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        encode({"amount": value})


@pytest.mark.parametrize("envelope", ["{}", '{{"bills":{}}}'])
async def test_bulk_answers_are_read_in_each_shape(envelope: str) -> None:
    def bill(request: httpx.Request) -> httpx.Response:
        assert request.content == b'[{"amount":400.00},{"amount":12.50}]'
        return httpx.Response(
            201,
            text=envelope.replace("{}", '[{"id":"1","amount":400.00},{"id":"2"}]')
            .replace("{{", "{")
            .replace("}}", "}"),
        )

    async with client_of(bill) as client:
        made = await client.create_bills([{"amount": Decimal("400.00")}, {"amount": Decimal("12.50")}])
    assert [row["id"] for row in made] == ["1", "2"]
    assert str(made[0]["amount"]) == "400.00"


async def test_a_bulk_answer_that_names_too_few_leaves_the_write_in_doubt() -> None:
    async with client_of(lambda _request: httpx.Response(201, json=[{"id": "1"}])) as client:
        with pytest.raises(AnswerLostError):
            await client.create_bills([{}, {}])


async def test_a_create_is_never_sent_twice_when_the_answer_is_lost() -> None:
    sent = list[str]()

    def bill(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        raise httpx.ReadTimeout("lost")

    async with client_of(bill) as client:
        with pytest.raises(AnswerLostError):
            await client.create_bills([{}])
    assert sent == ["/connect/v3/bills/bulk"]


async def test_a_create_that_was_turned_away_is_sent_again() -> None:
    answers = [refusal(422, "BDC_1322"), httpx.Response(201, json={"vendors": [{"id": "1"}]})]
    async with client_of(lambda _request: answers.pop(0)) as client:
        assert await client.create_vendors([{"name": "x"}]) == [{"id": "1"}]


async def test_an_unknown_reference_in_a_create_refuses_the_record() -> None:
    async with client_of(lambda _request: refusal(404, "BDC_1205", "vendorId: no such vendor")) as client:
        with pytest.raises(RefusedError) as caught:
            await client.create_bills([{"vendorId": "009"}])
    assert (caught.value.code, caught.value.field) == ("BDC_1205", "vendorId")


async def test_more_than_bill_takes_is_not_sent() -> None:
    async with client_of(lambda _request: httpx.Response(500)) as client:
        with pytest.raises(ValueError):
            await client.create_vendors([{}] * 21)


async def test_a_key_is_rotated_by_either_spelling() -> None:
    seen = list[httpx.Request]()

    def bill(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path.endswith("security_key"):
            return refusal(404, "BDC_1121")
        return httpx.Response(200, json={"securityKey": "new"})

    async with client_of(bill) as client:
        assert await client.webhooks.rotate_security_key("sub1") == "new"
    assert [request.url.path.rsplit("/", 1)[1] for request in seen] == ["security_key", "security-key"]
    assert all(request.url.path.startswith("/connect-events/v3/") for request in seen)
    assert len({request.headers["X-Idempotent-Key"] for request in seen}) == 1


async def test_missed_events_are_those_without_an_answer_of_200() -> None:
    whole = {"metadata": {"eventId": "e1", "eventType": "bill.created"}, "bill": {"id": "00n1"}}
    events = [
        {"id": "e1", "type": "bill.created", "statusCode": 500, "payload": json.dumps(whole)},
        {"id": "e2", "type": "bill.created", "statusCode": 200, "payload": json.dumps(whole)},
        {"id": "e3", "type": "bill.updated", "statusCode": None, "payload": '{"bill":{"id":"00n3"}}'},
        {"id": "e4", "type": "vendor.updated", "statusCode": 404, "payload": "garbage"},
    ]
    bill = Listing({"": {"results": events}})
    async with client_of(bill) as client:
        missed = [event async for event in client.webhooks.missed_events("sub1", datetime(2026, 11, 1, tzinfo=UTC))]
    assert [(event.metadata.event_id, event.entity, event.record_id) for event in missed] == [
        ("e1", "bill", "00n1"),
        ("e3", "bill", "00n3"),
        ("e4", "vendor", None),
    ]
    assert bill.asked[0]["createdTimeFrom"] == "2026-11-01T00:00:00.000Z"
