"""The pair BILL and QuickBooks Desktop."""

from datetime import datetime
from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.bill_quickbooks_desktop.approvals import look_for_approvals
from flows.bill_quickbooks_desktop.changes import all_dealt_with
from flows.bill_quickbooks_desktop.edits import look_for_edits
from flows.bill_quickbooks_desktop.restored import same_file
from flows.bill_quickbooks_desktop.rules import PAIR, BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.settings import with_settings
from flows.bill_quickbooks_desktop.streams import streams_of
from flows.opening import opened
from tasks.authenticate import authenticate
from tasks.move import move
from tasks.run import Request
from tasks.subscribe import subscribe

StreamName = Literal[
    "accounts",
    "classes",
    "vendors",
    "bills",
    "payments",
    "quickbooks_accounts",
    "quickbooks_vendors",
    "quickbooks_bills",
    "quickbooks_payments",
]
ANNOUNCES = {"vendor.": "vendors", "bill.": "bills", "payment.": "payments"}  # BILL's events, and who reads them


@flow(name=PAIR, flow_run_name=f"{PAIR} {{connection}}", persist_result=False)
async def bill_quickbooks_desktop(
    connection: str = Field(description="The connection's name, as in the connection file."),
    streams: list[StreamName] | None = Field(default=None, description="Only these streams; empty for all."),
    since: datetime | None = Field(default=None, description="Read what changed from this moment, to fill a gap."),
    until: datetime | None = Field(default=None, description="Read what changed up to this moment."),
    record_ids: list[str] | None = Field(default=None, description="Only these records, by id or number."),
    dry_run: bool = Field(default=False, description="List what a run would do; write nothing anywhere."),
) -> State[Any]:
    """Approved bills and payments of BILL are in QuickBooks Desktop, and vendors agree on both sides."""
    request = Request(streams=streams, since=since, until=until, record_ids=record_ids, dry_run=dry_run)
    async with opened(BillQuickBooksDesktopConnection, connection, request) as pair:
        bill, books, rules, run = pair.source, pair.target, pair.rules, pair.run
        await authenticate("QuickBooks Desktop", books)
        await authenticate("BILL", bill)
        company = await books.company()
        run.ledger = with_settings(run.ledger, company)
        await same_file(run, books, rules)
        await subscribe(run, bill, rules.bill, ANNOUNCES)
        await look_for_approvals(run, bill, rules)
        await look_for_edits(run, books)
        streams_now = streams_of(run, bill, books, rules, company)
        await move(run, streams_now, lambda share: books.channel.progress(round(100 * share)))
        all_dealt_with(streams_now)
    return pair.ended
