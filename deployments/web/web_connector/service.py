"""The address that the Web Connector calls: SOAP by POST, its description and a page for people by GET."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, HTTPException, Request, Response

from deployments.web.body import HANG_UP, bounded_body
from deployments.web.desk import Desk
from deployments.web.flow_runs import FlowRuns
from deployments.web.meters import Meters
from deployments.web.pages import page
from deployments.web.web_connector import soap
from deployments.web.web_connector.beginning import Beginnings
from deployments.web.web_connector.cycle import Cycle
from deployments.web.web_connector.handing import Handing
from deployments.web.web_connector.operations import OPERATIONS, carried_out
from deployments.web.web_connector.pace import Pace
from deployments.web.web_connector.tickets import Tickets
from deployments.web.web_connector.words import Said
from deployments.web.web_connector.wsdl import wsdl
from flows.registry import Pair
from tasks.state.store import Store

PATH = "/qbwc"
LARGEST = 52 * 1024 * 1024  # bytes: an answer of QuickBooks of 50 MB, and its envelope
SMALL = 1024 * 1024  # bytes; larger bodies are few at a time, and are read in a thread
AT_ONCE = 2  # large bodies
PATIENCE = 30.0  # seconds for a body, and for its turn

logger = logging.getLogger(__name__)
router = APIRouter(prefix=PATH)


@dataclass(frozen=True)
class WebConnector:
    """What the calls of one web app share; at `app.state.web_connector`."""

    cycle: Cycle
    meters: Meters
    public_url: str  # without a final slash; empty if there is none
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @classmethod
    def of(
        cls, store: Store, pairs: Mapping[str, Pair], desk: Desk, runs: FlowRuns, public_url: str, pace: Pace
    ) -> "WebConnector":
        """Returns the service, put together."""
        beginnings = Beginnings(store, runs, pace)
        handing, tickets = Handing(store, beginnings, pace), Tickets(store, pairs, pace.patience)
        return cls(Cycle(store, pairs, desk, beginnings, handing, tickets, pace), desk.meters, public_url)


@router.post("/{connection}")
async def call(connection: str, request: Request) -> Response:
    """Answers one call in an envelope; what is no call, with a fault."""
    service: WebConnector = request.app.state.web_connector
    began, operation, said = time.perf_counter(), "none", Said("", "fault")
    try:
        asked = await _read(service, request)
        operation = asked.operation if asked.operation in OPERATIONS else "unknown"
        said = await carried_out(service.cycle, connection, asked)
        return _answer(200, soap.answer(operation, said.result))
    except soap.FaultError as fault:
        return _answer(500, soap.fault(str(fault)))
    except HTTPException as refusal:
        return _answer(refusal.status_code, soap.fault(refusal.detail), refusal.headers)
    except Exception:
        logger.exception("a call of the Web Connector (%s) at %a failed", operation, connection[:80])
        return _answer(500, soap.fault("ml-connector cannot answer now; the next update tries again", ours=True))
    finally:
        service.meters.called(operation, said.outcome, time.perf_counter() - began, said.held)


@router.api_route("/{connection}", methods=["GET", "HEAD"])
async def describe(connection: str, request: Request) -> Response:
    """Returns the description for `?wsdl`, and otherwise a page that says what is here."""
    service: WebConnector = request.app.state.web_connector
    if "wsdl" in {name.lower() for name in request.query_params}:
        here = f"{service.public_url}{PATH}/{connection}" if service.public_url else str(request.url.replace(query=""))
        return Response(wsdl(here), media_type=soap.MEDIA_TYPE)
    return page(
        200,
        "ml-connector and the QuickBooks Web Connector",
        "This is the address that the QuickBooks Web Connector calls, and where its support begins.",
        "To connect a company file, run ml-connector qwc with the connection's name, and add the file that it prints"
        " to the Web Connector. Ask whoever looks after ml-connector for the password.",
    )


async def _read(service: WebConnector, request: Request) -> soap.Call:
    """Returns the call in the body; those that are large take turns, so that many cannot fill our memory."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and len(declared) < 9 and int(declared) <= SMALL:
        return soap.read(await bounded_body(request, SMALL, PATIENCE))
    try:
        await asyncio.wait_for(service.turns.acquire(), PATIENCE)
    except TimeoutError:
        raise HTTPException(503, headers=HANG_UP) from None
    try:
        return await asyncio.to_thread(soap.read, await bounded_body(request, LARGEST, PATIENCE))
    finally:
        service.turns.release()


def _answer(status: int, envelope: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(envelope, status_code=status, headers={"Content-Type": soap.MEDIA_TYPE, **(headers or {})})
