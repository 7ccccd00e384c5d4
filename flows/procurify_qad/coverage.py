"""Whether QAD has received what a bill bills: pure. This is the rule that bills are held by."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from blocks.procurify.models import Bill
from blocks.procurify.orders import BY_AMOUNT
from flows.procurify_qad.levels import AMOUNT, QUANTITY, Level, There, received_of

NOTHING = Decimal(0)


class Sums(NamedTuple):
    """How much of something, by both measures."""

    quantity: Decimal = NOTHING
    amount: Decimal = NOTHING

    def of(self, measure: str) -> Decimal:
        """Returns it by one of them."""
        return self.quantity if measure == QUANTITY else self.amount

    def plus(self, other: "Sums") -> "Sums":
        """Returns both together."""
        return Sums(self.quantity + other.quantity, self.amount + other.amount)


class Ordered(NamedTuple):
    """What an order's line of Procurify is in QAD: one line, or several if it is split."""

    lines: tuple[str, ...]  # such as `PO10442/1`
    measure: str


class Billed(NamedTuple):
    """What a bill bills of one order's line."""

    item: str  # the order line's id in Procurify
    order: str  # the order's uuid
    measure: str
    sums: Sums
    received_there: Decimal | None  # what Procurify says was received of it


class Short(NamedTuple):
    """What QAD has not received yet, though it is billed."""

    level: Level
    now: Decimal
    received_there: Decimal | None

    def __str__(self) -> str:
        """Says it with the numbers of both systems."""
        there = "" if self.received_there is None else f", Procurify {self.received_there.normalize():f}"
        return f"{' and '.join(self.level.lines)}: billed {self.level.needed:f}, QAD received {self.now:f}{there}"


def billed_by(bill: Bill) -> list[Billed]:
    """Returns what a bill bills of each order's line; lines of no order, and costs, are none of it."""
    sums: defaultdict[tuple[str, str], Sums] = defaultdict(Sums)
    known: dict[tuple[str, str], tuple[str, Decimal | None]] = {}
    for item in bill.items:
        line = item.orderitem
        if line is None or item.po is None:
            continue
        key = (line.id, item.po.uuid)
        by_amount = bool(item.bill_by_cost) or line.receive_method == BY_AMOUNT or item.quantity is None
        measure = AMOUNT if by_amount or known.get(key, (QUANTITY, None))[0] == AMOUNT else QUANTITY
        known[key] = (measure, line.received_pass_qty)
        sums[key] = sums[key].plus(Sums(item.quantity or NOTHING, item.total_cost or NOTHING))
    return [Billed(*key, known[key][0], sums[key], known[key][1]) for key in sums]


def shortfalls(
    billed: Sequence[Billed], ordered: Mapping[str, Ordered], before: Mapping[str, Sums], there: There
) -> list[Short]:
    """Returns what QAD must still receive before a bill can be posted.

    Args:
        billed: by the bill.
        ordered: QAD's lines by the order line's id.
        before: what bills that were posted have billed, by the order line's id.
        there: what QAD has received, by its lines.
    """
    short = []
    for one in billed:
        if (line := ordered.get(one.item)) is None:
            continue
        measure = AMOUNT if AMOUNT in (one.measure, line.measure) else QUANTITY
        needed = before.get(one.item, Sums()).plus(one.sums).of(measure)
        now = received_of(line.lines, measure, there)
        if needed > now:
            received_there = one.received_there if measure == QUANTITY else None
            short.append(Short(Level(line.lines, measure, needed), now, received_there))
    return short
