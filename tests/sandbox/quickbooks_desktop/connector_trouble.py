"""What goes wrong at which point of an update."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Point = Literal[
    "serverVersion", "clientVersion", "authenticate", "sendRequestXML", "receiveResponseXML", "connectionError",
    "getLastError", "closeConnection", "before", "middle", "after", "pause",
]  # fmt: skip
Kind = Literal[
    "call_lost", "reply_lost", "quickbooks_dies", "connector_dies", "answer_twice", "authenticate_again", "clock_jumps"
]
_PROCESSING = {"before", "middle", "after"}
_PLACES: dict[str, set[str]] = {
    "answer_twice": {"receiveResponseXML"},
    "quickbooks_dies": _PROCESSING,
    "connector_dies": {"before", "after", "pause"},
    "clock_jumps": {"before", "after", "pause"},
}


@dataclass
class Trouble:
    """One thing that goes wrong, at the `nth` time that updates come to the point `at`.

    A point is an operation of the service, or one of QuickBooks' processing of a document (`before`, in the `middle`,
    `after`), or `pause`, the sleep that NoOp asks for.

    `call_lost`: the service never sees the call. `reply_lost`: it does, but its answer is never seen.
    `quickbooks_dies`: at a point of the processing; in the middle it has executed `requests` of a document that writes.
    `connector_dies`: at once, after the answer if the point is an operation. `answer_twice`: receiveResponseXML
    comes twice. `authenticate_again`: a second sign-in comes after the call, and the update goes on with its first
    ticket. `clock_jumps`: the PC's clock moves by `seconds`.
    """

    kind: Kind
    at: Point
    nth: int = 1
    requests: int = 1
    seconds: float = -3600.0
    seen: int = 0

    def __post_init__(self) -> None:
        """Refuses what could never strike."""
        operation = self.at not in _PROCESSING | {"pause"}
        allowed = _PLACES.get(self.kind, set())
        if self.kind in ("call_lost", "reply_lost", "authenticate_again"):
            possible = operation
        else:
            possible = self.at in allowed or (operation and self.kind in ("connector_dies", "clock_jumps"))
        if not possible:
            raise ValueError(f"{self.kind} cannot happen at {self.at}")


class Troubles:
    """The troubles to come, in order: the first is waited for until it strikes, then the next."""

    def __init__(self, coming: Iterable[Trouble] = ()) -> None:
        """Waits for the first of these."""
        self.coming = list(coming)
        self.struck: list[Trouble] = []

    def add(self, *troubles: Trouble) -> None:
        """Puts further troubles at the end."""
        self.coming.extend(troubles)

    def at(self, point: str) -> Trouble | None:
        """Returns the trouble that strikes now, and counts that the update has come to this point."""
        if not self.coming or self.coming[0].at != point:
            return None
        first = self.coming[0]
        first.seen += 1
        if first.seen < first.nth:
            return None
        self.struck.append(self.coming.pop(0))
        return first
