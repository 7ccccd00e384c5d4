"""The request processor: executes the requests of a document one after another."""

import time
from dataclasses import dataclass, replace

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.answers import Answer, Asking
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.envelope import Document, Request, parse, rendered
from tests.sandbox.quickbooks_desktop.errors import QuickBooksDiedError
from tests.sandbox.quickbooks_desktop.message_sets import Recovery
from tests.sandbox.quickbooks_desktop.refusals import Refusal
from tests.sandbox.quickbooks_desktop.state import Response

_STOPPING = 1000  # from this statusCode on a request has failed


@dataclass(frozen=True)
class Executed:
    """One request that was executed, in the log of a test."""

    message: str  # such as BillAdd
    request_id: str | None
    message_set_id: str
    code: int
    id: str  # of the object that was written


class Processor:
    """Executes documents on the books; what was executed is kept in `executed`."""

    def __init__(self, books: Books) -> None:
        """Has executed nothing yet."""
        self.books = books
        self.executed: list[Executed] = []

    def process(self, text: str, asking: Asking) -> str:
        """Returns the document of responses.

        Raises:
            ProcessorError: the document as a whole is refused, and nothing was executed.
            QuickBooksDiedError: QuickBooks ended in the middle of it.
        """
        document = parse(text, self.books.switches)
        recovery = Recovery(self.books, asking.session.application)
        code, responses = recovery.answered(document, lambda: self._run(document, asking))
        given = document.attributes
        new = {"newMessageSetID": given["newMessageSetID"]} if given.get("newMessageSetID") else {}
        used = new or given.get("oldMessageSetID")
        attributes = {**new, "messageSetStatusCode": code} if used else {}
        return rendered(attributes, responses, self.books.switches, given.get("responseData") != "includeNone")

    def _run(self, document: Document, asking: Asking) -> list[Response]:
        responses: list[Response] = []
        dying = self.books.switches.die_after if document.writes else None
        stopped = False
        for request in document.requests:
            if dying == len(responses):
                break
            response = self._stopped(request) if stopped else self._execute(document, request, asking)
            responses.append(response)
            stopped |= response.code >= _STOPPING and document.attributes["onError"] == "stopOnError"
        if dying is not None:
            self.books.switches.die_after = None
            raise QuickBooksDiedError(f"QuickBooks ended after {len(responses)} requests")
        return responses

    def _stopped(self, request: Request) -> Response:
        refusal = refusals.not_processed()
        return Response(request.message.name, request.id, refusal.code, refusal.text)

    def _execute(self, document: Document, request: Request, asking: Asking) -> Response:
        if self.books.switches.delay_seconds:
            time.sleep(self.books.switches.delay_seconds)
        name = request.message.name
        try:
            answer = self._answer(request, asking)
            response = Response(
                name, request.id, 0, "Status OK", answer.body, tuple(answer.attributes.items()),
                answer.kind, tuple(answer.identity.items()),
            )  # fmt: skip
        except Refusal as refusal:
            response = Response(name, request.id, refusal.code, refusal.text, refusal.body)
        written = str(response.identity[0][1]) if response.identity else ""
        set_id = document.attributes.get("newMessageSetID", "")
        self.executed.append(Executed(name, request.id, set_id, response.code, written))
        return response

    def _answer(self, request: Request, asking: Asking) -> Answer:
        if request.refusal is not None:
            raise request.refusal
        if request.message.name in self.books.switches.disabled:
            raise refusals.not_enabled()
        if request.message.name in self.books.switches.forbidden:
            raise refusals.not_allowed()
        its = replace(asking, message=request.message.name, attributes=request.attributes)
        return request.message.act(its, request.draft)
