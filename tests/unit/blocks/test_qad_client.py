"""Browses page by page, records by key, and writes that are sent once."""

import json
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx
import pytest

from blocks.errors import (
    AnswerLostError,
    ConfigurationError,
    ConflictError,
    NotFoundError,
    RefusedError,
    TransientError,
)
from blocks.qad.account import QadAccount
from blocks.qad.client import QadClient
from blocks.qad.credentials import QadCredentials
from blocks.qad.profile import Profile

Answer = Callable[[httpx.Request], httpx.Response]
KEY = {"entity": "10USACO", "posting_year": 2026, "daybook": "SI", "voucher": 318}


def client_of(answer: Answer, **overrides: Any) -> QadClient:
    account = QadAccount(
        base_url="https://acme.qad.example/clouderp",
        username="svc",
        password="pass-word-1",
        workspace="10USA_10USACO",
        auth_mode="basic",
        profile=Profile.default().merged({"write_pause": 0, **overrides}),
    )
    return QadClient(account, transport=httpx.MockTransport(answer), first_wait=0.001)


class Listing:
    """Gives numbered pages of supplier rows, and notes how it was asked."""

    def __init__(self, pages: list[list[str]], more: Callable[[int], Any] = lambda _page: None) -> None:
        self.pages, self.more, self.asked = pages, more, list[httpx.QueryParams]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        self.asked.append(asked)
        number = int(asked["page"])
        codes = self.pages[number - 1] if number <= len(self.pages) else []
        rows = [{"supplierV2.supplierCode": code, "supplierV2.sharedSetCode": "S"} for code in codes]
        told = self.more(number)
        return httpx.Response(
            200, json={"data": rows, "auxillaryData": {} if told is None else {"HasMoreParams": told}}
        )


async def codes(client: QadClient, **options: Any) -> list[list[str]]:
    return [[row["code"] for row in page.rows] async for page in client.browse("supplier", **options)]


async def test_pages_share_a_call_id_and_end_when_qad_says_so_in_any_case() -> None:
    qad = Listing([["1"], ["2"], ["3"]], lambda number: "True" if number < 2 else "FALSE")
    async with client_of(qad) as client:
        assert await codes(client) == [["1"], ["2"]]
    assert [(asked["page"], asked["pageAction"]) for asked in qad.asked] == [("1", "first"), ("2", "next")]
    assert len({asked["callId"] for asked in qad.asked}) == 1
    assert qad.asked[0]["pageSize"] == "100"


async def test_without_a_word_about_more_a_short_page_is_the_last() -> None:
    qad = Listing([["1", "2"], ["3", "4"], ["5"]])
    async with client_of(qad, browsing={"page_size": 2}) as client:
        assert await codes(client) == [["1", "2"], ["3", "4"], ["5"]]


async def test_an_empty_page_ends_even_if_more_is_promised() -> None:
    async with client_of(Listing([["1"]], lambda _number: "true")) as client:
        assert await codes(client) == [["1"], []]


async def test_a_page_that_begins_as_the_one_before_ends_with_an_error() -> None:
    async with client_of(Listing([["1", "2"], ["1", "2"]], lambda _number: "true")) as client:
        with pytest.raises(TransientError, match="twice"):
            await codes(client)


async def test_a_walk_may_begin_at_any_page() -> None:
    qad = Listing([["1"], ["2"], ["3"]], lambda number: "true" if number < 3 else "false")
    async with client_of(qad) as client:
        assert await codes(client, start=2) == [["2"], ["3"]]
    assert qad.asked[0]["pageAction"] == "next"


async def test_filters_are_written_under_qads_names() -> None:
    qad = Listing([[]])
    async with client_of(qad) as client:
        filters = [("is_active", "eq", True), ("code", "range", ("1", "9")), ("city", "null", None)]
        assert await codes(client, filters=filters) == [[]]
        async for _page in client.changed("supplier", date(2026, 3, 10)):
            pass
    assert qad.asked[0].get_list("filter") == [
        "supplierV2.isActive,eq,true,literal",
        "supplierV2.supplierCode,rg,1,literal,9,literal",
        "supplierV2.city,nu,,literal",
    ]
    assert qad.asked[1].get_list("filter") == ["supplierV2.lastModifiedDate,ge,2026-03-10T00:00:00.000Z,literal"]


@pytest.mark.parametrize("one", [("cty", "eq", "x"), ("city", "is", "x")])
async def test_a_filter_that_the_profile_does_not_know_is_a_configuration_error(one: tuple[str, str, str]) -> None:
    async with client_of(Listing([[]])) as client:
        with pytest.raises(ConfigurationError):
            await codes(client, filters=[one])


