"""Reads what changed in QuickBooks Desktop: vendors, bills and payments, and what was deleted of them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.values import text
from blocks.source import Row, SourcePage, content_hash
from flows.bill_quickbooks_desktop.since import Seen, reading_from
from tasks.run import Run
from tasks.state.ledger import Ledger
from tasks.state.models import utc_now
from tasks.stream import Stream

REMEMBERED = timedelta(days=89)  # for how long QuickBooks remembers what was deleted
DELETED = "TimeDeleted"  # the field that only a deleted record has
_OWN = re.compile(r"[0-9A-Fa-f]+-\d+")  # how QuickBooks' ids look


class Kind(NamedTuple):
    """One kind of record of QuickBooks."""

    name: str  # such as `Vendor`, `Bill` or `BillPaymentCheck`
    key: str  # `ListID` or `TxnID`
    ref: str  # the field that people know it by
    sent_by: str  # the stream whose links lead to such records
    read_by: str  # the stream that reads what changed of them
    changed: Callable[[datetime | None], Query]
    by_ids: Callable[[Sequence[str]], Query]


VENDOR = Kind(
    "Vendor",
    "ListID",
    "Name",
    "vendors",
    "quickbooks_vendors",
    queries.vendors,
    queries.vendors_by_ids,
)
BILL = Kind(
    "Bill",
    "TxnID",
    "RefNumber",
    "bills",
    "quickbooks_bills",
    lambda since: queries.bills(changed_since=since),
    lambda ids: queries.bills(ids=ids),
)
PAYMENT = Kind(
    "BillPaymentCheck",
    "TxnID",
    "RefNumber",
    "payments",
    "quickbooks_payments",
    lambda since: queries.payments(changed_since=since),
    lambda ids: queries.payments(ids=ids),
)


def asked(ledger: Ledger, kind: Kind, mark: datetime | None) -> tuple[Query, Query]:
    """Returns the questions for what changed and for what was deleted since the last reading.

    Args:
        ledger: the connection's.
        kind: which records.
        mark: up to when they were read, by our clock; None if they never were.
    """
    since = reading_from(ledger, kind.name, mark)
    return kind.changed(since), gone_since(since, [kind.name])


def gone_since(since: datetime | None, kinds: Sequence[str]) -> Query:
    """Returns the question for what was deleted since then, as far back as QuickBooks remembers."""
    oldest = remembered_from()
    return queries.deleted(max(since, oldest) if since else oldest, kinds)


def remembered_from() -> datetime:
    """Returns the moment from which on QuickBooks remembers what was deleted; the same all day long."""
    return utc_now().replace(hour=0, minute=0, second=0, microsecond=0) - REMEMBERED


@dataclass
class Changed:
    """Reads one kind of record by what changed; it comes whole, and what is deleted comes as such."""

    run: Run
    books: QuickBooksDesktopClient
    kind: Kind
    whole: bool = True
    seen: list[Seen] = field(default_factory=list)

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns all that changed or was deleted since then; QuickBooks gives no order in which a page could end."""
        changed, deleted = asked(self.run.ledger, self.kind, since)
        seen = Seen(self.run, self.kind.name)
        found: dict[str, Record] = {}
        async for records in self.books.every(changed):
            seen.note(records)
            found |= {text(record, self.kind.key): record for record in records}
        for answer in await self.books.ask([deleted]):
            found |= {text(record, self.kind.key): record for record in answer.records}
        self.seen.append(seen)
        rows = [self.row(record) for record in found.values()]
        return SourcePage(rows + await self._long_gone(since, found), None)

    async def _long_gone(self, since: datetime | None, found: dict[str, Record]) -> list[Row]:
        """Returns what was sent and is gone, where the last reading is longer ago than QuickBooks remembers."""
        if since is None or since >= remembered_from():
            return []
        sent = {one.target_id for one in self.run.ledger.all_links(self.kind.sent_by).values() if one.state == "live"}
        return [row for row in await self.load(sorted(sent - found.keys())) if is_deleted(row.content)]

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns these records as they are now; one that is gone comes as deleted.

        What people asked for by ids and numbers of BILL is none of QuickBooks', which may refuse to look for it.
        """
        strange = [one for one in ids if not _OWN.fullmatch(one)]
        known = self.run.ledger.records(self.kind.read_by, strange) if strange else {}
        ids = [one for one in ids if one in known or one not in strange]
        if not ids:
            return []
        found = await self.books.by_ids(self.kind.by_ids(ids))
        gone = {one: {self.kind.key: one, DELETED: "unknown"} for one in ids if one not in found}
        return [self.row(record) for record in (*found.values(), *gone.values())]

    def row(self, record: Record) -> Row:
        """Returns the record as a row; its version is its hash."""
        own = text(record, self.kind.key)
        seen = content_hash([text(record, "EditSequence"), text(record, DELETED)])
        return Row(own, text(record, self.kind.ref) or text(record, "FullName") or own, seen, record)


def is_deleted(record: Record) -> bool:
    """Tells whether this is what QuickBooks remembers of a deleted record."""
    return bool(text(record, DELETED))


def all_dealt_with(streams: Iterable[Stream]) -> None:
    """The next run reads these streams' changes from behind what was seen in this one."""
    for stream in streams:
        for seen in stream.reader.seen if isinstance(stream.reader, Changed) else ():
            seen.keep()
