"""What the Web Connector is told, and people read in it."""

from typing import NamedTuple

from tasks.state import connector_sessions as sessions
from tasks.state.models import ConnectorSession

NOOP = "NoOp"  # the Web Connector waits five seconds and asks again
NVU = "nvu"  # neither user name nor password may be wrong
BUSY = "busy"
POSTPONED = "60"  # seconds after which it comes again
FINE = "OK"
NEW = "The next update begins a new one."
UNKNOWN = f"ml-connector knows no session with this ticket. {NEW}"
NOTHING_WRONG = "ml-connector has met no error in this session."
NOT_ASKED = f"QuickBooks answered what ml-connector had not asked, or had given up waiting for. The session ends. {NEW}"
_ENDINGS = {
    sessions.DONE: "The update is complete.",
    sessions.RESTED: "The update is complete; the rest goes on with the next one.",
    sessions.GONE: f"The session is over, because the Web Connector did not call for too long. {NEW}",
    sessions.CLOSED: f"The session was closed. {NEW}",
    sessions.REPLACED: f"The session is over, because the Web Connector has signed in anew. {NEW}",
}


class Said(NamedTuple):
    """The answer to one call."""

    result: str | int | list[str]
    outcome: str  # a word for those who watch
    held: float = 0.0  # seconds for which the call was held up on purpose


def last_error(owner: ConnectorSession | None) -> str:
    """Returns what `getLastError` answers; never blank, which would be an error without a text."""
    if owner is None:
        return UNKNOWN
    if owner.ended_at is None:
        return owner.said or NOTHING_WRONG
    said = "" if owner.said == NOOP else owner.said
    return said or _ENDINGS.get(owner.ended_because, owner.ended_because)


def farewell(owner: ConnectorSession | None) -> str:
    """Returns what `closeConnection` answers, which people see as the state of the update."""
    if owner is None:
        return UNKNOWN
    return FINE if owner.ended_because in sessions.ORDERLY else last_error(owner)
