"""What Intuit notices of us: answers, who is told of which company's events, and that one run follows."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prefect.blocks.core import Block
from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy import event as event_of

from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from deployments.web.app import create_app
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.registry import Pair
from tasks.state.store import Store
from tests.unit.web.reaching import QUICK, Runs, gathering, reached, rows, settled, until

TOKEN = "7f3c1b9a-5d2e-4c8f-9a61-0e4d2b7c8f55"
REALM, OTHER_REALM, STRANGE_REALM = "9341450000000001", "9341450000000002", "9341450000000009"
CURRENT = (
    b'[{"specversion":"1.0","id":"0b6c2f3e-7a41-4d0d-9a63-5b1f0c9e2a10","source":"intuit.dGVzdC1zb3VyY2U=",'
    b'"type":"qbo.purchaseorder.updated.v1","datacontenttype":"application/json","time":"2026-07-01T17:04:05.000Z",'
    b'"intuitentityid":"162","intuitaccountid":"9341450000000001","data":{}}]'
)
CURRENT_SIGNED = "hJLMMSPZkqNODxZMM9rg7GChVXELMUg/DFltrHGGQRc="
WITH_NEWLINE_SIGNED = "vMEDrhSM4HVVGdeT72vjITQnW3w+5ExRSZx6Q80LN9c="
LEGACY = (
    b'{"eventNotifications":[{"realmId":"9341450000000001","dataChangeEvent":{"entities":[{"name":"PurchaseOrder",'
    b'"id":"162","operation":"Update","lastUpdated":"2026-07-01T17:04:05.000Z"}]}}]}'
)
LEGACY_SIGNED = "unzfh1FnPWm4l/m+matz9srHiN4oZRmGxGdMOLvQ7GI="
AT = datetime(2026, 7, 1, 17, 4, 5, tzinfo=UTC)
PATHS = ("/webhooks/quickbooks-online", f"/webhooks/quickbooks-online/{REALM}")
PAIR = "bill-quickbooks-online"
PAIRS = {
    PAIR: Pair(
        lambda: None,  # type: ignore[arg-type]
        BillQuickBooksOnlineConnection,
        {"quickbooks_online": {"vendor.": "quickbooks_vendors", "purchaseorder.": "quickbooks_documents"}},
    )
}


class Blocks:
    """Keeps credentials blocks as Prefect does: by connection, the realm and the verifier token."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, str]] = {"acme": (REALM, TOKEN)}
        self.readings = self.answered = 0
        self.down = False

    async def __call__(self, pair: Pair, system: str) -> dict[str, Block]:
        assert system == "quickbooks_online"
        self.readings += 1
        await asyncio.sleep(0.005)
        if self.down:
            raise httpx.ConnectError("down")
        found: dict[str, Block] = {
            name: QuickBooksOnlineCredentials(
                client_id="c",
                client_secret=SecretStr("s"),
                realm_id=realm,
                webhook_verifier_token=SecretStr(token),
            )
            for name, (realm, token) in self.known.items()
        }
        self.answered += 1
        return found


@pytest.fixture
def blocks() -> Blocks:
    return Blocks()


@pytest.fixture
def runs(store: Store) -> Runs:
    return Runs(store)


@pytest.fixture
def app(store: Store, blocks: Blocks, runs: Runs) -> FastAPI:
    return create_app(store, pairs=PAIRS, load_all=blocks, runs=runs, pace=QUICK)


def signed(body: bytes, token: str = TOKEN) -> str:
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


def event(event_id: str, kind: str = "vendor.updated", realm: str = REALM, record: Any = "56", **more: Any) -> Any:
    told = {"specversion": "1.0", "id": event_id, "type": f"qbo.{kind}.v1", "time": "2026-07-01T17:04:05.000Z"}
    return told | {"intuitentityid": record, "intuitaccountid": realm} | more


def body_of(*events: Any) -> bytes:
    return json.dumps(events).encode()


async def post(client: httpx.AsyncClient, body: bytes, signature: str | None = None, path: str = PATHS[0]) -> int:
    headers = {"intuit-signature": signed(body) if signature is None else signature}
    return (await client.post(path, content=body, headers=headers)).status_code


def told(store: Store) -> list[tuple[str, str]]:
    """Returns who was told of which event."""
    return sorted((row.connection, row.event_id) for row in rows(store))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("body", "signature"), [(CURRENT, CURRENT_SIGNED), (LEGACY, LEGACY_SIGNED)])
