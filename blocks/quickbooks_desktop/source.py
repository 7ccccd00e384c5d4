"""Reads what changed in QuickBooks Desktop, deletions included."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime, timedelta

from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.queries import PAGE, Query
from blocks.source import Row, SourcePage

OVERLAP = timedelta(hours=2)  # older versions tell the time an hour wrong in summer, and PCs tell it wrong at all times


class QuickBooksDesktopSource:
    """Reads one kind of record; what was deleted is a record that has little more than its id and `TimeDeleted`.

    QuickBooks remembers deletions for about 90 days. A void is a change, after which the amount is zero.
    """

    whole = True

    def __init__(
        self,
        client: QuickBooksDesktopClient,
        changed: Callable[[datetime | None], Query],
        by_ids: Callable[[Sequence[str]], Query],
        kinds: Sequence[str],
        rows: Callable[[Record], Sequence[Row]],
        *,
        latest: Callable[[], datetime | None] = lambda: None,
        overlap: timedelta = OVERLAP,
        page_size: int = PAGE,
    ) -> None:
        """Reads by this client.

        Args:
            client: of the company file.
            changed: asks for the records that changed since a moment, for example `queries.vendors`.
            by_ids: asks for the records with these ids.
            kinds: what the records are called where they are deleted, for example `Vendor`.
            rows: makes rows of a record, or of what is left of a deleted one; a row's id is the record's.
            latest: the last change that is known, by the clock of QuickBooks' PC; readings begin no later than that,
                so that a clock that is slow hides nothing.
            overlap: how much earlier than that each reading begins.
            page_size: how many records a page has.
        """
        self._client, self._changed, self._by_ids, self._kinds, self._rows = client, changed, by_ids, kinds, rows
        self._latest, self._overlap, self._page_size = latest, overlap, page_size
        self._walks: dict[str, AsyncIterator[list[Record]]] = {}  # by the cursor of the page that comes next

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the records changed since a moment, later ones included, and what was deleted with the first page.

        Without a moment all are read. A cursor of an earlier attempt begins the window again, for QuickBooks gives its
        pages only within one session.
        """
        walk, number, gone = self._walks.pop(cursor, None), int(cursor or 0), list[Record]()
        if walk is None:
            number = 0
            [answer, *others] = await self._client.ask(self.questions(since))
            gone = [row for other in others for row in other.records]
            walk = self._client.walk(self._changed(self._begin(since)), answer, self._page_size)
        records = await anext(walk, None)
        if records is None:
            return SourcePage(self._rows_of(gone), None)
        following = str(number + 1)
        self._walks[following] = walk
        return SourcePage(self._rows_of([*records, *gone]), following)

    def questions(self, since: datetime | None) -> list[Query]:
        """Returns what the first page asks, all by one document, so that a session can begin with it."""
        begin = self._begin(since)
        changed = queries.first(self._changed(begin), self._page_size)
        return [changed, queries.deleted(begin, self._kinds)] if begin else [changed]

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the rows of the records with these ids; one that QuickBooks does not have is left out."""
        held = await self._client.by_ids(self._by_ids(ids)) if ids else {}
        return self._rows_of(held.values())

    def _begin(self, since: datetime | None) -> datetime | None:
        if since is None:
            return None
        latest = self._latest()
        return min(since, latest or since) - self._overlap

    def _rows_of(self, records: Iterable[Record]) -> list[Row]:
        return [row for record in records for row in self._rows(record)]
