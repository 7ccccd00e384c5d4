"""Streams `quickbooks_vendors` and `quickbooks_documents`: what changed in QuickBooks is compared with BILL."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from blocks.bill.client import BillClient
from blocks.bill.models import Vendor as BillVendor
from blocks.exact import Record
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.models import Document, Vendor
from blocks.quickbooks_online.source import QuickBooksSource
from blocks.source import Reader, Row, content_hash
from blocks.target import Body
from flows.bill_quickbooks_online.bill_references import Alignment, Known, Streams, linked
from flows.bill_quickbooks_online.bills import NAME as BILLS
from flows.bill_quickbooks_online.documents import KINDS, coding
from flows.bill_quickbooks_online.mapping import Part, to_document, to_vendor
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.bill_quickbooks_online.validation import Counterparts, VendorCheck, check_document
from flows.bill_quickbooks_online.vendors import NAME as VENDORS
from flows.bill_quickbooks_online.vendors import told
from flows.unfit import UnfitError
from tasks.run import Run
from tasks.state.ledger import Ledger
from tasks.state.models import Link
from tasks.stream import Stream


def vendor_rows(record: Record) -> list[Row]:
    """Returns a QuickBooks vendor as a row."""
    vendor = Vendor.model_validate(record)
    return [Row(vendor.id, vendor.display_name or vendor.id, content_hash([vendor.sync_token, vendor.active]), vendor)]


def document_rows(record: Record) -> list[Row]:
    """Returns a purchase order or bill as a row."""
    document = Document.model_validate(record)
    seen = content_hash([document.sync_token, document.is_deleted])
    return [Row(document.id, document.doc_number or document.id, seen, document)]


def quickbooks_vendors(
    books: QuickBooksClient,
    rules: BillQuickBooksOnlineConnection,
    company: Company,
    ledger: Ledger,
    vendors: Stream,
) -> Stream:
    """Returns the stream of vendors that changed in QuickBooks."""

    async def align(run: Run, rows: Sequence[Row]) -> Counterparts:
        """Returns what BILL says of these vendors now."""
        links = run.ledger.links_to(VENDORS, [row.id for row in rows])
        asked = _to_compare(rows, links)
        found = await vendors.reader.load(list(asked))
        known = run.ledger.records(VENDORS, asked.keys())
        wanted: dict[str, Body | None] = dict.fromkeys(asked.values())
        wanted |= {asked[row.id]: _vendor_body(row.content, company, links[asked[row.id]]) for row in found}
        return Counterparts(links, wanted, _coming(found, known, asked))

    return Stream(
        name="quickbooks_vendors",
        reader=_source(books, "Vendor", vendor_rows, rules, lambda: ledger.all_links(VENDORS)),
        align=align,
        decide=VendorCheck(rules),
        starts_now=True,
    )


def quickbooks_documents(
    bill: BillClient,
    books: QuickBooksClient,
    rules: BillQuickBooksOnlineConnection,
    company: Company,
    ledger: Ledger,
    bills: Stream,
    needs: Streams,
) -> Stream:
    """Returns the stream of purchase orders, or bills, that changed in QuickBooks."""
    entity = KINDS[rules.target_entity]
    references = Alignment(bill, books, needs, rules, company, entity, linked)

    async def align(run: Run, rows: Sequence[Row]) -> Counterparts:
        """Returns what BILL says of these documents now."""
        links = _of_kind(run.ledger.links_to(BILLS, [row.id for row in rows]), rules.target_entity)
        asked = _to_compare(rows, links)
        found = [row for row in await bills.reader.load(list(asked)) if row.id in asked] if asked else []
        refs = await references(run, found) if found else None
        known = run.ledger.records(BILLS, asked.keys())
        wanted: dict[str, Body | None] = dict.fromkeys(asked.values())
        unclear = set()
        for row in found if refs else ():
            try:
                wanted[asked[row.id]] = _document_body(row, refs, rules, company, entity)
            except (UnfitError, KeyError):
                unclear.add(asked[row.id])
        return Counterparts(links, wanted, _coming(found, known, asked), frozenset(unclear))

    return Stream(
        name="quickbooks_documents",
        reader=_source(
            books, entity, document_rows, rules, lambda: _of_kind(ledger.all_links(BILLS), rules.target_entity)
        ),
        align=align,
        decide=check_document,
        starts_now=True,
    )


def _source(
    books: QuickBooksClient,
    entity: str,
    rows: Callable[[Record], Sequence[Row]],
    rules: BillQuickBooksOnlineConnection,
    links: Callable[[], Mapping[str, Link]],
) -> Reader:
    def known() -> list[str]:
        return [link.target_id for link in links().values()]

    return QuickBooksSource(books, entity, rows, known, timedelta(minutes=rules.lag_minutes))


def _of_kind(links: Mapping[str, Link], kind: str) -> dict[str, Link]:
    """Returns those links that were made under the rule that holds now."""
    return {one: link for one, link in links.items() if link.kind == kind}


def _to_compare(rows: Sequence[Row], links: Mapping[str, Link]) -> dict[str, str]:
    """Returns those records, QuickBooks id by BILL id, that somebody else than we has changed."""
    there = {row.id: row.content for row in rows if row.id in links and not row.content.is_deleted}
    live = {one: links[one] for one in there if links[one].state == "live"}
    return {link.source_id: one for one, link in live.items() if there[one].changed_at != link.changed_at}


def _coming(rows: Sequence[Row], known: Mapping[str, Any], asked: Mapping[str, str]) -> frozenset[str]:
    changed = {row.id for row in rows if row.id not in known or known[row.id].source_hash != row.hash}
    return frozenset(asked[one] for one in changed)


def _vendor_body(vendor: BillVendor, company: Company, link: Link) -> Body | None:
    """Returns what QuickBooks should hold; None where BILL has the vendor out of use."""
    if vendor.archived:
        return None
    body = to_vendor(vendor, vendor.name or vendor.id, "", company)
    return told(body) if link.evidence else body  # what others entered there before us may stay


def _document_body(
    row: Row, known: Known | None, rules: BillQuickBooksOnlineConnection, company: Company, entity: str
) -> Body | None:
    """Returns what QuickBooks should hold; None where BILL has withdrawn the bill.

    Raises:
        UnfitError: the bill cannot be said in QuickBooks' terms any more.
        KeyError: something that it refers to is not there.
    """
    part: Part = row.content
    if part.bill.archived or known is None:
        return None
    made = coding(part, rules, company)
    if made is None:
        raise UnfitError("has lines of several departments")
    return to_document(part, made, known.refs, company, entity)
