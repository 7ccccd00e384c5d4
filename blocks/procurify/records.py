"""Makes the calls of one Procurify client, and sees to it that each answer is what such a call answers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import httpx

from blocks.calls import READS, Caller
from blocks.errors import AnswerLostError, ForbiddenError, NotFoundError, TransientError, VendorError
from blocks.exact import Record, decode, encode
from blocks.limits import CallSlots, LocalSlots, Rate
from blocks.procurify.account import SYSTEM, ProcurifyAccount
from blocks.procurify.answers import Judge, TooSlowError
from blocks.procurify.auth import ProcurifyToken
from blocks.procurify.brake import IN_A_ROW, Brake, Spaced
from blocks.procurify.gate import Gate
from blocks.procurify.honours import holding
from blocks.procurify.pages import Asked, Honoured, Page, pages
from blocks.procurify.tokens import new_token
from blocks.sessions import LocalSessions, SessionCache

ME, CURRENCIES = "/api/v3/users/me/", "/api/v2/currencies/"
LAST_SIZE = "page_size"  # in the session: the size of page that did not take too long, once one did
_EXACT = frozenset({"external_id", "name", "code"})  # filters whose text the rows must hold


class ProcurifyRecords:
    """Reads and writes records by their paths; the client names the paths."""

    def __init__(
        self,
        account: ProcurifyAccount,
        slots: CallSlots | None,
        sessions: SessionCache | None,
        transport: httpx.AsyncBaseTransport | None,
        first_wait: float,
    ) -> None:
        """Makes no call yet."""
        self._account = account
        self._stack = AsyncExitStack()
        brake = Brake(first_wait)
        judge = Judge([*account.secrets(), account.client_id], brake)
        self._http = httpx.AsyncClient(
            base_url=account.base_url,
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(60, connect=5),
            transport=Gate(account.base_url, transport, lambda unsure: brake.pull(unsure=unsure)),
        )
        self._auth = ProcurifyToken(account, sessions or LocalSessions(), lambda: new_token(self._http, account, judge))
        self._http.auth = self._auth
        spacing = [Rate("reads", 1, account.read_pause_seconds)] if account.read_pause_seconds else []
        self._call = Caller(
            client=self._http,
            system=SYSTEM,
            budget=account.budget,
            at_once=account.calls_at_once,
            slots=Spaced(slots or LocalSlots(), brake, account.read_pause_seconds),
            judge=judge,
            rates=lambda method, _path: spacing if method in READS else [],
            attempts=IN_A_ROW,
            first_wait=first_wait / 4,
        )

    async def open(self) -> None:
        """Connections may be made."""
        await self._stack.enter_async_context(self._http)

    async def close(self) -> None:
        """No connection is left."""
        await self._stack.aclose()

    async def listed(
        self, path: str, filters: Mapping[str, str], start: str, honoured: Honoured | None = None
    ) -> AsyncIterator[Page]:
        """Yields the pages of a list, in pages no larger than what lately took too long."""
        lately = await self._auth.recall(LAST_SIZE)
        size = min(self._account.page_size, int(lately or self._account.page_size))
        check = honoured or holding({name: text for name, text in filters.items() if name in _EXACT})

        async def smaller(new: int) -> None:
            """Every process asks for pages of this size, until the token is renewed."""
            await self._auth.remember(LAST_SIZE, str(new))

        async for page in pages(self._ask, Asked(path, filters, check, size, start, smaller)):
            yield page

    async def found(self, path: str) -> Record | None:
        """Returns the record there, whole; None if there is none."""
        try:
            return await self.one("GET", path)
        except NotFoundError:
            return None

    async def one(self, method: str, path: str, body: Record | None = None, *, harmless: bool | None = None) -> Record:
        """Returns the record that a call answers with.

        Args:
            method: the HTTP method.
            path: of the record, or of its list for a new one.
            body: what is written.
            harmless: whether doing it twice is; by default only reads are.
        """
        harmless = method in READS if harmless is None else harmless
        try:
            answer = await self._ask(method, path, body=body, harmless=harmless)
        except TooSlowError as slow:
            raise TransientError(str(slow), system=SYSTEM) from slow
        held = answer.get("data", answer) if isinstance(answer, dict) else None
        if not isinstance(held, dict) or not held:
            kind = TransientError if harmless else AnswerLostError
            raise kind(f"{SYSTEM}'s answer to {method} {path} is not a record", system=SYSTEM)
        return held

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: Record | None = None,
        harmless: bool | None = None,
    ) -> Any:
        content = None if body is None else encode(body)
        typed = {"Content-Type": "application/json"} if content is not None else {}
        try:
            response = await self._call(
                method, path, repeatable=harmless, params=params, content=content, headers=typed
            )
        except ForbiddenError:
            await self._refuse_suspended(path)
            raise
        return decode(response.content) if response.content.strip() else None

    async def _refuse_suspended(self, refused: str) -> None:
        """Returns if another call is allowed, so that it is a matter of one permission.

        Raises:
            CredentialsError: the tenant refuses everything; no process calls it for a while.
        """
        try:
            await self._call("GET", CURRENCIES if refused == ME else ME)
        except ForbiddenError:
            raise await self._auth.suspend() from None
        except VendorError:
            return