class Ledger:
    """Keeps one invoice as QAD does: a hash that follows the content, changed by others `meddles` times."""

    def __init__(self, meddles: int = 0) -> None:
        self.record: dict[str, Any] | None = {
            "entityCode": "10USACO", "postingYear": 2026, "daybookCode": "SI", "voucher": 318, "reference": "INV-1",
            "originalCreditTC": 1250.10, "dueDate": "2026-03-10T00:00:00.000Z", "customShort1": "kept",
            "postingLines": [{"accountCode": "6100", "debitTC": 1250.10}],
        }  # fmt: skip
        self.meddles, self.version = meddles, 0
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.method == "GET":
            rows = [{**self.record, "concurrencyHash": str(self.version)}] if self.record else []
            return httpx.Response(200, json={"data": {"supplierInvoices": rows}})
        sent = json.loads(request.content)["supplierInvoices"][0]
        if self.meddles:
            self.meddles, self.version = self.meddles - 1, self.version + 1
        if sent["dataOperation"] == "U" and sent["concurrencyHash"] != str(self.version):
            stale = {"severity": 1, "code": "88", "message": "Record was changed", "fieldName": ""}
            return httpx.Response(200, json={"submitResult": {"success": False, "errors": [stale]}})
        self.record = sent
        done = {
            "submitResult": {"success": True, "errorSeverity": 0, "errors": []},
            "data": {"supplierInvoices": [sent]},
        }
        return httpx.Response(200, json={**done, "supplementaryMessages": [{"message": "Reference exists"}]})


async def test_a_record_comes_whole_with_exact_money_and_calendar_dates() -> None:
    qad = Ledger()
    async with client_of(qad) as client:
        invoice = await client.get("supplier_invoice", KEY)
    assert invoice is not None
    assert (invoice["original_credit"], invoice["due_date"]) == (Decimal("1250.1"), date(2026, 3, 10))
    assert invoice["posting_lines"] == [{"account": "6100", "debit": Decimal("1250.1")}]
    asked = dict(qad.requests[0].url.params)
    assert asked.pop("viewUri").endswith("ISupplierInvoice")
    assert asked == {"entityCode": "10USACO", "postingYear": "2026", "daybookCode": "SI", "voucher": "318"}
    assert qad.requests[0].headers["x-qad-workspace-id"] == "10USA_10USACO"


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {}}, {"data": {"supplierInvoices": []}}])
async def test_not_found_is_none_and_not_an_error(body: dict[str, Any]) -> None:
    async with client_of(lambda _request: httpx.Response(200, json=body)) as client:
        assert await client.get("supplier_invoice", KEY) is None
        with pytest.raises(NotFoundError):
            await client.update("supplier_invoice", KEY, lambda _invoice: {"status": "X"})


async def test_part_of_a_key_is_never_sent() -> None:
    qad = Ledger()
    async with client_of(qad) as client:
        with pytest.raises(ValueError, match="voucher"):
            await client.get("supplier_invoice", {**KEY, "voucher": None})
    assert qad.requests == []


async def test_a_create_carries_no_key_in_its_address_and_its_money_digit_for_digit() -> None:
    qad = Ledger()
    async with client_of(qad) as client:
        made = await client.create("supplier_invoice", {**KEY, "voucher": 0, "original_credit": Decimal("1250.00")})
    assert list(qad.requests[0].url.params) == ["viewUri"]
    assert b'"originalCreditTC":1250.00' in qad.requests[0].content
    assert b'"dataOperation":"C"' in qad.requests[0].content
    assert made["messages"] == ["Reference exists"]


@pytest.mark.parametrize("meddles", [0, 2])
async def test_an_update_sends_the_whole_record_again_with_a_fresh_hash(meddles: int) -> None:
    qad = Ledger(meddles)
    async with client_of(qad) as client:
        after = await client.update("supplier_invoice", KEY, lambda _invoice: {"status": "AP-GLALLOC"})
    assert after["status"] == "AP-GLALLOC"
    assert qad.record is not None
    assert (qad.record["customShort1"], qad.record["dataOperation"]) == ("kept", "U")
    assert [request.method for request in qad.requests] == ["GET", "POST"] * (meddles + 1)
    assert qad.requests[-1].url.params["voucher"] == "318"


