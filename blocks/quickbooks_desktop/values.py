"""The values of QuickBooks Desktop's records, as texts on the wire, and what they mean."""

from collections.abc import Mapping, Sequence
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
        held = held.get(name) if isinstance(held, Mapping) else None
    return held


def text(record: Any, *path: str) -> str:
    """Returns the text at the end of the path without blanks around it; a missing one equals an empty one."""
    held = at(record, *path)
    return "" if held is None or isinstance(held, Mapping | list) else str(held).strip()


def rows(record: Any, *path: str) -> list[Record]:
    """Returns the records at the end of the path, in order; none if there are none."""
    held = at(record, *path)
    some = held if isinstance(held, Sequence) and not isinstance(held, str) else [held]
    return [one for one in some if isinstance(one, dict)]


def amount(record: Any, *path: str) -> Decimal:
    """Returns the amount at the end of the path in major units; a missing one is zero."""
    return money(at(record, *path)) or Decimal(0)


def changed_at(record: Record) -> datetime | None:
    """Returns when the record last changed, by the clock of the PC that QuickBooks runs on."""
    return instant(record.get("TimeModified"))


def is_empty(value: Any) -> bool:
    """Tells whether the value says nothing: none, an empty text, or an element without content."""
    if isinstance(value, Mapping):
        return all(is_empty(held) for held in value.values())
    return value is None or value in ("", [], ())


def is_true(value: Any) -> bool:
    """Tells whether a value is true, however it is spelled; what is not known is not."""
    return value is True or str(value).strip().lower() in ("true", "1")


def flag(value: Any) -> bool | None:
    """Returns the truth of a value, however it is spelled; None if there is none."""
    return None if value is None or value == "" else is_true(value)


def listed(value: Any) -> Any:
    """Returns a list of one for one record, and an empty one for none."""
    return [value] if isinstance(value, Mapping) else value or ()


Money = Annotated[Decimal | None, BeforeValidator(money)]
Day = Annotated[date | None, BeforeValidator(day)]
Instant = Annotated[datetime | None, BeforeValidator(instant)]  # without an offset it is taken for UTC
Flag = Annotated[bool | None, BeforeValidator(flag)]
