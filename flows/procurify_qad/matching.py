"""Which receipts an invoice is matched with when it arrives with its matching lines: pure."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from blocks.qad.purchasing import Receipt
from blocks.target import Body
from flows.procurify_qad.coverage import Billed, Ordered, measured
from flows.procurify_qad.levels import QUANTITY
from flows.procurify_qad.rounding import NOTHING, rounded, spread

PIECE = Decimal("0.00001")  # the finest part of a quantity


class Taken(NamedTuple):
    """What is matched of a receipt."""

    receipt: Receipt
    quantity: Decimal
    weight: Decimal  # its share in what the bill bills of the line


class OpenReceipts:
    """The receipts that no invoice has been matched with yet; bills take of them in their turn."""

    def __init__(self, there: Mapping[str, Sequence[Receipt]]) -> None:
        """Begins with the open receipts of each order's line of Procurify, oldest first."""
        self._there = there
        self._used: dict[str, Decimal] = {}  # by receipt: what bills of this page have taken

    def matching(self, billed: Sequence[Billed], ordered: Mapping[str, Ordered], currency: str) -> list[Body]:
        """Returns the matching lines of an invoice; their amounts are what the bill bills of orders, to the cent.

        Without open receipts for all of it there are none, and people match the invoice in QAD.
        """
        taken = {one.item: list(self._taken(one, ordered, currency)) for one in billed}
        if any(one.sums.amount and not taken[one.item] for one in billed):
            return []
        for one in (part for parts in taken.values() for part in parts):
            self._used[one.receipt.id] = self._used.get(one.receipt.id, NOTHING) + one.quantity
        return [line for one in billed for line in self._lines(one, taken[one.item], currency)]

    def _taken(self, billed: Billed, ordered: Mapping[str, Ordered], currency: str) -> list[Taken]:
        """Returns what covers this part of a bill; nothing if the open receipts do not."""
        line = ordered.get(billed.item)
        if line is None:
            return []
        by_quantity = measured(billed, line) == QUANTITY
        left = billed.sums.quantity if by_quantity else rounded(billed.sums.amount, currency)
        found = []
        for receipt in self._there.get(billed.item, ()):
            taken = self._of_receipt(receipt, left, currency, by_quantity=by_quantity)
            if taken is not None:
                found.append(taken)
                left -= taken.weight
        return found if left == NOTHING else []

    def _of_receipt(self, receipt: Receipt, left: Decimal, currency: str, *, by_quantity: bool) -> Taken | None:
        free = (receipt.quantity_open or NOTHING) - self._used.get(receipt.id, NOTHING)
        if free <= NOTHING or left <= NOTHING:
            return None
        if by_quantity:
            return Taken(receipt, min(left, free), min(left, free))
        worth = rounded(free * (receipt.cost or NOTHING), currency)
        if worth <= left:
            return Taken(receipt, free, worth) if worth else None
        return Taken(receipt, min(free, (free * left / worth).quantize(PIECE, ROUND_HALF_UP)), left)

    def _lines(self, billed: Billed, taken: Sequence[Taken], currency: str) -> Iterator[Body]:
        amounts = spread(rounded(billed.sums.amount, currency), [one.weight for one in taken], currency)
        for one, amount in zip(taken, amounts, strict=True):
            yield {
                "receiver": one.receipt.receiver,
                "purchase_order": one.receipt.purchase_order,
                "purchase_order_line": one.receipt.line,
                "quantity": one.quantity,
                "amount": amount,
                # By this bill alone: who comes first of those that share a receipt is not known here.
                "is_finished": one.quantity == one.receipt.quantity_open,
            }
