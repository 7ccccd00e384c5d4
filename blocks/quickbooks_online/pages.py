"""Walks through QuickBooks Online's records: by change time, by ids, and by its own list of changes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blocks.errors import TransientError
from blocks.exact import Record
from blocks.quickbooks_online import query
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.answers import fault_of
from blocks.quickbooks_online.query import Condition

PAGE_SIZE = query.MOST
IDS_AT_ONCE = 500
CHANGES_AT_ONCE = 1000  # over all entities; whatever is beyond is not in the answer
OVERLAP = 10  # a page within one moment begins this part of a page before the last one's end
UPDATED = "MetaData.LastUpdatedTime"
NAME_LISTS = frozenset({"Account", "Class", "Customer", "Department", "Employee", "Item", "Term", "Vendor"})
Ask = Callable[[str, str], Awaitable[list[Record]]]  # (statement, entity) -> its records


@dataclass
class _Place:
    """How far a walk by change time has come: up to a moment, and to which rows of it."""

    at: datetime | None
    start: int = 1
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def new(self, rows: Iterable[Record]) -> list[Record]:
        """Returns the rows that were not given before; one that was changed since counts as new."""
        return [row for row in rows if _version(row) not in self.seen]

    def move(self, rows: Sequence[Record]) -> None:
        """The next statement begins where this full page ended.

        Raises:
            TransientError: the page was the same as before, which would never end.
        """
        latest = max(filter(None, map(_second, rows)), default=None)
        if latest is not None and (self.at is None or latest > self.at):
            self.at, self.start = latest, 1
            self.seen = {_version(row) for row in rows if _second(row) == latest}
            return
        if self.start > 1 and not self.new(rows):
            raise TransientError(f"{SYSTEM} gave the same page twice", system=SYSTEM)
        # Rows that are changed meanwhile leave this moment, and those behind them move up.
        self.start += max(1, len(rows) - len(rows) // OVERLAP)
        self.seen |= set(map(_version, rows))


async def changed(
    ask: Ask,
    entity: str,
    since: datetime | None,
    until: datetime | None = None,
    *,
    inactive: bool = True,
    size: int = PAGE_SIZE,
) -> AsyncIterator[list[Record]]:
    """Yields the records changed in the window, oldest first; deleted transactions are not among them.

    Each page begins at the last one's latest change time rather than at a row number, so that records which are
    changed during the walk hide no others. A record that is changed during the walk may come twice.

    Args:
        ask: makes the query.
        entity: as Intuit spells it.
        since: the first change time; None for all records.
        until: the change time before which to end.
        inactive: whether the inactive entries of a name list are read, too.
        size: rows in a page.

    Raises:
        TransientError: the same page came twice.
    """
    steady = [*([query.before(UPDATED, until)] if until else []), *_inactive(entity, inactive)]
    place = _Place(since.replace(microsecond=0) if since else None)
    while True:
        where = [*([query.since(UPDATED, place.at)] if place.at else []), *steady]
        statement = query.select(entity, where=where, order_by=f"{UPDATED} ASC", start=place.start, most=size)
        rows = await ask(statement, entity)
        if new := place.new(rows):
            yield new
        if len(rows) < size:
            return
        place.move(rows)


async def by_ids(ask: Ask, entity: str, ids: Iterable[str]) -> dict[str, Record]:
    """Returns the records with these ids, inactive ones included; one that the company does not have is left out."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Record] = {}
    for first in range(0, len(wanted), IDS_AT_ONCE):
        some = query.one_of("Id", wanted[first : first + IDS_AT_ONCE])
        rows = await ask(query.select(entity, where=[some, *_inactive(entity, True)]), entity)
        found |= {str(row.get("Id")): row for row in rows}
    return found


@dataclass(frozen=True)
class Changes:
    """What changed since a moment, as it is now; a deleted transaction is a stub with the status `Deleted`."""

    records: dict[str, list[Record]]  # by entity; every entity that was asked for is there
    full: bool  # there may be more: ask for fewer entities, or a later moment
    at: datetime | None  # by the vendor's clock; where the next reading begins


def changes_of(answer: Any, entities: Sequence[str], secrets: Sequence[str] = ()) -> Changes:
    """Returns the changes that an answer holds.

    Raises:
        TransientError: it holds no list of changes.
        VendorError: what a fault in it stands for.
    """
    parts = answer.get("CDCResponse") if isinstance(answer, dict) else None
    if not isinstance(parts, list):
        raise TransientError(f"{SYSTEM}'s answer holds no list of changes", system=SYSTEM)
    records: dict[str, list[Record]] = {entity: [] for entity in entities}
    for part in _mappings(parts):
        for held in (part, *_mappings(part.get("QueryResponse"))):
            if error := fault_of(held, secrets):
                raise error
            for entity in records.keys() & held.keys():
                records[entity] += _mappings(held[entity])
    count = sum(map(len, records.values()))
    return Changes(records, full=count >= CHANGES_AT_ONCE, at=_moment(answer.get("time")))


def _inactive(entity: str, inactive: bool) -> list[Condition]:
    return [query.one_of("Active", [True, False])] if inactive and entity in NAME_LISTS else []


def _version(row: Record) -> tuple[str, ...]:
    return str(row.get("Id")), str(row.get("SyncToken")), str(_updated(row))


def _second(row: Record) -> datetime | None:
    """Returns the second in which the row was changed last; conditions are no finer."""
    moment = _moment(_updated(row))
    return moment.replace(microsecond=0) if moment else None


def _updated(row: Record) -> Any:
    times = row.get("MetaData")
    return times.get("LastUpdatedTime") if isinstance(times, dict) else None


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _mappings(rows: Any) -> list[Record]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
