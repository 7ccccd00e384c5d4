"""Stream `vendors`: BILL's vendors become vendors in QuickBooks Online, before any bill that needs them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from blocks.bill.client import BillClient
from blocks.bill.models import Vendor
from blocks.bill.source import BillSource
from blocks.exact import Record
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.names import comparable
from blocks.quickbooks_online.vendor_target import VendorTarget
from blocks.source import Row, content_hash
from blocks.target import Body
from flows.bill_quickbooks_online.books import listed
from flows.bill_quickbooks_online.counterparts import Directory
from flows.bill_quickbooks_online.mapping import to_vendor
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.charts import named
from flows.counterparts import counterpart, later_ones
from flows.unfit import UnfitError
from tasks.outcomes import Decision, Hold, Keep, Refuse, Write, in_target
from tasks.run import Run
from tasks.state.ledger import Ledger
from tasks.state.models import Link
from tasks.stream import Stream

NAME, KIND = "vendors", "vendor"
HISTORY = "quickbooks_vendors"  # the stream that finds what was changed in QuickBooks alone
SEEN = ("name", "short_name", "account_number", "email", "phone", "address", "additional_info", "bill_currency")


@dataclass(frozen=True)
class VendorDecision:
    """What becomes of a BILL vendor."""

    rules: BillQuickBooksOnlineConnection
    company: Company

    def __call__(self, row: Row, directory: Directory) -> Decision:
        """Returns the decision: update its vendor, adopt one with evidence, make one, or take it out of use."""
        vendor: Vendor = row.content
        link = directory.links.get(row.id)
        if vendor.archived:
            return _archived(link)
        if hold := self._unmapped_term(vendor, directory):
            return hold
        try:
            return self._known(vendor, link, directory) if link else self._new(vendor, directory)
        except UnfitError as unfit:
            return Refuse(f"Vendor {row.id} {unfit}", f"Correct vendor {row.ref} in BILL.")

    def _known(self, vendor: Vendor, link: Link, directory: Directory) -> Decision:
        whole = self._body(vendor, vendor.name or "", directory)
        body = told(whole) if link.evidence else whole  # what others entered there before us is not ours to clear
        differs = link.target_id in directory.changed_there
        if link.sent_hash == content_hash(body) and link.state == "live" and not differs:
            return Keep()
        note = "in use again in BILL" if link.state != "live" else "differed from BILL" if differs else ""
        revision = link.revision + differs
        return Write("update", body, KIND, link.target_id, note, revision, label=self._currency(vendor))

    def _new(self, vendor: Vendor, directory: Directory) -> Decision:
        found = counterpart(vendor, directory, self.rules)
        if isinstance(found, Hold):
            return found
        body = self._body(vendor, vendor.name or "" if found else directory.free_name(vendor), directory)
        label = self._currency(vendor)
        if found is None:
            return Write("create", body, KIND, label=label)
        note = f"adopted: {found.why}"
        return Write("update", told(body), KIND, found.vendor.id, note, label=label, evidence=found.why)

    def _body(self, vendor: Vendor, name: str, directory: Directory) -> Body:
        term = named(directory.terms, self._term(vendor)) if self._term(vendor) else None
        return to_vendor(vendor, name, term.id if term else "", self.company)

    def _term(self, vendor: Vendor) -> str:
        """Returns what the vendor's payment term is mapped to; nothing if it is not."""
        return self.rules.terms.get(str((vendor.additional_info or {}).get("paymentTermId") or ""), "")

    def _unmapped_term(self, vendor: Vendor, directory: Directory) -> Hold | None:
        mapped = self._term(vendor)
        if not mapped or named(directory.terms, mapped):
            return None
        said = f"its payment term is mapped to {mapped!r}, which QuickBooks Online does not have"
        return Hold(said, in_target(f"term {mapped}"), "Add the term there, or correct terms in the connection file.")

    def _currency(self, vendor: Vendor) -> str:
        return vendor.bill_currency or self.company.home_currency


def told(body: Body) -> Body:
    """Returns the body without what BILL leaves empty."""
    return {name: value for name, value in body.items() if value not in ("", {})}


def _archived(link: Link | None) -> Decision:
    if link is None or link.state == "archived":
        return Keep("archived in BILL")
    note = "archived in BILL"
    return Write(
        "archive", {"Active": False}, KIND, link.target_id, note, link.revision, link_state="archived", label=link.label
    )


def rows(record: Record) -> list[Row]:
    """Returns the vendor as a row; its hash is of what QuickBooks gets to see."""
    vendor = Vendor.model_validate(record)
    seen = vendor.model_dump(mode="json", include=set(SEEN))
    return [Row(vendor.id, vendor.name or vendor.id, content_hash([seen, bool(vendor.archived)]), vendor)]


def vendors(
    bill: BillClient,
    books: QuickBooksClient,
    rules: BillQuickBooksOnlineConnection,
    company: Company,
    ledger: Ledger,
    page_size: int,
) -> Stream:
    """Returns the stream of vendors."""

    async def align(run: Run, rows: Sequence[Row]) -> Directory:
        """Returns QuickBooks' vendors as they are now, and what is known of the rows."""
        known = await listed(run, books, "Vendor")
        terms = await listed(run, books, "Term") if rules.terms else {}
        taken = {to: link.source_id for to, link in ledger.links_to(NAME, known.keys()).items()}
        links = ledger.links(NAME, [row.id for row in rows])
        linked = {link.target_id for link in links.values()}
        seen = ledger.records(HISTORY, linked)
        differing = frozenset(one for one, record in seen.items() if record.outcome == "refused")
        return Directory(known, terms, links, taken, later_ones(rows, links, rules, comparable), differing)

    return Stream(
        name=NAME,
        reader=BillSource(bill.vendors, bill.vendor, rows, timedelta(minutes=rules.lag_minutes), page_size=page_size),
        align=align,
        decide=VendorDecision(rules, company),
        targets={KIND: VendorTarget(books, _is_taken(ledger))},
        reference=True,
    )


def _is_taken(ledger: Ledger) -> Callable[[str], bool]:
    return lambda vendor_id: bool(ledger.links_to(NAME, [vendor_id]))
