"""Error recovery: what a company file remembers of the message sets that were executed.

Source: qbXML programmer's guide, error recovery; the vendor's samples.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.sandbox.quickbooks_desktop import refusals, returned_shapes
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.envelope import Document
from tests.sandbox.quickbooks_desktop.errors import QuickBooksDiedError
from tests.sandbox.quickbooks_desktop.kinds import KINDS
from tests.sandbox.quickbooks_desktop.notation import sequence
from tests.sandbox.quickbooks_desktop.rendering import rendered, tagged
from tests.sandbox.quickbooks_desktop.state import MessageSet, Response

CLEAR_ALL = "ClearAllMessageSets"
EXECUTED, UNKNOWN_OLD, CHANGED, NO_RESPONSE, TOO_LONG, NOT_STORED = "0", "600", "9001", "9002", "9004", "9005"
_RECOVERY = sequence(returned_shapes.RECOVERY)


class Recovery:
    """Decides whether a document is executed, and remembers what came of it."""

    def __init__(self, books: Books, application: str) -> None:
        """Looks at what is remembered for one application."""
        self._books, self._switches = books, books.switches
        self._sets = books.state.message_sets.setdefault(application, {})

    def answered(self, document: Document, execute: Callable[[], list[Response]]) -> tuple[str, list[Response]]:
        """Returns the messageSetStatusCode and the responses; a set that is known is not executed again.

        Raises:
            QuickBooksDiedError: it died while it executed the set.
        """
        new, old = (document.attributes.get(f"{which}MessageSetID", "") for which in ("new", "old"))
        if max(len(new), len(old) if old != CLEAR_ALL else 0) > self._switches.message_set_id_limit:
            return TOO_LONG, []
        if new and not document.requests and old == new:
            return self._status(new)
        if new in self._sets:
            return self._repeated(document, self._sets[new])
        forgotten = self._forget(old) if old and old != new else EXECUTED
        if not new:
            return forgotten, execute()
        code = self._executed(document, new, responses := self._run(document, new, execute))
        return (forgotten if code == EXECUTED else code), responses

    def _run(self, document: Document, new: str, execute: Callable[[], list[Response]]) -> list[Response]:
        try:
            return execute()
        except QuickBooksDiedError:
            if self._switches.dead_set_known:
                self._sets[new] = MessageSet(document.checksum, None)
            raise

    def _executed(self, document: Document, new: str, responses: list[Response]) -> str:
        if self._switches.cannot_store_responses:
            return NOT_STORED
        self._sets[new] = MessageSet(document.checksum, tuple(responses))
        while 0 < self._switches.message_sets_kept < len(self._sets):
            del self._sets[next(iter(self._sets))]
        return EXECUTED

    def _status(self, identifier: str) -> tuple[str, list[Response]]:
        remembered = self._sets.get(identifier)
        if remembered is None:
            return self._switches.unseen_status, []
        return self._told(remembered)

    def _repeated(self, document: Document, remembered: MessageSet) -> tuple[str, list[Response]]:
        if remembered.checksum != document.checksum:
            return CHANGED, []
        return self._told(remembered)

    def _told(self, remembered: MessageSet) -> tuple[str, list[Response]]:
        if remembered.responses is None:
            return NO_RESPONSE, []
        return EXECUTED, [self._again(response) for response in remembered.responses]

    def _forget(self, old: str) -> str:
        if old == CLEAR_ALL:
            self._sets.clear()
            return EXECUTED
        return EXECUTED if self._sets.pop(old, None) is not None else UNKNOWN_OLD

    def _again(self, response: Response) -> Response:
        """Returns the remembered response in the form in which a repeated set brings it."""
        if not response.identity:
            return response
        (_key, identifier), *_rest = response.identity
        if identifier not in self._books.rows(response.kind) and not response.message.endswith("Del"):
            return self._gone(response, identifier)
        return _recovered(response) if self._switches.repeated_reply == "error_recovery" else response

    def _gone(self, response: Response, identifier: str) -> Response:
        if self._switches.repeated_when_gone == "bare":
            return replace(response, body="")
        if self._switches.repeated_when_gone == "3120":
            refusal = refusals.missing_object(identifier)
            return replace(response, body="", code=refusal.code, text=refusal.text)
        return _recovered(response) if self._switches.repeated_reply == "error_recovery" else response


def _recovered(response: Response) -> Response:
    assert response.kind in KINDS
    body = rendered(_RECOVERY, dict(response.identity))
    return replace(response, body=tagged("ErrorRecovery", {}, body))
