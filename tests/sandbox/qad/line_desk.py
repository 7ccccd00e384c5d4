"""The methods of purchase order lines that store nothing: a field's change, and whether a line is received."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.qad.books import Books
from tests.sandbox.qad.line_steps import STEPS
from tests.sandbox.qad.order_lines import LINE
from tests.sandbox.qad.orders import LINES, open_order, order_of
from tests.sandbox.qad.records import sent_record
from tests.sandbox.qad.wire import (
    MANDATORY,
    NOT_VALID,
    BareError,
    NoSuchPageError,
    Record,
    RejectedError,
    accepted,
    answer,
)

PATH = "purchaseOrderLines/"  # what the addresses of these methods begin with
METHODS = {"fieldChangeV2": "POST", "isReceivedPurchaseOrderLineV2": "GET"}


class LineDesk:
    """Answers the requests below `/api/erp/purchaseOrderLines/`."""

    def __init__(self, books: Books) -> None:
        """Works on these books."""
        self.books = books

    async def __call__(self, request: Request, path: str) -> Response:
        """Returns the answer to one method of the lines.

        Raises:
            RejectedError: a business rule refuses it.
            BareError: the user has no right to it, or the request is not readable.
            NoSuchPageError: there is no such method.
        """
        options, method = self.books.options, path.removeprefix(PATH)
        names = {path, PATH.rstrip("/"), LINES, LINE.view}
        if method not in METHODS or names & options.missing:
            raise NoSuchPageError(path)
        if names & options.forbidden:
            raise BareError(options.forbidden_status, "403", f"Access is denied: {LINE.view}")
        if request.method != METHODS[method]:
            raise BareError(405, "405", f"Method {request.method} is not supported")
        if request.method == "GET":
            return answer({"data": {method: self._is_received(request.query_params)}})
        sent = await sent_record(request, LINE.collection)
        return self._changed(sent, request.query_params.get("fieldName", ""))

    def _changed(self, sent: Record, name: str) -> Response:
        """Returns the line as QAD recomputes it; the hash and the operation stay those that were sent."""
        if name not in LINE.blank:
            raise RejectedError(NOT_VALID, f"{name} is not a field of a line.", "fieldName", name)
        line = LINE.new(LINE.checked(sent, self.books.options.unknown_fields_refused))
        open_order(self.books, line)
        stored = self.books.tables[LINES].get(LINE.key(line))
        line["quantityReceived"] = stored["quantityReceived"] if stored else LINE.blank["quantityReceived"]
        if name in STEPS:
            STEPS[name](self.books, line)
        kept = {each: sent.get(each) or "" for each in ("dataOperation", "concurrencyHash")}
        hidden = self.books.options.hide_fields.get(LINES, frozenset())
        return accepted(LINE.collection, [{**LINE.shown(line, hidden), **kept}])

    def _is_received(self, query: Mapping[str, str]) -> bool:
        lacking = [name for name in LINE.keys if not query.get(name)]
        if lacking:
            raise RejectedError(MANDATORY, "Keys must be all null or all non-null.", lacking[0])
        key = LINE.typed_key(query)
        order_of(self.books, key)
        line = self.books.tables[LINES].get(LINE.key(key))  # the one that is being entered is not stored yet
        return line is not None and bool(line["quantityReceived"] != 0)
