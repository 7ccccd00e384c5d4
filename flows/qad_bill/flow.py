"""The pair QAD and BILL."""

from datetime import datetime
from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.opening import opened
from flows.qad_bill.rules import PAIR, QadBillConnection
from flows.qad_bill.streams import streams_of
from tasks.authenticate import authenticate
from tasks.move import move
from tasks.run import Request
from tasks.subscribe import subscribe

StreamName = Literal["accounts", "departments", "vendors", "bills", "bill_status", "payments"]
ANNOUNCES = {"payment.": "payments", "bill.": "bill_status"}  # BILL's events by prefix, and who reads their records


@flow(name=PAIR, flow_run_name=f"{PAIR} {{connection}}", persist_result=False)
async def qad_bill(
    connection: str = Field(description="The connection's name, as in the connection file."),
    streams: list[StreamName] | None = Field(default=None, description="Only these streams; empty for all."),
    since: datetime | None = Field(default=None, description="Read what changed from this moment, to fill a gap."),
    until: datetime | None = Field(default=None, description="Read what changed up to this moment."),
    record_ids: list[str] | None = Field(default=None, description="Only these records, by id or number."),
    dry_run: bool = Field(default=False, description="List what a run would do; write nothing anywhere."),
) -> State[Any]:
    """Approved supplier invoices of QAD are bills in BILL, and what BILL paid is posted in QAD."""
    request = Request(streams=streams, since=since, until=until, record_ids=record_ids, dry_run=dry_run)
    async with opened(QadBillConnection, connection, request) as pair:
        qad, bill, rules, run = pair.source, pair.target, pair.rules, pair.run
        await authenticate("QAD", qad)
        await authenticate("BILL", bill)
        await subscribe(run, bill, rules.bill, ANNOUNCES)
        await move(run, streams_of(qad, bill, rules))
    return pair.ended
