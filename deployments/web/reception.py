"""What happens to a notification, whoever sends it: find, verify, store, answer."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

from fastapi import HTTPException, Request, Response, status
from starlette.datastructures import Headers

from deployments.web.body import bounded_body
from deployments.web.desk import Desk
from deployments.web.endpoints import MISS, Endpoint, UnreachableError
from deployments.web.intake import Box, NotStoredError
from deployments.web.sender import Sender
from deployments.web.sorting import shares

SMALL = 16 * 1024  # bytes; larger bodies are verified and read in a thread, so that nobody else waits
ANY = "any connection"

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


async def received(
    request: Request, sender: Sender, *, connection: str | None = None, account: str | None = None
) -> Response:
    """Returns 200 when everything genuine is in the inbox, or when a genuine request says nothing that concerns us.

    Args:
        request: what somebody sent.
        sender: the vendor that it should be from.
        connection: the connections that the address is for; without it, all that know the vendor.
        account: the only account whose events count at this address; without it, any.

    Raises:
        HTTPException: 404, no such connection takes notifications of the vendor; 413, too large;
            401, signed with no key of ours; 503, it could not be verified or stored, and must be sent again.
    """
    desk: Desk = request.app.state.desk
    began = time.perf_counter()
    try:
        endpoints = await _guarded(desk, sender, connection)
        raw = await bounded_body(request)
        signers = await _signed(desk, endpoints, request.headers, raw, sender, connection)
        await _keep(desk, signers, raw, sender, connection or ANY, account)
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
    desk: Desk, sender: Sender, connection: str | None, newer_than: float | None = None
) -> tuple[Endpoint, ...]:
    """Returns the connections that can verify; an endpoint without a key is off, and looks like none."""
    if connection is None:
        found = await desk.endpoints.every(sender.system, newer_than)
    else:
        found = await desk.endpoints.find(sender.system, connection, newer_than)
    guarded = tuple(one for one in found if sender.keys(one.credentials))
    if not guarded:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return guarded


async def _signed(
    desk: Desk, endpoints: tuple[Endpoint, ...], headers: Headers, raw: bytes, sender: Sender, connection: str | None
) -> list[Endpoint]:
    """Returns those connections whose keys signed the body, also when a key was replaced a moment ago."""
    if good := await _verified(endpoints, headers, raw, sender):
        return good
    # A vendor gives up after a few refusals, long before we would have read the new key by ourselves.
    current = await _guarded(desk, sender, connection, newer_than=MISS)
    if current != endpoints and (good := await _verified(current, headers, raw, sender)):
        return good
    whom = connection or ANY
    failures = desk.brake.failed(whom)
    if failures & (failures - 1) == 0:  # the 1st, 2nd, 4th, 8th ...: guessing must not fill the log
        logger.warning(
            "%s notification for %s refused: no key of ours signed it (%d lately)", sender.title, whom, failures
        )
    await desk.brake.hold(failures)
    raise HTTPException(status.HTTP_401_UNAUTHORIZED)


async def _verified(endpoints: Sequence[Endpoint], headers: Headers, raw: bytes, sender: Sender) -> list[Endpoint]:
    def those() -> list[Endpoint]:
        # Connections that share their keys, as those of one app do, cost one verification.
        by_keys = defaultdict(list)
        for one in endpoints:
            by_keys[sender.keys(one.credentials)].append(one)
        return [one for keys, same in by_keys.items() if sender.genuine(keys, headers, raw) for one in same]

    return await _apart(raw, those)


async def _keep(
    desk: Desk, signers: Sequence[Endpoint], raw: bytes, sender: Sender, whom: str, account: str | None
) -> None:
    """What the genuine body says about these connections is stored; anything else is counted and logged."""
    recipients = defaultdict(list)
    for one in signers:
        if (own := sender.account(one.credentials)) and own == (account or own):
            recipients[own].append(one)
    try:
        found, passed_over = await _apart(raw, lambda: shares(sender.read(raw), recipients))
    except (ValueError, RecursionError) as error:
        desk.passed_over(sender, whom, "unreadable", [type(error).__name__])
        return
    for reason, which in passed_over.items():
        desk.passed_over(sender, whom, reason, which)
    for endpoint, notices in found:
        await desk.intake.keep(Box(endpoint.pair, endpoint.connection, sender.system), notices)
        if any(notice.stream for notice in notices):
            desk.stir(endpoint.pair, endpoint.connection)


async def _apart(raw: bytes, work: Callable[[], Result]) -> Result:
    """Returns what the work on a body gives; the work on a large one holds nobody else up."""
    return work() if len(raw) <= SMALL else await asyncio.to_thread(work)
