"""QuickBooks' lists as this pair keeps them: the small ones are read whole, vendors by what changed."""

from collections.abc import AsyncIterator
from datetime import datetime

from prefect import task

from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.values import is_true, text
from flows.bill_quickbooks_desktop.since import Seen, reading_from
from flows.charts import LEAF
from tasks.mirror import fresh
from tasks.naming import renamed
from tasks.opaque import opaque
from tasks.retry import PATIENT
from tasks.run import Run
from tasks.state import mirrors
from tasks.state.mirrors import Mirrored

MIRROR = "quickbooks_desktop"
SMALL = ("Account", "Class", "Terms")
VENDORS = f"mirror {MIRROR} Vendor"  # the watermark of what is kept of vendors
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
    """Returns QuickBooks' vendors by ListID, inactive ones included; those that changed are read once a run."""

    async def changes(mark: datetime | None) -> AsyncIterator[list[Mirrored]]:
        """Yields the vendors that changed since the last reading."""
        seen = Seen(run, VENDORS)
        async for records in books.every(queries.vendors(reading_from(run.ledger, VENDORS, mark))):
            seen.note(records)
            yield [vendor_of(record) for record in records]
        seen.keep()

    return await fresh(run, MIRROR, "Vendor", changes)


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


def in_use(record: Record) -> bool:
    """Tells whether an entry of a list is active; one that does not tell is."""
    return "IsActive" not in record or is_true(record["IsActive"])
