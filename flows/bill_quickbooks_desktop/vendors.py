"""Stream `vendors`: BILL's vendors are in QuickBooks Desktop, before any bill that needs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from blocks.bill.client import BillClient
from blocks.bill.models import Vendor
from blocks.bill.source import BillSource
from blocks.exact import Record
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.texts import comparable, variants
from blocks.quickbooks_desktop.values import changed_at, text
from blocks.quickbooks_desktop.vendor_target import VendorTarget
from blocks.source import Row, content_hash
from flows import counterparts
from flows.bill_quickbooks_desktop import lists
from flows.bill_quickbooks_desktop.mapping import new_vendor, readable_tax_id
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.vendor_fields import of_bill, of_quickbooks, same, to_quickbooks, winner
from flows.charts import named
from flows.counterparts import Dialect, counterpart, later_ones
from flows.merging import Merged, merged
from flows.parties import Party
from tasks.outcomes import Adopt, Agreed, Decision, Hold, Keep, Refuse, Write, in_target
from tasks.run import Run
from tasks.state.ledger import Ledger
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link
from tasks.stream import Stream

NAME, KIND = "vendors", "vendor"
MADE_THERE = "quickbooks_vendors"  # the stream that makes BILL vendors of QuickBooks' own
SEEN = ("name", "account_number", "email", "phone", "address", "additional_info", "bill_currency")


def _ours(vendor: Vendor) -> Party:
    fields = of_bill(vendor)
    address = fields["address"]
    return Party(readable_tax_id(vendor), fields["email"], address.get("line1", ""), address.get("zipOrPostalCode", ""))


def _theirs(vendor: Mirrored) -> Party:
    fields = of_quickbooks(vendor.body)
    address = fields["address"]
    return Party("", fields["email"], address.get("line1", ""), address.get("zipOrPostalCode", ""))


DIALECT = Dialect(
    SYSTEM, comparable, variants, _ours, _theirs, lambda vendor: ""
)  # a currency is a name there, not a code


@dataclass(frozen=True)
class Directory(counterparts.Directory):
    """QuickBooks' vendors and terms, and what is known of the rows."""

    dialect: Dialect = DIALECT
    agreed: Mapping[str, dict[str, Any] | None] = field(default_factory=dict)  # by BILL id
    made_there: Mapping[str, str] = field(default_factory=dict)  # BILL id -> QuickBooks id it was made of


@dataclass(frozen=True)
class VendorDecision:
    """What becomes of a BILL vendor."""

    rules: BillQuickBooksDesktopConnection
    scope: str

    def __call__(self, row: Row, directory: Directory) -> Decision:
        """Returns the decision: bring its vendor into agreement, adopt one with evidence, make one, or withdraw it."""
        vendor: Vendor = row.content
        link = directory.links.get(row.id)
        if vendor.archived:
            return _archived(link)
        if hold := self._unmapped_terms(vendor, directory):
            return hold
        if not of_bill(vendor)["name"]:
            return Refuse(f"Vendor {row.id} has no name that QuickBooks can hold", f"Name vendor {row.id} in BILL.")
        return self._known(row, vendor, link, directory) if link else self._new(row, vendor, directory)

    def _known(self, row: Row, vendor: Vendor, link: Link, directory: Directory) -> Decision:
        there = directory.vendors.get(link.target_id)
        if there is None:
            said = f"its QuickBooks vendor {link.target_id} is gone"
            remedy = (
                f'Map {row.id} to another vendor, or to "{counterparts.NEW}", under vendors in the connection file.'
            )
            mapped = self.rules.vendors.get(row.id)
            again = self._new(row, vendor, directory, link.revision + 1) if mapped else None
            return again or Hold(said, in_target(f"vendor {link.target_id}"), remedy, suspends=True)
        found = self._merged(vendor, there, directory.agreed.get(row.id))
        note = "in use again in BILL" if link.state != "live" else found.told()
        body = self._changes(vendor, found, directory, there)
        if link.state != "live":
            body["IsActive"] = True
        if body:
            return self._update(vendor, body, link.target_id, note, link.revision + 1, found)
        return _asks(row, there, found) or Keep(note, Agreed(found.agreed))

    def _new(self, row: Row, vendor: Vendor, directory: Directory, revision: int = 0) -> Decision:
        if own := directory.made_there.get(row.id):
            there = directory.vendors.get(own)
            why = f"made of QuickBooks vendor {own}"
            return self._adopted(row, vendor, directory, there, why) if there else Keep(f"{why}, which is gone")
        found = counterpart(vendor, directory, self.rules)
        if isinstance(found, Hold):
            return found
        if found is not None:
            return self._adopted(row, vendor, directory, found.vendor, found.why)
        body = new_vendor(vendor, directory.free_name(vendor), self._terms(vendor, directory), self.scope, revision)
        agreed = Agreed(of_bill(vendor))
        return Write("create", body, KIND, revision=revision, label=_currency(vendor), agreed=agreed)

    def _adopted(self, row: Row, vendor: Vendor, directory: Directory, there: Mirrored | None, why: str) -> Decision:
        if there is None:
            return Keep(why)
        found = self._merged(vendor, there, None)
        if body := self._changes(vendor, found, directory, there):
            return self._update(vendor, body, there.id, f"adopted: {why}", 0, found, why)
        adopt = Adopt(there.id, why, KIND, _currency(vendor), Agreed(found.agreed))
        asks = _asks(row, there, found)
        return Hold(asks.reason, asks.causes, asks.remedy, adopts=adopt) if asks else adopt

    def _merged(self, vendor: Vendor, there: Mirrored, agreed: dict[str, Any] | None) -> Merged:
        moment = changed_at(there.body)
        return merged(
            agreed,
            of_bill(vendor),
            of_quickbooks(there.body),
            lambda name: winner(self.rules, name, vendor.updated_time, moment),
            same,
        )

    def _changes(self, vendor: Vendor, found: Merged, directory: Directory, there: Mirrored) -> dict[str, Any]:
        """Returns what QuickBooks must take over, in its own terms."""
        fields = found.to_theirs
        name = directory.free_name(vendor) if "name" in fields else there.name
        body = to_quickbooks(fields, name)
        terms = self._terms(vendor, directory)
        if terms and text(there.body, "TermsRef", "ListID") != terms:
            body["TermsRef"] = {"ListID": terms}
        return body

    def _update(
        self,
        vendor: Vendor,
        body: dict[str, Any],
        target_id: str,
        note: str,
        revision: int,
        found: Merged,
        evidence: str = "",
    ) -> Write:
        return Write(
            "update",
            body,
            KIND,
            target_id,
            note,
            revision,
            label=_currency(vendor),
            evidence=evidence,
            agreed=Agreed(found.agreed | found.to_theirs),
        )

    def _mapped_terms(self, vendor: Vendor) -> str:
        return self.rules.terms.get(str((vendor.additional_info or {}).get("paymentTermId") or ""), "")

    def _terms(self, vendor: Vendor, directory: Directory) -> str:
        mapped = self._mapped_terms(vendor)
        found = named(directory.terms, mapped) if mapped else None
        return found.id if found else ""

    def _unmapped_terms(self, vendor: Vendor, directory: Directory) -> Hold | None:
        mapped = self._mapped_terms(vendor)
        if not mapped or named(directory.terms, mapped):
            return None
        said = f"its payment term is mapped to {mapped!r}, which {SYSTEM} does not have"
        return Hold(said, in_target(f"terms {mapped}"), "Add the terms there, or correct terms in the connection file.")


