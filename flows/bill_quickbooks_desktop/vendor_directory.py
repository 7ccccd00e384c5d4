"""What is known of the vendors that a page of BILL's vendors may stand for in QuickBooks Desktop."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from blocks.bill.models import Vendor
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.texts import comparable, variants
from blocks.source import Row
from flows import counterparts
from flows.bill_quickbooks_desktop import lists
from flows.bill_quickbooks_desktop.mapping import readable_tax_id
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.vendor_fields import of_bill, of_quickbooks
from flows.counterparts import Dialect, later_ones
from flows.parties import Party
from tasks.run import Run
from tasks.state.ledger import Ledger
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link

VENDORS = "vendors"  # the stream
MADE_THERE = "quickbooks_vendors"  # the stream that makes BILL vendors of QuickBooks' own


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


class Made(NamedTuple):
    """The vendor in QuickBooks that a BILL vendor was made of, and the fields that it was made with."""

    of: str
    fields: dict[str, Any] | None


@dataclass(frozen=True)
class Directory(counterparts.Directory):
    """QuickBooks' vendors and terms, and what is known of the rows."""

    dialect: Dialect = DIALECT
    agreed: Mapping[str, dict[str, Any] | None] = field(default_factory=dict)  # by BILL id
    made: Mapping[str, Made] = field(default_factory=dict)  # by BILL id
    shared: frozenset[str] = frozenset()  # QuickBooks' ids of those that stand for several BILL vendors

    def owner(self, link: Link) -> str:
        """Returns which of the BILL vendors that share a QuickBooks vendor is the one whose fields count."""
        return self.taken.get(link.target_id, link.source_id)


async def directory(
    run: Run, books: QuickBooksDesktopClient, rules: BillQuickBooksDesktopConnection, rows: Sequence[Row]
) -> Directory:
    """Returns QuickBooks' vendors as they are now, and what is known of the rows."""
    ledger, ids = run.ledger, [row.id for row in rows]
    known = await lists.vendors(run, books)
    standing, shared = standing_for(ledger, rules, known.keys())
    links = ledger.links(VENDORS, ids)
    made = {one: Made(link.source_id, ledger.agreed(link)) for one, link in ledger.links_to(MADE_THERE, ids).items()}
    return Directory(
        known,
        await lists.listed(run, books, "Terms") if rules.terms else {},
        links,
        {to: link.source_id for to, link in standing.items()},
        later_ones(rows, links, rules, comparable),
        frozenset(),
        agreed={one: ledger.agreed(link) for one, link in links.items()},
        made=made,
        shared=shared,
    )


def standing_for(
    ledger: Ledger, rules: BillQuickBooksDesktopConnection, ids: Collection[str]
) -> tuple[dict[str, Link], frozenset[str]]:
    """Returns the links of BILL's vendors by ListID, and which of these stand for several, as only a mapping makes it.

    Of several, the link counts that is live and was there before any was mapped.
    """
    if not rules.vendors:
        return ledger.links_to(VENDORS, ids), frozenset()
    wanted, found = set(ids), defaultdict[str, list[Link]](list)
    for link in ledger.all_links(VENDORS).values():
        if link.target_id in wanted:
            found[link.target_id].append(link)
    first = {
        to: min(links, key=lambda one: (one.state != "live", one.source_id in rules.vendors, one.created_at))
        for to, links in found.items()
    }
    return first, frozenset(to for to, links in found.items() if sum(one.state == "live" for one in links) > 1)
