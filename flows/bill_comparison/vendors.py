"""In which points BILL's vendors and those of the books do not agree: pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from blocks.bill.models import Vendor
from flows.bill_comparison.side import BillSide
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN
from tasks.state.models import Link

NAME = "vendors"
FIND = "Find out in its audit log what became of it, and map the BILL vendor to the right one."


class Entered(NamedTuple):
    """The vendors of the books, and how one is compared."""

    system: str  # the books' name, for people
    in_use: Mapping[str, bool]  # by the books' id
    points: Callable[[Vendor, str], list[str]]  # of a BILL vendor and the books' id of its counterpart
    remedy: Callable[[Vendor], str]  # for such a point


def of_vendors(side: BillSide, entered: Entered) -> Iterator[Difference]:
    """Yields vendors that are missing, out of use on one side only, or not the same."""
    links, system = side.links_of(NAME), entered.system
    for vendor in side.vendors.values():
        link = links.get(vendor.id)
        if link is not None:
            yield from _of_link(vendor, link, entered)
        elif not vendor.archived and not side.knows(NAME, vendor.id):
            yield _at(vendor, NONE, f"is in BILL, but not in {system}", RUN)
    for source_id, link in links.items():
        if source_id not in side.vendors and entered.in_use.get(link.target_id):
            what = f"is in use in {system}, but BILL does not have it"
            gone = f"Make the vendor inactive in {system}, unless BILL's support finds it."
            yield Difference(NAME, link.source_ref or source_id, NONE, link.target_id, what, gone)


def _of_link(vendor: Vendor, link: Link, entered: Entered) -> Iterator[Difference]:
    system, in_use = entered.system, entered.in_use.get(link.target_id)
    if in_use is None:
        if not vendor.archived:
            yield _at(vendor, f"no {link.target_id}", f"{system} does not have the linked vendor", FIND)
    elif vendor.archived:
        if in_use:
            retire = f"Run the connection; if it stays, make the vendor inactive in {system}, or restore it in BILL."
            yield _at(vendor, link.target_id, f"is archived in BILL, but in use in {system}", retire)
    else:
        for point in entered.points(vendor, link.target_id):
            yield _at(vendor, link.target_id, point, entered.remedy(vendor))


def _at(vendor: Vendor, theirs: str, what: str, remedy: str) -> Difference:
    return Difference(NAME, vendor.name or vendor.id, vendor.id, theirs, what, remedy)
