"""Reads QAD and BILL for their comparison, each for itself and in batches; writes nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from blocks.bill.filters import all_of, clause
from blocks.bill.models import Bill, VendorCredit
from blocks.bill.pages import Page
from blocks.errors import RefusedError
from blocks.qad.models import SupplierInvoice, SupplierPayment, key_of
from flows.bill_pages import each
from flows.qad_bill.comparison import BILLS, PAYMENTS, Books, Document, compare, is_payable, of_bill, of_credit
from flows.qad_bill.payments import splits
from flows.reconcile.differences import Comparison, Reading, Sides
from flows.reconcile.exceptions import exceptions_of
from tasks.state.models import Link

AT_A_TIME = 100  # ids in one filter, and single reads that are under way together
EARLIER = timedelta(days=1)  # clocks differ, and QAD tells only the day
INVOICE, PAYMENT = "supplier_invoice", "supplier_payment"
One = TypeVar("One")
Got = TypeVar("Got")


async def read_state(sides: Sides, books: Books) -> str:
    """The books hold our links, and the records that are held, refused, failed or in doubt."""
    ledger = sides.ledger
    books.links, books.payment_links = ledger.all_links(BILLS), ledger.all_links(PAYMENTS)
    books.vendors = {code: link.target_id for code, link in ledger.all_links("vendors").items()}
    books.accounts = {code: link.target_id for code, link in ledger.all_links("accounts").items()}
    books.exceptions = exceptions_of(ledger)
    return f"{len(books.links):,} sent, {len(books.exceptions):,} held or refused"


async def read_invoices(sides: Sides, books: Books) -> str:
    """The books hold QAD's open invoices; those that are compared by line are read whole."""
    listed = "is_open" in sides.source.profile.entity(INVOICE).columns
    async for page in sides.source.browse(INVOICE, [("is_open", "eq", True)] if listed else []):
        for row in page.rows:
            invoice = SupplierInvoice.model_validate(row)
            books.invoices[invoice.id] = invoice
    short = [key for key, one in books.invoices.items() if _is_short(one)]
    await _read_whole(sides, books, short)
    read = set(short)
    if sides.deep:
        sent = [key for key in books.invoices if key not in read and key in books.links]
        await _read_whole(sides, books, [key for key in sent if is_payable(books.invoices[key], sides.rules)])
    return f"{len(books.invoices):,} open"


def _is_short(invoice: SupplierInvoice) -> bool:
    """Tells whether the list left out what decides about payment."""
    return None in (invoice.is_open, invoice.is_approved, invoice.is_locked, invoice.is_selected)


async def _read_whole(sides: Sides, books: Books, ids: Sequence[str]) -> None:
    """The books hold these invoices whole; one that QAD does not have is noted as gone."""

    async def one(source_id: str) -> tuple[str, dict[str, Any] | None]:
        """Returns an invoice, or None, with its id."""
        return source_id, await sides.source.get(INVOICE, key_of(source_id))

    async for source_id, record in _together(one, ids):
        if record is None:
            books.invoices.pop(source_id, None)
            books.gone.update({source_id} & books.links.keys())
        else:
            books.invoices[source_id] = SupplierInvoice.model_validate(record)


async def read_documents(sides: Sides, books: Books) -> str:
    """The books hold the bills and credits that we are linked to, and other bills of the same vendors since then."""
    links = books.links.values()
    vendors = sorted(
        {books.vendors[code] for code in {link.label.rpartition(" ")[0] for link in links} & books.vendors.keys()}
    )
    for some in _batches(vendors):
        filters = all_of(clause("vendorId", "in", some), clause("createdTime", "gte", _first(links)))
        await _keep_bills(books, sides.target.bills(filters=filters))
    for some in _batches([one for one in _ids(links, "bill") if one not in books.documents]):
        await _keep_bills(books, sides.target.bills(filters=clause("id", "in", some)))
    await _read_credits(sides, books, _ids(links, "vendor_credit"))
    if sides.deep:
        await _read_lines(sides, books)
    return f"{len(books.documents):,} read"


async def _keep_bills(books: Books, pages: AsyncIterator[Page]) -> None:
    async for row in each(pages):
        kept = of_bill(Bill.model_validate(row), lines="billLineItems" in row)
        books.documents[kept.id] = kept


