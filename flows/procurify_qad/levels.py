"""How much of an order's lines must be received, and is: pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import unquote

from blocks.qad.receipts import Received
from flows.procurify_qad.rounding import rounded

QUANTITY, AMOUNT = "quantity", "amount"
There = Mapping[str, Received]  # what QAD has received, by line, such as `PO10442/1`


class Level(NamedTuple):
    """So much of an order's lines, by quantity or by amount."""

    lines: tuple[str, ...]
    measure: str
    needed: Decimal
    currency: str = ""  # of an amount

    @property
    def id(self) -> str:
        """The level as one text."""
        parts = ("+".join(self.lines), self.measure, format(self.needed.normalize(), "f"), self.currency)
        return " ".join(filter(None, parts))

    @classmethod
    def of(cls, level_id: str) -> "Level":
        """Returns the level that this is the text of."""
        lines, measure, needed, *currency = level_id.split(" ")  # none of them has a blank
        return cls(tuple(lines.split("+")), measure, Decimal(needed), *currency)

    @staticmethod
    def is_one(text: str) -> bool:
        """Tells whether this is the text of a level."""
        return any(f" {measure} " in text for measure in (QUANTITY, AMOUNT))

    def now(self, there: There) -> Decimal:
        """Returns how much QAD has received."""
        return received_of(self.lines, self.measure, self.currency, there)


def received_of(lines: Iterable[str], measure: str, currency: str, there: There) -> Decimal:
    """Returns what was received of these lines together; an amount that QAD does not tell counts as nothing.

    Amounts are in whole minor units: QAD's unit costs have few decimal places, and seldom come to whole ones.
    """
    found = [there[one] for one in lines if one in there]
    if measure == QUANTITY:
        return sum((one.quantity for one in found), Decimal(0))
    return sum((rounded(one.amount or Decimal(0), currency) for one in found), Decimal(0))


def orders_of(lines: Iterable[str]) -> list[str]:
    """Returns the numbers of the orders that these lines belong to."""
    return sorted({unquote(one.rpartition("/")[0]) for one in lines})
