"""Reads BILL and our own records for a comparison, in pages; writes nothing."""

from collections.abc import Callable, Sequence

from blocks.bill.models import Vendor
from blocks.exact import Record
from blocks.source import Row
from flows.bill_comparison.side import BillSide
from flows.bill_pages import each
from flows.reconcile.differences import Sides
from flows.reconcile.exceptions import exceptions_of


def read_state(sides: Sides, side: BillSide, streams: Sequence[str]) -> str:
    """The links of these streams are known, and the records that are held, refused, failed or in doubt."""
    ledger = sides.ledger
    side.connection, side.organization = ledger.connection, sides.source.account.organization_id
    side.links = {stream: ledger.all_links(stream) for stream in streams}
    side.exceptions = exceptions_of(ledger)
    return f"{len(side.links_of('bills')):,} sent, {len(side.exceptions):,} held or refused"


async def read_vendors(sides: Sides, side: BillSide) -> str:
    """BILL's vendors are known."""
    async for record in each(sides.source.vendors()):
        vendor = Vendor.model_validate(record)
        side.vendors[vendor.id] = vendor
    return f"{len(side.vendors):,} read"


async def read_payments(
    sides: Sides, side: BillSide, rows: Callable[[Record], list[Row]], is_ours: Callable[[Row], bool]
) -> str:
    """BILL's payments of our bills are known, and those that we have written.

    Args:
        sides: both systems.
        side: gets them.
        rows: makes rows of a payment.
        is_ours: whether a row is one of them.
    """
    async for record in each(sides.source.payments()):
        is_whole = {"billPayments", "singleStatus"} <= record.keys()
        whole = record if is_whole else await sides.source.payment(str(record["id"]))
        side.payments |= {row.id: row.content for row in rows(whole) if is_ours(row)}
    return f"{len(side.payments):,} of our bills"
