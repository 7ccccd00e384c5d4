"""Builds query statements so that no value can become a condition of its own."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NewType

from blocks.exact import number

MOST = 1000  # rows that one statement may ask for
Condition = NewType("Condition", str)
Value = str | bool | int | Decimal | date
_FIELD = re.compile(r"[A-Za-z]+\d?(\.[A-Za-z]+\d?)*")
_ORDER = re.compile(rf"{_FIELD.pattern}( (ASC|DESC))?")


def select(
    entity: str, *, where: Sequence[Condition] = (), order_by: str = "", start: int = 1, most: int = MOST
) -> str:
    """Returns the statement that asks for whole records.

    Args:
        entity: as Intuit spells it, for example `PurchaseOrder`.
        where: conditions, all of which must hold.
        order_by: one property, with ` DESC` behind it for the latest first; without it the order is Intuit's.
        start: the first row, counted from 1.
        most: rows at most.

    Raises:
        ValueError: the entity or the order is not a name, or a number is out of its range.
    """
    if not entity.isascii() or not entity.isalpha() or (order_by and not _ORDER.fullmatch(order_by)):
        raise ValueError(f"{entity} or {order_by} is not a name of Intuit's")
    if start < 1 or not 0 < most <= MOST:
        raise ValueError(f"rows begin at 1 and are at most {MOST}, not {start} and {most}")
    conditions = f" WHERE {' AND '.join(where)}" if where else ""
    order = f" ORDERBY {order_by}" if order_by else ""
    rows = f" STARTPOSITION {start} MAXRESULTS {most}"
    return f"SELECT * FROM {entity}{conditions}{order}{rows}"  # noqa: S608 - every part was checked or escaped


def equals(field: str, value: Value) -> Condition:
    """Returns the condition that the property has this value."""
    return _condition(field, "=", _written(value))


def one_of(field: str, values: Sequence[Value]) -> Condition:
    """Returns the condition that the property has one of these values.

    Raises:
        ValueError: there are none; no condition means nothing.
    """
    if not values:
        raise ValueError(f"no value is given for {field}")
    return _condition(field, "IN", f"({', '.join(map(_written, values))})")


def since(field: str, moment: date) -> Condition:
    """Returns the condition that the property is not before this moment; a fraction of a second is cut off."""
    return _condition(field, ">=", _written(moment))


def before(field: str, moment: date) -> Condition:
    """Returns the condition that the property is before this moment; a fraction of a second counts as a whole one."""
    if isinstance(moment, datetime) and moment.microsecond:
        moment += timedelta(seconds=1)
    return _condition(field, "<", _written(moment))


def _condition(field: str, operator: str, written: str) -> Condition:
    if not _FIELD.fullmatch(field):
        raise ValueError(f"{field} is not a property")
    return Condition(f"{field} {operator} {written}")


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"'{instant(value)}'"
    if isinstance(value, date):
        return f"'{value.isoformat()}'"
    if isinstance(value, int | Decimal):
        return f"'{number(Decimal(value))}'"
    return _quoted(value)


def instant(value: datetime) -> str:
    """Returns an aware time in UTC, to the second, which is how finely the vendor keeps change times.

    Raises:
        ValueError: the time has no zone, and the vendor would take it for its own.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _quoted(text: str) -> str:
    if any(unicodedata.category(one) in {"Cc", "Cs"} for one in text):
        raise ValueError("a value must not hold control characters")
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
