"""Stream `recurring_bills`: BILL's recurring bills, listed with the bills that they produced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from blocks.bill.client import BillClient
from blocks.bill.models import RecurringBill
from blocks.bill.source import BillSource
from blocks.exact import Record
from blocks.source import Row, content_hash
from tasks.outcomes import Decision, Keep
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

NAME = "recurring_bills"
SHOWN = 12  # produced bills that a sentence names, the newest


@dataclass(frozen=True)
class Produced:
    """The bills of the recurring bills' vendors that have a date for a number, as produced ones have."""

    by_vendor: Mapping[str, Sequence[Link]]

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{sum(map(len, self.by_vendor.values())):,} bills"


def decide(row: Row, produced: Produced) -> Decision:
    """Returns that there is nothing to write, with what a person wants to know of it."""
    recurring: RecurringBill = row.content
    if recurring.archived:
        return Keep("archived in BILL")
    schedule = recurring.schedule
    rhythm = f"every {schedule.frequency or 1} x {(schedule.period or 'unknown period').lower()}" if schedule else ""
    following = f"next due {schedule.next_due_date}" if schedule and schedule.next_due_date else "nothing is due"
    return Keep(
        ", ".join(filter(None, [rhythm, following, _listed(produced.by_vendor.get(recurring.vendor_id or "", ()))]))
    )


def _listed(bills: Sequence[Link]) -> str:
    if not bills:
        return "no bill produced yet"
    newest = sorted(bills, key=lambda link: link.source_ref, reverse=True)
    said = ", ".join(f"{link.source_ref} ({link.source_id} is {link.target_id})" for link in newest[:SHOWN])
    more = f" and {len(newest) - SHOWN:,} earlier" if len(newest) > SHOWN else ""
    return f"produced {said}{more}"


def rows(record: Record) -> list[Row]:
    """Returns the recurring bill as a row; its next date moves on with each bill that it produces."""
    recurring = RecurringBill.model_validate(record)
    seen = recurring.model_dump(mode="json", include={"vendor_id", "schedule", "description", "archived"})
    return [Row(recurring.id, recurring.description or recurring.id, content_hash(seen), recurring)]


def recurring_bills(bill: BillClient) -> Stream:
    """Returns the stream of recurring bills, all of them each time: BILL does not tell which ones changed."""

    async def align(run: Run, rows: Sequence[Row]) -> Produced:
        """Returns the bills that were produced, as far as they are in QuickBooks."""
        found: dict[str, list[Link]] = {row.content.vendor_id or "": [] for row in rows}
        for link in run.ledger.links_labelled("bills", found.keys()):
            if _is_date(link.source_ref):
                found[link.label].append(link)
        return Produced(found)

    return Stream(
        name=NAME,
        reader=BillSource(bill.recurring_bills, bill.recurring_bill, rows, dated=False),
        align=align,
        decide=decide,
    )


def _is_date(number: str) -> bool:
    try:
        return bool(date.fromisoformat(number))
    except ValueError:
        return False
