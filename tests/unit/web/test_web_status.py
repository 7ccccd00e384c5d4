"""Those who watch the web app learn what is wrong with it."""

from collections.abc import Sequence

import httpx
import pytest

from deployments.web.app import create_app
from tasks.state import inbox
from tasks.state.store import Store

WAITING = 'ml_connector_inbox_waiting{connection="quiet",pair="gone"} 1.0'


class Runs:
    """Stands for a Prefect server that is up or down."""

    def __init__(self) -> None:
        self.up = True

    async def start(self, pair: str, connection: str, streams: Sequence[str]) -> str:
        raise AssertionError("nothing waits here that a run could handle")

    async def is_over(self, run_id: str) -> bool:
        return True

    async def reachable(self) -> bool:
        return self.up


async def test_health_ready_and_metrics_say_what_is_wrong(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs()
    inbox.receive(store, "gone", "quiet", "bill", [inbox.Notice("e1", "payment.updated", "payments", "p", "")])
    app = create_app(store, pairs={}, runs=runs)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        assert (await client.get("/health")).status_code == 200
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()) == (200, {"store": "reachable", "prefect": "reachable"})
        assert WAITING in (await client.get("/metrics")).text

        runs.up = False
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()) == (503, {"store": "reachable", "prefect": "cannot be reached"})

        monkeypatch.setattr(store, "reading", None)
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()["store"]) == (503, "cannot be reached")
        answer = await client.get("/metrics")
        assert answer.status_code == 200 and WAITING not in answer.text
        assert (await client.get("/health")).status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/webhooks/bill/", "/webhooks/other/acme"])
async def test_nothing_else_is_served(store: Store, path: str) -> None:
    app = create_app(store, pairs={}, runs=Runs())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        assert {(await client.get(path)).status_code, (await client.post(path)).status_code} == {404}
