"""The pair BILL and QuickBooks Online."""

from datetime import datetime
from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.bill_quickbooks_online.company import company_of
from flows.bill_quickbooks_online.rules import PAIR, BillQuickBooksOnlineConnection
from flows.bill_quickbooks_online.streams import streams_of
from flows.consent import warn_of_its_end
from flows.opening import opened
from tasks.authenticate import authenticate
from tasks.move import move
from tasks.run import Request
from tasks.subscribe import subscribe

StreamName = Literal[
    "accounts",
    "classes",
    "departments",
    "vendors",
    "bills",
    "payments",
    "recurring_bills",
    "quickbooks_vendors",
    "quickbooks_documents",
]
BILL_ANNOUNCES = {
    "vendor.": "vendors",
    "bill.": "bills",
    "payment.": "payments",
}  # events by prefix, and who reads them
QUICKBOOKS_ANNOUNCES = {
    "vendor.": "quickbooks_vendors",
    "purchaseorder.": "quickbooks_documents",
    "bill.": "quickbooks_documents",
}
ECHOES = {"quickbooks_vendors": ("vendors",), "quickbooks_documents": ("bills", "payments")}


@flow(name=PAIR, flow_run_name=f"{PAIR} {{connection}}", persist_result=False)
async def bill_quickbooks_online(
    connection: str = Field(description="The connection's name, as in the connection file."),
    streams: list[StreamName] | None = Field(default=None, description="Only these streams; empty for all."),
    since: datetime | None = Field(default=None, description="Read what changed from this moment, to fill a gap."),
    until: datetime | None = Field(default=None, description="Read what changed up to this moment."),
    record_ids: list[str] | None = Field(default=None, description="Only these records, by id or number."),
    dry_run: bool = Field(default=False, description="List what a run would do; write nothing anywhere."),
) -> State[Any]:
    """Vendors and bills of BILL are in QuickBooks Online, and what changes there is compared with BILL."""
    request = Request(streams=streams, since=since, until=until, record_ids=record_ids, dry_run=dry_run)
    async with opened(BillQuickBooksOnlineConnection, connection, request) as pair:
        bill, books, rules, run = pair.source, pair.target, pair.rules, pair.run
        await authenticate("BILL", bill)
        await authenticate("QuickBooks Online", books)
        await warn_of_its_end(books)
        company = await company_of(run, books, rules)
        await subscribe(run, bill, rules.bill, BILL_ANNOUNCES)
        await move(run, streams_of(bill, books, rules, company, run.ledger))
    return pair.ended
