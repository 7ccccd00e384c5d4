"""The limits in front of BILL: calls under way, calls per hour, repeated idempotent keys."""

import time
from collections import Counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox.bill.sessions import Sessions
from tests.sandbox.bill.wire import Refusal, Row, decoded, refused
from tests.sandbox.frame import Logged

REST, EVENTS = "/connect", "/connect-events"
Account = tuple[str, str]  # developer key, organization


class Gate:
    """Counts what is under way and refuses at once what is over a limit.

    It stands outside the frame: latency and faults take place while a request is under way.
    """

    def __init__(self, sessions: Sessions) -> None:
        """Starts with nothing under way."""
        self.sessions = sessions
        self.books = sessions.books
        self.in_flight: Counter[Account] = Counter()
        self.most = 0
        self.refused = 0
        self._hours: dict[str, tuple[int, int]] = {}  # the hour and its calls, by developer key
        self._keys: set[str] = set()  # idempotent keys whose first call is still running

    def around(self, app: ASGIApp) -> ASGIApp:
        """Returns the application behind the gate; control routes pass freely."""

        async def gated(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith(REST):
                await app(scope, receive, send)
            elif scope["path"].startswith(EVENTS):
                await self._managed(app, scope, receive, send)
            else:
                await self._counted(app, scope, receive, send)

        return gated

    async def _counted(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == f"{REST}/v3/login":
            raw = await _read(receive)
            account, receive = _claimed(raw), _again(raw)
        else:
            account = self._account(Headers(scope=scope))
        status = self.books.switches.cap_status
        row = self._over_cap(account[0], status)
        if row is None and self.in_flight[account] >= self.books.switches.concurrency:
            self.refused += 1
            row = Row("BDC_1322", "Too many concurrent requests for the organization", status, "DOWNSTREAM")
        if row is not None:
            await self._refuse(row, scope, receive, send)
            return
        self.in_flight[account] += 1
        self.most = max(self.most, self.in_flight[account])
        try:
            await app(scope, receive, send)
        finally:
            self.in_flight[account] -= 1

    async def _managed(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        row = self._over_cap(headers.get("devKey", ""), 429)
        key = headers.get("X-Idempotent-Key") if scope["method"] == "POST" else None
        if row is None and key is not None and key in self._keys:
            row = Row("BDC_1002", "A request with this idempotent key is in progress", 429)
        if row is not None:
            await self._refuse(row, scope, receive, send)
            return
        self._keys.update({key} if key else ())
        try:
            await app(scope, receive, send)
        finally:
            self._keys.difference_update({key} if key else ())

    def _over_cap(self, developer_key: str, status: int) -> Row | None:
        hour = int(self.books.frame.clock.now().timestamp() // 3600)
        before = self._hours.get(developer_key, (hour, 0))
        count = before[1] + 1 if before[0] == hour else 1
        self._hours[developer_key] = (hour, count)
        cap = self.books.switches.request_cap
        return (
            Row("BDC_1144", f"The hourly request cap is reached: {cap}", status, "DOWNSTREAM") if count > cap else None
        )

    def _account(self, headers: Headers) -> Account:
        session = self.sessions.open.get(headers.get("sessionId", ""))
        return headers.get("devKey", ""), session.organization_id if session else ""

    async def _refuse(self, row: Row, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope.get("query_string", b"").decode()
        under_way = self.books.frame.in_flight
        self.books.frame.log.append(
            Logged(time.time(), scope["method"], scope["path"], query, row.status, 0.0, under_way, row.code)
        )
        await refused([row], row.status, self.books.now())(scope, receive, send)


async def _read(receive: Receive) -> bytes:
    raw = b""
    while True:
        message = await receive()
        raw += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return raw


def _again(raw: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive


def _claimed(raw: bytes) -> Account:
    """Returns the account that a login names, which its headers do not."""
    try:
        body = decoded(raw)
    except Refusal:
        return "", ""
    form = body if isinstance(body, dict) else {}
    return str(form.get("devKey", "")), str(form.get("organizationId", ""))
