"""BILL's own lists (accounts, classes, vendors and so on), kept as mirrors: read whole once, then only what changed."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from blocks.bill.client import BillClient, Kind
from blocks.bill.filters import clause
from tasks.mirror import fresh
from tasks.run import Run
from tasks.state.mirrors import Mirrored

SKEW = timedelta(minutes=5)
KEPT = ("email", "address", "additionalInfo", "billCurrency")  # of a vendor, besides its name


async def classifications(run: Run, bill: BillClient, kind: Kind) -> dict[str, Mirrored]:
    """Returns BILL's entries of one kind by id, archived ones included, as they are now."""
    return await fresh(run, "bill", kind, lambda since: _changed(bill, kind, since))


async def _changed(bill: BillClient, kind: Kind, since: datetime | None) -> AsyncIterator[list[Mirrored]]:
    filters = clause("updatedTime", "gte", since - SKEW) if since else ""
    async for page in bill.classifications(kind, filters=filters):
        yield [
            Mirrored(
                id=str(record["id"]),
                number=str((record.get("account") or {}).get("number") or record.get("shortName") or ""),
                name=str(record.get("name") or ""),
                active=not record.get("archived"),
                body={},
            )
            for record in page.results
        ]


async def vendors(run: Run, bill: BillClient) -> dict[str, Mirrored]:
    """Returns BILL's vendors by id, archived ones included, as they are now."""
    return await fresh(run, "bill", "vendor", lambda since: _changed_vendors(bill, since))


async def _changed_vendors(bill: BillClient, since: datetime | None) -> AsyncIterator[list[Mirrored]]:
    filters = clause("updatedTime", "gte", since - SKEW) if since else ""
    async for page in bill.vendors(filters=filters):
        yield [
            Mirrored(
                id=str(one["id"]),
                number="",
                name=str(one.get("name") or ""),
                active=not one.get("archived"),
                body={name: one[name] for name in KEPT if name in one},
            )
            for one in page.results
        ]