def _currency(vendor: Vendor) -> str:
    return vendor.bill_currency or ""


def _asks(row: Row, there: Mirrored, found: Merged) -> Hold | None:
    """Returns a hold if a person must say which side's edit counts; the vendor itself can be used meanwhile."""
    if not found.open:
        return None
    said = f"was edited on both sides since they last agreed: {found.told()}"
    remedy = (
        f"Make vendor {row.id} in BILL and {there.name!r} in QuickBooks equal, or set under vendor_edits"
        " in the connection file whose edit counts."
    )
    return Hold(said, in_target(f"{row.id} agreed"), remedy)


def _archived(link: Link | None) -> Decision:
    if link is None or link.state == "archived":
        return Keep("archived in BILL")
    note = "archived in BILL"
    return Write("archive", {"IsActive": False}, KIND, link.target_id, note, link.revision, "archived", link.label)


def rows(record: Record) -> list[Row]:
    """Returns the vendor as a row; its hash is of what QuickBooks gets to see."""
    vendor = Vendor.model_validate(record)
    seen = vendor.model_dump(mode="json", include=set(SEEN))
    return [Row(vendor.id, vendor.name or vendor.id, content_hash([seen, bool(vendor.archived)]), vendor)]


def vendors(
    bill: BillClient,
    books: QuickBooksDesktopClient,
    rules: BillQuickBooksDesktopConnection,
    ledger: Ledger,
    page_size: int,
) -> Stream:
    """Returns the stream of vendors."""

    async def align(run: Run, rows: Sequence[Row]) -> Directory:
        """Returns QuickBooks' vendors as they are now, and what is known of the rows."""
        known = await lists.vendors(run, books)
        terms = await lists.listed(run, books, "Terms") if rules.terms else {}
        taken = {to: link.source_id for to, link in ledger.links_to(NAME, known.keys()).items()}
        links = ledger.links(NAME, [row.id for row in rows])
        made = {one: link.source_id for one, link in ledger.links_to(MADE_THERE, [row.id for row in rows]).items()}
        return Directory(
            known,
            terms,
            links,
            taken,
            later_ones(rows, links, rules, comparable),
            frozenset(),
            agreed={one: ledger.agreed(link) for one, link in links.items()},
            made_there=made,
        )

    return Stream(
        name=NAME,
        reader=BillSource(bill.vendors, bill.vendor, rows, timedelta(minutes=rules.lag_minutes), page_size=page_size),
        align=align,
        decide=VendorDecision(rules, ledger.scope),
        targets={KIND: VendorTarget(books, at_once=rules.batch_size)},
        reference=True,
    )
