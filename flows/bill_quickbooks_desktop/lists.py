"""QuickBooks' lists as this pair keeps them: the small ones are read whole, vendors by what changed."""

from collections.abc import AsyncIterator
from datetime import datetime

from prefect import task

from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.values import is_true, text
from flows.bill_quickbooks_desktop.changes import DELETED, gone_since, remembered_from
from flows.bill_quickbooks_desktop.since import VENDORS, Seen, reading_from
from flows.charts import LEAF
from tasks.mirror import fresh
from tasks.naming import renamed
from tasks.opaque import opaque
from tasks.retry import PATIENT
from tasks.run import Run
from tasks.state import mirrors
from tasks.state.ledger import Ledger
from tasks.state.mirrors import Mirrored

MIRROR = "quickbooks_desktop"
SMALL = ("Account", "Class", "Terms")
KEPT = ("AccountType", "CurrencyRef")
UNKEPT = frozenset({"VendorTaxIdent", "Balance", "AdditionalNotesRet", "VendorAddressBlock", "DataExtRet"})


async def listed(run: Run, books: QuickBooksDesktopClient, kind: str) -> dict[str, Mirrored]:
    """Returns the entries of a small list by ListID, inactive ones included, as they are now.

    Args:
        run: the run that needs them.
        books: the company file.
        kind: `Account`, `Class` or `Terms`; all three are read at once.
    """
    if (MIRROR, kind) not in run.mirrors:
        await read_lists(opaque(run), opaque(books))
    return run.mirrors[MIRROR, kind]


@task(name="lists", task_run_name="read lists", **PATIENT)
async def read_lists(run: Run, books: QuickBooksDesktopClient) -> None:
    """The run has QuickBooks' accounts, classes and terms, and the next `check` has them too."""
    answers = await books.ask(small_lists())
    for kind, answer in zip(SMALL, answers, strict=True):
        entries = [entry_of(record) for record in answer.records]
        run.mirrors[MIRROR, kind] = {one.id: one for one in entries}
        if not run.dry:
            mirrors.replace(run.ledger, MIRROR, kind, entries)
    said = ", ".join(f"{len(run.mirrors[MIRROR, kind]):,} {kind.lower()}" for kind in SMALL)
    renamed(f"read lists: {said}")


async def vendors(run: Run, books: QuickBooksDesktopClient) -> dict[str, Mirrored]:
    """Returns QuickBooks' vendors by ListID, inactive ones included; what became of them is read once a run."""

    async def changes(mark: datetime | None) -> AsyncIterator[list[Mirrored]]:
        """Yields the vendors that changed since the last reading, and those that are gone."""
        seen, there = Seen(run, VENDORS), set[str]()
        changed, *deleted = vendor_questions(run.ledger, mark)
        answer, *gone = await books.ask([queries.first(changed), *deleted])
        async for records in books.walk(changed, answer):
            seen.note(records)
            there |= {text(record, "ListID") for record in records}
            yield [vendor_of(record) for record in records]
        yield [_gone(text(record, "ListID")) for one in gone for record in one.records]
        if mark is not None and not deleted:  # all were read
            known = mirrors.mirrored(run.ledger, MIRROR, "Vendor")
            yield [_gone(one) for one in known.keys() - there]
        seen.keep()

    held = await fresh(run, MIRROR, "Vendor", changes)
    return {one: vendor for one, vendor in held.items() if DELETED not in vendor.body}


def vendor_questions(ledger: Ledger, mark: datetime | None) -> list[queries.Query]:
    """Returns the questions for the vendors that changed and were deleted since the last reading.

    Where that is longer ago than QuickBooks remembers, it is one for all vendors; and so it is the first time.

    Args:
        ledger: the connection's.
        mark: up to when they were read, by our clock; None if they never were.
    """
    since = reading_from(ledger, VENDORS, mark)
    if mark is None or since is None or mark < remembered_from():
        return [queries.vendors()]
    return [queries.vendors(since), gone_since(since, ["Vendor"])]


def small_lists() -> list[queries.Query]:
    """Returns the questions for all small lists, in the order of `SMALL`."""
    return [queries.accounts(), queries.classes(), queries.terms()]


def entry_of(record: Record) -> Mirrored:
    """Returns an account, class or terms as it is matched; by its full name, or its own."""
    body = {field: record[field] for field in KEPT if field in record} | {LEAF: text(record, "Name")}
    name = text(record, "FullName") or text(record, "Name")
    return Mirrored(text(record, "ListID"), text(record, "AccountNumber"), name, in_use(record), body)


def vendor_of(record: Record) -> Mirrored:
    """Returns a vendor as it is matched and compared, without what nobody needs to keep."""
    kept = {name: value for name, value in record.items() if name not in UNKEPT}
    return Mirrored(text(record, "ListID"), text(record, "AccountNumber"), text(record, "Name"), in_use(record), kept)


def _gone(list_id: str) -> Mirrored:
    return Mirrored(list_id, "", "", False, {DELETED: "known"})


def in_use(record: Record) -> bool:
    """Tells whether an entry of a list is active; one that does not tell is."""
    return "IsActive" not in record or is_true(record["IsActive"])
