"""Whether a record of BILL is the one that a body makes; exact, and never by a name alone."""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from blocks.exact import Record, day, money

Same = Callable[[Record, Record], bool]  # (body, record of BILL)
CENT = Decimal("0.01")


def same_vendor(body: Record, row: Record) -> bool:
    """Tells whether name, first address line and e-mail are equal."""
    return all(
        _text(_at(body, *path)) == _text(_at(row, *path)) for path in (("name",), ("address", "line1"), ("email",))
    )


def same_bill(body: Record, row: Record) -> bool:
    """Tells whether vendor, invoice number, invoice date and total are equal."""
    return (
        _text(body.get("vendorId")) == _text(row.get("vendorId"))
        and _text(_at(body, "invoice", "invoiceNumber")) == _text(_at(row, "invoice", "invoiceNumber"))
        and day(_at(body, "invoice", "invoiceDate")) == day(_at(row, "invoice", "invoiceDate"))
        and total(body.get("billLineItems")) == money(row.get("amount"))
    )


def same_credit(body: Record, row: Record) -> bool:
    """Tells whether vendor, reference number, date and total are equal."""
    return (
        _text(body.get("vendorId")) == _text(row.get("vendorId"))
        and _text(body.get("referenceNumber")) == _text(row.get("referenceNumber"))
        and day(body.get("creditDate")) == day(row.get("creditDate"))
        and total(body.get("vendorCreditLineItems")) == money(row.get("amount"))
    )


def same_department(body: Record, row: Record) -> bool:
    """Tells whether name and short name are equal."""
    return all(_text(body.get(name)) == _text(row.get(name)) for name in ("name", "shortName"))


def same_account(body: Record, row: Record) -> bool:
    """Tells whether name and number are equal."""
    return all(_text(_at(body, *path)) == _text(_at(row, *path)) for path in (("name",), ("account", "number")))


def total(lines: Any) -> Decimal:
    """Returns the sum of the lines in major units; a line without an amount counts quantity times price."""
    return sum((_line(line) for line in lines or ()), Decimal(0))


def matched(bodies: Sequence[Record], rows: Sequence[Record], same: Same) -> list[Record | None]:
    """Returns for each body the first record that is the same; no record stands for two bodies."""
    left = list(rows)
    result: list[Record | None] = []
    for body in bodies:
        at = next((index for index, row in enumerate(left) if same(body, row)), None)
        result.append(None if at is None else left.pop(at))
    return result


def in_order_of(bodies: Sequence[Record], made: Sequence[Record], same: Same) -> list[Record]:
    """Returns the new records in the bodies' order, which BILL does not promise to keep.

    A record that BILL rewrote beyond recognition goes, in BILL's order, to a body that is left.
    """
    known = matched(bodies, made, same)
    taken = {id(row) for row in known if row is not None}
    others = iter([row for row in made if id(row) not in taken])
    return [row if row is not None else next(others) for row in known]


def _line(line: Record) -> Decimal:
    amount = money(line.get("amount"))
    if amount is not None:
        return amount
    quantity, price = money(line.get("quantity")), money(line.get("price"))
    return ((quantity or Decimal(0)) * (price or Decimal(0))).quantize(CENT, ROUND_HALF_UP)


def _at(record: Record, *path: str) -> Any:
    held: Any = record
    for name in path:
        held = held.get(name) if isinstance(held, dict) else None
    return held


def _text(value: Any) -> str:
    """Returns the text without blanks around it, which BILL cuts off; a missing one equals an empty one."""
    return "" if value is None else str(value).strip()
