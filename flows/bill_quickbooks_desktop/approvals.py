"""Which bills are approved in BILL: approving one need not show as a change of it, so it is asked for."""

from collections.abc import Sequence

from prefect import task

from blocks.bill.client import BillClient
from blocks.bill.filters import clause
from blocks.bill.models import Bill
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from tasks.naming import renamed
from tasks.opaque import opaque
from tasks.retry import PATIENT
from tasks.run import Run

APPROVAL = "approval"  # as the stream of a cause: a bill waits to be approved
IDS_AT_ONCE = 100  # in one filter, for the sake of the address's length


def is_approved(bill: Bill, rules: BillQuickBooksDesktopConnection) -> bool:
    """Tells whether the bill may go to the books: approved, or nobody has to approve it and the rules let it go."""
    if bill.approval_status == "APPROVED":
        return True
    return bill.approval_status == "UNASSIGNED" and rules.bills_without_approval == "post"


async def look_for_approvals(run: Run, bill: BillClient, rules: BillQuickBooksDesktopConnection) -> None:
    """Bills that waited for their approval and have it, or are withdrawn, are looked at again in this run."""
    waiting = sorted(run.ledger.waiting_for(APPROVAL))
    if waiting:
        await _look(opaque(run), opaque(bill), opaque(rules), waiting)


@task(name="approvals", task_run_name="look for approvals", **PATIENT)
async def _look(run: Run, bill: BillClient, rules: BillQuickBooksDesktopConnection, waiting: Sequence[str]) -> None:
    found: list[str] = []
    for start in range(0, len(waiting), IDS_AT_ONCE):
        filters = clause("id", "in", waiting[start : start + IDS_AT_ONCE])
        async for page in bill.bills(filters=filters):
            listed = [Bill.model_validate(record) for record in page.results]
            found += [one.id for one in listed if is_approved(one, rules) or one.archived]
    run.look_again("bills", found)
    renamed(f"look for approvals: {len(found):,} of {len(waiting):,}")
