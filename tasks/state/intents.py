"""The first half of the write protocol: what we are about to send, committed before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import select
from sqlmodel import Session, col

from blocks.source import Row
from tasks.outcomes import Write
from tasks.state.leases import still_held
from tasks.state.ledger import MANY, Ledger
from tasks.state.models import Attempt, Intent, utc_now

NOT_DONE = "not_done"  # the outcome of a write that was looked up in vain, and may be sent again


class LeaseLostError(Exception):
    """Another run took this connection over; this one must not write any more."""


@dataclass(frozen=True)
class OpenIntent:
    """A write that may or may not have been done."""

    intent: Intent
    body: dict[str, Any]  # what was sent, with its hash, and the source record it was made of


Noted = tuple[Row, Write, str]  # a record that is to be written, and the hash of its body


def request_id(scope: str, stream: str, source_id: str, operation: str, revision: int, body_hash: str) -> str:
    """Returns the id that every attempt at the same write of the same record carries."""
    return str(uuid5(NAMESPACE_URL, "/".join((scope, stream, source_id, operation, str(revision), body_hash))))


def sent_together(ledger: Ledger, stream: str, drafts: Sequence[Noted]) -> list[str]:
    """Returns, for each draft, what its earlier attempts were sent together as; empty for a first attempt.

    An equal write that was done before (a change that was changed back meanwhile) is no attempt at this one.
    """
    wanted = [_request_id(ledger, stream, draft) for draft in drafts]
    earlier: dict[str, str] = {}
    with ledger.store.reading() as session:
        for start in range(0, len(wanted), MANY):
            part = col(Intent.request_id).in_(wanted[start : start + MANY])
            columns = (col(Intent.request_id), col(Intent.together), col(Intent.outcome))
            rows = session.execute(select(*columns).where(part).order_by(col(Intent.opened_at)))
            earlier.update((request, together if outcome == NOT_DONE else "") for request, together, outcome in rows)
    return [earlier.get(one, "") for one in wanted]


def begin(ledger: Ledger, stream: str, drafts: Sequence[Noted], holder: str, together: str = "") -> list[Intent]:
    """Commits one intent for each draft; only then may they be sent, all in one call.

    Args:
        ledger: the connection's.
        stream: the records'.
        drafts: what is to be written.
        holder: who holds the run's lease.
        together: what an earlier attempt sent them together as; empty for a first attempt.

    Raises:
        LeaseLostError: the run no longer holds its connection.
        IntegrityError: a record has an open intent already, which must be settled first.
    """
    now, together = utc_now(), together or str(uuid4())
    intents = [
        Intent(
            scope=ledger.scope,
            stream=stream,
            source_id=row.id,
            source_ref=row.ref,
            operation=write.operation,
            kind=write.kind,
            revision=write.revision,
            request_id=_request_id(ledger, stream, (row, write, body_hash)),
            together=together,
            body=ledger.store.vault.seal(
                {
                    "body": write.body,
                    "hash": row.hash,
                    "sent_hash": body_hash,
                    "source": row.content,
                    "label": write.label,
                    "agreed": write.agreed,
                    "lines": write.lines,
                }
            ),
            target_id=write.target_id or None,
            opened_at=now,
            tried_at=now,
        )
        for row, write, body_hash in drafts
    ]
    with ledger.store.session() as session:
        _refuse_unless_held(session, ledger, holder)
        session.add_all(intents)
    return intents


def _request_id(ledger: Ledger, stream: str, draft: Noted) -> str:
    row, write, body_hash = draft
    return request_id(ledger.scope, stream, row.id, write.operation, write.revision, body_hash)


def _refuse_unless_held(session: Session, ledger: Ledger, holder: str) -> None:
    if not still_held(session, f"run:{ledger.scope}", holder):
        raise LeaseLostError(f"{ledger.pair}/{ledger.connection} was taken over by another run; this one stops")


def in_doubt(ledger: Ledger, stream: str) -> list[OpenIntent]:
    """Returns the stream's writes that were begun and have no outcome, oldest first."""
    with ledger.store.reading() as session:
        where = (col(Intent.scope) == ledger.scope, col(Intent.stream) == stream, col(Intent.settled_at).is_(None))
        found = session.scalars(select(Intent).where(*where).order_by(col(Intent.opened_at))).all()
    return [OpenIntent(intent, ledger.store.vault.unseal(intent.body or b"")) for intent in found]


def set_aside(ledger: Ledger, intents: Sequence[Intent], holder: str) -> None:
    """These writes were not done (or may be repeated without harm): their records may be sent anew.

    Raises:
        LeaseLostError: the run no longer holds its connection; the writes may be its successor's, and under way.
    """
    if not intents:
        return
    now = utc_now()
    with ledger.store.session() as session:
        _refuse_unless_held(session, ledger, holder)
        for intent in intents:
            kept = session.get_one(Intent, intent.id)
            kept.settled_at, kept.outcome = now, NOT_DONE
            session.add(Attempt(intent_id=intent.id, run_id=ledger.run_id, at=now, result="not found in the target"))
