"""Whether somebody went back to an older copy of the company file: then nothing is written before a person looks."""

from collections.abc import Collection, Mapping, Sequence

from prefect import task

from blocks.errors import ConfigurationError
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.values import text
from flows.bill_quickbooks_desktop.changes import gone_since
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from tasks.naming import renamed
from tasks.opaque import opaque
from tasks.retry import PATIENT
from tasks.run import Run
from tasks.state.ledger import Ledger

LATEST = 20  # links of each stream that are looked up; an older copy lacks the newest
MANY = 0.5  # of them gone, and not deleted by anybody: that is another copy
FEW = 2  # so few may be gone for any reason


def probes(ledger: Ledger) -> list[Query]:
    """Returns the questions that tell; none where nothing was ever sent."""
    known = _known(ledger)
    if not known:
        return []
    return [gone_since(None, ["Bill", "BillPaymentCheck"]), *_by_ids(known)]


async def same_file(run: Run, books: QuickBooksDesktopClient, rules: BillQuickBooksDesktopConnection) -> None:
    """The company file has what we sent to it, but for what people deleted.

    Raises:
        ConfigurationError: many records are gone without a trace; nothing was written.
    """
    if probes(run.ledger):
        await _look(opaque(run), opaque(books), opaque(rules))


@task(name="same file", task_run_name="same company file", **PATIENT)
async def _look(run: Run, books: QuickBooksDesktopClient, rules: BillQuickBooksDesktopConnection) -> None:
    sent = _known(run.ledger)
    there = {text(record, "TxnID") for answer in await books.ask(probes(run.ledger)) for record in answer.records}
    if _is_alarming(_without(sent, there), sent):
        # One record that is gone may have hidden the others of its question: they are asked for one by one then.
        for query in _by_ids(_without(sent, there)):
            there |= (await books.by_ids(query)).keys()
    gone, known = _listed(_without(sent, there)), _listed(sent)
    renamed(f"same company file: {len(known) - len(gone):,} of the latest {len(known):,} records are there")
    if not _is_alarming(_without(sent, there), sent) or rules.after_restore == "go_on":
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


def _by_ids(known: Mapping[str, Sequence[str]]) -> list[Query]:
    asked = []
    if bills := known.get("bills"):
        asked.append(queries.bills(ids=bills, lines=False))
    if payments := known.get("payments"):
        asked.append(queries.payments(ids=payments))
    return asked


def _without(known: Mapping[str, Sequence[str]], there: Collection[str]) -> dict[str, list[str]]:
    return {stream: [one for one in ids if one not in there] for stream, ids in known.items()}


def _listed(by_stream: Mapping[str, Sequence[str]]) -> list[str]:
    return [one for ids in by_stream.values() for one in ids]


def _is_alarming(gone: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[str]]) -> bool:
    return FEW < len(_listed(gone)) >= MANY * len(_listed(known))
