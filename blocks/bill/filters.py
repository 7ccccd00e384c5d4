"""Builds the filter text of a list request so that no value can become a clause of its own."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from blocks.exact import moment

OPERATORS = frozenset({"eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "sw"})
Value = str | bool | int | Decimal | date | datetime | Sequence[str]
_FIELD = re.compile(r"[A-Za-z]+(\.[A-Za-z]+)*")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


def clause(field: str, operator: str, value: Value) -> str:
    """Returns one condition, quoted where BILL wants it or where the value would break the syntax.

    Times are rounded outwards to the millisecond, so that a window never misses a record of its edge.

    Raises:
        ValueError: the field or operator is not one, or the value holds a quote, a control character, or
            (within a list) a comma: BILL knows no way to escape these.
    """
    if not _FIELD.fullmatch(field) or operator not in OPERATORS:
        raise ValueError(f"{field}:{operator} is not a BILL filter")
    return f"{field}:{operator}:{_written(operator, value)}"


def all_of(*clauses: str) -> str:
    """Returns the filter that asks for all the conditions; empty ones are left out."""
    return ",".join(filter(None, clauses))


def _written(operator: str, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, datetime):
        outwards = timedelta(microseconds=999) if operator in {"lt", "lte"} else timedelta()
        return _quoted(moment(value + outwards))
    if isinstance(value, date):
        return _quoted(value.isoformat())
    if isinstance(value, str):
        return value if operator != "sw" and _PLAIN.fullmatch(value) else _quoted(value)
    if not value or any("," in item for item in value):
        raise ValueError("a list of values is empty, or one of them holds a comma")
    return _quoted(",".join(value))


def _quoted(text: str) -> str:
    if '"' in text or "\\" in text or not text.isprintable():
        raise ValueError("a filter value must not hold quotes, backslashes or control characters")
    return f'"{text}"'
