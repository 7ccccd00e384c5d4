"""Stream `quickbooks_vendors`: vendors entered or edited in QuickBooks Desktop are in BILL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks.bill.account import SYSTEM as BILL
from blocks.bill.client import BillClient
from blocks.bill.models import Vendor
from blocks.bill.target import VendorTarget
from blocks.exact import Record
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.texts import comparable
from blocks.quickbooks_desktop.values import changed_at
from blocks.source import Row
from flows.bill_lists import vendors as bill_vendors
from flows.bill_quickbooks_desktop.changes import VENDOR, Changed, is_deleted
from flows.bill_quickbooks_desktop.lists import in_use
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.vendor_directory import VENDORS, standing_for
from flows.bill_quickbooks_desktop.vendor_fields import of_bill, of_quickbooks, same, to_bill, winner
from flows.merging import Merged, merged
from tasks.outcomes import EXCEPTIONS, Agreed, Decision, Hold, Ignore, Keep, Refuse, Write, in_source, in_target
from tasks.run import Run
from tasks.state.models import Link
from tasks.state.models import Record as Stored
from tasks.state.queries import ask_again
from tasks.stream import Stream

NAME, KIND = "quickbooks_vendors", "bill_vendor"
NEEDED = ("line1", "city", "zipOrPostalCode")  # of an address, in BILL
NOT_OURS = "not in BILL"


@dataclass(frozen=True)
class Counterparts:
    """What stands for these QuickBooks vendors in BILL."""

    links: Mapping[str, Link]  # of BILL's vendors, by ListID
    own: Mapping[str, Link]  # of those that were made in BILL of these, by ListID
    agreed: Mapping[str, dict[str, Any] | None]  # by ListID
    there: Mapping[str, Vendor]  # BILL's vendors as they are now, by ListID
    current: Mapping[str, Record]  # QuickBooks' as they are now, by ListID
    namesakes: Mapping[str, str]  # BILL ids of unlinked vendors, by name
    listed: frozenset[str] = frozenset()  # ListIDs of those whose BILL vendor is held

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.links):,} in both"


@dataclass(frozen=True)
class VendorCheck:
    """What an edit in QuickBooks means for BILL."""

    rules: BillQuickBooksDesktopConnection

    def __call__(self, row: Row, known: Counterparts) -> Decision:
        """Returns the decision: take the edit over, make the vendor in BILL, or say who must decide."""
        link = known.links.get(row.id)
        record = known.current.get(row.id, row.content)
        if link is None:
            return self._alone(row, record, known)
        vendor = known.there.get(row.id)
        if vendor is None:
            return Keep("as it was sent")
        if vendor.archived or link.state == "archived":
            said = "is in use in QuickBooks, but archived in BILL"
            return _refused(row, link, said) if _is_there(record) else Keep("out of use in both")
        if is_deleted(record):
            return _refused(row, link, "was deleted in QuickBooks, but is in use in BILL")
        if not in_use(record):
            return _refused(row, link, "is inactive in QuickBooks, but is in use in BILL")
        return self._edited(row, record, vendor, link, known)

    def _edited(self, row: Row, record: Record, vendor: Vendor, link: Link, known: Counterparts) -> Decision:
        found = self.compared(row, record, vendor, known)
        body = to_bill(found.to_ours, of_bill(vendor))
        if not body:
            agreed = Agreed(found.agreed, VENDORS, link.source_id)
            if found.open and row.id not in known.listed:
                said = f"was edited on both sides since they last agreed: {found.told()}"
                return Hold(said, in_target(f"{row.ref} listed"), f"See vendor {link.source_id} of BILL.")
            return Keep(_says(found), agreed)
        agreed = Agreed(found.agreed | found.to_ours, VENDORS, link.source_id)
        own = known.own.get(row.id)
        note = found.told() or "edited in QuickBooks"
        revision = own.revision + 1 if own else 0
        return Write("update", body, KIND, link.source_id, note, revision, agreed=agreed)

    def compared(self, row: Row, record: Record, vendor: Vendor, known: Counterparts) -> Merged:
        """Returns what either side must take over from the other."""
        moment = changed_at(record)
        return merged(
            known.agreed.get(row.id),
            of_bill(vendor),
            of_quickbooks(record),
            lambda name: winner(self.rules, name, vendor.updated_time, moment),
            same,
        )

    def _alone(self, row: Row, record: Record, known: Counterparts) -> Decision:
        if is_deleted(record) or not in_use(record) or self.rules.quickbooks_only_vendors == "ignore":
            return Ignore(NOT_OURS)
        if row.id in known.own:
            return Keep("made in BILL")
        if namesake := known.namesakes.get(comparable(row.ref)):
            said = f"BILL has a vendor of that name, {namesake}, that is not known to be the same"
            remedy = f'Map {namesake} to {row.id}, or to "new", under vendors in the connection file.'
            return Hold(said, in_target(f"{row.ref} in BILL"), remedy)
        if self.rules.quickbooks_only_vendors == "list":
            remedy = "Enter it in BILL if bills of it are to be paid there, or set quickbooks_only_vendors to create."
            return Hold("is in QuickBooks Desktop, but not in BILL", in_target(f"{row.ref} in BILL"), remedy)
        fields = of_quickbooks(record)
        lacking = [name for name in NEEDED if not (fields["address"] or {}).get(name)]
        if lacking:
            said = f"has no {' and no '.join(lacking)} in its address, which {BILL} insists on"
            return Hold(said, in_source(row.id), f"Complete the address of {row.ref!r} in QuickBooks.")
        body = {name: value for name, value in to_bill(fields, {}).items() if value} | {"accountType": "BUSINESS"}
        return Write("create", body, KIND, note="entered in QuickBooks", agreed=Agreed(fields))


def _is_there(record: Record) -> bool:
    return in_use(record) and not is_deleted(record)


def _says(found: Merged) -> str:
    """Returns what to say of a vendor that BILL need not take anything over of."""
    if emptied := " and its ".join(found.to_ours):
        return f"its {emptied} was emptied in QuickBooks, which BILL cannot be told; BILL's stays"
    return found.told() or "agrees with BILL"


def _refused(row: Row, link: Link, said: str) -> Refuse:
    again = "map it to another one" if is_deleted(row.content) else f"put {row.ref!r} to use again in QuickBooks"
    return Refuse(said, f"Archive vendor {link.source_id} in BILL, or {again}.", in_target(f"{row.ref} in use"))


def quickbooks_vendors(
    bill: BillClient,
    books: QuickBooksDesktopClient,
    rules: BillQuickBooksDesktopConnection,
    run: Run,
    vendors: Stream,
) -> Stream:
    """Returns the stream of vendors that were entered or edited in QuickBooks."""

    async def align(run: Run, rows: Sequence[Row]) -> Counterparts:
        """Returns what BILL says of these vendors now."""
        links, _shared = standing_for(run.ledger, rules, [row.id for row in rows])
        agreed = {one: run.ledger.agreed(link) for one, link in links.items()}
        edited = [row for row in rows if row.id in links and _is_edited(row.content, agreed[row.id])]
        current = await books.by_ids(VENDOR.by_ids([row.id for row in edited])) if edited else {}
        asked = {links[row.id].source_id: row.id for row in edited}
        there = {asked[one.id]: one.content for one in await vendors.reader.load(list(asked))} if asked else {}
        records = run.ledger.records(VENDORS, asked.keys())
        known = Counterparts(
            links,
            run.ledger.links(NAME, [row.id for row in rows]),
            agreed,
            there,
            current,
            await _namesakes(run, bill) if any(row.id not in links for row in rows) else {},
            frozenset(to for one, to in asked.items() if one in records and records[one].outcome == "held"),
        )
        _list_open(run, VendorCheck(rules), edited, known, records)
        return known

    return Stream(
        name=NAME,
        reader=Changed(run, books, VENDOR),
        align=align,
        decide=VendorCheck(rules),
        targets={KIND: VendorTarget(bill)},
        starts_now=True,
    )


def _is_edited(record: Record, agreed: Mapping[str, Any] | None) -> bool:
    """Tells whether the vendor may say something that BILL does not know."""
    if is_deleted(record) or not in_use(record) or agreed is None:
        return True
    fields = of_quickbooks(record)
    return any(name not in agreed or not same(name, agreed[name], value) for name, value in fields.items())


async def _namesakes(run: Run, bill: BillClient) -> dict[str, str]:
    known = await bill_vendors(run, bill)
    linked = run.ledger.links(VENDORS, known.keys())
    made = run.ledger.links_to(NAME, known.keys())
    free = (one for one in known.values() if one.active and one.id not in linked and one.id not in made)
    return {comparable(one.name): one.id for one in free}


def _list_open(
    run: Run, check: VendorCheck, edited: Sequence[Row], known: Counterparts, records: Mapping[str, Stored]
) -> None:
    """BILL's vendors whose edits a person must decide about are looked at as such in the next run, which lists them."""
    told = [row for row in edited if row.id in known.there and row.id in known.current]
    compared = {row.id: check.compared(row, known.current[row.id], known.there[row.id], known) for row in told}
    undecided = [known.links[one].source_id for one, found in compared.items() if found.open]
    unlisted = [one for one in undecided if one in records and records[one].outcome not in EXCEPTIONS]
    ledger = run.ledger
    if unlisted and not run.dry:
        ask_again(ledger.store, ledger.connection, pair=ledger.pair, outcome=None, ids=unlisted)