async def test_after_three_stale_answers_an_update_gives_up() -> None:
    qad = Ledger(meddles=9)
    async with client_of(qad) as client:
        with pytest.raises(ConflictError):
            await client.update("supplier_invoice", KEY, lambda _invoice: {"status": "AP-GLALLOC"})
    assert len(qad.requests) == 6


async def test_an_update_that_changes_nothing_is_not_sent() -> None:
    qad = Ledger()
    async with client_of(qad) as client:
        await client.update("supplier_invoice", KEY, lambda invoice: {**invoice, "due_date": "2026-03-10"})
    assert [request.method for request in qad.requests] == ["GET"]


def _lost(_request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("")


@pytest.mark.parametrize(
    "answer",
    [
        _lost,
        lambda _request: httpx.Response(502, html="<html>"),
        lambda _request: httpx.Response(200, html="<html>"),
        lambda _request: httpx.Response(200, json={"data": {}}),
        lambda _request: httpx.Response(200, json={"submitResult": {"success": True}, "data": {}}),
    ],
)
async def test_a_write_without_a_clear_answer_is_lost_and_not_repeated(answer: Answer) -> None:
    sent = []

    def qad(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answer(request)

    async with client_of(qad) as client:
        with pytest.raises(AnswerLostError):
            await client.create("supplier_payment", {"reference": "p1"})
    assert len(sent) == 1


async def test_a_write_that_was_turned_away_is_repeated() -> None:
    busy = {"errors": [{"severity": 1, "code": "429", "message": "Too many requests", "fieldName": ""}]}
    done = {"submitResult": {"success": True}, "data": {"supplierPayments": [{"reference": "p1"}]}}
    answers = iter([httpx.Response(429, json=busy), httpx.Response(503, json=busy), httpx.Response(200, json=done)])
    async with client_of(lambda _request: next(answers)) as client:
        assert await client.create("supplier_payment", {"reference": "p1"}) == {"reference": "p1"}


async def test_a_gateways_503_page_after_a_write_is_a_lost_answer_and_is_not_repeated() -> None:
    answers = iter([httpx.Response(503, html="<html>Down</html>")])
    async with client_of(lambda _request: next(answers)) as client:
        with pytest.raises(AnswerLostError):
            await client.create("supplier_payment", {"reference": "p1"})


async def test_a_read_is_repeated_when_a_proxy_answers() -> None:
    answers = iter([httpx.Response(200, html="<html>"), httpx.Response(502), httpx.Response(200, json={"data": []})])
    async with client_of(lambda _request: next(answers)) as client:
        assert await codes(client) == [[]]


async def test_writes_keep_their_pause() -> None:
    moments: list[float] = []

    def qad(_request: httpx.Request) -> httpx.Response:
        moments.append(time.monotonic())
        return httpx.Response(200, json={"submitResult": {"success": False, "errors": []}})

    async with client_of(qad, write_pause=0.05) as client:
        for _ in range(3):
            with pytest.raises(RefusedError):
                await client.create("supplier_payment", {})
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 0.05


def block(**fields: Any) -> QadCredentials:
    given = {"base_url": "https://acme.qad.example/clouderp/", "username": "svc", "password": "pass-word-1"}
    return QadCredentials(**{**given, "workspace": "10USA_10USACO", **fields})


def test_the_block_names_its_tenant_and_keeps_its_password() -> None:
    credentials = block()
    assert credentials.identity == "qad:acme.qad.example/clouderp:10USA_10USACO"
    assert credentials.budget.startswith("qad:")
    assert credentials.budget.endswith(":svc")
    assert (credentials.domain, credentials.entity) == ("10USA", "10USACO")
    assert "pass-word-1" in credentials.secrets()
    assert "pass-word-1" not in f"{credentials!r}{credentials.account!r}"
    assert QadCredentials.get_block_type_slug() == "qad-credentials"
    assert block(base_url="https://acme.qad.example/clouderp/test").budget != credentials.budget


@pytest.mark.parametrize(
    "fields",
    [
        {"base_url": "http://acme.qad.example/clouderp"},
        {"base_url": "https://127.0.0.1/clouderp"},
        {"workspace": "10USA"},
        {"workspace": "10USA_10\nUSACO"},
        {"ca_bundle": "/nowhere/ca.pem"},
        {"profile": {"brwosing": {}}},
    ],
)
def test_a_wrong_setting_is_a_configuration_error(fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ML_CONNECTOR_ALLOW_PRIVATE_HOSTS", raising=False)
    with pytest.raises(ConfigurationError):
        block(**fields).get_client()
