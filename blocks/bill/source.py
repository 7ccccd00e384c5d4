"""Reads what changed in BILL, by `updatedTime` where its records have one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

from blocks.bill.filters import all_of, clause
from blocks.bill.pages import PAGE_SIZE, Page
from blocks.errors import NotFoundError, RefusedError
from blocks.exact import Record
from blocks.source import Row, SourcePage

List = Callable[..., AsyncIterator[Page]]
BEGINNINGS = 3  # how often a window is begun again before its page tokens are held to be useless


class BillSource:
    """Reads one kind of BILL's records; one record may be several rows, such as a payment's splits.

    Single records are read all at once, and the client's slots let through as many as BILL allows.
    """

    def __init__(
        self,
        listed: List,
        read: Callable[[str], Awaitable[Record]],
        rows: Callable[[Record], Sequence[Row]],
        lag: timedelta = timedelta(minutes=5),
        complete: Callable[[Record], bool] = lambda _record: True,
        *,
        whole: bool = True,
        dated: bool = True,
        page_size: int = PAGE_SIZE,
    ) -> None:
        """Reads by these two methods of the client.

        Args:
            listed: gives the pages of a list.
            read: gives one record by its id.
            rows: makes rows of a record; a row's id begins with the record's own id, up to a slash.
            lag: how much earlier than the last reading each reading begins.
            complete: tells whether a listed record holds all that `rows` needs; otherwise it is read by its id.
            whole: whether a page's rows hold everything. If not, they are made of the list's records as they are,
                `complete` is not asked, and the engine loads what changed; so `rows` must give the same hash for a
                record of the list and for the whole one.
            dated: whether BILL lists these records by `updatedTime`; otherwise each reading lists them all.
            page_size: how many records a page has, 1 to 100.
        """
        self._listed, self._read, self._rows, self._lag, self._complete = listed, read, rows, lag, complete
        self.whole, self._dated, self._page_size = whole, dated, page_size
        self._begun_again = Counter[datetime]()  # by the end of the window

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the records updated in the window, oldest first; all of them where BILL does not date them.

        A page token that BILL does not take any more begins the window again; what was read is dropped as known.

        Raises:
            RefusedError: BILL refuses the list, or keeps refusing its own page tokens.
        """
        filters = self._window(since, until) if self._dated else ""
        try:
            page = await self._first(filters, cursor)
        except RefusedError:
            self._begun_again[until] += 1
            if not cursor or self._begun_again[until] > BEGINNINGS:
                raise
            page = await self._first(filters, "")
        records = await _together(map(self._completed, page.results)) if self.whole else page.results
        return SourcePage(self._rows_of(records), page.next)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the rows of the records that these ids begin with, as BILL has them now."""
        record_ids = dict.fromkeys(one.split("/")[0] for one in ids)
        return self._rows_of(await _together(map(self._known, record_ids)))

    def _rows_of(self, records: Iterable[Record | None]) -> list[Row]:
        return [row for record in records if record is not None for row in self._rows(record)]

    def _window(self, since: datetime | None, until: datetime) -> str:
        begins = clause("updatedTime", "gte", since - self._lag) if since else ""
        return all_of(begins, clause("updatedTime", "lt", until))

    async def _first(self, filters: str, cursor: str) -> Page:
        sort = "updatedTime:asc" if self._dated else ""
        pages = self._listed(filters=filters, sort=sort, start=cursor or None, page_size=self._page_size)
        return await anext(pages, Page([], None))

    async def _completed(self, record: Record) -> Record | None:
        return record if self._complete(record) else await self._known(str(record["id"]))

    async def _known(self, record_id: str) -> Record | None:
        """Returns the record; None if it is gone, or never was BILL's."""
        try:
            return await self._read(record_id)
        except NotFoundError:
            return None


async def _together(reads: Iterable[Awaitable[Record | None]]) -> list[Record | None]:
    """Returns what all of these give, in their order; one that fails ends the others, and nothing goes on unseen."""
    tasks = [asyncio.ensure_future(read) for read in reads]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
