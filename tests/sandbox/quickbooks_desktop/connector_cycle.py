"""What happened in one update: the calls, and what QBWC shows for it."""

from dataclasses import dataclass, field


@dataclass
class Call:
    """One call of the service; `status` is the HTTP status, 0 when no answer was seen; sizes are bytes of bodies."""

    operation: str
    seconds: float = 0.0
    status: int = 0
    request_bytes: int = 0
    response_bytes: int = 0


@dataclass
class Exchange:
    """The whole of one call, headers and bodies, as they were on the wire."""

    operation: str
    url: str
    request_headers: dict[str, str]
    request: bytes
    response: bytes = b""


@dataclass
class Cycle:
    """One update, from serverVersion to where it ended."""

    status: str = ""  # the text of QBWC's status column
    code: str = ""  # QBWC10xx, if there is one for what happened
    error: str = ""  # what QBWC writes to its log as the reason
    completed: bool = False  # the service said 100, and closeConnection was answered
    round_trips: int = 0  # how many answers of sendRequestXML held qbXML
    waits: int = 0  # how many answers of getLastError were NoOp
    percents: list[int] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    postponed: float | None = None  # seconds the service asked to wait; only with Auto-Run
    died: str = ""  # "QuickBooks" or "Web Connector", if one of them ended in the middle

    @property
    def operations(self) -> list[str]:
        """Returns the names of the calls, in order."""
        return [call.operation for call in self.calls]


class UpdateEndedError(Exception):
    """The update is over before its work is done; QBWC shows `status`, with `code` if it has one."""

    def __init__(self, status: str, code: str = "", error: str = "") -> None:
        """Keeps what QBWC shows."""
        super().__init__(error or status)
        self.status, self.code, self.error = status, code, error or status


class CallFailedError(Exception):
    """A call gave no usable answer; `unknown` when the service says that it has no such operation."""

    def __init__(self, operation: str, text: str, *, code: str = "", unknown: bool = False) -> None:
        """Keeps which call it was, and a code that is the same for every operation."""
        super().__init__(text)
        self.operation, self.code, self.unknown = operation, code, unknown


class ConnectorDiedError(Exception):
    """The Web Connector was ended where it stood; it makes no further call."""


class EndlessUpdateError(AssertionError):
    """The service kept the Web Connector busy beyond any sense; a test should fail instead of hanging."""
