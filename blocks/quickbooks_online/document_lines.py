"""Lines of a document that changes: ours take the places of those that are there, so that links to them stay."""

from collections.abc import Sequence
from itertools import zip_longest

from blocks.exact import Record, money
from blocks.quickbooks_online.values import text

ACCOUNT, ITEM = "AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail"
PURPOSE = {ACCOUNT: "AccountRef", ITEM: "ItemRef"}
CLASS = "ClassRef"
IDENTITY = frozenset({"Id", "LinkedTxn"})  # a line that lost its links would free what it is linked to
_OURS = frozenset({"Description", "Amount", "DetailType", "LineNum", "Received", ACCOUNT, ITEM})
_OURS_OF_DETAIL = frozenset({"AccountRef", "ItemRef", "Qty", "UnitPrice"})
_OF_THE_AMOUNT = frozenset({"TaxAmount", "TaxInclusiveAmt"})  # wrong as soon as the amount is another


def merged_lines(held: Sequence[Record], ours: Sequence[Record]) -> list[Record]:
    """Returns our lines under the ids of those that the document holds, in order; what is left over goes.

    What people added to a line (a customer, a tax code) stays as long as its account or item does. Classes are ours
    as soon as one of our lines names one, or says that it has none.
    """
    gone = _OURS_OF_DETAIL | ({CLASS} if any(CLASS in detail(line) for line in ours) else set())
    pairs = zip_longest(held[: len(ours)], ours, fillvalue=None)
    return [_merged(old or {}, line or {}, gone) for old, line in pairs]


def detail(line: Record) -> Record:
    """Returns what the line is booked to, whichever kind it is of."""
    held = line.get(str(line.get("DetailType")))
    return held if isinstance(held, dict) else {}


def purpose(line: Record) -> str:
    """Returns the id of the account or item that the line is booked to."""
    return text(detail(line), PURPOSE.get(str(line.get("DetailType")), ""), "value")


def _merged(old: Record, line: Record, gone: frozenset[str] | set[str]) -> Record:
    ours = {name: value for name, value in line.items() if name != "Id"}
    if old.get("DetailType") != line.get("DetailType") or purpose(old) != purpose(line):
        return {name: old[name] for name in IDENTITY & old.keys()} | ours
    if money(old.get("Amount")) != money(line.get("Amount")):
        gone = gone | _OF_THE_AMOUNT
    kept = {name: value for name, value in old.items() if name not in _OURS}
    booked = {name: value for name, value in detail(old).items() if name not in gone} | detail(line)
    return kept | ours | {str(line.get("DetailType")): booked}
