"""What happens to a notification, whoever sends it: find, verify, store, answer."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from fastapi import HTTPException, Request, Response, status
from prefect.blocks.core import Block
from starlette.datastructures import Headers

from deployments.web.body import bounded_body
from deployments.web.brake import Brake
from deployments.web.endpoints import MISS, Endpoint, Endpoints, UnreachableError
from deployments.web.intake import Box, Intake, NotStoredError
from deployments.web.meters import Meters
from tasks.state.inbox import Notice

SMALL = 16 * 1024  # bytes; larger bodies are verified in a thread, so that nobody else waits
LONGEST_ID = 200  # characters; the ids of all vendors are far shorter

logger = logging.getLogger(__name__)


class Told(NamedTuple):
    """One event that a notification tells of."""

    event_id: str
    event_type: str
    record_id: str  # empty where the event is about no record
    ours: bool  # it is about the account that the credentials sign in to


@dataclass(frozen=True)
class Sender:
    """What the web app must know of a vendor that sends notifications."""

    system: str  # as connections name it: "bill"
    title: str  # as people name it: "BILL"
    guarded: Callable[[Block], bool]  # the block holds something to verify with
    genuine: Callable[[Block, Headers, bytes], bool]  # the request was made by who knows that
    read: Callable[[Block, bytes], Sequence[Told]]  # what it says; ValueError if that is nothing


class Stir(Protocol):
    """Makes sure that a run will look at the new notices of a connection."""

    def __call__(self, pair: str, connection: str) -> None:
        """Returns at once."""


@dataclass(frozen=True)
class Desk:
    """Everything that receiving needs; one per web app, at `app.state.desk`."""

    endpoints: Endpoints
    intake: Intake
    brake: Brake
    meters: Meters
    stir: Stir

    def refused(self, sender: Sender, reason: str) -> None:
        """One more request of which nothing was stored is counted."""
        self.meters.refused.labels(sender.system, reason).inc()


async def received(request: Request, connection: str, sender: Sender) -> Response:
    """Returns 200 when everything genuine is in the inbox, or when a genuine request says nothing that concerns us.

    Raises:
        HTTPException: 404, no connection of this name takes notifications of the vendor; 413, too large;
            401, signed with no key of ours; 503, it could not be verified or stored, and must be sent again.
    """
    desk: Desk = request.app.state.desk
    began = time.perf_counter()
    try:
        endpoints = await _guarded(desk, connection, sender)
        raw = await bounded_body(request)
        for endpoint in await _signed(desk, endpoints, request.headers, raw, sender):
            await _keep(desk, endpoint, raw, sender)
    except HTTPException as refusal:
        desk.refused(sender, str(refusal.status_code))
        raise
    except (UnreachableError, NotStoredError) as trouble:
        desk.refused(sender, "503")
        logger.error("%s notification not accepted, the sender must repeat it: %r", sender.title, trouble)
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, headers={"Retry-After": "5"}) from None
    finally:
        desk.meters.answer.labels(sender.system).observe(time.perf_counter() - began)
    return Response(status_code=status.HTTP_200_OK)


async def _guarded(
    desk: Desk, connection: str, sender: Sender, newer_than: float | None = None
) -> tuple[Endpoint, ...]:
    """Returns the connections that can verify; an endpoint without a key is off, and looks like none."""
    found = await desk.endpoints.find(sender.system, connection, newer_than)
    guarded = tuple(one for one in found if sender.guarded(one.credentials))
    if not guarded:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return guarded


async def _signed(
    desk: Desk, endpoints: tuple[Endpoint, ...], headers: Headers, raw: bytes, sender: Sender
) -> list[Endpoint]:
    """Returns those connections whose keys signed the body, also when a key was replaced a moment ago."""
    if good := await _verified(endpoints, headers, raw, sender):
        return good
    name = endpoints[0].connection
    # A vendor gives up after a few refusals, long before we would have read the new key by ourselves.
    current = await _guarded(desk, name, sender, newer_than=MISS)
    if current != endpoints and (good := await _verified(current, headers, raw, sender)):
        return good
    failures = desk.brake.failed(name)
    if failures & (failures - 1) == 0:  # the 1st, 2nd, 4th, 8th ...: guessing must not fill the log
        logger.warning(
            "%s notification for %s refused: no key of ours signed it (%d lately)", sender.title, name, failures
        )
    await desk.brake.hold(failures)
    raise HTTPException(status.HTTP_401_UNAUTHORIZED)


async def _verified(endpoints: Sequence[Endpoint], headers: Headers, raw: bytes, sender: Sender) -> list[Endpoint]:
    def those() -> list[Endpoint]:
        return [one for one in endpoints if sender.genuine(one.credentials, headers, raw)]

    return those() if len(raw) <= SMALL else await asyncio.to_thread(those)


async def _keep(desk: Desk, endpoint: Endpoint, raw: bytes, sender: Sender) -> None:
    """What the genuine body says about this connection is stored; anything else is counted and logged."""
    try:
        told = sender.read(endpoint.credentials, raw)
    except (ValueError, RecursionError) as error:
        _passed_over(desk, endpoint, sender, "unreadable", type(error).__name__)
        return
    payload = raw.decode(errors="replace")
    notices = []
    for one in told:
        if not one.ours:
            _passed_over(desk, endpoint, sender, "another_account", f"event {one.event_id!a:.80}")
        elif not one.event_id or one.event_id != _plain(one.event_id):
            _passed_over(desk, endpoint, sender, "unreadable", "its event id is not one")
        else:
            notices.append(_notice(endpoint, one, payload))
    if notices:
        await desk.intake.keep(Box(endpoint.pair, endpoint.connection, sender.system), notices)
    if any(notice.stream for notice in notices):
        desk.stir(endpoint.pair, endpoint.connection)


def _notice(endpoint: Endpoint, told: Told, payload: str) -> Notice:
    event_type, record_id = _plain(told.event_type), _plain(told.record_id)
    stream = endpoint.stream(event_type) if record_id and record_id == told.record_id else ""
    return Notice(told.event_id, event_type, stream, record_id, payload)


def _plain(text: str) -> str:
    """Returns the text without what a database might refuse, and not too long."""
    return "".join(filter(str.isprintable, text))[:LONGEST_ID]


def _passed_over(desk: Desk, endpoint: Endpoint, sender: Sender, reason: str, detail: str) -> None:
    desk.refused(sender, reason)
    logger.warning(
        "%s notification for %s/%s passed over: %s (%s)",
        sender.title,
        endpoint.pair,
        endpoint.connection,
        reason.replace("_", " "),
        detail,
    )
