"""What may leave for Procurify at all: reads, the sign-in, and writes of vendors and account codes; nothing else."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from blocks.calls import READS
from blocks.errors import RefusedError
from blocks.procurify.account import SYSTEM
from blocks.procurify.answers import TooSlowError

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
VENDORS, ACCOUNT_CODES = "/api/v3/vendors/", "/api/v3/account-codes/"
WRITES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("POST", re.compile(re.escape(TOKEN_PATH))),
    ("POST", re.compile(re.escape(VENDORS))),
    ("PATCH", re.compile(rf"{re.escape(VENDORS)}\d+/")),
    ("POST", re.compile(re.escape(ACCOUNT_CODES))),
    ("PUT", re.compile(rf"{re.escape(ACCOUNT_CODES)}\d+/")),
)


class Gate(httpx.AsyncBaseTransport):
    """Sends what may be sent, and refuses everything else before it leaves.

    Money moves in Procurify by writes that look harmless (marking bills as paid, receiving goods), so the list is of
    what is allowed. Nothing goes to another host, whatever address an answer names.
    """

    def __init__(self, base_url: str, inner: httpx.AsyncBaseTransport | None, slow: Callable[[bool], object]) -> None:
        """Sends to this scheme and host, by `inner` or a connection of its own; `slow` hears of time-outs.

        It is told whether what timed out was a write, which may have been done.
        """
        self._origin = _origin(httpx.URL(base_url))
        self._inner = inner or httpx.AsyncHTTPTransport(proxy=_proxy(base_url))
        self._slow = slow

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Returns the answer, once all of it is there.

        Raises:
            RefusedError: such a request is never sent.
            TooSlowError: a read took too long.
        """
        if not self._allows(request):
            raise RefusedError(
                f"{request.method} {request.url.path} is not sent to {SYSTEM}: this service writes vendors and"
                " account codes there, and nothing else",
                system=SYSTEM,
                remedy="Do it in Procurify by hand.",
            )
        try:
            response = await self._inner.handle_async_request(request)
            await response.aread()
        except httpx.ReadTimeout as error:
            writing = request.method not in READS
            self._slow(writing)
            if writing:
                raise
            raise TooSlowError(f"{SYSTEM} took too long over {request.url.path}", system=SYSTEM) from error
        return response

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._inner.aclose()

    def _allows(self, request: httpx.Request) -> bool:
        path = request.url.raw_path.decode("ascii")
        known = request.method in READS or any(
            request.method == method and pattern.fullmatch(path) for method, pattern in WRITES
        )
        return known and _origin(request.url) == self._origin


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _proxy(base_url: str) -> str | None:
    """Returns the proxy that the environment names for the host: a transport of one's own must ask for it."""
    parts = urlsplit(base_url)
    if proxy_bypass(parts.hostname or ""):
        return None
    named = getproxies().get(parts.scheme) or getproxies().get("all")
    return named if not named or "://" in named else f"http://{named}"
