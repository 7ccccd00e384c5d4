"""What BILL notices of us: answers, what is stored, and that one run follows."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from prefect.blocks.core import Block
from pydantic import SecretStr

from blocks.bill.credentials import BillCredentials
from deployments.web import body as body_limits
from deployments.web import brake
from deployments.web.app import create_app
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.qad_bill.rules import QadBillConnection
from flows.registry import Pair
from tasks.state.store import Store
from tests.unit.web.reaching import QUICK, Pauses, Runs, gathering, reached, rows, settled, until

KEY = "Wm9vbS1leGFtcGxlLXNlY3VyaXR5LWtleQ"
GOOD = "O8sd4f1hV/7NiEKawuRiuRBXt2Uhd0SYdpQykvLiF9Q="
PRETTY = "2yncvrwyoxLF8eE/j+fmOazwpkjpGF7PSei7qn7nJNA="
WRAPPED = "z1GU9eoCA3WqMaFTjPrFEmz6s1zmAvKhADrryowIxKI="
ORGANIZATION = "00802EMUORGAAAAAA001"
BODY = (
    b'{"metadata":{"eventId":"3f0c9a52-6d0e-4b7e-9c57-0d2a4b1f7e11",'
    b'"subscriptionId":"b2a4d6f8-1357-4c9e-8a01-5f6e7d8c9b0a","organizationId":"00802EMUORGAAAAAA001",'
    b'"eventType":"bill.updated","version":"1"},"bill":{"id":"00n02EMUBILLAAAAA001",'
    b'"vendorId":"00902EMUVENDAAAAA001","vendorName":"Northwind Paper Co",'
    b'"invoice":{"invoiceNumber":"NW-1001","invoiceDate":"2026-11-02T00:00:00.000Z"},"amount":412.5,'
    b'"createdTime":"2026-11-02T14:03:11.204+00:00","updatedTime":"2026-11-05T09:41:57.880+00:00",'
    b'"createdBy":"00602EMUUSERAAAAA001","archived":false,"dueDate":"2026-12-02","paymentStatus":"UNPAID",'
    b'"purchaseOrderNumber":"PO-7781"}}'
)
PAIRS = {
    "qad-bill": Pair(
        lambda: None,  # type: ignore[arg-type]
        QadBillConnection,
        {"bill": {"payment.": "payments", "bill.": "bill_status"}},
    )
}


class Blocks:
    """Keeps credentials blocks as Prefect does, and counts the readings."""

    def __init__(self) -> None:
        self.keys: dict[str, list[str]] = {"acme": [KEY]}
        self.readings = 0
        self.down = False

    async def __call__(self, pair: Pair, connection: str, system: str) -> Block | None:
        self.readings += 1
        await asyncio.sleep(0.005)
        if self.down:
            raise httpx.ConnectError("down")
        assert system == "bill"
        if connection not in self.keys:
            return None
        return BillCredentials(
            username="u",
            password=SecretStr("p"),
            organization_id=ORGANIZATION,
            developer_key=SecretStr("d"),
            webhook_security_keys=[SecretStr(key) for key in self.keys[connection]],
        )


@pytest.fixture
def blocks() -> Blocks:
    return Blocks()


@pytest.fixture
def runs(store: Store) -> Runs:
    return Runs(store)


@pytest.fixture
def app(store: Store, blocks: Blocks, runs: Runs) -> FastAPI:
    return create_app(store, pairs=PAIRS, load=blocks, runs=runs, pace=QUICK)


def signed(body: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def event(event_id: str, event_type: str = "payment.updated", organization: str = ORGANIZATION, **record: Any) -> bytes:
    about = {"eventId": event_id, "organizationId": organization, "eventType": event_type, "version": "1"}
    entity = event_type.partition(".")[0]
    return json.dumps({"metadata": about, entity: record}, separators=(",", ":")).encode()


async def post(client: httpx.AsyncClient, body: bytes, signature: str | None = None, name: str = "acme") -> int:
    headers = {"x-bill-sha-signature": signed(body) if signature is None else signature}
    return (await client.post(f"/webhooks/bill/{name}", content=body, headers=headers)).status_code


def stored(store: Store) -> list[tuple[str, str, str, bool]]:
    return [(row.event_id, row.stream, row.record_id, row.handled_at is not None) for row in rows(store)]


async def test_a_notification_is_stored_as_it_came_and_leads_to_a_run(app: FastAPI, store: Store, runs: Runs) -> None:
    async with reached(app) as client:
        assert await post(client, BODY, GOOD) == 200
        [row] = rows(store)
        assert (row.pair, row.connection, row.system, row.event_type) == ("qad-bill", "acme", "bill", "bill.updated")
        assert (row.event_id[:8], row.stream, row.record_id) == ("3f0c9a52", "bill_status", "00n02EMUBILLAAAAA001")
        assert row.payload is not None and store.vault.unseal(row.payload) == BODY.decode()
        await until(lambda: runs.started)
    assert runs.started == [("qad-bill", "acme", ("bill_status",))]


@pytest.mark.parametrize("signature", ["", "nonsense", PRETTY, WRAPPED, GOOD.lower(), GOOD[:-1]])
async def test_what_no_key_of_ours_signed_is_refused_and_not_stored(
    app: FastAPI, store: Store, signature: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with reached(app) as client:
            assert await post(client, BODY, signature) == 401
    assert stored(store) == []
    assert "no key of ours signed it" in caplog.text
    assert "Northwind" not in caplog.text and KEY not in caplog.text


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (json.dumps(json.loads(BODY), indent=2).encode(), PRETTY),
        (json.dumps(json.loads(BODY), indent=2).encode(), GOOD),
        (json.dumps(BODY.decode()).encode(), WRAPPED),
        (json.dumps(BODY.decode()).encode(), GOOD),
    ],
)
async def test_the_same_notification_in_its_other_forms_is_taken(
    app: FastAPI, store: Store, body: bytes, signature: str
) -> None:
    async with reached(app) as client:
        assert await post(client, body, signature) == 200
    assert [row[2] for row in stored(store)] == ["00n02EMUBILLAAAAA001"]


async def test_both_keys_are_good_while_the_key_is_rotated(app: FastAPI, store: Store, blocks: Blocks) -> None:
    blocks.keys["acme"] = ["old", KEY]
    async with reached(app) as client:
        for number, key in enumerate(("old", KEY)):
            body = event(f"e{number}", id="p1")
            assert await post(client, body, signed(body, key)) == 200
        body = event("e9", id="p1")
        assert await post(client, body, signed(body, "third")) == 401
    assert len(stored(store)) == 2


async def test_a_new_key_is_known_before_bill_gives_up(
    app: FastAPI, store: Store, blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.web.reception.MISS", 0.01)
    async with reached(app) as client:
        assert await post(client, event("e1", id="p1")) == 200
        blocks.keys["acme"] = ["new"]
        await asyncio.sleep(0.02)
        body = event("e2", id="p1")
        assert await post(client, body, signed(body, "new")) == 200
    assert len(stored(store)) == 2


async def test_an_endpoint_without_a_key_looks_like_none(app: FastAPI, store: Store, blocks: Blocks) -> None:
    blocks.keys |= {"keyless": [], "blank": [" "]}
    body = event("e1", id="p1")
    async with reached(app) as client:
        answers = [
            await client.post(f"/webhooks/bill/{name}", content=body, headers={"x-bill-sha-signature": sign})
            for name in ("keyless", "blank", "nobody", "No!Name")
            for sign in ("", signed(body), signed(body, ""))
        ]
    assert {(one.status_code, one.content) for one in answers} == {(404, b'{"detail":"Not Found"}')}
    assert stored(store) == []


async def test_two_pairs_of_one_name_and_organization_are_both_told(
    store: Store, blocks: Blocks, runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    other = Pair(PAIRS["qad-bill"].flow, BillQuickBooksOnlineConnection, {"bill": {"vendor.": "vendors"}})
    both = PAIRS | {"bill-quickbooks-online": other}
    async with reached(create_app(store, pairs=both, load=blocks, runs=runs, pace=QUICK)) as client:
        assert await post(client, event("e1", "payment.updated", id="p1")) == 200
        assert await post(client, event("e2", "vendor.updated", id="v1")) == 200
        assert await post(client, event("e3", organization="00801SOMEONEELSE0001", id="p1")) == 200
        await until(lambda: len(runs.started) == 2)
        counted = (await client.get("/metrics")).text
    assert sorted((row.pair, row.event_id, row.stream) for row in rows(store)) == [
        ("bill-quickbooks-online", "e1", ""),
        ("bill-quickbooks-online", "e2", "vendors"),
        ("qad-bill", "e1", "payments"),
        ("qad-bill", "e2", ""),
    ]
    assert sorted(runs.started) == [
        ("bill-quickbooks-online", "acme", ("vendors",)),
        ("qad-bill", "acme", ("payments",)),
    ]
    assert 'ml_connector_webhooks_refused_total{reason="another_account",vendor="bill"} 1.0' in counted
    assert caplog.text.count("passed over: another account (1, the first: '00801SOMEONEELSE0001')") == 1


async def test_a_repeated_event_is_stored_once(app: FastAPI, store: Store) -> None:
    async with reached(app) as client:
        answers = [await post(client, event("e1", id="p1")) for _ in range(3)]
        answers += await asyncio.gather(*(post(client, event("e2", id="p2")) for _ in range(10)))
        counted = (await client.get("/metrics")).text
    assert set(answers) == {200}
    assert sorted(row[0] for row in stored(store)) == ["e1", "e2"]
    assert 'ml_connector_webhooks_received_total{vendor="bill"} 13.0' in counted
    assert 'ml_connector_webhooks_duplicate_total{vendor="bill"} 11.0' in counted


async def test_events_that_no_run_could_read_are_kept_and_over(app: FastAPI, store: Store, runs: Runs) -> None:
    async with reached(app) as client:
        assert await post(client, event("e1", "vendor.updated", id="v1")) == 200
        assert await post(client, event("e2", "payment.failed", bills=[])) == 200
        assert await post(client, event("e3", "something.new", id="x1")) == 200
        await settled(app)
    assert stored(store) == [("e1", "", "v1", True), ("e2", "", "", True), ("e3", "", "x1", True)]
    assert runs.started == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"{",
        b'{"metadata":{}}',
        b'{"metadata":[1]}',
        b"[" * 50_000,
        event("", id="p1"),
        event("a\x00b", id="p1"),
        event("x" * 2_000, id="p1"),
        event("\ud800", id="p1"),
        event("e1", organization="00801SOMEONEELSE0001", id="p1"),
        event("e1", organization="", id="p1"),
        event("test", "payment.updated").replace(b'"organizationId":"00802EMUORGAAAAAA001",', b""),
    ],
)
async def test_a_genuine_body_that_does_not_concern_us_is_answered_well(
    app: FastAPI, store: Store, body: bytes
) -> None:
    async with reached(app) as client:
        assert await post(client, body) == 200
        counted = (await client.get("/metrics")).text
    assert stored(store) == []
    assert "ml_connector_webhooks_refused_total{reason=" in counted


async def test_odd_texts_in_a_good_event_do_no_harm(app: FastAPI, store: Store) -> None:
    async with reached(app) as client:
        assert await post(client, event("e1", "payment.\x00\ud800x", id="p1")) == 200
        assert await post(client, event("e2", id="p\x002")) == 200
        assert await post(client, event("e3", id=12, amount=1e300, deep=[[[[]]]])) == 200
    assert stored(store) == [("e1", "payments", "p1", False), ("e2", "", "p2", True), ("e3", "payments", "12", False)]


async def test_a_body_of_one_mebibyte_is_read_and_a_larger_one_is_not(app: FastAPI, store: Store) -> None:
    body = event("e1", id="p1", description="")
    body = body.replace(b'"description":""', b'"description":"' + b"x" * (body_limits.LARGEST - len(body)) + b'"')
    assert len(body) == body_limits.LARGEST
    larger = body + b" "

    async def pieces() -> AsyncIterator[bytes]:  # has no Content-Length
        for start in range(0, len(larger), 65_536):
            yield larger[start : start + 65_536]

    async with reached(app) as client:
        assert await post(client, body) == 200
        assert await post(client, larger) == 413
        headers = {"x-bill-sha-signature": signed(larger)}
        answer = await client.post("/webhooks/bill/acme", content=pieces(), headers=headers)
        assert answer.status_code == 413
    assert len(stored(store)) == 1


async def test_two_hundred_events_at_once_are_one_run(
    app: FastAPI, store: Store, blocks: Blocks, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_are_there = gathering(monkeypatch)
    async with reached(app) as client:
        bodies = [event(f"e{number}", ("bill.updated", "payment.updated")[number % 2], id="r") for number in range(200)]
        assert set(await asyncio.gather(*(post(client, body) for body in bodies))) == {200}
        assert runs.started == []
        all_are_there.set()
        await settled(app)
        counted = (await client.get("/metrics")).text
    assert runs.started == [("qad-bill", "acme", ("payments", "bill_status"))]
    assert len(stored(store)) == 200 and blocks.readings == 1
    assert 'ml_connector_flow_runs_started_total{connection="acme",pair="qad-bill"} 1.0' in counted
    assert 'ml_connector_webhook_answer_seconds_count{vendor="bill"} 200.0' in counted


async def test_an_answer_needs_no_prefect_once_the_connection_is_known(app: FastAPI, blocks: Blocks) -> None:
    async with reached(app) as client:
        assert await post(client, event("e1", id="p1")) == 200
        blocks.down = True
        assert await post(client, event("e2", id="p1")) == 200
        assert await post(client, event("e3", id="p1"), name="never-seen") == 503


async def test_what_cannot_be_stored_must_be_sent_again(
    app: FastAPI, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> int:
        raise OSError("disk full")

    async with reached(app) as client:
        monkeypatch.setattr("deployments.web.intake.receive", broken)
        bodies = [event(f"e{number}", id="p1") for number in range(20)]
        assert set(await asyncio.gather(*(post(client, body) for body in bodies))) == {503}
        monkeypatch.undo()
        assert set(await asyncio.gather(*(post(client, body) for body in bodies))) == {200}
    assert len(stored(store)) == 20


async def test_guessing_gets_slower_and_holds_nobody_else_up(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reached(app) as client:
        began = time.monotonic()
        assert await post(client, BODY, "guess") == 401
        assert time.monotonic() - began > 0.05
        held = Pauses(brake, monkeypatch)
        guesses = [asyncio.create_task(post(client, BODY, "guess")) for _ in range(120)]
        await until(lambda: sum(one.done() for one in guesses) == 70)  # those that are one too many go out at once
        assert await post(client, BODY, GOOD) == 200
        assert sum(one.done() for one in guesses) == 70
        held.over.set()
        assert await asyncio.gather(*guesses) == [401] * 120
    assert len(held.seconds) == 50
    assert held.seconds == sorted(held.seconds)
    assert 0.05 < held.seconds[0] < held.seconds[1] < 1 < held.seconds[-1] < 3


def test_over_a_real_server_answers_are_quick_and_wait_for_no_run(
    app: FastAPI, store: Store, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, start = threading.Event(), runs.start

    async def start_late(*asked: Any) -> str:
        await asyncio.to_thread(answered.wait)
        return await start(*asked)

    monkeypatch.setattr(runs, "start", start_late)
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/webhooks/bill/acme"
    seconds = []
    try:
        with httpx.Client(trust_env=False) as client:
            for number in range(100):
                body = event(f"e{number}", id="p1")
                began = time.perf_counter()
                answer = client.post(url, content=body, headers={"x-bill-sha-signature": signed(body)})
                seconds.append(time.perf_counter() - began)
                assert answer.status_code == 200
            pieces = iter([b"x" * 65_536] * 17)
            assert client.post(url, content=pieces).status_code == 413
        assert runs.started == []
        answered.set()
        asyncio.run(until(lambda: runs.started))
    finally:
        answered.set()
        server.should_exit = True
        thread.join(timeout=10)
    assert len(stored(store)) == 100
    assert sorted(seconds)[10] < 0.05  # what makes each answer wait would make the quickest ones wait as well
