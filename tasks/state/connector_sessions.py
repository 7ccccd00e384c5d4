"""Sessions of the QuickBooks Web Connector: it calls us, so all that two processes know of it is in the database."""

import hashlib
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlmodel import Session, col

from tasks.state.models import ConnectorSession, MessageSet, utc_now
from tasks.state.store import Store

DONE = "done"  # all that there was to do in it is done
RESTED = "rested"  # we let QuickBooks go, because the other system took long; the run goes on
GONE = "gone"  # the Web Connector stopped calling
CLOSED = "closed"  # the Web Connector, or a person at it, ended it early
REPLACED = "replaced"  # the Web Connector signed in anew
ORDERLY = frozenset({DONE, RESTED})  # after these, a run may wait for the next session


class Patience(NamedTuple):
    """For how many seconds without a call a session is believed to live on."""

    idle: float = 60  # between two calls; a Web Connector that waits calls every five seconds
    working: float = 600  # while QuickBooks works on a message set
    flow: float = 30  # for how long an asker is believed to wait without a sign


PATIENCE = Patience()


def begin(
    store: Store, pair: str, connection: str, ticket: str, patience: Patience = PATIENCE
) -> ConnectorSession | None:
    """Returns a new live session with this ticket; None if another Web Connector is at work on the connection."""
    now = utc_now()
    with store.session() as session:
        old = _live(session, pair, connection)
        if old is not None and not _is_dead(old, patience, session):
            return None
        if old is not None:
            _end(session, old, REPLACED)
        new = ConnectorSession(
            pair=pair, connection=connection, ticket_hash=hashed(ticket), opened_at=now, called_at=now
        )
        session.flush()
        session.add(new)
    return new


def of_ticket(store: Store, pair: str, connection: str, ticket: str) -> ConnectorSession | None:
    """Returns the connection's session with this ticket, live or over; None if we never gave that ticket."""
    where = (
        col(ConnectorSession.ticket_hash) == hashed(ticket),
        col(ConnectorSession.pair) == pair,
        col(ConnectorSession.connection) == connection,
    )
    with store.reading() as session:
        return session.scalars(select(ConnectorSession).where(*where)).first()


def live(store: Store, pair: str, connection: str, patience: Patience = PATIENCE) -> ConnectorSession | None:
    """Returns the live session; one whose Web Connector stopped calling is over from now on."""
    with store.reading() as session:
        found = _live(session, pair, connection)
        if found is None or not _is_dead(found, patience, session):
            return found
    with store.session() as session:
        found = _live(session, pair, connection)
        if found is not None and _is_dead(found, patience, session):
            _end(session, found, GONE)
            return None
    return found


def latest(store: Store, pair: str, connection: str) -> ConnectorSession | None:
    """Returns the newest session, live or over; None if the Web Connector never came."""
    where = (col(ConnectorSession.pair) == pair, col(ConnectorSession.connection) == connection)
    newest = select(ConnectorSession).where(*where).order_by(col(ConnectorSession.opened_at).desc()).limit(1)
    with store.reading() as session:
        return session.scalars(newest).first()


def note(store: Store, session_id: str, **changes: Any) -> None:
    """These columns of the session have these values, and the Web Connector has called just now."""
    with store.session() as session:
        session.execute(
            update(ConnectorSession)
            .where(col(ConnectorSession.id) == session_id)
            .values(called_at=utc_now(), **changes)
        )


def progress(store: Store, pair: str, connection: str, percent: int) -> None:
    """The live session, if there is one, shows this percentage; it never goes back."""
    with store.session() as session:
        found = _live(session, pair, connection)
        if found is not None:
            found.percent = max(found.percent, min(percent, 99))


def run_is_over(store: Store, pair: str, connection: str, run_id: str) -> None:
    """The live session, if there is one, waits for nothing more of this run."""
    with store.session() as session:
        found = _live(session, pair, connection)
        if found is not None and found.run_id in ("", run_id):
            found.is_over = True


def end(store: Store, session_id: str, because: str) -> None:
    """The session is over; what QuickBooks had not answered is lost."""
    with store.session() as session:
        found = session.get(ConnectorSession, session_id, with_for_update=True)
        if found is not None and found.ended_at is None:
            _end(session, found, because)


def hashed(ticket: str) -> str:
    """Returns what is stored of a ticket."""
    return hashlib.sha256(ticket.encode()).hexdigest()


def _live(session: Session, pair: str, connection: str) -> ConnectorSession | None:
    where = (
        col(ConnectorSession.pair) == pair,
        col(ConnectorSession.connection) == connection,
        col(ConnectorSession.ended_at).is_(None),
    )
    return session.scalars(select(ConnectorSession).where(*where).with_for_update()).first()


def _is_dead(found: ConnectorSession, patience: Patience, session: Session) -> bool:
    where = (col(MessageSet.session_id) == found.id, col(MessageSet.state) == "out")
    working = session.scalars(select(col(MessageSet.id)).where(*where)).first() is not None
    return found.called_at < utc_now() - timedelta(seconds=patience.working if working else patience.idle)


def _end(session: Session, found: ConnectorSession, because: str) -> None:
    now = utc_now()
    found.ended_at, found.ended_because = now, because
    mine = (col(MessageSet.session_id) == found.id, col(MessageSet.state) == "out")
    session.execute(update(MessageSet).where(*mine).values(state="lost", ended_at=now))
