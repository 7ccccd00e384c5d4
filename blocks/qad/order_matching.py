"""Which order and which of its lines in QAD stand for what is wanted; nothing is asked or written here."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from blocks.errors import RefusedError
from blocks.exact import Record, money
from blocks.qad.profile import SYSTEM
from blocks.qad.translation import changed
from blocks.target import Body

AMOUNTS = ("quantity", "cost")
NOT_SENT = frozenset({"part"})


def header_of(body: Body) -> Record:
    """Returns the fields of the header that are given."""
    return {name: value for name, value in body.items() if name != "lines" and value is not None}


def wishes_of(body: Body) -> list[Record]:
    """Returns the fields that each line shall have; QAD decides upon those that are not given."""
    return [
        {
            name: money(value) if name in AMOUNTS else value
            for name, value in line.items()
            if name not in NOT_SENT and value is not None
        }
        for line in body.get("lines") or ()
    ]


def check_body(body: Body, scale: int) -> None:
    """Lets an order pass that can be found again, and whose costs QAD can hold.

    Raises:
        RefusedError: it lacks its mark or its lines, or a cost has too many decimal places.
    """
    number = str(body.get("number") or "")
    if not number.strip() or "," in number:
        raise _unfit(f"{number!r} is no number that a purchase order can be found by in QAD", "number")
    if not str(body.get("remarks") or "").strip():
        raise _unfit(f"purchase order {number} has no remarks, by which it could be told from others", "remarks")
    wishes = wishes_of(body)
    if not wishes:
        raise _unfit(f"purchase order {number} has no lines", "lines")
    for place, wish in enumerate(wishes, 1):
        cost = wish.get("cost")
        if isinstance(cost, Decimal) and cost != round(cost, scale):
            said = f"line {place} of purchase order {number} costs {cost} each, and QAD holds {scale} decimal places"
            raise _unfit(said, "cost")


def is_ours(header: Mapping[str, Any], body: Body) -> bool:
    """Tells whether an order in QAD is the one that the body describes: by supplier, currency and its mark."""
    same_party = all(str(header.get(name) or "") == str(body.get(name) or "") for name in ("supplier", "currency"))
    return same_party and _bears(str(header.get("remarks") or ""), str(body.get("remarks") or ""))


def taken(header: Mapping[str, Any], body: Body) -> RefusedError:
    """Returns why an order cannot have its number."""
    said = (
        f"the number {body.get('number')} is taken in QAD: by a purchase order of supplier {header.get('supplier')}"
        f" in {header.get('currency')}, with the remarks {header.get('remarks') or ''!r}"
    )
    remedy = "A buyer gives one of the two orders another number; or removes QAD's, if it is a left-over of this one."
    return RefusedError(said, system=SYSTEM, field="number", remedy=remedy)


def paired(lines: Sequence[Record], wishes: Sequence[Record]) -> tuple[list[Record | None], list[Record]]:
    """Returns the line that stands for each wish (None where there is none), and the lines that are left over.

    Lines that are as wished for stand for themselves; then those of the same goods; the others in their order.
    """
    left, found = list(lines), list[Record | None]([None] * len(wishes))
    for alike in (_equal, _same_goods, _any):
        for place, wish in enumerate(wishes):
            match = next((line for line in left if alike(line, wish)), None) if found[place] is None else None
            if match is not None:
                found[place] = match
                left.remove(match)
    return found, left


def differing(line: Mapping[str, Any], wish: Record) -> str:
    """Returns in which fields a line in QAD is not as wished for; empty if it is."""
    fields = changed(line, wish)
    return ", ".join(f"{name} {_shown(line.get(name))} in QAD and {_shown(fields[name])} here" for name in fields)


def check_lines(lines: Sequence[Record], wishes: Sequence[Record]) -> None:
    """Lets lines pass of which each is the wish at its place; wishes at the end may still be without a line.

    Raises:
        RefusedError: one is not, or there are more lines than wishes.
    """
    remedy = "A buyer makes that line in QAD so, or deletes the order there, so that it is made anew."
    for place, line in enumerate(lines):
        said = "is not in the source" if place >= len(wishes) else differing(line, wishes[place])
        if said:
            named = f"line {line['line']} of purchase order {line.get('number')} in QAD"
            raise RefusedError(f"{named}: {said}", system=SYSTEM, remedy=remedy)


def _equal(line: Record, wish: Record) -> bool:
    return not changed(line, wish)


def _same_goods(line: Record, wish: Record) -> bool:
    goods: Record = {name: wish[name] for name in ("item", "description") if name in wish}
    return bool(goods) and not changed(line, goods)


def _any(_line: Record, _wish: Record) -> bool:
    return True


def _bears(remarks: str, mark: str) -> bool:
    rest = remarks.strip()[len(mark.strip()) :]
    return bool(mark.strip()) and remarks.strip().startswith(mark.strip()) and not rest[:1].isalnum()


def _shown(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else "empty" if value in (None, "") else str(value)


def _unfit(said: str, field: str) -> RefusedError:
    return RefusedError(said, system=SYSTEM, field=field, remedy="Correct the mapping of purchase orders.")
