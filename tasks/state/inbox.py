"""Notifications from vendors: stored once, handled when a run has read the record they speak of."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, select, update
from sqlmodel import col

from tasks.state.models import InboxEvent, Link, utc_now
from tasks.state.store import Store, insert_missing

KEPT = timedelta(days=30)
ONE_SECOND = timedelta(seconds=1)  # vendors give the time of a record's change in whole seconds
MANY = 500  # numbers in one statement; databases allow some ten thousand


class Notice(NamedTuple):
    """What a notification says: something happened to record `record_id` of stream `stream`."""

    event_id: str
    event_type: str
    stream: str
    record_id: str
    payload: Any
    changed_at: datetime | None = None  # when the record changed, by the vendor's clock


def receive(store: Store, pair: str, connection: str, system: str, notices: Iterable[Notice]) -> int:
    """Stores the notices that are new, and returns how many were; a repeated event changes nothing.

    A notice that concerns no stream counts as handled at once: no run will ever read its record.
    """
    now = utc_now()
    with store.session() as session:
        return sum(
            insert_missing(
                session,
                InboxEvent,
                {
                    "pair": pair,
                    "connection": connection,
                    "system": system,
                    "received_at": now,
                    "handled_at": None if notice.stream else now,
                    **notice._asdict(),
                    "payload": store.vault.seal(notice.payload),
                },
            )
            for notice in notices
        )


def announced(store: Store, pair: str, connection: str, stream: str) -> dict[str, list[int]]:
    """Returns the record ids that unhandled notices of the stream speak of, each with its notices' numbers."""
    with store.reading() as session:
        where = (
            col(InboxEvent.pair) == pair,
            col(InboxEvent.connection) == connection,
            col(InboxEvent.stream) == stream,
            col(InboxEvent.handled_at).is_(None),
        )
        rows = session.execute(select(col(InboxEvent.id), col(InboxEvent.record_id)).where(*where)).all()
    found: dict[str, list[int]] = {}
    for number, record_id in rows:
        found.setdefault(record_id, []).append(number)
    return found


def handled(store: Store, numbers: Collection[int]) -> None:
    """The notices are over: their records were read."""
    if not numbers:
        return
    with store.session() as session:
        listed = list(numbers)
        for start in range(0, len(listed), MANY):
            part = col(InboxEvent.id).in_(listed[start : start + MANY])
            session.execute(update(InboxEvent).where(part).values(handled_at=utc_now()))
        old = (col(InboxEvent.handled_at).is_not(None), col(InboxEvent.received_at) < utc_now() - KEPT)
        session.execute(delete(InboxEvent).where(*old))


def forget_echoes(store: Store, pair: str, connection: str, echoes: Mapping[str, Sequence[str]]) -> int:
    """Notices of what we wrote ourselves are over without a run; returns how many there were.

    Args:
        store: where they are.
        pair: theirs.
        connection: theirs.
        echoes: stream that reads announced records -> the streams that write those records.
    """
    ours = [and_(col(InboxEvent.stream) == stream, col(Link.stream).in_(writing)) for stream, writing in echoes.items()]
    found: list[int] = []
    with store.reading() as session:
        for ours_of_one in ours:
            where = (
                col(InboxEvent.pair) == pair,
                col(InboxEvent.connection) == connection,
                col(InboxEvent.handled_at).is_(None),
                col(Link.scope).startswith(f"{pair}/{connection}@", autoescape=True),
                col(Link.target_id) == col(InboxEvent.record_id),
                ours_of_one,
            )
            told = select(col(InboxEvent.id), col(InboxEvent.changed_at), col(Link.changed_at)).where(*where)
            found += [
                number
                for number, heard, written in session.execute(told)
                if heard and written and heard < written + ONE_SECOND
            ]
    handled(store, found)
    return len(set(found))


def waiting(store: Store) -> list[tuple[str, str, int]]:
    """Returns (pair, connection, number of unhandled notices) of every connection that has some."""
    with store.reading() as session:
        counted = select(col(InboxEvent.pair), col(InboxEvent.connection), func.count()).where(
            col(InboxEvent.handled_at).is_(None)
        )
        return [
            tuple(row) for row in session.execute(counted.group_by(col(InboxEvent.pair), col(InboxEvent.connection)))
        ]
