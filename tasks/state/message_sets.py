"""What waits for QuickBooks Desktop, is out, and was answered; one at a time for each company file."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlmodel import col

from tasks.state.connector_sessions import PATIENCE, Patience
from tasks.state.models import ConnectorSession, MessageSet, utc_now
from tasks.state.store import Store


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


def hand_out(store: Store, owner: ConnectorSession, patience: Patience = PATIENCE) -> str | None:
    """Returns the oldest document that waits, which is out from now on; None if there is none."""
    now = utc_now()
    believed = or_(col(MessageSet.asker) == "", col(MessageSet.beat_at) > now - timedelta(seconds=patience.flow))
    with store.session() as session:
        session.get_one(ConnectorSession, owner.id, with_for_update=True)  # two calls with one ticket take turns
        mine = (col(MessageSet.pair) == owner.pair, col(MessageSet.connection) == owner.connection)
        waiting = select(MessageSet).where(*mine, col(MessageSet.state) == "waiting", believed)
        found = session.scalars(waiting.order_by(col(MessageSet.id)).limit(1)).first()
        if found is None:
            return None
        found.state, found.session_id, found.out_at = "out", owner.id, now
        kept = session.get_one(ConnectorSession, owner.id)
        kept.called_at, kept.waits_since, kept.said, kept.handed_out = now, None, "", kept.handed_out + 1
        document: str = store.vault.unseal(found.document or b"")
    return document


def answered(store: Store, owner: ConnectorSession, answer: str, hresult: str = "", message: str = "") -> bool:
    """What is out in this session has its answer; tells whether anything was.

    Args:
        store: the state.
        owner: the session.
        answer: QuickBooks' qbXML; empty if it could not work on the document at all.
        hresult: the code that it gave then.
        message: what it said then.
    """
    now = utc_now()
    with store.session() as session:
        where = (col(MessageSet.session_id) == owner.id, col(MessageSet.state) == "out")
        found = session.scalars(select(MessageSet).where(*where).with_for_update()).first()
        session.execute(update(ConnectorSession).where(col(ConnectorSession.id) == owner.id).values(called_at=now))
        if found is None:
            return False
        found.answer, found.hresult, found.message = store.vault.seal(answer), hresult, message[:2000]
        found.state, found.ended_at = ("failed" if hresult else "answered"), now
    return True


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


def is_awaited(store: Store, pair: str, connection: str, patience: Patience = PATIENCE) -> bool:
    """Tells whether a run waits for QuickBooks now."""
    where = (
        col(MessageSet.pair) == pair,
        col(MessageSet.connection) == connection,
        col(MessageSet.state) == "waiting",
        col(MessageSet.asker) != "",
        col(MessageSet.beat_at) > utc_now() - timedelta(seconds=patience.flow),
    )
    with store.reading() as session:
        return session.scalars(select(col(MessageSet.id)).where(*where)).first() is not None


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


def opening(store: Store, owner: ConnectorSession) -> MessageSet | None:
    """Returns what this session began with, answered or not."""
    where = (col(MessageSet.session_id) == owner.id, col(MessageSet.asker) == "")
    with store.reading() as session:
        return session.scalars(select(MessageSet).where(*where).order_by(col(MessageSet.id)).limit(1)).first()
