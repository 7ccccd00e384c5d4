"""Which bills QuickBooks Desktop has already, though they are not linked: pure.

Somebody entered them by hand, or another program did; or they were sent by this one, whose memory is older than that.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from blocks.bill.models import Bill
from blocks.exact import Record
from blocks.quickbooks_desktop.markers import FIELD, same_marker
from blocks.quickbooks_desktop.models import Bill as Entry
from blocks.quickbooks_desktop.values import amount, text
from blocks.source import Row
from flows.bill_lines import NOTHING, amount_of
from flows.bill_quickbooks_desktop.mapping import mark_of, number_of

GENERATIONS = 5  # of the marks of one bill that are looked for; each is made by a person's replay


class Entered(NamedTuple):
    """What QuickBooks has of bills that are not linked."""

    same: Mapping[str, Record]  # by row id: the bill itself
    alike: Mapping[str, Record]  # by row id: of the same vendor and number, but otherwise another


NOTHING_ENTERED = Entered({}, {})


def entered(
    new: Sequence[Row], found: Sequence[Record], linked: Collection[str], vendors: Mapping[str, str], scope: str
) -> Entered:
    """Returns which of QuickBooks' bills are these; each of them stands for one bill only, and voided ones for none.

    Args:
        new: bills of BILL that are not linked.
        found: QuickBooks' bills with the numbers of these.
        linked: TxnIDs of those that stand for some bill.
        vendors: QuickBooks' ids by BILL's.
        scope: whose marks are looked for.
    """

    def is_marked(record: Record, bill: Bill) -> bool:
        """Tells whether the bill was sent by us, for this one."""
        return generation_of(record, scope, bill.id) is not None

    left = defaultdict[tuple[str, str], list[Record]](list)
    for one in found:
        if text(one, "TxnID") not in linked and not is_voided(one):
            left[text(one, "VendorRef", "ListID"), text(one, "RefNumber")].append(one)
    same: dict[str, Record] = {}
    for is_it in (is_marked, _is_equal):  # a mark tells more than an amount
        for row in new:
            pool = left[_key(row, vendors)]
            known = next((one for one in pool if is_it(one, row.content)), None) if row.id not in same else None
            if known is not None:
                same[row.id] = known
                pool.remove(known)
    alike = {row.id: left[_key(row, vendors)][0] for row in new if row.id not in same and left[_key(row, vendors)]}
    return Entered(same, alike)


def generation_of(record: Record, scope: str, bill_id: str) -> int | None:
    """Returns which of the bills that we made of it this one is by its mark, counted from 0; None if it is none."""
    held = text(record, FIELD)
    marked = (number for number in range(GENERATIONS) if same_marker(held, mark_of(scope, bill_id, number)))
    return next(marked, None)


def is_voided(record: Record) -> bool:
    """Tells whether a bill was voided; it stays, with nothing in it."""
    return Entry.model_validate(record).is_voided


def _is_equal(record: Record, bill: Bill) -> bool:
    total = sum(map(amount_of, bill.bill_line_items), NOTHING)
    dated = bill.invoice.invoice_date
    return amount(record, "AmountDue") == total and text(record, "TxnDate") == (dated.isoformat() if dated else "")


def _key(row: Row, vendors: Mapping[str, str]) -> tuple[str, str]:
    return vendors.get(row.content.vendor_id or "", ""), number_of(row.content)
