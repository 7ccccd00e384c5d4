"""Reads what changed in Procurify; it has no notifications, and its lists do not show what was deleted."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from blocks.exact import Record
from blocks.procurify.bills import Bill, Payment
from blocks.procurify.client import UUID, ProcurifyClient
from blocks.procurify.hashing import hash_of
from blocks.procurify.order_source import OrderSource, no_pages, purchase_orders
from blocks.procurify.pages import Page
from blocks.source import Row, SourcePage, content_hash

__all__ = ["OrderSource", "ProcurifySource", "bills", "payments", "purchase_orders"]

LAG = timedelta(minutes=10)  # how much earlier than the last reading each reading begins
List = Callable[[datetime | None, str], AsyncIterator[Page]]  # (since, where to go on)
Load = Callable[[Sequence[str]], Awaitable[list[Record]]]
_BILL_LIST = (
    "uuid", "status", "type", "version", "locked", "group", "invoice_number", "invoice_date", "due_date",
    "gl_post_date", "last_modified_datetime",
)  # fmt: skip


class ProcurifySource:
    """Reads one kind of record from its list, a page at a time."""

    def __init__(self, listed: List, load: Load, row: Callable[[Record], Row], *, whole: bool, lag: timedelta) -> None:
        """Reads by these.

        Args:
            listed: gives the pages of the records changed since a moment.
            load: gives the whole records with these ids, without those that are not there.
            row: makes a row of a record; the same hash for a record of the list and for the whole one.
            whole: whether the list shows the whole record.
            lag: how much earlier than the last reading each reading begins.
        """
        self._listed, self._load, self._row, self.whole, self._lag = listed, load, row, whole, lag
        self._walks: dict[str, AsyncIterator[Page]] = {}  # by the cursor of the page that comes next

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the records changed in the window, later ones included; an earlier attempt's cursor goes on there.

        Raises:
            ConfigurationError: Procurify ignored the window.
        """
        walk = self._walks.pop(cursor, None) if cursor else None
        walk = walk or self._listed(since - self._lag if since else None, cursor)
        page = await anext(walk, Page([], None))
        if page.next is not None:
            self._walks[page.next] = walk
        return SourcePage([self._row(record) for record in page.rows], page.next)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the whole records with these ids, as Procurify has them now; one that is gone is left out."""
        return [self._row(record) for record in await self._load(list(dict.fromkeys(ids)))]


def bills(client: ProcurifyClient, lag: timedelta = LAG, **filters: str) -> ProcurifySource:
    """Returns the source of bills, by UUID; the list shows no items, so what changed is loaded.

    Args:
        client: of the tenant.
        lag: how much earlier than the last reading each reading begins.
        filters: of the list, such as `type="0"` for the bills of suppliers alone; there is none for the status.
    """

    def listed(since: datetime | None, start: str) -> AsyncIterator[Page]:
        return client.bills(since, start=start, **filters)

    async def load(ids: Sequence[str]) -> list[Record]:
        found = [await client.bill(one) for one in ids]
        return [record for record in found if record is not None]

    return ProcurifySource(listed, load, _bill_row, whole=False, lag=lag)


def payments(client: ProcurifyClient, lag: timedelta = LAG) -> ProcurifySource:
    """Returns the source of payments, by UUID; the list shows them whole."""

    def listed(since: datetime | None, start: str) -> AsyncIterator[Page]:
        return client.payments(since, start=start)

    async def load(ids: Sequence[str]) -> list[Record]:
        """Returns the payments; Procurify shows no single ones, so the newest are gone through until all are found."""
        wanted, found = {one for one in ids if UUID.fullmatch(one)}, dict[str, Record]()
        async for page in client.payments(order_by="-updated_at") if wanted else no_pages():
            found |= {str(row["uuid"]): row for row in page.rows if str(row.get("uuid")) in wanted}
            if found.keys() == wanted:
                break
        return list(found.values())

    return ProcurifySource(listed, load, _payment_row, whole=True, lag=lag)


def _bill_row(record: Record) -> Row:
    bill = Bill.model_validate(record)
    return Row(bill.uuid, bill.invoice_number or bill.uuid, hash_of(bill, _BILL_LIST), bill)


def _payment_row(record: Record) -> Row:
    payment = Payment.model_validate(record)
    return Row(payment.uuid, payment.id, content_hash(payment.model_dump(mode="json")), payment)
