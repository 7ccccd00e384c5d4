"""In front of all tenants: the log of requests with their headers, suspension, throttling and time-outs.

Source: Procurify publishes no limits; it says that large requests that time out may cost the access. Everything
here happens by switch.
"""

import time
from collections import defaultdict, deque
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox.frame import CONTROL, Frame, Logged
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.tenants import Tenants
from tests.sandbox.procurify.wire import forbidden, refusal, refused

SIGN_IN = "/oauth/token"
ALLOWED_WRITES = (SIGN_IN, "/api/v3/vendors/", "/api/v3/account-codes/")
_HIDDEN = ("authorization", "cookie", "proxy-authorization")
_TIMED_OUT = "<html><body><h1>504 Gateway Time-out</h1></body></html>"


@dataclass
class Seen:
    """One request as it reached Procurify."""

    at: float  # seconds since the epoch, real time, when it came
    ended: float  # and when its answer had been sent
    moment: str  # of the tenant's clock
    tenant: str
    method: str
    path: str  # below the tenant's address
    query: str
    headers: dict[str, str]  # names in lower case; what would give access is left out of the values
    status: int = 0

    @property
    def line(self) -> str:
        """The request as one text."""
        return f"{self.method} {self.path}?{self.query}"


class Gate:
    """Sees every request first; control routes pass freely."""

    def __init__(self, frame: Frame, tenants: Tenants) -> None:
        """Starts without history."""
        self.frame, self.tenants = frame, tenants
        self.seen: list[Seen] = []
        self._passed: defaultdict[str, deque[float]] = defaultdict(deque)  # when, by tenant
        self._suspending: defaultdict[str, deque[float]] = defaultdict(deque)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Returns the application behind the gate."""

        async def gated(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith(CONTROL):
                await app(scope, receive, send)
                return
            tenant, base = self.tenants.of(scope)
            row = self._noted(tenant, base, scope)
            refusing = self._refusal(tenant, row)
            try:
                if refusing is None:
                    await app(scope, receive, _recording(row, send))
                else:
                    self.frame.log.append(
                        Logged(row.at, row.method, scope["path"], row.query, refusing.status_code, 0.0, 0, "gate")
                    )
                    await refusing(scope, receive, _recording(row, send))
            finally:
                row.ended = time.time()

        return gated

    def forget(self, subdomain: str) -> None:
        """Forgets how often a tenant called, so that its access can begin anew."""
        self._passed[subdomain].clear()
        self._suspending[subdomain].clear()

    def forbidden_writes(self, subdomain: str) -> list[Seen]:
        """Returns the requests that would change something else than vendors and account codes."""
        return [
            row
            for row in self.seen
            if row.tenant == subdomain
            and row.method not in ("GET", "HEAD", "OPTIONS")
            and not row.path.startswith(ALLOWED_WRITES)
        ]

    def _noted(self, tenant: Tenant, base: str, scope: Scope) -> Seen:
        told = {
            name: "***" if name in _HIDDEN else value for name, value in Headers(scope=scope).items()
        }  # a name twice keeps its last value
        now, query = time.time(), scope.get("query_string", b"").decode()
        path = scope["path"].removeprefix(base)
        row = Seen(now, now, tenant.clock.now().isoformat(), tenant.subdomain, scope["method"], path, query, told)
        self.seen.append(row)
        return row

    def _refusal(self, tenant: Tenant, row: Seen) -> Response | None:
        switches, now = tenant.switches, tenant.clock.now().timestamp()
        window = _since(self._suspending[tenant.subdomain], now - switches.suspend_window_seconds)
        window.append(now)
        if switches.suspend_after and len(window) > switches.suspend_after:
            switches.suspended = True
        if switches.suspended and (row.path != SIGN_IN or switches.suspension_covers_token):
            return refused(forbidden())
        minute = _since(self._passed[tenant.subdomain], now - 60)
        if switches.requests_per_minute and len(minute) >= switches.requests_per_minute:
            headers = {} if switches.retry_after is None else {"Retry-After": str(switches.retry_after)}
            return refused(refusal(429, "Request was throttled.", "throttled"), headers)
        minute.append(now)
        if switches.timeout_page_size and _page_size(row.query) > switches.timeout_page_size:
            return Response(_TIMED_OUT, 504, media_type="text/html")
        return None


def _page_size(query: str) -> int:
    sizes = [part.removeprefix("page_size=") for part in query.split("&") if part.startswith("page_size=")]
    return int(sizes[-1]) if sizes and sizes[-1].isdigit() else 10**6 if sizes else 0


def _since(moments: deque[float], start: float) -> deque[float]:
    while moments and moments[0] <= start:
        moments.popleft()
    return moments


def _recording(row: Seen, send: Send) -> Send:
    async def recording(message: Message) -> None:
        if message["type"] == "http.response.start":
            row.status = message["status"]
        await send(message)

    return recording
