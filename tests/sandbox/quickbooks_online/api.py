"""The Accounting API below `/v3/company`: who may ask, what is asked, and the envelope of the answer.

Source: QuickBooks Online API, "Requests and responses"; API reference.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.quickbooks_online import refusals, times
from tests.sandbox.quickbooks_online.batches import answered, items_of
from tests.sandbox.quickbooks_online.changes import changes
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.kinds import BY_PATH, KINDS, Kind
from tests.sandbox.quickbooks_online.queries import query
from tests.sandbox.quickbooks_online.references import shown
from tests.sandbox.quickbooks_online.refusals import Refusal, Turned
from tests.sandbox.quickbooks_online.replies import SINGLE, Replies, check_length
from tests.sandbox.quickbooks_online.shapes import UNHEARD_OF
from tests.sandbox.quickbooks_online.switches import Switches
from tests.sandbox.quickbooks_online.tokens import Tokens
from tests.sandbox.quickbooks_online.wire import Record, answer, answer_in_xml, decoded, trace
from tests.sandbox.quickbooks_online.writing import Words, found, write

_PDF = b"%PDF-1.4\n%%EOF\n"
_STATEMENT_TYPES = frozenset({"application/text", "text/plain"})


class NoSuchPage(Exception):
    """There is nothing at this path."""


@dataclass(frozen=True)
class Call:
    """One request of somebody who may ask."""

    company: Company
    replies: Replies
    method: str
    parts: tuple[str, ...]  # of the path, below the company
    query: Mapping[str, str]
    content_type: str
    raw: bytes

    @property
    def words(self) -> Words:
        """The words of `include=`."""
        return frozenset(self.query.get("include", "").replace(",", " ").split())

    def body(self) -> Any:
        """Returns the JSON of the request.

        Raises:
            Refusal: 500 where it is not UTF-8, 2010 where it is not JSON.
        """
        try:
            return decoded(self.raw)
        except UnicodeDecodeError as broken:
            raise refusals.unsupported(f"Operation Invalid byte: {broken.reason} is not supported.") from broken
        except ValueError as broken:
            raise refusals.bad_value("body", self.raw) from broken


class Api:
    """Answers for every company of the emulator."""

    def __init__(self, companies: dict[str, Company], tokens: Tokens, switches: Switches, environment: str) -> None:
        """Starts without any batch."""
        self.companies, self.tokens, self.switches = companies, tokens, switches
        self.environment = environment
        self.batches: list[int] = []  # the items of each batch
        self._replies: dict[str, Replies] = {}
        self._records = 0

    async def __call__(self, request: Request) -> Response:
        """Returns the answer; the whole body is read first, so that nothing comes between."""
        raw = await request.body()
        now = self.tokens.clock.now()
        try:
            company = self._entered(request)
            call = Call(
                company,
                self._replies.setdefault(company.realm_id, Replies(company)),
                request.method,
                tuple(request.path_params["rest"].split("/")),
                request.query_params,
                request.headers.get("content-type", "").split(";")[0].strip(),
                raw,
            )
            status, body = self._done(call)
        except Turned as turned:
            return answer(turned.status, turned.body(now))
        except NoSuchPage:
            return Response(status_code=404, headers=trace())
        if isinstance(body, bytes):
            return Response(body, status, trace(), "application/pdf")
        in_json = "json" in request.headers.get("accept", "") or not self.switches.json_on_request_only
        return (answer if in_json else answer_in_xml)(status, body)

    def _entered(self, request: Request) -> Company:
        """Returns the company that the token opens.

        Raises:
            Turned: 401 for the token, 403 for the company.
        """
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        holder = self.tokens.holder(token) if kind.lower() == "bearer" else None
        if holder is None:
            raise refusals.not_signed_in(token)
        company = self.companies.get(request.path_params["realm"])
        if company is None or holder.realm_id != company.realm_id or company.environment != self.environment:
            raise refusals.not_this_company()
        return company

    def _done(self, call: Call) -> tuple[int, Any]:
        now = call.company.clock.now()
        try:
            self._disturbed()
            body = self._dispatched(call)
        except Refusal as refusal:
            return refusal.status, refusals.faulted(refusal, now)
        if isinstance(body, dict):
            self._sprinkle(body)
            body.setdefault("time", times.milliseconds(now))
        return 200, body

    def _disturbed(self) -> None:
        """Refuses what the switches say, before anything is done."""
        if self.switches.every_call_refused:
            raise refusals.EVERY_CALL[self.switches.every_call_refused]()
        if self.switches.fault_in_200:
            self.switches.fault_in_200 -= 1 if self.switches.fault_in_200 > 0 else 0
            raise refusals.crashed(200)

    def _dispatched(self, call: Call) -> Any:
        special: dict[tuple[str, str], Callable[[Call], Any]] = {
            ("GET", "query"): _queried,
            ("POST", "query"): _queried,
            ("GET", "cdc"): _captured,
            ("POST", "batch"): self._batched,
            ("GET", "preferences"): lambda call: _shown(
                call.company, KINDS["Preferences"], call.company.only("Preferences")
            ),
        }
        first = call.parts[0]
        if len(call.parts) == 1 and (call.method, first) in special:
            return special[call.method, first](call)
        kind = BY_PATH.get(first)
        if kind is None or len(call.parts) > 3:
            raise NoSuchPage
        if call.method == "POST":
            return self._posted(call, kind)
        if call.method == "GET" and len(call.parts) > 1:
            return _read(call, kind)
        raise NoSuchPage

    def _posted(self, call: Call, kind: Kind) -> Record:
        request_id = call.query.get("requestid")
        if len(call.parts) == 3 and call.parts[2] == "send" and kind.name == "PurchaseOrder":
            return _sent(call, kind)
        if len(call.parts) > 1:
            raise NoSuchPage
        check_length("requestid", request_id or "", SINGLE)
        return dict(call.replies.once(request_id, "", lambda: _written(call, kind)))

    def _batched(self, call: Call) -> Record:
        request_id = call.query.get("requestid")
        items = items_of(call.body(), request_id)
        self.batches.append(len(items))
        return {"BatchItemResponse": answered(call.company, call.replies, items, request_id, call.words)}

    def _sprinkle(self, body: Any) -> None:
        """Gives every n-th record a key that nobody knows."""
        if not self.switches.sprinkle:
            return
        for value in body.values() if isinstance(body, dict) else body:
            if isinstance(value, dict) and "SyncToken" in value:
                self._records += 1
                if self._records % self.switches.sprinkle == 0:
                    value[UNHEARD_OF] = {"Level": 1}
            elif isinstance(value, (dict, list)):
                self._sprinkle(value)


def _queried(call: Call) -> Record:
    statement = call.query.get("query")
    if call.method == "POST" and call.raw:
        if call.content_type not in _STATEMENT_TYPES:
            raise Refusal(1050, "Invalid Content Type", f"Content type {call.content_type} is not supported.")
        statement = call.raw.decode(errors="replace")
    if not statement:
        raise refusals.missing("query")
    return {"QueryResponse": query(call.company, statement)}


def _preferred(call: Call) -> Record:
    return _shown(call.company, KINDS["Preferences"], call.company.only("Preferences"))


def _captured(call: Call) -> Record:
    return {"CDCResponse": changes(call.company, call.query.get("entities"), call.query.get("changedSince"))}


def _read(call: Call, kind: Kind) -> Any:
    call.company.require(kind.name)
    identifier = call.parts[1]
    if kind.name == "CompanyInfo":
        identifier = "1" if identifier in (call.company.realm_id, "1") else ""
    record = found(call.company, kind, identifier)
    if len(call.parts) == 2:
        return _shown(call.company, kind, record)
    if call.parts[2] != "pdf" or kind.name != "PurchaseOrder":
        raise NoSuchPage
    return _PDF


def _written(call: Call, kind: Kind) -> Record:
    body = call.body()
    operation = call.query.get("operation", "")
    record = write(call.company, kind, body, operation, call.words)
    stamp = {"time": times.milliseconds(call.company.clock.now())}
    if "status" in record:
        return {kind.name: record, **stamp}
    return {**_shown(call.company, kind, record), **stamp}


def _sent(call: Call, kind: Kind) -> Record:
    record = found(call.company, kind, call.parts[1])
    sent = call.company.replace(kind.name, {**record, "EmailStatus": "EmailSent"}, "emailed")
    return _shown(call.company, kind, sent)


def _shown(company: Company, kind: Kind, record: Record) -> Record:
    return {kind.name: shown(company, kind.name, record)}
