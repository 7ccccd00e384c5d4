"""How a difference in one point reads, for people: pure."""

from decimal import Decimal
from typing import Any

from flows.parties import plain


def point(what: str, ours: Any, theirs: Any, same: bool | None = None) -> str:
    """Returns what differs; nothing if both say the same.

    Args:
        what: the field, for people.
        ours: what BILL says.
        theirs: what the other system says.
        same: whether they mean the same; found out by their texts if it is not said.
    """
    agrees = plain(ours) == plain(theirs) if same is None else same
    return "" if agrees else f"{what} is {shown(theirs)}, and {shown(ours)} in BILL"


def shown(value: Any) -> str:
    """Returns a value as people read it: amounts with cents, and `empty` for nothing."""
    if isinstance(value, Decimal) and value == round(value, 2):
        return f"{value:.2f}"
    return "empty" if value in (None, "") else str(value)
