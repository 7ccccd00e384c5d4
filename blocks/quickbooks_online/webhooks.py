"""Reads the notifications of QuickBooks Online, in the current format (CloudEvents) and in the legacy one."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from blocks.exact import Record, decode

_TYPE = re.compile(r"(?:qbo\.)?([a-z]+)\.([a-z]+)(?:\.v\d+)?")
_OPERATIONS = {
    "create": "created", "update": "updated", "delete": "deleted", "merge": "merged", "email": "emailed",
    "voided": "void",
}  # fmt: skip
# Intuit does not document what the id is called that a merge took away.
_LOST = frozenset({"deletedid", "intuitdeletedid", "deletedentityid", "mergedid", "mergedentityid"})


class Event(NamedTuple):
    """Something happened to a record of a company; what could not be read is empty."""

    event_id: str = ""
    event_type: str = ""  # as in "purchaseorder.updated", whatever the format
    record_id: str = ""
    realm_id: str = ""
    changed_at: datetime | None = None  # in UTC
    said: str = ""  # the event itself, as JSON


def parse(raw: str | bytes) -> list[Event]:
    """Returns the events of a notification, in its order; one that cannot be read is there, without an event id.

    A merge is two events: one about the record that is left, and one about the record that is lost.

    Raises:
        ValueError: it is not a notification of QuickBooks Online.
    """
    body = decode(raw)
    if isinstance(body, list):
        return [event for row in body for event in _current(row)]
    if isinstance(body, dict) and "specversion" in body:
        return list(_current(body))
    if isinstance(body, dict) and isinstance(body.get("eventNotifications"), list):
        return [event for company in body["eventNotifications"] for event in _company(company)]
    raise ValueError("the body is neither an array of events nor a legacy notification")


def _current(row: Any) -> Iterator[Event]:
    if not isinstance(row, dict):
        yield Event()
        return
    event = Event(
        event_id=_text(row.get("id")),
        event_type=_event_type(_text(row.get("type")).lower()),
        record_id=_text(row.get("intuitentityid")),
        realm_id=_text(row.get("intuitaccountid")),
        changed_at=_moment(row.get("time")),
        said=_json(row),
    )
    yield from _with_lost(event, _lost_ids({**row, **_record(row.get("data"))}))


def _company(company: Any) -> Iterator[Event]:
    known = _record(company)
    rows = _record(known.get("dataChangeEvent")).get("entities")
    if not isinstance(rows, list):
        yield Event()
        return
    for row in rows:
        yield from _legacy(_text(known.get("realmId")), row)


def _legacy(realm_id: str, row: Any) -> Iterator[Event]:
    said = _record(row)
    name, record_id, operation = (_text(said.get(key)) for key in ("name", "id", "operation"))
    if not (name and record_id and operation):
        yield Event()
        return
    event = Event(
        event_id=_digest(realm_id, name, record_id, operation, _text(said.get("lastUpdated"))),
        event_type=_event_type(f"{name}.{operation}".lower()),
        record_id=record_id,
        realm_id=realm_id,
        changed_at=_moment(said.get("lastUpdated")),
        said=_json(said),
    )
    yield from _with_lost(event, _lost_ids(said))


def _with_lost(event: Event, lost: list[str]) -> Iterator[Event]:
    yield event
    if event.event_id and event.event_type.endswith(".merged"):
        for one in lost:
            yield event._replace(event_id=_digest(event.event_id, one), record_id=one)


def _lost_ids(row: Record) -> list[str]:
    """Returns the ids that a merge took away, under whichever name they are given."""
    found = (_text(held) for name, held in row.items() if name.lower().replace("_", "") in _LOST)
    return list(dict.fromkeys(filter(None, found)))


def _event_type(given: str) -> str:
    parts = _TYPE.fullmatch(given)
    return f"{parts[1]}.{_OPERATIONS.get(parts[2], parts[2])}" if parts else given


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _moment(value: Any) -> datetime | None:
    """Returns the time in UTC, to the microsecond; None for none, and for one whose zone would be a guess."""
    try:
        read = datetime.fromisoformat(_text(value))
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _record(value: Any) -> Record:
    return value if isinstance(value, dict) else {}


def _json(value: Record) -> str:
    return json.dumps(value, default=str)
