"""Sessions of the QuickBooks Web Connector: it calls us, so all that two processes know of it is in the database."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from tasks.state.models import ConnectorSession, MessageSet, utc_now
from tasks.state.settings import StateSettings
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
    opening: float = 300  # between the login and the first call after it, while QuickBooks opens the company file


class Contact(NamedTuple):
    """When the Web Connector of a connection last called, and whether a session is live."""

    pair: str
    connection: str
    called_at: datetime
    is_live: bool


PATIENCE = Patience()


def patience_of(settings: StateSettings) -> Patience:
    """Returns the patience that an installation asks for; it is the same in all of its processes."""
    idle, working = settings.web_connector_idle_seconds, settings.web_connector_working_seconds
    return Patience(idle=idle, working=working, opening=min(PATIENCE.opening, working))


def begin(
    store: Store, pair: str, connection: str, ticket: str, patience: Patience = PATIENCE
) -> ConnectorSession | None:
    """Returns a new live session with this ticket; None if another Web Connector is at work on the connection."""
    now = utc_now()
    new = ConnectorSession(pair=pair, connection=connection, ticket_hash=hashed(ticket), opened_at=now, called_at=now)
    try:
        with store.session() as session:
            old = _live(session, pair, connection, lock=True)
            if old is not None and not _is_dead(old, patience, session):
                return None
            if old is not None:
                _end(session, old, REPLACED)
            session.flush()  # the old one is over before the new one is there
            session.add(new)
    except IntegrityError:  # another one signed in at the same moment
        return None
    return new


def of_ticket(
    store: Store, pair: str, connection: str, ticket: str, patience: Patience = PATIENCE
) -> ConnectorSession | None:
    """Returns the connection's session with this ticket, live or over; None if we never gave that ticket.

    One that was without a call for too long is over from now on.
    """
    where = (
        col(ConnectorSession.ticket_hash) == hashed(ticket),
        col(ConnectorSession.pair) == pair,
        col(ConnectorSession.connection) == connection,
    )
    with store.reading() as session:
        found = session.scalars(select(ConnectorSession).where(*where)).first()
        if found is None or found.ended_at is not None or not _is_dead(found, patience, session):
            return found
    return _buried(store, found.id, patience)


def live(store: Store, pair: str, connection: str, patience: Patience = PATIENCE) -> ConnectorSession | None:
    """Returns the live session; one whose Web Connector stopped calling is over from now on."""
    with store.reading() as session:
        found = _live(session, pair, connection)
        if found is None or not _is_dead(found, patience, session):
            return found
    left = _buried(store, found.id, patience)
    return left if left is not None and left.ended_at is None else None


def latest(store: Store, pair: str, connection: str) -> ConnectorSession | None:
    """Returns the newest session, live or over; None if the Web Connector never came."""
    where = (col(ConnectorSession.pair) == pair, col(ConnectorSession.connection) == connection)
    newest = select(ConnectorSession).where(*where).order_by(col(ConnectorSession.opened_at).desc()).limit(1)
    with store.reading() as session:
        return session.scalars(newest).first()


def known_file(store: Store, pair: str, connection: str) -> str:
    """Returns the path of the company file that was worked on last; empty if none was."""
    where = (
        col(ConnectorSession.pair) == pair,
        col(ConnectorSession.connection) == connection,
        col(ConnectorSession.greeting).is_not(None),
        col(ConnectorSession.company_file) != "",
    )
    newest = select(col(ConnectorSession.company_file)).where(*where)
    with store.reading() as session:
        return session.scalars(newest.order_by(col(ConnectorSession.opened_at).desc()).limit(1)).first() or ""


def note(store: Store, session_id: str, **changes: Any) -> None:
    """These columns of the session have these values, and the Web Connector has called just now.

    A session that is over stays as it is.
    """
    where = (col(ConnectorSession.id) == session_id, col(ConnectorSession.ended_at).is_(None))
    with store.session() as session:
        session.execute(update(ConnectorSession).where(*where).values(called_at=utc_now(), **changes))


def joined(store: Store, session_id: str, run_id: str) -> None:
    """The session has this flow run behind it, which has not said that it is over; also one that has just ended."""
    with store.session() as session:
        mine = update(ConnectorSession).where(col(ConnectorSession.id) == session_id)
        session.execute(mine.values(run_id=run_id, is_over=False))


def progress(store: Store, pair: str, connection: str, percent: int) -> None:
    """The live session, if there is one, shows this percentage; it never goes back."""
    with store.session() as session:
        found = _live(session, pair, connection, lock=True)
        if found is not None:
            found.percent = max(found.percent, min(percent, 99))


def run_is_over(store: Store, pair: str, connection: str, run_id: str) -> None:
    """The live session, if there is one, waits for nothing more of this run."""
    with store.session() as session:
        found = _live(session, pair, connection, lock=True)
        if found is not None and found.run_id in ("", run_id):
            found.is_over = True


def end(store: Store, session_id: str, because: str, said: str = "") -> None:
    """The session is over; what QuickBooks had not answered is lost.

    Args:
        store: the state.
        session_id: which; one that is over already stays as it is.
        because: one of the words above, or a sentence.
        said: what `getLastError` answers from now on; if empty, what it would have answered anyway.
    """
    with store.session() as session:
        found = session.get(ConnectorSession, session_id, with_for_update=True)
        if found is not None and found.ended_at is None:
            _end(session, found, because)
            found.said = said or found.said


def contacts(store: Store, patience: Patience = PATIENCE) -> list[Contact]:
    """Returns one contact for every connection whose Web Connector ever called."""
    which = (col(ConnectorSession.pair), col(ConnectorSession.connection))
    heard = col(ConnectorSession.called_at)
    recent = and_(col(ConnectorSession.ended_at).is_(None), heard > utc_now() - timedelta(seconds=patience.working))
    with store.reading() as session:
        found = session.execute(select(*which, func.max(heard)).group_by(*which).order_by(*which)).all()
        at_work = {tuple(one) for one in session.execute(select(*which).where(recent)).all()}
    return [Contact(pair, name, called_at, (pair, name) in at_work) for pair, name, called_at in found]


def hashed(ticket: str) -> str:
    """Returns what is stored of a ticket."""
    return hashlib.sha256(ticket.encode()).hexdigest()


def _live(session: Session, pair: str, connection: str, *, lock: bool = False) -> ConnectorSession | None:
    where = (
        col(ConnectorSession.pair) == pair,
        col(ConnectorSession.connection) == connection,
        col(ConnectorSession.ended_at).is_(None),
    )
    statement = select(ConnectorSession).where(*where)
    return session.scalars(statement.with_for_update() if lock else statement).first()


def _is_dead(found: ConnectorSession, patience: Patience, session: Session) -> bool:
    where = (col(MessageSet.session_id) == found.id, col(MessageSet.state) == "out")
    if session.scalars(select(col(MessageSet.id)).where(*where)).first() is not None:
        seconds = patience.working
    else:
        has_begun = found.handed_out or found.waits_since is not None
        seconds = patience.idle if has_begun else max(patience.opening, patience.idle)
    return found.called_at < utc_now() - timedelta(seconds=seconds)


def _buried(store: Store, session_id: str, patience: Patience) -> ConnectorSession | None:
    """Returns the session as it is now; it is over, unless the Web Connector has called meanwhile."""
    with store.session() as session:
        found = session.get(ConnectorSession, session_id, with_for_update=True)
        if found is not None and found.ended_at is None and _is_dead(found, patience, session):
            _end(session, found, GONE)
    return found


def _end(session: Session, found: ConnectorSession, because: str) -> None:
    now = utc_now()
    found.ended_at, found.ended_because = now, because
    mine = (col(MessageSet.session_id) == found.id, col(MessageSet.state) == "out")
    session.execute(update(MessageSet).where(*mine).values(state="lost", ended_at=now))
