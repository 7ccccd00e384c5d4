"""Whether QAD has received what a bill bills: pure. This is the rule that bills are held by."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from blocks.exact import minor_units
from blocks.procurify.models import Bill
from blocks.procurify.orders import BY_AMOUNT
from flows.procurify_qad.levels import AMOUNT, QUANTITY, Level, There, received_of
from flows.procurify_qad.rounding import rounded

ONE, NOTHING = Decimal(1), Decimal(0)


class Sums(NamedTuple):
    """How much of something, by both measures."""

    quantity: Decimal = NOTHING
    amount: Decimal = NOTHING
    parts: int = 0  # of what was billed; Procurify has rounded each of them by itself

    def plus(self, other: "Sums") -> "Sums":
        """Returns both together."""
        return Sums(self.quantity + other.quantity, self.amount + other.amount, self.parts + other.parts)


class Ordered(NamedTuple):
    """What an order's line of Procurify is in QAD: one line, or several if it is split."""

    lines: tuple[str, ...]  # such as `PO10442/1`
    measure: str
    total: Decimal | None = None  # that was ordered, in the order's currency


class Billed(NamedTuple):
    """What a bill bills of one order's line."""

    item: str  # the order line's id in Procurify
    order: str  # the order's uuid; empty if it is not told
    measure: str
    sums: Sums
    received_there: Decimal | None  # what Procurify says was received of it


class Short(NamedTuple):
    """What QAD has not received yet, though it is billed."""

    level: Level  # enough for this bill and those that were posted
    billed: Decimal  # by this bill and all that go before it
    now: Decimal
    received_there: Decimal | None

    def __str__(self) -> str:
        """Says it with the numbers of both systems."""
        there = "" if self.received_there is None else f", Procurify {self.received_there.normalize():f}"
        lines = " and ".join(self.level.lines)
        return f"{lines}: billed {self.billed.normalize():f}, QAD received {self.now.normalize():f}{there}"


def billed_by(bill: Bill) -> list[Billed]:
    """Returns what a bill bills of each order's line; lines of no order, and costs, are none of it."""
    sums: defaultdict[str, Sums] = defaultdict(Sums)
    known: dict[str, tuple[str, str, Decimal | None]] = {}  # order, measure, and what Procurify has received
    for item in bill.items:
        line = item.orderitem
        if line is None or item.archived:
            continue
        by_amount = bool(item.bill_by_cost) or line.receive_method == BY_AMOUNT or item.quantity is None
        order, measure, _received = known.get(line.id, ("", QUANTITY, None))
        order = order or (item.po.uuid if item.po else line.purchase_order_uuid)
        known[line.id] = (order, AMOUNT if by_amount else measure, line.received_pass_qty)
        sums[line.id] = sums[line.id].plus(Sums(item.quantity or NOTHING, item.total_cost or NOTHING, 1))
    return [Billed(one, known[one][0], known[one][1], sums[one], known[one][2]) for one in sums]


def measured(billed: Billed, ordered: Ordered) -> str:
    """Returns by what a bill's part and QAD's lines compare: by quantity only if both have one."""
    return AMOUNT if AMOUNT in (billed.measure, ordered.measure) else QUANTITY


class Before(NamedTuple):
    """What other bills have billed, by the order line's id."""

    posted: Mapping[str, Sums]
    going: Mapping[str, Sums]  # by bills that go at the same time, and first


def shortfalls(
    billed: Sequence[Billed], ordered: Mapping[str, Ordered], before: Before, there: There, currency: str
) -> list[Short]:
    """Returns what QAD must still receive before a bill can be posted.

    A bill that goes at the same time may yet be refused by QAD. So it counts, but what is waited for is the level
    without it; once that is reached, the bill is decided about again.

    Args:
        billed: by the bill.
        ordered: QAD's lines by the order line's id.
        before: what other bills have billed.
        there: what QAD has received, by its lines.
        currency: the bill's.
    """
    short = []
    for one in billed:
        if (line := ordered.get(one.item)) is None:
            continue
        by_quantity = (measure := measured(one, line)) == QUANTITY
        posted = before.posted.get(one.item, Sums()).plus(one.sums)
        needed = _by(measure, posted, line, currency)
        together = _by(measure, posted.plus(before.going.get(one.item, Sums())), line, currency)
        now = received_of(line.lines, measure, currency, there)
        if together > now:
            level = Level(line.lines, measure, needed, "" if by_quantity else currency)
            short.append(Short(level, together, now, one.received_there if by_quantity else None))
    return short


def _by(measure: str, sums: Sums, line: Ordered, currency: str) -> Decimal:
    """Returns what was billed; what is above the line's total by no more than its parts' rounding is that total."""
    if measure == QUANTITY:
        return sums.quantity
    billed, roundings = rounded(sums.amount, currency), sums.parts * ONE.scaleb(-minor_units(currency))
    is_whole = line.total is not None and line.total < billed <= line.total + roundings
    return line.total if is_whole and line.total is not None else billed
