"""The daily look at the last weeks, and at every document that is not over; it also finds those that vanished."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from blocks.procurify.bills import BILL_PAID
from blocks.procurify.orders import CANCELLED, CLOSED, PAID
from blocks.source import Reader, Row, SourcePage
from flows.procurify_qad.bills import NAME as BILLS
from flows.procurify_qad.gl_accounts import ACCESS
from flows.procurify_qad.orders import NAME as ORDERS
from flows.procurify_qad.rules import ProcurifyQadConnection
from tasks.outcomes import EXCEPTIONS, Outcome
from tasks.run import Run
from tasks.state import progress
from tasks.state.queries import records

MARK = "look back"
FINAL: Mapping[str, Callable[[Any], bool]] = {
    ORDERS: lambda state: state in (CANCELLED, CLOSED, PAID),
    BILLS: lambda status: status == BILL_PAID,
}


class Earlier:
    """Reads like another reader, from so much earlier on."""

    def __init__(self, reader: Reader, by: timedelta) -> None:
        """Reads by this reader."""
        self._reader, self._by, self.whole = reader, by, reader.whole

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the records changed in the window and in the time before it."""
        return await self._reader.page(since - self._by if since else None, until, cursor)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the whole records with these ids."""
        return await self._reader.load(ids)


def begun(run: Run, rules: ProcurifyQadConnection) -> timedelta | None:
    """Returns how far back this run looks, if it is the day's first after that hour; None if it is any other.

    The documents that were not over when they were last seen, and those that are exceptions, are looked at in any case.
    """
    last, now = progress.watermark(run.ledger, MARK), run.started
    if run.request.is_backfill or run.request.streams or now.hour < rules.look_back_hour:
        return None
    if last is None:  # the first run reads everything anyway
        return timedelta()
    if last.date() >= now.date():
        return None
    for stream in FINAL:
        run.look_again(stream, _unfinished(run, stream) | _exceptions(run, stream))
    run.look_again(ACCESS, _exceptions(run, ACCESS))
    return timedelta(days=rules.look_back_days)


def ended(run: Run) -> None:
    """Documents that were looked for and are not there are listed; the next look is tomorrow."""
    for stream in FINAL:
        unseen = run.again[stream] - run.tally.seen[stream]
        gone = run.ledger.links(stream, unseen)
        run.keep([_vanished(stream, Row(one, link.source_ref, "", None), link.target_id) for one, link in gone.items()])
        never_sent = run.ledger.records(stream, unseen - gone.keys())
        run.keep([_over(stream, Row(one, record.source_ref, "", None)) for one, record in never_sent.items()])
    if not run.dry:
        progress.move_watermark(run.ledger, MARK, run.started)


def _unfinished(run: Run, stream: str) -> set[str]:
    return {
        one
        for one, link in run.ledger.all_links(stream).items()
        if link.state == "live" and not FINAL[stream]((run.ledger.agreed(link) or {}).get("state"))
    }


def _exceptions(run: Run, stream: str) -> set[str]:
    ledger = run.ledger
    lists = [records(ledger.store, ledger.connection, pair=ledger.pair, outcome=one) for one in EXCEPTIONS]
    return {one["source_id"] for listed in lists for one in listed if one["stream"] == stream}


def _over(stream: str, row: Row) -> Outcome:
    return Outcome(stream, row, "unchanged", "was never sent, and is not in Procurify any more")


def _vanished(stream: str, row: Row, target_id: str) -> Outcome:
    said = f"was sent to QAD as {target_id}, and is not in Procurify any more"
    return Outcome(stream, row, "refused", said, f"Reverse or close {target_id} in QAD, if it does not count any more.")
