"""The pair Procurify and QAD."""

from datetime import datetime
from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.opening import opened
from flows.procurify_qad import look_back
from flows.procurify_qad.rules import PAIR, ProcurifyQadConnection
from flows.procurify_qad.streams import streams_of
from tasks.authenticate import authenticate
from tasks.move import move
from tasks.run import Request

StreamName = Literal[
    "suppliers", "gl_accounts", "account_access", "vendors", "purchase_orders", "receipts", "bills", "payments"
]


@flow(name=PAIR, flow_run_name=f"{PAIR} {{connection}}", persist_result=False)
async def procurify_qad(
    connection: str = Field(description="The connection's name, as in the connection file."),
    streams: list[StreamName] | None = Field(default=None, description="Only these streams; empty for all."),
    since: datetime | None = Field(default=None, description="Read what changed from this moment, to fill a gap."),
    until: datetime | None = Field(default=None, description="Read what changed up to this moment."),
    record_ids: list[str] | None = Field(default=None, description="Only these records, by id or number."),
    dry_run: bool = Field(default=False, description="List what a run would do; write nothing anywhere."),
) -> State[Any]:
    """Orders and bills of Procurify are orders and invoices in QAD, whose suppliers and accounts buyers pick from."""
    request = Request(streams=streams, since=since, until=until, record_ids=record_ids, dry_run=dry_run)
    async with opened(ProcurifyQadConnection, connection, request) as pair:
        procurify, qad, rules, run = pair.source, pair.target, pair.rules, pair.run
        await authenticate("Procurify", procurify)
        await authenticate("QAD", qad)
        further_back = look_back.begun(run, rules)
        await move(run, streams_of(procurify, qad, rules, run.ledger, further_back))
        if further_back is not None:
            look_back.ended(run)
    return pair.ended
