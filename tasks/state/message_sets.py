"""What waits for QuickBooks Desktop, is out, and was answered; one at a time for each company file."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select, update
from sqlmodel import Session, col

from tasks.state.connector_sessions import PATIENCE, Patience
from tasks.state.models import ConnectorSession, MessageSet, utc_now
from tasks.state.store import Store

GOODBYE = "goodbye"  # the asker of what a session ends with; nobody waits for its answer


class Outlook(NamedTuple):
    """What a session may do next."""

    is_live: bool
    waits: bool  # something waits to be sent
    is_over: bool  # its run asks for nothing more
    run_id: str  # empty if no run is known


def put(store: Store, pair: str, connection: str, document: str, *, set_id: str = "", asker: str = "") -> int:
    """Stores a document that waits to be sent; returns its number.

    Args:
        store: the state.
        pair: whose.
        connection: whose.
        document: qbXML, sent byte for byte as it is.
        set_id: its `newMessageSetID` if it writes.
        asker: who waits for the answer; without a sign of life it is not sent. Empty: it is sent whoever waits.
    """
    now = utc_now()
    made = MessageSet(
        pair=pair,
        connection=connection,
        set_id=set_id,
        asker=asker,
        document=store.vault.seal(document),
        asked_at=now,
        beat_at=now,
    )
    with store.session() as session:
        session.add(made)
        session.flush()
        number = made.id
    if number is None:
        raise RuntimeError("the database gave the message set no number")
    return number


def outlook(store: Store, owner: ConnectorSession, patience: Patience = PATIENCE) -> Outlook:
    """Returns what the session may do next, as it is now."""
    with store.reading() as session:
        now = session.get_one(ConnectorSession, owner.id)
        waits = _oldest(session, owner, patience) is not None
        return Outlook(now.ended_at is None, waits, now.is_over, now.run_id)


def hand_out(store: Store, owner: ConnectorSession, patience: Patience = PATIENCE) -> str | None:
    """Returns the oldest document that waits, which is out from now on.

    Returns None if there is none, if the session is over, or while another one is out in it.
    """
    with store.session() as session:
        kept = _free(session, owner)
        found = _oldest(session, owner, patience) if kept is not None else None
        if found is None or kept is None:
            return None
        found.state, found.session_id, found.out_at = "out", owner.id, utc_now()
        kept.called_at, kept.waits_since, kept.said, kept.handed_out = utc_now(), None, "", kept.handed_out + 1
        document: str = store.vault.unseal(found.document or b"")
    return document


def say_goodbye(store: Store, owner: ConnectorSession, document: str) -> bool:
    """The document that the session ends with is out; tells whether it is, as `hand_out` does."""
    now = utc_now()
    with store.session() as session:
        kept = _free(session, owner)
        if kept is None:
            return False
        kept.called_at, kept.said = now, ""
        made = MessageSet(
            pair=owner.pair,
            connection=owner.connection,
            asker=GOODBYE,
            state="out",
            session_id=owner.id,
            document=store.vault.seal(document),
            asked_at=now,
            beat_at=now,
            out_at=now,
        )
        session.add(made)
    return True


def answered(
    store: Store, owner: ConnectorSession, answer: str, hresult: str = "", message: str = ""
) -> MessageSet | None:
    """What is out in this session has its answer; returns it, or None if nothing was out.

    Args:
        store: the state.
        owner: the session.
        answer: QuickBooks' qbXML; empty if it could not work on the document at all.
        hresult: the code that it gave then.
        message: what it said then.
    """
    now, sealed = utc_now(), store.vault.seal(answer)
    with store.session() as session:
        where = (col(MessageSet.session_id) == owner.id, col(MessageSet.state) == "out")
        found = session.scalars(select(MessageSet).where(*where).with_for_update()).first()
        if found is None:
            return None
        session.execute(update(ConnectorSession).where(col(ConnectorSession.id) == owner.id).values(called_at=now))
        found.answer, found.hresult, found.message = sealed, hresult[:40], message[:2000]
        found.state, found.ended_at = ("failed" if hresult else "answered"), now
    return found


def is_out(store: Store, owner: ConnectorSession) -> bool:
    """Tells whether QuickBooks works on something of this session, as far as we know."""
    where = (col(MessageSet.session_id) == owner.id, col(MessageSet.state) == "out")
    with store.reading() as session:
        return session.scalars(select(col(MessageSet.id)).where(*where)).first() is not None


def lose(store: Store, owner: ConnectorSession) -> None:
    """What is out in this session will not be answered any more."""
    with store.session() as session:
        where = (col(MessageSet.session_id) == owner.id, col(MessageSet.state) == "out")
        session.execute(update(MessageSet).where(*where).values(state="lost", ended_at=utc_now()))


def awaiting(store: Store, pair: str, connection: str, patience: Patience = PATIENCE) -> str:
    """Returns which run waits for QuickBooks now; empty if none does."""
    where = (
        col(MessageSet.pair) == pair,
        col(MessageSet.connection) == connection,
        col(MessageSet.state) == "waiting",
        col(MessageSet.asker) != "",
        col(MessageSet.beat_at) > utc_now() - timedelta(seconds=patience.flow),
    )
    with store.reading() as session:
        oldest = select(col(MessageSet.asker)).where(*where).order_by(col(MessageSet.id)).limit(1)
        return session.scalars(oldest).first() or ""


def look(store: Store, number: int) -> MessageSet:
    """Returns the message set as it is now."""
    with store.reading() as session:
        return session.get_one(MessageSet, number)


def beat(store: Store, number: int) -> None:
    """Its asker still waits for it."""
    with store.session() as session:
        session.execute(update(MessageSet).where(col(MessageSet.id) == number).values(beat_at=utc_now()))


def withdraw(store: Store, numbers: Sequence[int]) -> None:
    """Those of these that were not sent yet never will be."""
    with store.session() as session:
        where = (col(MessageSet.id).in_(numbers), col(MessageSet.state) == "waiting")
        session.execute(update(MessageSet).where(*where).values(state="withdrawn", ended_at=utc_now()))


def kept(store: Store, pair: str, connection: str, set_id: str) -> str | None:
    """Returns the document that was stored under this id, byte for byte; None if there is none."""
    mine = (col(MessageSet.pair) == pair, col(MessageSet.connection) == connection, col(MessageSet.set_id) == set_id)
    with store.reading() as session:
        found = session.scalars(select(MessageSet).where(*mine).order_by(col(MessageSet.id)).limit(1)).first()
    return None if found is None else str(store.vault.unseal(found.document or b""))


def withdraw_openings(store: Store, pair: str, connection: str) -> None:
    """What earlier sessions were to begin with, and never did, will not be sent any more."""
    waiting = (*_of(pair, connection), col(MessageSet.asker) == "", col(MessageSet.state) == "waiting")
    with store.session() as session:
        session.execute(update(MessageSet).where(*waiting).values(state="withdrawn", ended_at=utc_now()))


def opening(store: Store, owner: ConnectorSession) -> MessageSet | None:
    """Returns what this session began with, answered or not, or is about to begin with."""
    its_own = or_(col(MessageSet.session_id) == owner.id, col(MessageSet.state) == "waiting")
    where = (*_of(owner.pair, owner.connection), col(MessageSet.asker) == "", its_own)
    with store.reading() as session:
        return session.scalars(select(MessageSet).where(*where).order_by(col(MessageSet.id)).limit(1)).first()


def _free(session: Session, owner: ConnectorSession) -> ConnectorSession | None:
    """Returns the session, locked so that two calls with one ticket take turns, if something may be sent in it."""
    kept = session.get_one(ConnectorSession, owner.id, with_for_update=True)
    out = select(col(MessageSet.id)).where(col(MessageSet.session_id) == owner.id, col(MessageSet.state) == "out")
    return kept if kept.ended_at is None and session.scalars(out).first() is None else None


def _oldest(session: Session, owner: ConnectorSession, patience: Patience) -> MessageSet | None:
    """Returns the oldest document that waits and whose asker, if it has one, gave a sign of life lately."""
    recent = col(MessageSet.beat_at) > utc_now() - timedelta(seconds=patience.flow)
    believed = or_(col(MessageSet.asker) == "", recent)
    where = (*_of(owner.pair, owner.connection), col(MessageSet.state) == "waiting", believed)
    return session.scalars(select(MessageSet).where(*where).order_by(col(MessageSet.id)).limit(1)).first()


def _of(pair: str, connection: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(MessageSet.pair) == pair, col(MessageSet.connection) == connection
