"""Where people give consent for QuickBooks Online, and where Intuit sends them back to."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import QueryParams

from blocks.errors import VendorError
from blocks.quickbooks_online.oauth import authorize_url
from deployments.web import consent_pages as pages
from deployments.web.connections import NAME, Named, named_in_prefect
from deployments.web.consent_address import MOVED, PATH, base_of, is_elsewhere
from deployments.web.desk import Desk
from deployments.web.granting import SYSTEM, Grant, OtherCompanyError, accept, told
from deployments.web.pages import PRIVATE
from flows.registry import Pair
from tasks.state.consents import GOOD_FOR, Asked, expect, redeem
from tasks.state.store import Store

PREFECT_SECONDS = 10.0

logger = logging.getLogger(__name__)
router = APIRouter(prefix=PATH)


@dataclass(frozen=True)
class Consents:
    """What giving consent needs; one per web app, at `app.state.consents`."""

    store: Store
    pairs: Mapping[str, Pair]
    public_url: str  # without a final slash; empty if there is none
    desk: Desk


@router.get("/{connection}/start")
async def start(connection: str, request: Request) -> Response:
    """The browser is on its way to Intuit, and is expected back within ten minutes."""
    consents: Consents = request.app.state.consents
    pair = request.query_params.get("pair", "")
    base = base_of(request, consents.public_url)
    if not base:
        return pages.no_address()
    if not NAME.fullmatch(connection):
        return await _refused(consents, pages.unknown(connection))
    if is_elsewhere(request, base):
        return _to(f"{base}/{connection}/start?{urlencode({MOVED: 1, 'pair': pair})}")
    try:
        async with asyncio.timeout(PREFECT_SECONDS):
            found = await _found(consents, connection, pair)
        if not found:
            return await _refused(consents, pages.unknown(connection))
        if len(found) > 1:
            return pages.several(connection, {one: _start(base, one, connection) for one in found})
        [(pair, named)] = found.items()
        return await _sent(consents, Asked(pair, connection, f"{base}/callback"), named)
    except VendorError as error:
        return pages.not_started(error)
    except Exception as error:  # noqa: BLE001 - a person waits; the log says what it was
        logger.error("consent for %s not started: %s", connection, told(error))
        return pages.out_of_order()


@router.get("/callback")
async def callback(request: Request) -> Response:
    """What the person decided at Intuit is done, once; the page says what that was."""
    consents: Consents = request.app.state.consents
    state = request.query_params.get("state", "")
    cookie = _cookie(state)
    try:
        asked = await asyncio.to_thread(redeem, consents.store, state, request.cookies.get(cookie, ""))
    except Exception as error:  # noqa: BLE001 - as above
        logger.error("a consent could not be looked up: %s", told(error))
        return pages.out_of_order()
    if asked is None:
        return await _refused(consents, pages.not_expected())
    answer = await _answer(consents, asked, request.query_params)
    answer.delete_cookie(cookie, path=_path_of(asked))
    return answer


async def _found(consents: Consents, connection: str, only: str) -> dict[str, Named]:
    """Returns the QuickBooks Online credentials of the connections of this name, by pair."""
    found = {
        name: await named_in_prefect(pair, connection, SYSTEM)
        for name, pair in consents.pairs.items()
        if SYSTEM in pair.connection.systems and only in {"", name}
    }
    return {name: one for name, one in found.items() if one}


async def _sent(consents: Consents, asked: Asked, named: Named) -> Response:
    state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    answer = _to(authorize_url(named.block.account, asked.redirect_uri, state))
    await asyncio.to_thread(expect, consents.store, state, browser, asked)
    answer.set_cookie(
        _cookie(state),
        browser,
        max_age=int(GOOD_FOR.total_seconds()),
        path=_path_of(asked),
        secure=asked.redirect_uri.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return answer


async def _answer(consents: Consents, asked: Asked, query: QueryParams) -> Response:
    again = _start(asked.redirect_uri.removesuffix("/callback"), asked.pair, asked.connection)
    if refusal := query.get("error"):
        return pages.denied(refusal, again)
    grant = Grant(asked, query.get("realmId", ""), query.get("code", ""))
    if not grant.is_complete:
        return pages.incomplete(again)
    try:
        company = await accept(consents.store, consents.pairs, grant)
    except OtherCompanyError as other:
        return pages.other_company(grant, other, again)
    except VendorError as error:
        logger.warning("%s/%s not connected: %s", asked.pair, asked.connection, error)
        return pages.not_connected(error, again)
    except Exception as error:  # noqa: BLE001 - as above
        logger.error("%s/%s not connected: %s", asked.pair, asked.connection, told(error))
        return pages.out_of_order(again)
    logger.info("%s/%s is connected to QuickBooks Online company %s", asked.pair, asked.connection, grant.realm_id)
    await _go_on(consents.desk, asked)
    return pages.connected(grant, company)


async def _go_on(desk: Desk, asked: Asked) -> None:
    """Notifications for the company are taken, and those that waited are handled."""
    await desk.endpoints.renew(SYSTEM)
    desk.resume(asked.pair, asked.connection)


async def _refused(consents: Consents, answer: Response) -> Response:
    """Returns the answer, the later the more there were."""
    await consents.desk.brake.hold(consents.desk.brake.failed(PATH))
    return answer


def _start(base: str, pair: str, connection: str) -> str:
    return f"{base}/{connection}/start?{urlencode({'pair': pair})}"


def _cookie(state: str) -> str:
    """Returns the name of the cookie of one consent, so that two of them in one browser are not in each other's way."""
    return f"consent-{hashlib.sha256(state.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _path_of(asked: Asked) -> str:
    return urlsplit(asked.redirect_uri).path.removesuffix("/callback")


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303, headers=PRIVATE)
