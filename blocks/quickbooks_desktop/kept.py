"""Whether QuickBooks Desktop stored what was sent; it passes over what this edition does not provide for."""

from collections.abc import Iterator
from decimal import Decimal

from blocks.exact import Record
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.fields import Field, Shape
from blocks.quickbooks_desktop.fitting import is_reference, same
from blocks.quickbooks_desktop.kinds import Kind
from blocks.quickbooks_desktop.values import amount, changed_at, is_empty, rows, text
from blocks.target import Body, Found

_CHECKED = frozenset({"RefNumber", "TxnDate", "DueDate", "TxnID", "Amount"})  # besides the references


def found(kind: Kind, body: Body, record: Record) -> Found:
    """Returns the record as it is stored, which state of it that is, and what of it is not as it was sent."""
    return Found(
        text(record, kind.id), record, changed_at(record), unkept(kind, body, record), text(record, "EditSequence")
    )


def unkept(kind: Kind, body: Body, record: Record) -> str:
    """Returns one sentence that names what was not stored as the fitted body sends it; nothing if all was."""
    named = [*_fields(kind.shape, body, record), *_lines(kind, body, record)]
    if not named:
        return ""
    listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return f"{SYSTEM} did not keep {listed}"


def _fields(shape: Shape, body: Body, record: Record) -> Iterator[str]:
    for field in shape:
        if field.many or not _is_checked(field) or is_empty(body.get(field.name)):
            continue
        if not same(field, body[field.name], record.get(field.name)):
            yield field.name


def _lines(kind: Kind, body: Body, record: Record) -> Iterator[str]:
    if kind.lines is None or not body.get(kind.lines.sent):
        return
    sent, held = rows(body, kind.lines.sent), rows(record, kind.lines.held)
    ours = sum((amount(line, kind.lines.amount) for line in sent), Decimal(0))
    theirs = amount(record, kind.lines.total) if record.get(kind.lines.total) else ours
    items = rows(record, "ItemLines")  # which people have added, on top of what was sent
    if ours != theirs and not items:
        yield f"the total ({ours} became {theirs})"
    if not held:
        return
    if len(sent) != len(held):
        yield f"the lines ({len(sent)} became {len(held)})"
        return
    shape = next(field.parts for field in kind.shape if field.name == kind.lines.sent)
    for number, line in enumerate(sent, 1):  # in any order: a line that was added to others stands below them
        place = next((at for at, stored in enumerate(held) if not any(_fields(shape, line, stored))), None)
        if place is None:
            yield f"line {number}"
        else:
            del held[place]


def _is_checked(field: Field) -> bool:
    return is_reference(field) or field.name in _CHECKED