async def _read_credits(sides: Sides, books: Books, ids: Sequence[str]) -> None:
    try:
        rows = [
            row
            for some in _batches(ids)
            async for row in each(sides.target.vendor_credits(filters=clause("id", "in", some)))
        ]
    except RefusedError:  # which filters credits take is not written anywhere
        rows = [row async for row in each(sides.target.vendor_credits()) if str(row["id"]) in set(ids)]
    for row in rows:
        kept = of_credit(VendorCredit.model_validate(row), lines="vendorCreditLineItems" in row)
        books.documents[kept.id] = kept


async def _read_lines(sides: Sides, books: Books) -> None:
    """The documents that are compared by line have their lines, which BILL's lists leave out."""

    async def one(link: Link) -> Document:
        """Returns the linked document, whole."""
        if link.kind == "vendor_credit":
            return of_credit(VendorCredit.model_validate(await sides.target.vendor_credit(link.target_id)), lines=True)
        return of_bill(Bill.model_validate(await sides.target.bill(link.target_id)), lines=True)

    compared = [
        link
        for key, link in books.links.items()
        if key in books.invoices
        and is_payable(books.invoices[key], sides.rules)
        and (known := books.documents.get(link.target_id)) is not None
        and known.lines is None
        and not known.archived
    ]
    async for document in _together(one, compared):
        books.documents[document.id] = document


async def read_doubtful(sides: Sides, books: Books) -> str:
    """The books hold, as QAD has them now, those invoices that are not open but stand unpaid in BILL."""
    doubtful = [
        key
        for key, link in books.links.items()
        if key not in books.invoices
        and key not in books.gone
        and (known := books.documents.get(link.target_id)) is not None
        and known.unpaid
        and not known.archived
    ]
    await _read_whole(sides, books, doubtful)
    return f"{len(doubtful):,} looked up, {len(books.gone):,} gone"


async def read_paid(sides: Sides, books: Books) -> str:
    """The books hold BILL's payments of our bills, one for each bill's part."""
    ours = {link.target_id for link in books.links.values()}
    if not ours:
        return "no bills to pay"
    since = clause("createdTime", "gte", _first(books.links.values()))
    async for row in each(sides.target.payments(filters=since)):
        whole = row if {"billPayments", "singleStatus"} <= row.keys() else await sides.target.payment(str(row["id"]))
        books.paid |= {part.id: part.content for part in splits(whole) if part.content.split.bill_id in ours}
    return f"{len(books.paid):,} of our bills"


async def read_posted(sides: Sides, books: Books) -> str:
    """The books hold the QAD payments that we are linked to."""
    if not books.payment_links:
        return "nothing posted"
    wanted = {link.target_id for link in books.payment_links.values()}
    day = _first(books.payment_links.values()).date()
    async for page in sides.source.changed(PAYMENT, day):
        for payment in map(SupplierPayment.model_validate, page.rows):
            if payment.id in wanted:
                books.posted[payment.id] = payment

    async def one(target_id: str) -> dict[str, Any] | None:
        """Returns a payment, or None."""
        found: dict[str, Any] | None = await sides.source.get(PAYMENT, key_of(target_id, PAYMENT))
        return found

    async for record in _together(one, sorted(wanted - books.posted.keys())):
        if record is not None:
            found = SupplierPayment.model_validate(record)
            books.posted[found.id] = found
    return f"{len(books.posted):,} of {len(wanted):,}"


def _first(links: Iterable[Link]) -> Any:
    return min(link.created_at for link in links) - EARLIER


def _ids(links: Iterable[Link], kind: str) -> list[str]:
    return sorted({link.target_id for link in links if link.kind == kind})


def _batches(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + AT_A_TIME] for start in range(0, len(ids), AT_A_TIME)]


async def _together(read: Callable[[One], Awaitable[Got]], wanted: Sequence[One]) -> AsyncIterator[Got]:
    """Yields what is read of each; the client decides how many calls are under way."""
    for start in range(0, len(wanted), AT_A_TIME):
        for got in await asyncio.gather(*map(read, wanted[start : start + AT_A_TIME])):
            yield got


QAD_BILL = Comparison(
    books=Books,
    readings=(
        Reading("our links", read_state),
        Reading("QAD's invoices", read_invoices),
        Reading("BILL's bills and credits", read_documents),
        Reading("QAD's doubtful invoices", read_doubtful),
        Reading("BILL's payments", read_paid),
        Reading("QAD's payments", read_posted),
    ),
    compare=compare,
)
