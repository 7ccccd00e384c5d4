"""Lines of a bill that changes: ours take the places of those that are there, and every line that stays is named.

QuickBooks deletes each line that a change does not name, and wants those that it names in the order of the bill.
"""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from blocks.exact import Record
from blocks.quickbooks_desktop.answers import ITEMS
from blocks.quickbooks_desktop.fields import Shape
from blocks.quickbooks_desktop.fitting import same
from blocks.quickbooks_desktop.values import amount, is_empty, rows, text
from blocks.target import Body

LINE_ID, NEW = "TxnLineID", "-1"
ADDED, CHANGED, STORED = "ExpenseLineAdd", "ExpenseLineMod", "ExpenseLineRet"
_Pair = tuple[Record | None, Body]


def changed_lines(shape: Shape, bill: Record, ours: Sequence[Body]) -> Body:
    """Returns the fields of a change after which the bill has these lines by account; nothing if it has them.

    Lines by item, which people have added, stay. What people added to a line of ours stays with that line.
    """
    held = rows(bill, STORED)
    pairs = _replaced(_pairs(held, ours))
    sent = [_line(shape, old, line) for old, line in pairs]
    unchanged = [old for old, _line_ in pairs] == held and all(line.keys() == {LINE_ID} for line in sent)
    if unchanged:
        return {}
    lines: Body = {CHANGED: sent} if sent else {"ClearExpenseLines": True}
    return {**lines, ITEMS: items} if (items := _kept_items(bill)) else lines


def _pairs(held: Sequence[Record], ours: Sequence[Body]) -> list[_Pair]:
    """Returns our lines with the lines that they take the place of, in the bill's order; new ones come last."""
    ids = {text(line, "AccountRef", "FullName").casefold(): text(line, "AccountRef", "ListID") for line in held}
    matcher = SequenceMatcher(None, [_key(line, ids) for line in held], [_key(line, ids) for line in ours], False)
    paired: list[_Pair] = []
    new: list[_Pair] = []
    for _tag, old_from, old_to, from_, to in matcher.get_opcodes():
        places = min(old_to - old_from, to - from_)
        paired += zip(held[old_from : old_from + places], ours[from_ : from_ + places], strict=True)
        new += [(None, line) for line in ours[from_ + places : to]]
    return paired + new


def _replaced(pairs: Sequence[_Pair]) -> list[_Pair]:
    """Returns the pairs; a line that no longer refers to something, such as a class, becomes a new one.

    Whether an empty element takes a reference off a line, QuickBooks nowhere says.
    """
    stay = [pair for pair in pairs if not _lets_go(*pair)]
    return stay + [(None, line) for old, line in pairs if _lets_go(old, line)]


def _lets_go(old: Record | None, line: Body) -> bool:
    return old is not None and any(value == {} and not is_empty(old.get(name)) for name, value in line.items())


def _key(line: Mapping[str, Any], ids: Mapping[str, str]) -> tuple[str, ...]:
    account = text(line, "AccountRef", "ListID")
    name = text(line, "AccountRef", "FullName").casefold()
    return account or ids.get(name, name), str(amount(line, "Amount").normalize()), text(line, "Memo")


def _line(shape: Shape, old: Record | None, line: Body) -> Body:
    if old is None:
        return {LINE_ID: NEW} | {name: value for name, value in line.items() if value not in ("", None, {})}
    differing = {
        field.name: line[field.name]
        for field in shape
        if field.name in line and not same(field, line[field.name], old.get(field.name))
    }
    return {LINE_ID: text(old, LINE_ID)} | differing


def _kept_items(bill: Record) -> list[Body]:
    """Returns the lines by item and by group of items, each only named, so that it stays as it is."""
    return [
        {f"{name.removesuffix('Ret')}Mod": {LINE_ID: text(line, LINE_ID)}}
        for entry in rows(bill, ITEMS)
        for name, line in entry.items()
    ]
