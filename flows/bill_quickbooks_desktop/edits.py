"""Vendors that were edited on both sides and wait for a person: looked at again once one of the two has changed.

BILL shows its own changes. Those in QuickBooks are known from what every cycle reads of its vendors anyway, so that no
waiting vendor is read again for nothing.
"""

from collections.abc import Sequence

from prefect import task

from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.values import text
from flows.bill_quickbooks_desktop.lists import vendors
from tasks.naming import renamed
from tasks.opaque import opaque
from tasks.outcomes import Cause
from tasks.retry import PATIENT
from tasks.run import Run
from tasks.state.mirrors import Mirrored

EDITS = "edits"  # as the stream of a cause: a person makes both sides equal, or says by a rule which one counts


def in_edits(vendor_id: str, there: Mirrored) -> tuple[Cause, ...]:
    """Returns the cause of a hold that ends with the next edit of a vendor on either side, or of the rules.

    Args:
        vendor_id: BILL's id.
        there: the vendor in QuickBooks, as it was when the hold began.
    """
    return (Cause(EDITS, f"{vendor_id}/{there.id}/{_version(there)}"),)


async def look_for_edits(run: Run, books: QuickBooksDesktopClient) -> None:
    """Vendors that wait and were edited in QuickBooks since are looked at again in this run."""
    waiting = sorted(run.ledger.waiting_for(EDITS))
    if waiting:
        await _look(opaque(run), opaque(books), waiting)


@task(name="edits", task_run_name="look for edits", **PATIENT)
async def _look(run: Run, books: QuickBooksDesktopClient, waiting: Sequence[str]) -> None:
    now = {f"{one.id}/{_version(one)}" for one in (await vendors(run, books)).values()}
    edited = [vendor_id for vendor_id, state in (one.split("/", 1) for one in waiting) if state not in now]
    run.look_again("vendors", edited)
    renamed(f"look for edits: {len(edited):,} of {len(waiting):,}")


def _version(vendor: Mirrored) -> str:
    return text(vendor.body, "EditSequence")
