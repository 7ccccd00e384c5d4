"""How far each stream was read: watermarks over runs, windows within one."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from tasks.state.ledger import Ledger
from tasks.state.models import Watermark, Window
from tasks.state.store import upsert


def watermark(ledger: Ledger, stream: str) -> datetime | None:
    """Returns the moment up to which every record of the stream has an outcome, or None before the first run."""
    with ledger.store.reading() as session:
        row = session.get(Watermark, (ledger.scope, stream))
        return row.until if row else None


def move_watermark(ledger: Ledger, stream: str, until: datetime) -> None:
    """The stream counts as read up to this moment; a watermark never moves back."""
    with ledger.store.session() as session:
        row = session.get(Watermark, (ledger.scope, stream))
        if row is None:
            session.add(Watermark(scope=ledger.scope, stream=stream, until=until))
        elif row.until < until:
            row.until = until


def fixed_window(ledger: Ledger, stream: str, since: datetime | None, until: datetime) -> Window:
    """Returns the run's window of this stream: the one of its first attempt if there was one, else this."""
    with ledger.store.session() as session:
        kept = session.get(Window, (ledger.run_id, stream))
        if kept is None:
            kept = Window(run_id=ledger.run_id, stream=stream, scope=ledger.scope, since=since, until=until)
            session.add(kept)
    return kept


def page_done(ledger: Ledger, window: Window, cursor: str, last: bool) -> None:
    """Every record of the page has an outcome; a retry of this run begins behind it."""
    window.cursor, window.pages, window.done = cursor, window.pages + 1, last
    with ledger.store.session() as session:
        upsert(session, Window, [window.model_dump()], ("run_id", "stream"))


def other_open_windows(ledger: Ledger) -> list[Window]:
    """Returns windows of this connection that some run began and did not finish."""
    with ledger.store.reading() as session:
        where = (col(Window.scope) == ledger.scope, col(Window.done).is_(False), col(Window.run_id) != ledger.run_id)
        return list(session.scalars(select(Window).where(*where)))
