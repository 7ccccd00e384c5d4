"""Whether somebody went back to an older copy of the company file: then nothing is written before a person looks."""

from prefect import task

from blocks.errors import ConfigurationError
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.values import text
from flows.bill_quickbooks_desktop.changes import REMEMBERED
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from tasks.naming import renamed
from tasks.opaque import opaque
from tasks.retry import PATIENT
from tasks.run import Run
from tasks.state.ledger import Ledger
from tasks.state.models import utc_now

LATEST = 20  # links of each stream that are looked up; an older copy lacks the newest
MANY = 0.5  # of them gone, and not deleted by anybody: that is another copy
FEW = 2  # so few may be gone for any reason


def probes(ledger: Ledger) -> list[Query]:
    """Returns the questions that tell; none where nothing was ever sent."""
    known = _known(ledger)
    if not known:
        return []
    oldest = utc_now().replace(hour=0, minute=0, second=0, microsecond=0) - REMEMBERED
    asked = [queries.deleted(oldest, ["Bill", "BillPaymentCheck"])]
    if bills := known.get("bills"):
        asked.append(queries.bills(ids=bills, lines=False))
    if payments := known.get("payments"):
        asked.append(queries.payments(ids=payments))
    return asked


async def same_file(run: Run, books: QuickBooksDesktopClient, rules: BillQuickBooksDesktopConnection) -> None:
    """The company file has what we sent to it, but for what people deleted.

    Raises:
        ConfigurationError: many records are gone without a trace; nothing was written.
    """
    if probes(run.ledger):
        await _look(opaque(run), opaque(books), opaque(rules))


@task(name="same file", task_run_name="same company file", **PATIENT)
async def _look(run: Run, books: QuickBooksDesktopClient, rules: BillQuickBooksDesktopConnection) -> None:
    deleted, *found = await books.ask(probes(run.ledger))
    there = {text(record, "TxnID") for answer in (deleted, *found) for record in answer.records}
    known = [one for ids in _known(run.ledger).values() for one in ids]
    gone = [one for one in known if one not in there]
    renamed(f"same company file: {len(known) - len(gone):,} of the latest {len(known):,} records are there")
    if len(gone) <= FEW or len(gone) < MANY * len(known) or rules.after_restore == "go_on":
        return
    said = (
        f"{len(gone):,} of the latest {len(known):,} records that were sent are gone from the company file,"
        " and nobody deleted them: it seems to be an older copy"
    )
    remedy = (
        "Open the right file in QuickBooks. If a backup was restored for good, set after_restore to go_on in the"
        " connection file and apply it, then replay what is missing; `ml-connector reconcile` lists it."
    )
    raise ConfigurationError(said, system=SYSTEM, remedy=remedy)


def _known(ledger: Ledger) -> dict[str, list[str]]:
    """Returns the TxnIDs that were linked last, by stream; streams without any are left out."""
    found = {stream: ledger.latest_targets(stream, LATEST) for stream in ("bills", "payments")}
    return {stream: ids for stream, ids in found.items() if ids}
