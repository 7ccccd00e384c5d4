"""What every emulator has around it: clock, faults, latency, a request log and the control routes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox.clock import Clock
from tests.sandbox.faults import Fault, Faults

CONTROL = "/_sandbox"


@dataclass
class Logged:
    """One request as the vendor saw it."""

    at: float  # seconds since the epoch, real time
    method: str
    path: str
    query: str
    status: int  # 0 when the answer was dropped
    seconds: float
    in_flight: int  # requests under way when this one began, itself included
    fault: str | None = None


class Frame:
    """Holds the switches of one emulator and wraps its application with them."""

    def __init__(self) -> None:
        """Starts without latency, faults or history."""
        self.clock = Clock()
        self.faults = Faults()
        self.latency = 0.0  # seconds added to each request
        self.log: list[Logged] = []
        self.in_flight = 0

    def calls(self, contains: str = "") -> list[Logged]:
        """Returns the logged requests whose "METHOD /path?query" contains a text."""
        return [row for row in self.log if contains in f"{row.method} {row.path}?{row.query}"]

    def max_in_flight(self) -> int:
        """Returns the largest number of requests that were under way at once."""
        return max((row.in_flight for row in self.log), default=0)

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Returns the application with latency, faults and the log around it."""

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith(CONTROL):
                await app(scope, receive, send)
                return
            await self._one(app, scope, receive, send)

        return wrapped

    async def _one(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope.get("query_string", b"").decode()
        line = f"{scope['method']} {scope['path']}?{query}"
        self.in_flight += 1
        row = Logged(time.time(), scope["method"], scope["path"], query, 0, 0.0, self.in_flight)
        self.log.append(row)
        started = time.perf_counter()
        try:
            fault = self.faults.take(line)
            row.fault = fault.kind if fault else None
            await asyncio.sleep(self.latency + (fault.seconds if fault and fault.kind == "slow" else 0))
            await _answer(app, scope, receive, _recording(row, send), fault)
        finally:
            self.in_flight -= 1
            row.seconds = time.perf_counter() - started

    def control_routes(self, extra: dict[str, Callable[[Any], Awaitable[Any]]] | None = None) -> list[Route]:
        """Returns the routes under `/_sandbox` that other processes steer this emulator with.

        `GET requests`, `POST faults` (a list of faults; an empty list ends them), `POST clock` `{"advance": s}`,
        `POST latency` `{"seconds": s}`, and one `POST` for each name in `extra`.
        """

        async def requests(_request: Request) -> Response:
            return JSONResponse({"requests": [asdict(row) for row in self.log], "max_in_flight": self.max_in_flight()})

        async def faults(request: Request) -> Response:
            self.faults.clear()
            for fault in await request.json():
                self.faults.add(Fault(**fault))
            return JSONResponse({"faults": len(self.faults.active)})

        async def clock(request: Request) -> Response:
            self.clock.advance((await request.json())["advance"])
            return JSONResponse({"now": self.clock.now().isoformat()})

        async def latency(request: Request) -> Response:
            self.latency = float((await request.json())["seconds"])
            return JSONResponse({"latency": self.latency})

        def posting(do: Callable[[Any], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
            async def endpoint(request: Request) -> Response:
                return JSONResponse(await do(await request.json()))

            return endpoint

        return [
            Route(f"{CONTROL}/requests", requests),
            Route(f"{CONTROL}/faults", faults, methods=["POST"]),
            Route(f"{CONTROL}/clock", clock, methods=["POST"]),
            Route(f"{CONTROL}/latency", latency, methods=["POST"]),
            *(Route(f"{CONTROL}/{name}", posting(do), methods=["POST"]) for name, do in (extra or {}).items()),
        ]


def _recording(row: Logged, send: Send) -> Send:
    async def recording(message: Message) -> None:
        if message["type"] == "http.response.start":
            row.status = message["status"]
        await send(message)

    return recording


async def _answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send, fault: Fault | None) -> None:
    if fault is None or fault.kind == "slow":
        await app(scope, receive, send)
    elif fault.kind == "lost_before":
        await _drop(send)
    elif fault.kind == "lost_after":
        await app(scope, receive, _nowhere)
        await _drop(send)
    elif fault.kind == "slow_after":
        await app(scope, receive, _delayed(send, fault.seconds))
    elif fault.kind in {"html", "html_after"}:
        if fault.kind == "html_after":
            await app(scope, receive, _nowhere)
        page = "<html><head><title>Service</title></head><body><h1>Please sign in</h1></body></html>"
        await Response(page, fault.status, fault.headers, "text/html")(scope, receive, send)
    else:
        await JSONResponse(fault.body, fault.status, fault.headers)(scope, receive, send)


def _delayed(send: Send, seconds: float) -> Send:
    async def delayed(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(seconds)
        await send(message)

    return delayed


async def _nowhere(_message: Message) -> None:
    """Throws the application's answer away: the work is done, and nobody hears of it."""


async def _drop(send: Send) -> None:
    """Breaks the connection: promises a body that never comes, which the server answers by closing."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"64")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": False})


def application(frame: Frame, routes: list[Route], extra: dict[str, Callable[[Any], Awaitable[Any]]]) -> ASGIApp:
    """Returns the whole emulator: the vendor's routes and the control routes, inside the frame."""
    return frame.wrap(Starlette(routes=[*frame.control_routes(extra), *routes]))
