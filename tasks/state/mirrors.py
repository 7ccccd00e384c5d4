"""Reference records of both systems as last read, so that aligning needs one call for what changed."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlmodel import col

from tasks.state.ledger import Ledger
from tasks.state.models import Mirror
from tasks.state.store import upsert


class Mirrored(NamedTuple):
    """One reference record: its id and number in its own system, its name, and the rest as the vendor gave it."""

    id: str
    number: str
    name: str
    active: bool
    body: dict[str, Any]


def mirrored(ledger: Ledger, system: str, kind: str) -> dict[str, Mirrored]:
    """Returns the mirrored records by id."""
    with ledger.store.reading() as session:
        where = (col(Mirror.scope) == ledger.scope, col(Mirror.system) == system, col(Mirror.kind) == kind)
        rows = session.scalars(select(Mirror).where(*where)).all()
    unseal = ledger.store.vault.unseal
    return {row.id: Mirrored(row.id, row.number, row.name, row.active, unseal(row.body or b"")) for row in rows}


def mirror(ledger: Ledger, system: str, kind: str, records: Iterable[Mirrored]) -> None:
    """Keeps these records as they are now."""
    seal = ledger.store.vault.seal
    rows = [
        {"scope": ledger.scope, "system": system, "kind": kind, **record._asdict(), "body": seal(record.body)}
        for record in records
    ]
    with ledger.store.session() as session:
        upsert(session, Mirror, rows, ("scope", "system", "kind", "id"))


def replace(ledger: Ledger, system: str, kind: str, records: Iterable[Mirrored]) -> None:
    """These records are all that there are of this kind now."""
    listed = list(records)
    with ledger.store.session() as session:
        where = (col(Mirror.scope) == ledger.scope, col(Mirror.system) == system, col(Mirror.kind) == kind)
        session.execute(delete(Mirror).where(*where))
    mirror(ledger, system, kind, listed)
