"""Whether what changed in QuickBooks agrees with BILL: the decisions, pure; what does not agree is listed.

Nothing is written to either system: BILL is where vendors and bills are kept, and a person decides what is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.quickbooks_online.models import Document, Vendor
from blocks.source import Row
from blocks.target import Body
from flows.bill_quickbooks_online.agreement import document_points, vendor_points
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from tasks.outcomes import Decision, Hold, Ignore, Keep, Refuse, in_target
from tasks.state.models import Link

NOT_OURS = "not from BILL"
WROTE = "as ml-connector wrote it"
COMING = "a change in BILL is on its way"


@dataclass(frozen=True)
class Counterparts:
    """What stands for these QuickBooks records in BILL."""

    links: Mapping[str, Link]  # by QuickBooks id
    wanted: Mapping[str, Body | None]  # what BILL asks for, by QuickBooks id; None where BILL has it no more
    coming: frozenset[str]  # QuickBooks ids whose BILL record changed and was not sent yet
    unclear: frozenset[str] = frozenset()  # QuickBooks ids whose BILL record cannot be said in QuickBooks' terms now

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.links):,} from BILL"


@dataclass(frozen=True)
class VendorCheck:
    """Whether a QuickBooks vendor exists in BILL too, and agrees."""

    rules: BillQuickBooksOnlineConnection

    def __call__(self, row: Row, known: Counterparts) -> Decision:
        """Returns that all is well, or the list of differences."""
        vendor: Vendor = row.content
        link = known.links.get(row.id)
        if link is None:
            return self._alone(row, vendor)
        if vendor.changed_at is not None and vendor.changed_at == link.changed_at:
            return Keep(WROTE)
        if vendor.is_deleted:
            return _differs(row, "is not in QuickBooks Online any more", link)
        if link.state == "archived":
            said = "is in use in QuickBooks Online, but archived in BILL"
            return Keep("out of use in both") if vendor.active is False else _differs(row, said, link)
        return _judged(row, link, known, lambda wanted: vendor_points(wanted, vendor))

    def _alone(self, row: Row, vendor: Vendor) -> Decision:
        if self.rules.quickbooks_only_vendors == "ignore" or vendor.active is False or vendor.is_deleted:
            return Ignore(NOT_OURS)
        said = "is in QuickBooks Online, but not in BILL"
        remedy = "Enter it in BILL if bills of it are to be paid there, or set quickbooks_only_vendors to ignore."
        return Hold(said, in_target(f"{row.ref} in BILL"), remedy)


def check_document(row: Row, known: Counterparts) -> Decision:
    """Returns whether a purchase order or bill still is what BILL says, or the list of differences."""
    document: Document = row.content
    link = known.links.get(row.id)
    if link is None:
        return Ignore(NOT_OURS)
    if document.changed_at is not None and document.changed_at == link.changed_at:
        return Keep(WROTE)
    if link.state == "archived":
        said = f"is open in QuickBooks Online, but its bill {link.source_ref} was withdrawn in BILL"
        is_out = document.is_deleted or document.po_status == "Closed"
        return Keep("withdrawn in both") if is_out else _differs(row, said, link)
    if document.is_deleted:
        return _differs(row, f"was deleted in QuickBooks Online, but bill {link.source_ref} is in use in BILL", link)
    return _judged(row, link, known, lambda wanted: document_points(wanted, document))


def _judged(row: Row, link: Link, known: Counterparts, points: Any) -> Decision:
    if row.id in known.coming:
        return Hold(COMING, in_target(f"{row.ref} sent"), "Nobody: it is compared again in the next run.")
    if row.id in known.unclear:
        said = f"cannot be compared: {link.source_ref} waits for something in BILL; see the record of that name"
        return Hold(said, in_target(f"{row.ref} comparable"), "It is compared again in the next run.")
    wanted = known.wanted.get(row.id)
    if wanted is None:
        return _differs(row, f"is in QuickBooks Online, but BILL has no {link.source_ref} that it could be", link)
    found = points(wanted)
    return _differs(row, f"differs from BILL: {'; '.join(found)}", link) if found else Keep("agrees with BILL")


def _differs(row: Row, said: str, link: Link) -> Refuse:
    remedy = (
        "Correct one of the two; or replay the record, which makes QuickBooks Online what BILL says:"
        f" `ml-connector replay {link.scope.split('@')[0]} --record-id {link.source_id}`."
    )
    return Refuse(said, remedy, in_target(f"{row.ref} corrected"))
