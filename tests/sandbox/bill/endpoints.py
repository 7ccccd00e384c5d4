"""Turns handlers into routes: session, JSON in, JSON out, BILL's errors."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from tests.sandbox.bill.sessions import Session, Sessions
from tests.sandbox.bill.wire import Refusal, answer, decoded, refusal, refused

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


@dataclass(frozen=True)
class Call:
    """One request, as a handler sees it."""

    session: Session
    path: dict[str, str]
    query: dict[str, str]
    body: Any
    idempotent_key: str | None = None


Reply = tuple[int, Any]
Handler = Callable[[Call], Reply]
Endpoint = tuple[str, str, Handler]  # method, path below the base, handler


def mounted(base: str, sessions: Sessions, endpoints: Sequence[Endpoint], first: Sequence[Route] = ()) -> Mount:
    """Returns the routes below one base; any other path is refused as BILL does."""

    async def unknown(_request: Request) -> Response:
        return _refused(sessions, refusal("BDC_1121", "The API is not supported", 404))

    routes = [Route(path, _endpoint(sessions, handler, base), methods=[method]) for method, path, handler in endpoints]
    return Mount(base, routes=[*first, *routes, Route("/{rest:path}", unknown, methods=_METHODS)])


def login_route(sessions: Sessions) -> Route:
    """Returns the one route that needs no session; it reads the developer key from the body alone."""

    async def login(request: Request) -> Response:
        try:
            return answer(200, sessions.login(decoded(await request.body())))
        except Refusal as refusing:
            return _refused(sessions, refusing)

    return Route("/v3/login", login, methods=["POST"])


def _endpoint(sessions: Sessions, handler: Handler, base: str) -> Callable[[Request], Awaitable[Response]]:
    strict = base.endswith("-events")

    async def endpoint(request: Request) -> Response:
        try:
            if strict and not {"devkey", "sessionid"} <= set(request.headers):
                raise refusal("BDC_1108", "The headers devKey and sessionId are required")
            session = sessions.admitted(request.headers)
            raw = await request.body()
            call = Call(
                session=session,
                path=dict(request.path_params),
                query=dict(request.query_params),
                body=decoded(raw) if raw else None,
                idempotent_key=request.headers.get("X-Idempotent-Key"),
            )
            status, value = handler(call)
            return answer(status, value, strings=sessions.books.switches.string_numbers)
        except Refusal as refusing:
            return _refused(sessions, refusing)

    return endpoint


def _refused(sessions: Sessions, refusing: Refusal) -> Response:
    return refused(refusing.rows, refusing.status, sessions.books.now())
