"""How the web app is doing, for those who watch it."""

import asyncio
import logging
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from deployments.web.flow_runs import FlowRuns
from deployments.web.meters import Meters
from tasks.state import inbox
from tasks.state.connector_sessions import Contact
from tasks.state.connector_sessions import contacts as contacts_of
from tasks.state.store import Store

STORE_SECONDS = 3.0

logger = logging.getLogger(__name__)
router = APIRouter()


@dataclass(frozen=True)
class Gauges:
    """What the answers are made from; one per web app, at `app.state.gauges`."""

    store: Store
    runs: FlowRuns
    meters: Meters


@router.get("/health")
async def health() -> dict[str, str]:
    """Says that the process runs, and nothing else."""
    return {"status": "ok"}


@router.get("/ready")
async def ready(request: Request) -> JSONResponse:
    """Says whether notifications can be stored and handled; 503 if not, with what cannot be reached."""
    gauges: Gauges = request.app.state.gauges
    stored, prefect = await asyncio.gather(_store_answers(gauges.store), gauges.runs.reachable())
    said = {"store": _said(stored), "prefect": _said(prefect)}
    return JSONResponse(said, status_code=200 if stored and prefect else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Returns the counters as text; without those of the database while it cannot be reached."""
    gauges: Gauges = request.app.state.gauges
    try:
        waiting, contacts = await asyncio.wait_for(asyncio.to_thread(_counted, gauges.store), STORE_SECONDS)
    except Exception as error:  # noqa: BLE001 - the other counters are wanted most when something is wrong
        logger.warning("the inbox cannot be counted (%s)", type(error).__name__)
        waiting, contacts = [], []
    return Response(gauges.meters.text(waiting, contacts), media_type=CONTENT_TYPE_LATEST)


async def _store_answers(store: Store) -> bool:
    try:
        await asyncio.wait_for(asyncio.to_thread(_ask, store), STORE_SECONDS)
    except Exception:  # noqa: BLE001 - any reason is a no
        return False
    return True


def _counted(store: Store) -> tuple[list[tuple[str, str, int]], list[Contact]]:
    return inbox.waiting(store), contacts_of(store)


def _ask(store: Store) -> None:
    with store.reading() as session:
        session.connection().execute(text("SELECT 1 FROM inbox_event LIMIT 1"))


def _said(good: bool) -> str:
    return "reachable" if good else "cannot be reached"
