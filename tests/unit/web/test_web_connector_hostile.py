"""Who sends the Web Connector's address something else gets a fault, and the service lives on in little memory."""

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from lxml import etree

from deployments.web.web_connector import service, soap
from tasks.state.store import Store
from tests.unit.web.connecting import (
    PASSWORD,
    SOAP,
    USER,
    Blocks,
    Connector,
    Runs,
    connected,
    envelope_of,
    unslowed,
)
from tests.unit.web.reaching import until

MB = 1024 * 1024
LOGIN = envelope_of("authenticate", strUserName=USER, strPassword=PASSWORD)
FILE = "/etc/hostname"
BOMB = (
    '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
HOSTILE = {
    "entity bomb": LOGIN.replace("?><", f"?>{BOMB}<", 1).replace(USER, "&i;"),
    "external entity": LOGIN.replace("?><", f'?><!DOCTYPE b [<!ENTITY x SYSTEM "file://{FILE}">]><', 1).replace(
        USER, "&x;"
    ),
    "document type on the network": LOGIN.replace("?><", '?><!DOCTYPE b SYSTEM "http://127.0.0.1:9/x.dtd"><', 1),
    "document type in UTF-16": LOGIN.replace("utf-8", "utf-16").replace("?><", f"?>{BOMB}<", 1).encode("utf-16"),
    "document type in UTF-7": (
        '<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE b+AD4-' + LOGIN.split("?>", 1)[1]
    ).encode(),
    "deep nesting": LOGIN.replace("<strUserName>", "<a>" * 150 + "<strUserName>"),
    "very deep nesting": "<a>" * 3_000_000,
    "many elements": LOGIN.replace("<strUserName>", "<strVersion/>" * 3_000_000 + "<strUserName>"),
    "many attributes": LOGIN.replace("<soap:Body>", "<soap:Body " + " ".join(f'a{n}=""' for n in range(300_000)) + ">"),
    "attributes behind a sign": LOGIN.replace("<soap:Body>", "<soap:Body x='\"' y='>' " + "z='' " * 5000 + ">"),
    "an element within a parameter": LOGIN.replace(USER, "<strUserName/>"),
    "a parameter twice": LOGIN.replace("<strPassword>", "<strUserName>x</strUserName><strPassword>"),
    "two calls": LOGIN.replace("</authenticate>", "</authenticate><authenticate/>"),
    "another namespace": envelope_of("authenticate", namespace="http://developer.intuit.com", strUserName=USER),
    "parameters in no namespace": LOGIN.replace("<strUserName>", '<strUserName xmlns="">'),
    "another envelope": envelope_of("authenticate", soap="urn:other", strUserName=USER),
    "no envelope": "<authenticate/>",
    "no call": LOGIN.replace(LOGIN[LOGIN.index("<authenticate") : LOGIN.index("</soap:Body>")], ""),
    "an unknown operation": envelope_of("dropTables", ticket="x"),
    "an operation that Python has": envelope_of("__class__", ticket="x"),
    "a long name": LOGIN.replace(USER, "x" * MB),
    "half of a call": LOGIN[: len(LOGIN) // 2],
    "no XML": "user=acme&password=x",
    "nothing": "",
    "bytes": bytes(range(256)) * 50,
    "wrong UTF-8": LOGIN.encode().replace(USER.encode(), b"\xff\xfe"),
    "control characters": LOGIN.replace(USER, "&#0;&#11;"),
}


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def blocks() -> Blocks:
    return Blocks()


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def peak() -> float:
    """Returns the most memory that was in use since the last call, in MB."""
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    return most / MB


def refused(answer: httpx.Response, status: int = 500) -> str:
    """Returns the text of the fault that the answer must be."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/xml; charset=utf-8")
    fault = etree.fromstring(answer.content)[0][0]
    assert (fault.tag, fault.findtext("faultcode")) == (f"{{{SOAP}}}Fault", "soap:Client")
    return fault.findtext("faultstring") or ""


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
async def test_what_is_no_call_is_a_fault_and_the_next_login_works(
    store: Store, runs: Runs, blocks: Blocks, body: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(store, runs, blocks) as connector:
        text = refused(await connector.post(body))
        assert text and PASSWORD not in text and "aaaaaaaaaa" not in text
        assert await connector.sign_in() == ""
    assert "Traceback" not in caplog.text


async def test_soap_1_2_headers_comments_and_cdata_are_calls_too(store: Store, runs: Runs, blocks: Blocks) -> None:
    calls = [
        envelope_of("serverVersion", soap="http://www.w3.org/2003/05/soap-envelope"),
        envelope_of("serverVersion").replace(
            "<soap:Body>", "<soap:Header><x:y xmlns:x='u'>z</x:y></soap:Header><soap:Body>"
        ),
        envelope_of("clientVersion", strVersion="V").replace("V</", "<!-- <> --><![CDATA[<2.3>]]></"),
        "\ufeff" + envelope_of("serverVersion", strVersion="passed over"),
    ]
    async with connected(store, runs, blocks) as connector:
        assert [(await connector.post(one)).status_code for one in calls] == [200] * len(calls)


async def test_a_body_that_is_too_large_is_refused_and_not_read_to_its_end(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10 * service.LARGEST:
            sent += MB
            yield b"x" * MB

    async with connected(store, runs, blocks) as connector:
        for length in ("9" * 5000, str(60 * MB)):
            answer = await connector.client.post("/qbwc/acme", content=b"x", headers={"Content-Length": length})
            refused(answer, 413)
        refused(await connector.client.post("/qbwc/acme", content=body()), 413)
        assert sent <= service.LARGEST + 2 * MB
        assert await connector.sign_in() == ""


def test_a_long_answer_is_read_in_a_few_times_its_size(traced: None) -> None:
    body = envelope_of("receiveResponseXML", ticket="t", response="x" * (50 * MB)).encode()
    assert len(body) < service.LARGEST
    peak()
    before = tracemalloc.get_traced_memory()[0] / MB
    assert len(soap.read(body).parameters["response"]) == 50 * MB
    assert peak() - before < 4 * 50 + 1


@pytest.mark.parametrize("times", [1000, 800_000], ids=["short", "long"])
def test_an_answer_full_of_references_is_read_whole(times: int) -> None:
    body = envelope_of("receiveResponseXML", ticket="t", response="&<ü>" * times, hresult="").encode()
    assert soap.read(body).parameters == {"ticket": "t", "response": "&<ü>" * times, "hresult": ""}


async def test_many_large_bodies_at_once_take_turns(
    store: Store, runs: Runs, blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way, most = 0, 0
    honest = soap.read

    def counted(raw: bytes) -> soap.Call:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            time.sleep(0.05)
            return honest(raw)
        finally:
            under_way -= 1

    monkeypatch.setattr(soap, "read", counted)
    body = envelope_of("receiveResponseXML", ticket="forged", response="x" * 2 * MB)
    async with connected(store, runs, blocks) as connector:
        answers = await asyncio.gather(*(connector.post(body) for _ in range(8)))
    assert {one.status_code for one in answers} == {200}
    assert 1 <= most <= service.AT_ONCE


async def test_a_thousand_wrong_logins_cost_no_memory_and_the_right_one_works(
    store: Store, runs: Runs, blocks: Blocks, traced: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    unslowed(monkeypatch)
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in(password="wrong")
        gates = asyncio.Semaphore(20)

        async def guess(number: int) -> str:
            async with gates:
                name = "acme" if number % 2 else f"nobody-{number}"
                return await Connector(connector.client, name).sign_in(password=f"{number}" * 500)

        peak()
        before = tracemalloc.get_traced_memory()[0]
        assert set(await asyncio.gather(*(guess(number) for number in range(1000)))) == {"nvu"}
        assert (tracemalloc.get_traced_memory()[0] - before) / MB < 30
        assert await connector.sign_in() == ""
        await until(lambda: runs.started)


async def test_forged_tickets_open_nothing(store: Store, runs: Runs, blocks: Blocks) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        real = connector.ticket
        for forged in (
            "",
            real[:-1],
            real.upper() if real.upper() != real else "x",
            "' OR 1=1 --",
            "x" * 60_000,
            "\u00fc",
        ):
            connector.ticket = forged
            assert await connector.send() == ""
            assert await connector.receive("<QBXML/>") == -1
            assert await connector.failed("0x80040401") == "done"
            assert "no session" in await connector.said()
            assert "no session" in await connector.close()
        elsewhere = Connector(connector.client, "other")
        elsewhere.ticket = real
        assert await elsewhere.send() == "" and "no session" in await elsewhere.said()
        connector.ticket = real
        assert await connector.send() == "" and await connector.said() == "NoOp"
