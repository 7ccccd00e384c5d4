"""Stream `vendors`: BILL's vendors are in QuickBooks Desktop, before any bill that needs them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from blocks.bill.client import BillClient
from blocks.bill.models import Vendor
from blocks.bill.source import BillSource
from blocks.exact import Record
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.values import changed_at, text
from blocks.quickbooks_desktop.vendor_target import VendorTarget
from blocks.source import Row, content_hash
from blocks.target import Body
from flows.bill_quickbooks_desktop.edits import in_edits
from flows.bill_quickbooks_desktop.mapping import new_vendor
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.vendor_directory import VENDORS, Directory, directory
from flows.bill_quickbooks_desktop.vendor_fields import of_bill, of_quickbooks, renamed, same, to_quickbooks, winner
from flows.charts import named
from flows.counterparts import MAPPED, NEW, counterpart
from flows.merging import Merged, merged
from tasks.outcomes import Adopt, Agreed, Decision, Hold, Keep, Refuse, Write, in_target
from tasks.run import Run
from tasks.state.ledger import Ledger
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link
from tasks.stream import Stream

NAME, KIND = VENDORS, "vendor"
SEEN = ("name", "account_number", "email", "phone", "address", "additional_info", "bill_currency")


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
            return _archived(link, directory)
        if hold := self._unmapped_terms(vendor, directory):
            return hold
        if not of_bill(vendor)["name"]:
            return Refuse(f"Vendor {row.id} has no name that QuickBooks can hold", f"Name vendor {row.id} in BILL.")
        return self._known(row, vendor, link, directory) if link else self._new(row, vendor, directory)

    def _known(self, row: Row, vendor: Vendor, link: Link, directory: Directory) -> Decision:
        mapped = self.rules.vendors.get(row.id, "")
        there = directory.vendors.get(link.target_id)
        if mapped != link.target_id and mapped in directory.vendors:  # another one, and by its id
            return self._adopted(row, vendor, directory, directory.vendors[mapped], MAPPED)
        if there is None:
            again = self._new(row, vendor, directory, link.revision + 1) if mapped else None
            return again or _gone(row, link.target_id)
        if (owner := directory.owner(link)) != row.id:
            return _sharing(link, owner)
        found = self._merged(vendor, there, directory.agreed.get(row.id))
        note = "in use again in BILL" if link.state != "live" else found.told()
        body = self._changes(vendor, found, directory, there)
        if link.state != "live":
            body["IsActive"] = True
        if body:
            return self._update(vendor, body, link.target_id, note, link.revision + 1, found)
        return _asks(row, there, found) or Keep(note, Agreed(found.agreed))

    def _new(self, row: Row, vendor: Vendor, directory: Directory, revision: int = 0) -> Decision:
        made = directory.made.get(row.id)
        if made and row.id not in self.rules.vendors:
            if made.of not in directory.vendors:
                return _gone(row, made.of)
            there, why = directory.vendors[made.of], f"made of QuickBooks vendor {made.of}"
            return self._adopted(row, vendor, directory, there, why, made.fields)
        found = counterpart(vendor, directory, self.rules)
        if isinstance(found, Hold):
            return found
        if found is not None:
            return self._adopted(row, vendor, directory, found.vendor, found.why)
        body = new_vendor(vendor, directory.free_name(vendor), self._terms(vendor, directory), self.scope, revision)
        agreed = Agreed(of_bill(vendor))
        return Write("create", body, KIND, revision=revision, label=_currency(vendor), agreed=agreed)

    def _adopted(
        self,
        row: Row,
        vendor: Vendor,
        directory: Directory,
        there: Mirrored,
        why: str,
        agreed: dict[str, Any] | None = None,
    ) -> Decision:
        if (owner := directory.taken.get(there.id, row.id)) != row.id:
            return Adopt(there.id, f"{why}; its fields are those of BILL vendor {owner}", KIND, _currency(vendor))
        found = self._merged(vendor, there, agreed)
        body = self._changes(vendor, found, directory, there)
        if not there.active:
            body["IsActive"] = True
        if body:
            link = directory.links.get(row.id)
            revision = link.revision + 1 if link else 0
            return self._update(vendor, body, there.id, f"adopted: {why}", revision, found, why)
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

    def _changes(self, vendor: Vendor, found: Merged, directory: Directory, there: Mirrored) -> Body:
        """Returns what QuickBooks must take over, in its own terms."""
        fields, printed = found.to_theirs, of_bill(vendor)["name"]
        body = renamed(there.body, printed) if "name" in fields else {}
        body |= to_quickbooks(fields, directory.free_name(vendor) if "name" in fields else there.name, printed)
        terms = self._terms(vendor, directory)
        if terms and text(there.body, "TermsRef", "ListID") != terms:
            body["TermsRef"] = {"ListID": terms}
        return body

    def _update(
        self,
        vendor: Vendor,
        body: Body,
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
    return Hold(said, in_edits(row.id, there), remedy)


def _gone(row: Row, list_id: str) -> Hold:
    said = f"its QuickBooks vendor {list_id} is gone"
    remedy = f'Map {row.id} to another vendor, or to "{NEW}", under vendors in the connection file.'
    return Hold(said, in_target(f"vendor {list_id}"), remedy, suspends=True)


def _sharing(link: Link, owner: str) -> Decision:
    said = f"shares QuickBooks vendor {link.target_id} with BILL vendor {owner}, whose fields count"
    return Keep(said) if link.state == "live" else Adopt(link.target_id, said, KIND, link.label)


def _archived(link: Link | None, directory: Directory) -> Decision:
    if link is None or link.state == "archived":
        return Keep("archived in BILL")
    if link.target_id in directory.shared:
        return Keep(f"archived in BILL; its QuickBooks vendor {link.target_id} stands for another one, too")
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
        return await directory(run, books, rules, rows)

    return Stream(
        name=NAME,
        reader=BillSource(bill.vendors, bill.vendor, rows, timedelta(minutes=rules.lag_minutes), page_size=page_size),
        align=align,
        decide=VendorDecision(rules, ledger.scope),
        targets={KIND: VendorTarget(books, rules.batch_size, _stands_for_another(ledger))},
        reference=True,
    )


def _stands_for_another(ledger: Ledger) -> Callable[[str], bool]:
    return lambda list_id: bool(ledger.links_to(NAME, [list_id]))
