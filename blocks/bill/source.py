"""Reads what changed in BILL, by `updatedTime`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from blocks.bill.filters import all_of, clause
from blocks.bill.pages import Page
from blocks.errors import NotFoundError, RefusedError
from blocks.exact import Record
from blocks.source import Row, SourcePage

List = Callable[..., AsyncIterator[Page]]


class BillSource:
    """Reads one kind of BILL's records; one record may be several rows, such as a payment's splits."""

    whole = True

    def __init__(
        self,
        listed: List,
        read: Callable[[str], Awaitable[Record]],
        rows: Callable[[Record], Sequence[Row]],
        lag: timedelta = timedelta(minutes=5),
        complete: Callable[[Record], bool] = lambda _record: True,
    ) -> None:
        """Reads by these two methods of the client.

        Args:
            listed: gives the pages of a list.
            read: gives one record by its id.
            rows: makes rows of a record; a row's id begins with the record's own id, up to a slash.
            lag: how much earlier than the last reading each reading begins.
            complete: tells whether a listed record holds all that `rows` needs; otherwise it is read by its id.
        """
        self._listed, self._read, self._rows, self._lag, self._complete = listed, read, rows, lag, complete

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the records updated in the window, oldest first.

        A page token that BILL does not take any more begins the window again; what was read is dropped as known.
        """
        filters = all_of(
            clause("updatedTime", "gte", since - self._lag) if since else "", clause("updatedTime", "lt", until)
        )
        try:
            page = await self._first(filters, cursor)
        except RefusedError:
            if not cursor:
                raise
            page = await self._first(filters, "")
        rows = [row for record in page.results for row in self._rows(await self._completed(record))]
        return SourcePage(rows, page.next)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the rows of the records that these ids begin with, as BILL has them now."""
        rows: list[Row] = []
        for record_id in dict.fromkeys(one.split("/")[0] for one in ids):
            try:
                rows += self._rows(await self._read(record_id))
            except NotFoundError:
                continue  # gone, or never BILL's: it is not among the rows
        return rows

    async def _first(self, filters: str, cursor: str) -> Page:
        pages = self._listed(filters=filters, sort="updatedTime:asc", start=cursor or None)
        return await anext(pages, Page([], None))

    async def _completed(self, record: Record) -> Record:
        return record if self._complete(record) else await self._read(str(record["id"]))
