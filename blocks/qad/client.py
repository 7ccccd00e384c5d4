"""QAD's browses and business entities, under logical names."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import httpx

from blocks.calls import Caller
from blocks.errors import NotFoundError
from blocks.exact import Record
from blocks.limits import CallSlots, LocalSlots
from blocks.qad.account import QadAccount
from blocks.qad.answers import STORES_NOTHING, Judge, body_of
from blocks.qad.auth import auth_of
from blocks.qad.logins import pointed
from blocks.qad.pages import Filter, Page, one_row, pages
from blocks.qad.profile import SYSTEM, Entity
from blocks.qad.records import WireRecords, unless_stale
from blocks.qad.translation import changed, to_logical, to_wire
from blocks.sessions import LocalSessions, SessionCache


class QadClient:
    """Speaks with one QAD tenant in one workspace; sessions and call slots are shared with whoever has the same ones.

    Records and filters carry logical names (see `default_profile.yaml`); money is `Decimal`, dates are `date`.
    Writes are never repeated by themselves and keep a pause between them.

    Raises:
        AnswerLostError: a write was sent, and no (clear) answer came.
        VendorError: by what to do next; see `blocks.qad.answers`.
    """

    def __init__(
        self,
        account: QadAccount,
        slots: CallSlots | None = None,
        sessions: SessionCache | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        first_wait: float = 0.5,
    ) -> None:
        """Makes no call yet. `first_wait` is the shortest back-off, in seconds."""
        self.account = account
        self.profile = account.profile
        self._http = httpx.AsyncClient(
            base_url=account.base_url,
            headers={
                "Accept": "application/json",
                "Accept-Language": "en",
                self.profile.workspace_header: account.workspace,
            },
            cookies=None if account.auth_mode == "basic" else _no_cookies(),
            timeout=httpx.Timeout(self.profile.timeout, connect=5),
            verify=account.trust(),
            transport=transport,
        )
        self._auth = auth_of(account, sessions or LocalSessions(), self._http)
        self._http.auth = self._auth
        self._call = Caller(
            client=self._http,
            system=SYSTEM,
            budget=account.budget,
            at_once=self.profile.calls_at_once,
            slots=slots or LocalSlots(),
            judge=Judge(self.profile, account.secrets()),
            first_wait=first_wait,
        )
        self.records = WireRecords(self._ask, self.profile)

    async def __aenter__(self) -> Self:
        """Returns the client, open."""
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections; the session stays good for others."""
        await self._http.__aexit__(kind, error, trace)

    async def ready(self) -> str:
        """There is a session, the shared one or a new one; returns which workspace it opens."""
        await self._auth.ready()
        return f"workspace {self.account.workspace}"

    def browse(self, entity: str, filters: Sequence[Filter] = (), start: int = 1) -> AsyncIterator[Page]:
        """Yields the pages of the entity's list whose rows pass all filters, from page `start` on.

        A filter is (logical field, operator, value); the operators are the profile's: eq, contains, starts, ends,
        gt, ge, lt, le, range (value: low and high), ne, null, notnull. Rows may lack fields that `get` returns.
        """
        return pages(self._ask, self.profile, self.profile.entity(entity), filters, start)

    def changed(
        self, entity: str, since: date | None, start: int = 1, filters: Sequence[Filter] = ()
    ) -> AsyncIterator[Page]:
        """Yields the rows that changed on a day or later; all of them if no day is given, or the entity keeps none.

        QAD notes only the day, in a zone that it does not tell, so that callers go back by one day themselves.
        """
        field = self.profile.entity(entity).changed
        by_day: list[Filter] = [(field, "ge", since)] if field and since else []
        return self.browse(entity, [*by_day, *filters], start)

    async def get(self, entity: str, key: Mapping[str, Any]) -> Record | None:
        """Returns the record with its children, or None."""
        kind = self.records.addressed(entity)
        wire = await self.records.read(kind, self.records.key(kind, key))
        return None if wire is None else to_logical(self.profile, kind, wire)

    async def blank(self, entity: str, parent: Mapping[str, Any] | None = None) -> Record:
        """Returns a new record with QAD's defaults; nothing is stored.

        Raises:
            NotFoundError: QAD returns none.
        """
        return to_logical(self.profile, self.records.addressed(entity), await self.blank_wire(entity, parent))

    async def blank_wire(self, entity: str, parent: Mapping[str, Any] | None = None) -> Record:
        """Returns the same under QAD's own names, which tells what fields this instance has."""
        kind = self.records.addressed(entity)
        named = to_wire(self.profile, kind, parent or {})
        wire = await self.records.blank(kind, {name: str(value) for name, value in named.items()})
        if wire is None:
            raise NotFoundError(f"QAD gives no blank record of {kind.resource}", system=SYSTEM)
        return wire

    async def create(self, entity: str, record: Mapping[str, Any]) -> Record:
        """Creates the record and returns it as stored, with the keys that QAD gave it.

        Raises:
            RefusedError: QAD's rules do not allow it.
        """
        kind, names = self.records.addressed(entity), self.profile.records
        wire = {names.operation: "C", names.hash: "", **to_wire(self.profile, kind, {**kind.defaults, **record})}
        return to_logical(self.profile, kind, await self.records.store(kind, {}, wire))

    async def update(
        self, entity: str, key: Mapping[str, Any], changes: Callable[[Record], Mapping[str, Any]]
    ) -> Record:
        """Makes the record what `changes` says, and returns it; writes nothing if it is so already.

        `changes` gets the record as it is and returns the fields that shall differ; a list takes the place of the
        old one. If someone else changes the record in between, it is asked again, at most three times.

        Raises:
            NotFoundError: there is no such record.
            ConflictError: it was changed in between each time.
            RefusedError: QAD's rules do not allow it.
        """
        kind = self.records.addressed(entity)
        named = self.records.key(kind, key)
        return await unless_stale(lambda: self._update_once(kind, named, changes))

    async def discover(self) -> Record:
        """Returns what QAD says about sign-ins: client_id, session_minutes and idle_minutes, where it tells them."""
        body = await self._ask("GET", self.profile.paths.security_control)
        found = pointed(body, self.profile.paths.security_pointer)
        names = {"client_id": "clientId", "session_minutes": "sessionLength", "idle_minutes": "timeoutMinutes"}
        control = found if isinstance(found, dict) else {}
        return {name: control[wire] for name, wire in names.items() if wire in control}

    async def first_row(self, entity: str) -> Record | None:
        """Returns one row of the entity's list under QAD's own column names, or None if the list is empty."""
        return await one_row(self._ask, self.profile, self.profile.entity(entity))

    async def workspaces(self) -> list[str]:
        """Returns the workspaces that QAD lists, each a domain with its primary entity."""
        rows = [row async for page in self.browse("domain") for row in page.rows]
        return [f"{row['domain']}_{row['entity']}" for row in rows if row.get("domain") and row.get("entity")]

    async def _update_once(
        self, kind: Entity, key: dict[str, str], changes: Callable[[Record], Mapping[str, Any]]
    ) -> Record:
        wire = await self.records.read(kind, key)
        if wire is None:
            raise NotFoundError(f"QAD has no {kind.resource} with {', '.join(key.values())}", system=SYSTEM)
        current = to_logical(self.profile, kind, wire)
        wanted = changed(current, changes(current))
        if not wanted:
            return current
        whole = {**wire, **to_wire(self.profile, kind, wanted), self.profile.records.operation: "U"}
        return to_logical(self.profile, kind, await self.records.store(kind, key, whole))

    async def _ask(
        self, method: str, path: str, *, params: Any = None, content: bytes | None = None, stores: bool = True
    ) -> Any:
        options: dict[str, Any] = {"params": params, "content": content}
        options["headers"] = {"Content-Type": "application/json"} if content is not None else {}
        if not stores:
            options |= {"repeatable": True, "extensions": {STORES_NOTHING: True}}
        return body_of(await self._call(method, path, **options))


def _no_cookies() -> CookieJar:
    """Returns a jar that stays empty: a server session picked up on the way would outlive the token it came with."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