async def test_a_notification_of_either_format_is_stored_and_leads_to_a_run(
    app: FastAPI, store: Store, runs: Runs, body: bytes, signature: str, path: str
) -> None:
    async with reached(app) as client:
        assert await post(client, body, signature, path) == 200
        [row] = rows(store)
        assert (row.pair, row.connection, row.system) == (PAIR, "acme", "quickbooks_online")
        assert (row.event_type, row.stream, row.record_id) == ("purchaseorder.updated", "quickbooks_documents", "162")
        assert row.changed_at == AT
        assert row.payload is not None and "2026-07-01T17:04:05.000Z" in store.vault.unseal(row.payload)
        await until(lambda: runs.started)
    assert runs.started == [(PAIR, "acme", ("quickbooks_documents",))]


@pytest.mark.parametrize("path", PATHS)
async def test_what_no_token_of_ours_signed_is_refused_and_not_stored(
    app: FastAPI, store: Store, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with reached(app) as client:
            assert (await client.post(path, content=CURRENT)).status_code == 401
            assert await post(client, CURRENT, WITH_NEWLINE_SIGNED, path) == 401
            assert await post(client, CURRENT + b"\n", CURRENT_SIGNED, path) == 401
            assert await post(client, CURRENT.replace(b'"162"', b'"163"'), CURRENT_SIGNED, path) == 401
    assert rows(store) == []
    assert "no key of ours signed it" in caplog.text
    assert TOKEN not in caplog.text and "purchaseorder" not in caplog.text


async def test_without_a_verifier_token_anywhere_the_addresses_are_off(
    app: FastAPI, store: Store, blocks: Blocks
) -> None:
    blocks.known = {"acme": (REALM, ""), "beta": (OTHER_REALM, "  ")}
    async with reached(app) as client:
        answers = [await post(client, CURRENT, sign, path) for path in PATHS for sign in ("", signed(CURRENT, ""))]
    assert answers == [404] * 4
    assert rows(store) == []


async def test_without_a_connection_the_addresses_are_off(app: FastAPI, blocks: Blocks) -> None:
    blocks.known = {}
    async with reached(app) as client:
        assert [await post(client, CURRENT, path=path) for path in PATHS] == [404, 404]


async def test_each_company_learns_of_its_own_events(
    app: FastAPI, store: Store, blocks: Blocks, caplog: pytest.LogCaptureFixture
) -> None:
    blocks.known |= {
        "beta": (OTHER_REALM, TOKEN),
        "twin": (REALM, TOKEN),
        "of-another-app": (REALM, "another token"),
        "not-yet-connected": ("", TOKEN),
    }
    body = body_of(
        event("e1"),
        event("e2", realm=OTHER_REALM),
        event("e3", realm=STRANGE_REALM),
        event("e4", realm=""),
        event("e5", realm=STRANGE_REALM),
    )
    async with reached(app) as client:
        assert await post(client, body) == 200
        counted = (await client.get("/metrics")).text
    assert told(store) == [("acme", "e1"), ("beta", "e2"), ("twin", "e1")]
    assert 'webhooks_refused_total{reason="another_account",vendor="quickbooks_online"} 3.0' in counted
    assert 'webhooks_received_total{vendor="quickbooks_online"} 3.0' in counted
    assert caplog.text.count("passed over: another account (3, the first: '9341450000000009')") == 1


async def test_each_token_is_good_for_its_own_connections(app: FastAPI, store: Store, blocks: Blocks) -> None:
    blocks.known |= {"beta": (OTHER_REALM, "another token")}
    body = body_of(event("e1"), event("e2", realm=OTHER_REALM))
    async with reached(app) as client:
        assert await post(client, body, signed(body, "another token")) == 200
    assert told(store) == [("beta", "e2")]


async def test_an_address_for_one_company_takes_no_other_ones_events(
    app: FastAPI, store: Store, blocks: Blocks
) -> None:
    blocks.known |= {"beta": (OTHER_REALM, TOKEN)}
    body = body_of(event("e1"), event("e2", realm=OTHER_REALM))
    async with reached(app) as client:
        assert await post(client, body, path=PATHS[1]) == 200
        assert await post(client, body, path=f"/webhooks/quickbooks-online/{STRANGE_REALM}") == 200
        counted = (await client.get("/metrics")).text
    assert told(store) == [("acme", "e1")]
    assert 'webhooks_refused_total{reason="another_account",vendor="quickbooks_online"} 3.0' in counted


@pytest.mark.parametrize(
    "body", [b"", b"null", b"\xff", b"{", b"{}", b'"x"', b"[" * 50_000, b"[1]", b"[{}]", b'{"eventNotifications":1}']
)
async def test_garbage_with_a_good_signature_is_answered_well(app: FastAPI, store: Store, body: bytes) -> None:
    async with reached(app) as client:
        assert [await post(client, body, path=path) for path in PATHS] == [200, 200]
        counted = (await client.get("/metrics")).text
    assert rows(store) == []
    assert 'webhooks_refused_total{reason="unreadable",vendor="quickbooks_online"} 2.0' in counted


async def test_odd_values_in_an_event_harm_neither_it_nor_its_neighbours(app: FastAPI, store: Store) -> None:
    body = body_of(
        event("e1", time="0001-01-01T00:00:00+14:00"),
        event("e2", record="p\x002"),
        event("e3", "vendor.\x00\ud800x"),
        event("a\x00b"),
        event("x" * 2_000),
        event("e4", record=12, data={"deep": [[[[]]]], "number": 1e300}),
        "not an event",
        event("e5", time="2026-07-01T17:04:05.123456789Z"),
    )
    async with reached(app) as client:
        assert await post(client, body) == 200
    found = {row.event_id: (row.stream, row.record_id, row.changed_at) for row in rows(store)}
    assert found == {
        "e1": ("quickbooks_vendors", "56", None),
        "e2": ("", "p2", AT),
        "e3": ("", "56", AT),
        "e4": ("quickbooks_vendors", "12", AT),
        "e5": ("quickbooks_vendors", "56", AT.replace(microsecond=123456)),
    }


async def test_a_thousand_events_in_one_notification_are_stored_in_time_and_make_one_run(
    app: FastAPI, store: Store, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_is_stored = gathering(monkeypatch)
    body = body_of(*(event(f"e{number}", record=str(number)) for number in range(1_000)))
    async with reached(app) as client:
        commits = []  # each may wait for the disk

        @event_of.listens_for(store.engine, "commit")
        def committed(connection: Connection) -> None:
            if not connection.get_execution_options().get("reads_only"):
                commits.append(connection)

        began = time.process_time()
        assert await post(client, body) == 200
        assert time.process_time() - began < 3  # Intuit does not wait longer
        assert len(commits) == 1
        all_is_stored.set()
        await settled(app)
    kept = rows(store)
    assert len({row.record_id for row in kept}) == 1_000
    assert sum(len(row.payload or b"") for row in kept) < 10 * len(body)
    assert runs.started == [(PAIR, "acme", ("quickbooks_vendors",))]


async def test_a_repeated_event_is_stored_once(app: FastAPI, store: Store) -> None:
    async with reached(app) as client:
        assert [await post(client, body_of(event("e1"), event("e2"))) for _ in range(2)] == [200, 200]
        assert await post(client, body_of(event("e2"), event("e3"), event("e3"))) == 200
        assert [await post(client, LEGACY) for _ in range(2)] == [200, 200]
        counted = (await client.get("/metrics")).text
    kept = [row.event_id for row in rows(store)]
    assert kept[:3] == ["e1", "e2", "e3"] and len(kept) == 4
    assert 'webhooks_duplicate_total{vendor="quickbooks_online"} 5.0' in counted


async def test_both_records_of_a_merge_are_read(app: FastAPI, store: Store) -> None:
    lost = {
        "name": "Vendor",
        "id": "56",
        "operation": "Merge",
        "deletedId": "71",
        "lastUpdated": "2026-07-01T17:03:00Z",
    }
    body = json.dumps({"eventNotifications": [{"realmId": REALM, "dataChangeEvent": {"entities": [lost]}}]}).encode()
    async with reached(app) as client:
        assert await post(client, body) == 200
    assert [(row.event_type, row.record_id) for row in rows(store)] == [
        ("vendor.merged", "56"),
        ("vendor.merged", "71"),
    ]


async def test_a_new_token_is_known_before_intuit_gives_up(
    app: FastAPI, store: Store, blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.web.reception.MISS", 0.01)
    async with reached(app) as client:
        assert await post(client, body_of(event("e1"))) == 200
        blocks.known = {"acme": (REALM, "new")}
        await asyncio.sleep(0.02)
        body = body_of(event("e2"))
        assert await post(client, body, signed(body, "new")) == 200
    assert told(store) == [("acme", "e1"), ("acme", "e2")]


async def test_no_answer_waits_for_prefect(app: FastAPI, store: Store, blocks: Blocks) -> None:
    async with reached(app) as client:
        await until(lambda: blocks.answered)
        blocks.down = True
        assert [await post(client, body_of(event(f"e{number}"))) for number in range(5)] == [200] * 5
    assert blocks.readings == 1


async def test_what_cannot_be_verified_must_be_sent_again(app: FastAPI, blocks: Blocks) -> None:
    blocks.down = True
    async with reached(app) as client:
        assert await post(client, CURRENT) == 503
        blocks.down = False
        assert await post(client, CURRENT) == 200
