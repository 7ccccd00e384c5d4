"""Reads what changed in QuickBooks Online, deletions included: by its list of changes, and by queries beyond that."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from blocks.exact import Record
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.models import stub
from blocks.quickbooks_online.pages import IDS_AT_ONCE
from blocks.quickbooks_online.values import changed_at
from blocks.source import Row, SourcePage

REACH = timedelta(days=29)  # of the list of changes; the vendor's own limit is 30 days
SECOND = timedelta(seconds=1)  # how finely the vendor keeps change times
QUERY, KNOWN = "query:", "known:"


class Part(NamedTuple):
    """The part of a window that is read by queries, and how far that has come."""

    since: datetime
    until: datetime
    number: int = 1

    def __str__(self) -> str:
        """Writes the cursor that `of` reads."""
        return f"{QUERY}{self.since.isoformat()},{self.until.isoformat()},{self.number}"

    @classmethod
    def of(cls, cursor: str) -> Self | None:
        """Returns the part that a cursor names, or None if it names none."""
        try:
            since, until, number = cursor.removeprefix(QUERY).split(",")
            return cls(datetime.fromisoformat(since), datetime.fromisoformat(until), int(number))
        except ValueError:
            return None


class QuickBooksSource:
    """Reads one kind of record; a transaction that was deleted is a record with the status `Deleted`.

    One list of changes holds at most 1000 objects, and those of 30 days. What lies before is read by queries, which
    do not show deletions, so that the records that we know are read by their ids afterwards.
    """

    whole = True

    def __init__(
        self,
        client: QuickBooksClient,
        entity: str,
        rows: Callable[[Record], Sequence[Row]],
        known: Callable[[], Sequence[str]] = tuple,
        lag: timedelta = timedelta(minutes=5),
    ) -> None:
        """Reads by this client.

        Args:
            client: of the company.
            entity: as Intuit spells it, for example `PurchaseOrder`.
            rows: makes rows of a record; a row's id is the record's.
            known: gives the ids of the records whose deletion matters; none for a name list, which keeps them all.
            lag: how much earlier than the last reading each reading begins.
        """
        self._client, self._entity, self._rows, self._known, self._lag = client, entity, rows, known, lag
        self._walks: dict[str, AsyncIterator[list[Record]]] = {}  # by the cursor of the page that comes next

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the records changed in the window, later ones included; nothing without a beginning.

        A cursor of an earlier attempt goes on there; one that is not understood begins the window again.
        """
        if since is None:
            return SourcePage([], None)
        if cursor.startswith(KNOWN):
            return await self._known_after(cursor.removeprefix(KNOWN))
        begin, part = since - self._lag, Part.of(cursor)
        if part is not None:
            return await self._queried(part)
        if begin < datetime.now(UTC) - REACH:
            return await self._queried(Part(begin, max(until, begin)))
        return await self._changes(begin, until)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the rows of the records with these ids; a stub for one that is not there (any more).

        What is no id at all, such as a document's number, is left out.
        """
        wanted = _ids(ids)
        held = await self._client.by_ids(self._entity, wanted)
        return self._rows_of(held.get(one) or stub(one) for one in wanted)

    async def _changes(self, begin: datetime, until: datetime) -> SourcePage:
        """Returns what changed since the beginning, or since the earliest moment for which the list is complete."""
        moment = begin
        while True:
            changes = await self._client.changes([self._entity], moment)
            if not changes.full:
                rows = self._rows_of(changes.records[self._entity])
                # Whether the list begins at the moment or after it is not written anywhere.
                return SourcePage(rows, str(Part(begin, moment + SECOND)) if moment > begin else None)
            later = moment + (until - moment) / 2
            if later - moment < SECOND:  # too much changed at once for any list
                return await self._queried(Part(begin, max(until, moment) + SECOND))
            moment = later.replace(microsecond=0)

    async def _queried(self, part: Part) -> SourcePage:
        walk = self._walks.pop(str(part), None) or self._client.changed(self._entity, part.since, part.until)
        records = await anext(walk, None)
        if records is None:
            return SourcePage([], KNOWN if _ids(self._known()) else None)
        latest = max(filter(None, map(changed_at, records)), default=part.since)
        following = str(Part(latest, part.until, part.number + 1))
        self._walks[following] = walk
        return SourcePage(self._rows_of(records), following)

    async def _known_after(self, last: str) -> SourcePage:
        """Returns some of the records that we know, by the order of their ids, so that a new one moves none of them."""
        left = sorted((one for one in _ids(self._known()) if _order(one) > _order(last)), key=_order)
        some = left[:IDS_AT_ONCE]
        return SourcePage(await self.load(some), f"{KNOWN}{some[-1]}" if len(left) > len(some) else None)

    def _rows_of(self, records: Iterable[Record]) -> list[Row]:
        return [row for record in records for row in self._rows(record)]


def _ids(texts: Iterable[str]) -> list[str]:
    """Returns the ids, each once; several may be joined by commas, and what is no id is left out."""
    joined = [text.split(",") for text in texts]
    every = (one for ids in joined if all(one.isascii() and one.isdecimal() for one in ids) for one in ids)
    return list(dict.fromkeys(every))


def _order(record_id: str) -> tuple[int, str]:
    """Returns what sorts ids by number, however long they are."""
    return len(record_id), record_id
