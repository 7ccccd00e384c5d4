"""The operations of the service as QBWC uses them: typed answers, and the code of each failure."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree

from tests.sandbox.quickbooks_desktop.connector_cycle import CallFailedError, ConnectorDiedError, UpdateEndedError
from tests.sandbox.quickbooks_desktop.connector_trouble import Trouble, Troubles
from tests.sandbox.quickbooks_desktop.soap import SoapAnswerError, integer_of, strings_of, text_of
from tests.sandbox.quickbooks_desktop.soap_wire import LOST, SoapWire

Answer = TypeVar("Answer")
FAILURE = {
    "clientVersion": "QBWC1036",
    "authenticate": "QBWC1012",
    "sendRequestXML": "QBWC1041",
    "receiveResponseXML": "QBWC1042",
    "getLastError": "QBWC1043",
    "closeConnection": "QBWC1044",
    "connectionError": "QBWC1045",
}


class Admission:
    """What authenticate has answered."""

    def __init__(self, items: list[str | None]) -> None:
        """Reads the items.

        Raises:
            SoapAnswerError: there are fewer than two or more than four, or one is not what it must be.
        """
        if not 2 <= len(items) <= 4:
            raise SoapAnswerError(f"{len(items)} strings: Index was outside the bounds of the array.")
        if items[0] is None or items[1] is None:
            raise SoapAnswerError("Object reference not set to an instance of an object.")
        self.ticket, self.word = items[0], items[1]
        self.postponed, self.minimum = (_seconds(item) for item in (*items[2:], None, None)[:2])


@dataclass
class Line:
    """One update's calls of the service; what goes wrong on the way is in `troubles`."""

    wire: SoapWire
    troubles: Troubles
    sign_in: tuple[str, str]  # user name and password
    jump: Callable[[float], None]  # moves the PC's clock by so many seconds
    missing_is_empty: bool = False
    close_after_fault: bool = False
    ticket: str = field(default="", init=False)

    def server_version(self) -> str:
        """Returns the service's version; "" when it cannot tell, which QBWC passes over."""
        try:
            return self._ask("serverVersion", text_of) or ""
        except CallFailedError:
            return ""

    def client_version(self, version: str) -> str:
        """Returns what the service says to this version of QBWC; "" when it knows no such operation."""
        try:
            return self._ask("clientVersion", text_of, version) or ""
        except CallFailedError as failure:
            if failure.unknown:
                return ""
            raise

    def authenticate(self) -> Admission:
        """Signs in, and keeps the ticket for the calls that follow."""
        admission = self._ask("authenticate", lambda found: Admission(strings_of(found)), *self.sign_in)
        self.ticket = admission.ticket
        return admission

    def send_request(self, greeting: str, path: str, country: str, major: str, minor: str) -> str:
        """Returns the next document for QuickBooks, or ""."""
        return self._ask("sendRequestXML", self._text, self.ticket, greeting, path, country, major, minor)

    def receive_response(self, response: str, hresult: str = "", message: str = "") -> int:
        """Returns the percentage; above 100 is an error."""
        return self._ask("receiveResponseXML", _percent, self.ticket, response, hresult, message)

    def connection_error(self, hresult: str, message: str) -> str:
        """Returns `done`, or the company file to try instead."""
        return self._ask("connectionError", self._text, self.ticket, hresult, message)

    def last_error(self) -> str:
        """Returns why there is nothing, or why it ended."""
        return self._ask("getLastError", text_of, self.ticket) or ""

    def close(self) -> str:
        """Returns what the service wants shown at the end."""
        return self._ask("closeConnection", text_of, self.ticket) or ""

    def ended_by(self, failure: CallFailedError) -> UpdateEndedError:
        """Returns how QBWC shows that a call has failed."""
        if self.close_after_fault and self.ticket and failure.operation != "closeConnection":
            with contextlib.suppress(CallFailedError):
                self.close()
        code = failure.code or FAILURE[failure.operation]
        return UpdateEndedError(f"{code}: {failure.operation} failed", code, str(failure))

    def _text(self, found: etree._Element | None) -> str:
        text = text_of(found)
        if text is None and not self.missing_is_empty:
            raise SoapAnswerError("Object reference not set to an instance of an object.")
        return text or ""

    def _ask(self, operation: str, read: Callable[[etree._Element | None], Answer], *values: str) -> Answer:
        trouble = self.troubles.at(operation)
        if trouble and trouble.kind == "call_lost":
            self.wire.lose(operation)
        found = self.wire.ask(operation, *values)
        if trouble:
            self._suffer(trouble, operation, values)
        try:
            return read(found)
        except SoapAnswerError as error:
            raise CallFailedError(operation, str(error)) from error

    def _suffer(self, trouble: Trouble, operation: str, values: tuple[str, ...]) -> None:
        match trouble.kind:
            case "reply_lost":
                self.wire.calls[-1].status = 0
                raise CallFailedError(operation, LOST)
            case "connector_dies":
                raise ConnectorDiedError(f"the Web Connector was ended after {operation}")
            case "answer_twice":
                self.wire.ask(operation, *values)
            case "authenticate_again":
                self.wire.ask("authenticate", *self.sign_in)
            case "clock_jumps":
                self.jump(trouble.seconds)


def _seconds(item: str | None) -> int | None:
    if not item:
        return None
    if not (item.isascii() and item.isdigit()):
        raise SoapAnswerError(f"{item!r} is no number of seconds: Input string was not in a correct format.")
    return int(item)


def _percent(found: etree._Element | None) -> int:
    percent = integer_of(found)
    if percent > 100:
        raise SoapAnswerError(f"{percent} is more than 100 percent")
    return percent
