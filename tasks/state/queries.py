"""What people ask of the state, over all connections."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, select
from sqlmodel import col

from tasks.outcomes import EXCEPTIONS
from tasks.state.models import Audit, Record, utc_now
from tasks.state.store import Store


def records(
    store: Store, connection: str, *, pair: str | None = None, outcome: str | None = None, ids: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Returns the records of a connection as the command line prints them, exceptions first."""
    where = [col(Record.connection) == connection]
    if pair:
        where.append(col(Record.pair) == pair)
    if outcome:
        where.append(col(Record.outcome) == outcome)
    if ids:
        where.append(col(Record.source_id).in_(ids) | col(Record.source_ref).in_(ids))
    with store.reading() as session:
        rows = session.scalars(select(Record).where(*where).order_by(_urgency(), Record.stream, Record.source_ref))
        return [_shown(row) for row in rows]


def _urgency() -> Any:
    return case((col(Record.outcome).in_(["refused", "failed"]), 0), (col(Record.outcome).in_(EXCEPTIONS), 1), else_=2)


def _shown(row: Record) -> dict[str, Any]:
    return {
        "pair": row.pair,
        "connection": row.connection,
        "stream": row.stream,
        "source_id": row.source_id,
        "source_ref": row.source_ref,
        "target_id": row.target_id,
        "outcome": row.outcome,
        "reason": row.reason,
        "attempts": row.attempts,
        "updated_at": row.updated_at.isoformat(),
        "remedy": row.remedy,
        "since": row.since.isoformat(),
    }


def exceptions_of(store: Store, scope: str, most: int, alarm_days: int) -> list[dict[str, Any]]:
    """Returns what is held, refused, failed or in doubt, with how long it has been so; the worst first.

    What has been so for `alarm_days` or longer is called overdue.
    """
    where = (col(Record.scope) == scope, col(Record.outcome).in_(EXCEPTIONS))
    now = utc_now()
    with store.reading() as session:
        ordered = select(Record).where(*where).order_by(_urgency(), col(Record.since)).limit(most)
        return [
            {
                "stream": row.stream,
                "record": row.source_ref or row.source_id,
                "outcome": row.outcome,
                "reason": row.reason,
                "what to do": row.remedy,
                "days": (now - row.since).days,
                "overdue": "overdue" if (now - row.since).days >= alarm_days else "",
            }
            for row in session.scalars(ordered)
        ]


def audit(store: Store, connection: str, record: str, *, pair: str | None = None) -> list[dict[str, Any]]:
    """Returns everything that was done about a record, oldest first, decrypted."""
    where = [(col(Audit.source_id) == record) | (col(Audit.source_ref) == record)]
    prefix = f"{pair}/{connection}@" if pair else None
    with store.reading() as session:
        rows = list(session.scalars(select(Audit).where(*where).order_by(col(Audit.id))))
    mine = [
        row
        for row in rows
        if (row.scope.startswith(prefix) if prefix else row.scope.split("@")[0].split("/", 1)[1] == connection)
    ]
    return [
        {
            "at": row.at.isoformat(),
            "run_id": row.run_id,
            "scope": row.scope,
            "stream": row.stream,
            "source_id": row.source_id,
            "source_ref": row.source_ref,
            "action": row.action,
            "outcome": row.outcome,
            "summary": row.summary,
            **(store.vault.unseal(row.payload) if row.payload else {}),
        }
        for row in mine
    ]


def ask_again(store: Store, connection: str, *, pair: str | None, outcome: str | None, ids: Sequence[str]) -> int:
    """Marks records for another try by the next run, and returns how many there are."""
    where = [col(Record.connection) == connection]
    where += [col(Record.pair) == pair] if pair else []
    where += [col(Record.outcome) == outcome] if outcome else []
    where += [col(Record.source_id).in_(ids) | col(Record.source_ref).in_(ids)] if ids else []
    with store.session() as session:
        rows = list(session.scalars(select(Record).where(*where)))
        for row in rows:
            row.asked = True
    return len(rows)


def pairs_of(store: Store, connection: str) -> list[str]:
    """Returns the pairs that have records of a connection of this name."""
    with store.reading() as session:
        found = (
            select(col(Record.pair)).where(col(Record.connection) == connection).distinct().order_by(col(Record.pair))
        )
        return list(session.scalars(found))
