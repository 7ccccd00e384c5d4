"""QuickBooks Online's Accounting API v3, one method for each endpoint in use."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from blocks.calls import READS, Caller
from blocks.errors import AnswerLostError, NotFoundError, TransientError, VendorError
from blocks.exact import Record, decode, encode
from blocks.limits import CallSlots, LocalSlots, Rate
from blocks.quickbooks_online import pages
from blocks.quickbooks_online.account import SYSTEM, QuickBooksAccount
from blocks.quickbooks_online.answers import judge, trace
from blocks.quickbooks_online.auth import Keep, QuickBooksToken
from blocks.quickbooks_online.batch import Item, refused_reference, request_of, results_of
from blocks.quickbooks_online.oauth import renew
from blocks.quickbooks_online.pages import Changes
from blocks.quickbooks_online.query import instant
from blocks.quickbooks_online.tokens import Consent
from blocks.sessions import LocalSessions, SessionCache

MINOR_VERSION = "75"
LONGEST_REQUEST_ID = 50
# Longer than Intuit's own windows, by what may pass between a call's turn and its arrival: a slot, a new connection.
MINUTE, SECOND = 61.0, 1.5
BATCH = "/batch"


class QuickBooksClient:
    """Speaks with one QuickBooks Online company; tokens and call slots are shared with whoever has the same ones.

    Entities are spelled as Intuit does (`PurchaseOrder`). Money in bodies and answers is `Decimal`. Creates and
    batches are never repeated by themselves; updates and deletions are, because their SyncToken is good for one.

    Raises:
        AnswerLostError: a create or a batch was sent, and no (whole) answer came.
        ConsentNeededError: a person must connect the company (again).
        VendorError: by what to do next; see `blocks.quickbooks_online.answers`.
    """

    def __init__(
        self,
        account: QuickBooksAccount,
        keep: Keep | None = None,
        slots: CallSlots | None = None,
        sessions: SessionCache | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        first_wait: float = 0.5,
    ) -> None:
        """Makes no call yet.

        Args:
            account: the company and the app.
            keep: gets new tokens after they are stored, and before they are used.
            slots: where calls are counted.
            sessions: where tokens are stored.
            transport: sends the requests.
            first_wait: the shortest back-off, in seconds.
        """
        self.account = account
        self._auth = QuickBooksToken(
            account, sessions or LocalSessions(), lambda token: renew(self._http, account, token, first_wait), keep
        )
        self._http = httpx.AsyncClient(
            base_url=f"{account.api_url}/v3/company/{account.realm_id}",
            headers={"Accept": "application/json"},
            auth=self._auth,
            timeout=httpx.Timeout(60, connect=5),
            transport=transport,
        )
        self._call = Caller(
            client=self._http,
            system=SYSTEM,
            budget=account.budget,
            at_once=account.calls_at_once,
            slots=slots or LocalSlots(),
            judge=lambda response: judge(response, account.secrets()),
            rates=self._rates,
            attempts=5,
            first_wait=first_wait,
        )

    async def __aenter__(self) -> Self:
        """Returns the client, open."""
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections, once no renewal is under way; the tokens stay good for others."""
        await self._auth.settle()
        await self._http.__aexit__(kind, error, trace)

    async def ready(self) -> str:
        """There is an access token, the shared one or a new one; returns which company it opens."""
        await self._auth.ready()
        return self.account.company

    async def keep_alive(self) -> Consent:
        """The tokens were renewed within the last day; returns how long the consent lasts."""
        return await self._auth.keep_alive()

    async def consent(self) -> Consent | None:
        """Returns how long the consent lasts, without a call; None if that is not known."""
        return await self._auth.consent()

    async def company_info(self) -> Record:
        """Returns the company's name, country and edition."""
        return await self.read("CompanyInfo", self.account.realm_id)

    async def preferences(self) -> Record:
        """Returns the company's switches."""
        return self._record("Preferences", await self._ask("GET", "/preferences"), TransientError)

    async def read(self, entity: str, record_id: str) -> Record:
        """Returns one record, whole.

        Raises:
            NotFoundError: the company has none with this id, or it was deleted.
        """
        answer = await self._ask("GET", f"{_path(entity)}/{quote(record_id, safe='')}")
        return self._record(entity, answer, TransientError)

    async def query(self, statement: str, entity: str) -> list[Record]:
        """Returns the records that a statement of `blocks.quickbooks_online.query` asks for."""
        answer = await self._ask("POST", "/query", content=statement.encode(), kind="application/text", repeatable=True)
        found = answer.get("QueryResponse") if isinstance(answer, dict) else None
        rows = found.get(entity, []) if isinstance(found, dict) else None
        if not isinstance(rows, list):
            raise TransientError(f"{SYSTEM}'s answer to a query for {entity} is not a list", system=SYSTEM)
        return [row for row in rows if isinstance(row, dict)]

    def changed(
        self, entity: str, since: datetime | None, until: datetime | None = None, *, inactive: bool = True
    ) -> AsyncIterator[list[Record]]:
        """Yields pages of the records changed in a window; see `blocks.quickbooks_online.pages.changed`."""
        return pages.changed(self.query, entity, since, until, inactive=inactive)

    async def by_ids(self, entity: str, ids: Iterable[str]) -> dict[str, Record]:
        """Returns the records with these ids, inactive ones included; an unknown one is left out."""
        return await pages.by_ids(self.query, entity, ids)

    async def changes(self, entities: Sequence[str], since: datetime) -> Changes:
        """Returns what changed since a moment of the last 30 days, deletions included."""
        asked = {"entities": ",".join(entities), "changedSince": instant(since)}
        return pages.changes_of(await self._ask("GET", "/cdc", params=asked), entities, self.account.secrets())

    async def create(self, entity: str, body: Record, request_id: str, include: str = "") -> Record:
        """Creates the record, and returns it; the same request id makes no second one."""
        try:
            answer = await self._write(entity, body, request_id, {"include": include})
        except NotFoundError as unknown:
            raise refused_reference(unknown) from unknown
        return self._record(entity, answer, AnswerLostError)

    async def update(self, entity: str, body: Record, request_id: str = "", include: str = "") -> Record:
        """Changes the record with the body's Id, and returns it; what the body leaves out is cleared unless `sparse`.

        Raises:
            ConflictError: the record was changed since its SyncToken was read, perhaps by an attempt at this update.
        """
        if not body.get("Id") or not body.get("SyncToken"):
            raise ValueError(f"an update of {entity} needs the Id and the SyncToken")
        asked = {"operation": "update", "include": include}
        return self._record(entity, await self._write(entity, body, request_id, asked, repeatable=True), TransientError)

    async def delete(self, entity: str, record_id: str, sync_token: str, request_id: str = "") -> Record:
        """Deletes the transaction, and returns what is left of it; entries of name lists cannot be deleted.

        Raises:
            NotFoundError: there is none, perhaps because of an attempt at this deletion.
        """
        body, asked = {"Id": record_id, "SyncToken": sync_token}, {"operation": "delete"}
        return self._record(entity, await self._write(entity, body, request_id, asked, repeatable=True), TransientError)

    async def batch(self, items: Sequence[Item], request_id: str) -> list[Record | VendorError]:
        """Makes each write that QuickBooks Online takes, and returns one result for each, in order."""
        asked = {"requestid": request_id} if request_id else {}
        response = await self._send("POST", BATCH, params=asked, content=encode(request_of(items, request_id)))
        answer = _decoded(response, AnswerLostError)
        return results_of(items, answer, self.account.secrets(), trace(response))

    async def _write(
        self, entity: str, body: Record, request_id: str, asked: dict[str, str], *, repeatable: bool = False
    ) -> Any:
        if len(request_id) > LONGEST_REQUEST_ID:
            raise ValueError(f"a request id has at most {LONGEST_REQUEST_ID} characters")
        params = {name: value for name, value in {"requestid": request_id, **asked}.items() if value}
        return await self._ask("POST", _path(entity), params=params, content=encode(body), repeatable=repeatable)

    async def _ask(self, method: str, path: str, *, repeatable: bool | None = None, **options: Any) -> Any:
        harmless = repeatable or method in READS
        response = await self._send(method, path, repeatable=repeatable, **options)
        return _decoded(response, TransientError if harmless else AnswerLostError)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        content: bytes | None = None,
        kind: str = "application/json",
        repeatable: bool | None = None,
    ) -> httpx.Response:
        asked = {"minorversion": MINOR_VERSION, **(params or {})}
        headers = {"Content-Type": kind} if content is not None else {}
        return await self._call(method, path, repeatable=repeatable, params=asked, content=content, headers=headers)

    def _rates(self, _method: str, path: str) -> Sequence[Rate]:
        calls = (Rate("calls", self.account.calls_per_minute, MINUTE), Rate("bursts", 10, SECOND))
        return (*calls, Rate("batches", self.account.batches_per_minute, MINUTE)) if path == BATCH else calls

    @staticmethod
    def _record(entity: str, answer: Any, kind: type[TransientError]) -> Record:
        record = answer.get(entity) if isinstance(answer, dict) else None
        if not isinstance(record, dict):
            raise kind(f"{SYSTEM}'s answer does not hold the {entity}", system=SYSTEM)
        return record


def _path(entity: str) -> str:
    if not entity.isascii() or not entity.isalpha():
        raise ValueError(f"{entity} is not an entity")
    return f"/{entity.lower()}"


def _decoded(response: httpx.Response, kind: type[TransientError]) -> Any:
    try:
        return decode(response.content)
    except ValueError as error:
        raise kind(f"{SYSTEM}'s answer is not whole JSON{trace(response)}", system=SYSTEM) from error
