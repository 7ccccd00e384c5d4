"""QuickBooks' lists, kept as mirrors: read whole once, then only what changed."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from blocks.exact import Record
from blocks.quickbooks_online.client import QuickBooksClient
from flows.charts import LEAF
from tasks.mirror import fresh
from tasks.run import Run
from tasks.state.mirrors import Mirrored

SKEW = timedelta(minutes=5)
MIRROR = "quickbooks_online"
KEPT = ("AccountType", "PrimaryEmailAddr", "BillAddr", "TaxIdentifier", "CurrencyRef")


async def listed(run: Run, books: QuickBooksClient, entity: str) -> dict[str, Mirrored]:
    """Returns the company's entries of one list by id, inactive ones included, as they are now.

    Args:
        run: the run that needs them.
        books: the company.
        entity: for example "Account".
    """
    return await fresh(run, MIRROR, entity, lambda since: _changed(books, entity, since))


async def entries(books: QuickBooksClient, entity: str) -> dict[str, Mirrored]:
    """Returns the entries of one list by id, inactive ones included, read anew and kept nowhere."""
    return {entry.id: entry async for page in _changed(books, entity, None) for entry in page}


async def _changed(books: QuickBooksClient, entity: str, since: datetime | None) -> AsyncIterator[list[Mirrored]]:
    async for page in books.changed(entity, since - SKEW if since else None):
        yield [_mirrored(record) for record in page]


def _mirrored(record: Record) -> Mirrored:
    leaf = str(record.get("Name") or "")
    name = str(record.get("DisplayName") or record.get("FullyQualifiedName") or leaf)
    body = {field: record[field] for field in KEPT if field in record} | ({LEAF: leaf} if leaf else {})
    return Mirrored(str(record["Id"]), str(record.get("AcctNum") or ""), name, record.get("Active") is not False, body)
