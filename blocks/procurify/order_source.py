"""Reads which purchase orders changed: by their own change dates, and by those of their lines."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from blocks.procurify.client import ProcurifyClient
from blocks.procurify.hashing import hash_of
from blocks.procurify.orders import OrderItem, PurchaseOrder
from blocks.procurify.pages import Page
from blocks.source import Row, SourcePage, content_hash

LINES = "lines:"  # a cursor of the last pages: orders of which only lines changed
INTERNAL = "PF"  # what the number of an order without a number of its own begins with
EARLIEST = datetime.min.replace(tzinfo=UTC)
A_DAY = timedelta(days=1)
AT_ONCE = 50  # orders of such a page
_ORDER_LIST = (
    "uuid", "procurify_po", "po_num", "version", "state", "fulfilment_status", "active", "last_modified",
    "promise_date", "item_count", "total",
)  # fmt: skip


class ChangedLine(NamedTuple):
    """A line that changed, the integer id of its order, and when."""

    id: str
    order_id: str
    at: datetime


Known = Callable[[Sequence[ChangedLine]], Mapping[str, str]]  # integer ids of orders -> UUIDs, of those that are known


class OrderSource:
    """Reads purchase orders, by UUID; an order counts as changed if it did, or one of its lines.

    Whether a receipt moves its order's own change date is not documented, and that of the line moves always. Change
    dates are asked for by the day, in a zone that is not documented either; so a reading begins a day before the
    earlier of the two days that it may be, and what did not change is told by its hash.
    """

    whole = False

    def __init__(self, client: ProcurifyClient, zone: tzinfo = UTC, known: Known = lambda _lines: {}) -> None:
        """Reads by this client.

        Args:
            client: of the tenant.
            zone: of the tenant.
            known: gives the UUIDs of the orders that lines belong to; others are asked for, one by one.
        """
        self._client, self._zone, self._known = client, zone, known
        self._walks: dict[str, AsyncIterator[Page]] = {}  # by the cursor of the page that comes next
        self._day: date | None = None  # the day that the changed lines were read from
        self._lines: dict[str, ChangedLine] = {}  # by order: the line that changed last
        self._listed: set[str] = set()  # orders that the list of orders showed
        self._whole: dict[str, PurchaseOrder] = {}  # read for their UUIDs, and not asked for yet

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the orders changed in the window, later ones included; an earlier attempt's cursor goes on there.

        Raises:
            ConfigurationError: Procurify ignored the window.
        """
        day = self.begins(since) if since else None
        if day != self._day or not cursor:
            self._lines, self._listed = await self._changed_lines(day), set()
            self._day = day
        if cursor.startswith(LINES):
            return await self._by_lines(cursor.removeprefix(LINES))
        walk = self._walks.pop(cursor, None) if cursor else None
        walk = walk or self._client.purchase_orders(day, start=cursor)
        page = await anext(walk, Page([], None))
        if page.next is not None:
            self._walks[page.next] = walk
        orders = [PurchaseOrder.model_validate(record) for record in page.rows]
        self._listed |= {order.procurify_po for order in orders}
        rest = f"{LINES}0" if self._lines.keys() - self._listed else None
        return SourcePage([self._row(order) for order in orders], page.next or rest)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the whole orders with these ids, or numbers such as PF1204; one that is gone is left out."""
        found = [await self._whole_order(one.removeprefix(INTERNAL)) for one in dict.fromkeys(ids)]
        return [self._row(order) for order in found if order is not None]

    def begins(self, since: datetime) -> date:
        """Returns the day from which a window is asked for: the earlier of the two it may be, and one day less."""
        return min(since.astimezone(UTC).date(), since.astimezone(self._zone).date()) - A_DAY

    async def _changed_lines(self, day: date | None) -> dict[str, ChangedLine]:
        """Returns the line that changed last of each order; none without a day, for then every order is read."""
        latest: dict[str, ChangedLine] = {}
        async for page in self._client.order_items(day) if day else no_pages():
            for item in map(OrderItem.model_validate, page.rows):
                order_id, at = item.order_id, item.last_modified
                if order_id and (order_id not in latest or (at or EARLIEST) > latest[order_id].at):
                    latest[order_id] = ChangedLine(item.id, order_id, at or EARLIEST)
        return latest

    async def _by_lines(self, last: str) -> SourcePage:
        """Returns some of the orders of which only lines changed, by their ids."""
        left = sorted((one for one in self._lines.keys() - self._listed if _number(one) > _number(last)), key=_number)
        some = left[:AT_ONCE]
        known = self._known([self._lines[one] for one in some])
        found = [self._thin(one, known[one]) if one in known else await self._asked_for(one) for one in some]
        rows = [
            self._row(order)._replace(hash=content_hash([LINES, *self._line_of(order)]))
            for order in found
            if order is not None
        ]
        return SourcePage(rows, f"{LINES}{some[-1]}" if len(left) > len(some) else None)

    async def _asked_for(self, order_id: str) -> PurchaseOrder | None:
        order = await self._whole_order(order_id)
        if order is not None:
            self._whole[order.uuid] = order
        return order

    async def _whole_order(self, order_id: str) -> PurchaseOrder | None:
        if read := self._whole.pop(order_id, None):
            return read
        record = await self._client.purchase_order(order_id)
        return PurchaseOrder.model_validate(record) if record is not None else None

    def _row(self, order: PurchaseOrder) -> Row:
        return Row(order.uuid, order.shown_number, hash_of(order, _ORDER_LIST, *self._line_of(order)), order)

    def _line_of(self, order: PurchaseOrder) -> list[float]:
        """Returns when a line of the order changed last, if that is within the window."""
        line = self._lines.get(order.procurify_po)
        return [line.at.timestamp()] if line else []

    @staticmethod
    def _thin(order_id: str, uuid: str) -> PurchaseOrder:
        """Returns an order of which nothing is known but that a line of it changed."""
        return PurchaseOrder(uuid=uuid, procurify_po=order_id)


def purchase_orders(client: ProcurifyClient, zone: tzinfo = UTC, known: Known = lambda _lines: {}) -> OrderSource:
    """Returns the source of purchase orders; see `OrderSource`."""
    return OrderSource(client, zone, known)


async def no_pages() -> AsyncIterator[Page]:
    """Yields nothing."""
    nothing: tuple[Page, ...] = ()
    for page in nothing:
        yield page


def _number(order_id: str) -> tuple[int, str]:
    """Returns what sorts ids by number, however long they are."""
    return len(order_id), order_id
