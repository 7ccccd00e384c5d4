"""The limits in front of each company: requests per second and minute, batches per minute, requests under way.

Source: developer.intuit.com, "Limits and throttles". Over a limit: 429, without any word on how long to wait.
"""

import time
from collections import Counter, defaultdict, deque

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.sandbox.frame import Frame, Logged
from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.switches import Switches
from tests.sandbox.quickbooks_online.wire import answer

API = "/v3/company/"
_MINUTE = 60.0


class Gate:
    """Counts what is under way and refuses at once what is over a limit.

    It stands outside the frame: latency and faults take place while a request is under way.
    """

    def __init__(self, frame: Frame, switches: Switches) -> None:
        """Starts with nothing under way."""
        self.frame, self.switches = frame, switches
        self.in_flight: Counter[str] = Counter()
        self.most = 0
        self.refused = 0
        self._passed: defaultdict[str, deque[float]] = defaultdict(deque)  # when, by company; of the last minute
        self._batches: defaultdict[str, deque[float]] = defaultdict(deque)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Returns the application behind the gate; sign-in and control routes pass freely."""

        async def gated(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith(API):
                await app(scope, receive, send)
                return
            realm = scope["path"].removeprefix(API).partition("/")[0]
            if self.switches.throttle and not self._passes(realm, scope["path"].endswith("/batch")):
                await self._refuse(scope, receive, send)
                return
            self.in_flight[realm] += 1
            self.most = max(self.most, self.in_flight[realm])
            try:
                await app(scope, receive, send)
            finally:
                self.in_flight[realm] -= 1

        return gated

    def _passes(self, realm: str, batch: bool) -> bool:
        now = self.frame.clock.now().timestamp()
        requests, batches = _of_last_minute(self._passed[realm], now), _of_last_minute(self._batches[realm], now)
        switches = self.switches
        if (
            self.in_flight[realm] >= switches.concurrency
            or len(requests) >= switches.requests_per_minute
            or sum(at > now - 1 for at in requests) >= switches.requests_per_second
            or (batch and len(batches) >= switches.batches_per_minute)
        ):
            return False
        requests.append(now)
        if batch:
            batches.append(now)
        return True

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.refused += 1
        query = scope.get("query_string", b"").decode()
        self.frame.log.append(
            Logged(time.time(), scope["method"], scope["path"], query, 429, 0.0, self.frame.in_flight, "3001")
        )
        now = self.frame.clock.now()
        if self.switches.throttle_body == "fault":
            body = refusals.faulted(refusals.throttled_by_service(), now)
        else:
            body = refusals.throttled().body(now)
        await answer(429, body)(scope, receive, send)


def _of_last_minute(moments: deque[float], now: float) -> deque[float]:
    while moments and not now - _MINUTE < moments[0] <= now:
        moments.popleft()
    return moments
