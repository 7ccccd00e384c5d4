"""How QuickBooks Online writes days and moments, and the types of its records' fields."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from blocks.exact import Record, day, instant, money

CENT = Decimal("0.01")


def at(record: Any, *path: str) -> Any:
    """Returns what the record holds at the end of the path, or None."""
    held = record
    for name in path:
        held = held.get(name) if isinstance(held, dict) else None
    return held


def text(record: Any, *path: str) -> str:
    """Returns the text at the end of the path without blanks around it; a missing one equals an empty one."""
    held = at(record, *path)
    return "" if held is None else str(held).strip()


def changed_at(record: Record) -> datetime | None:
    """Returns when the record last changed, by the vendor's clock."""
    return instant(at(record, "MetaData", "LastUpdatedTime"))


def total(record: Record) -> Decimal:
    """Returns the document's total in major units: the one it states, or the sum of its lines."""
    stated = money(record.get("TotalAmt"))
    return (
        stated
        if stated is not None
        else sum((money(line.get("Amount")) or Decimal(0) for line in lines(record)), Decimal(0))
    )


def lines(record: Record) -> list[Record]:
    """Returns the document's lines."""
    return [line for line in record.get("Line") or () if isinstance(line, dict)]


def is_empty(value: Any) -> bool:
    """Tells whether the value says nothing: none, an empty text, or an object or reference without content."""
    if isinstance(value, dict):
        return all(is_empty(held) for held in value.values())
    return value is None or value in ("", [], ())


def filled(value: Any) -> Any:
    """Returns the value without whatever says nothing, at any depth."""
    if isinstance(value, dict):
        return {name: filled(held) for name, held in value.items() if not is_empty(held)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [filled(held) for held in value]
    return value


def listed(value: Any) -> Any:
    """Returns an empty list for none."""
    return value or ()


Money = Annotated[Decimal | None, BeforeValidator(money)]
Day = Annotated[date | None, BeforeValidator(day)]
Instant = Annotated[datetime | None, BeforeValidator(instant)]
