"""JSON as QAD takes and gives it: exact numbers, and calendar dates that never move between zones."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Record = dict[str, Any]  # logical names after translation, QAD's own before it; fractions are Decimal
_DAY = len("2026-01-31")


def encode(value: Any) -> bytes:
    """Returns minified JSON in which each Decimal is the number it is, digit for digit.

    Raises:
        TypeError: a float, or something that JSON cannot hold, is in it.
        ValueError: a Decimal is not a finite number, or a time has no zone.
    """
    return _text(value).encode()


def decode(text: str | bytes) -> Any:
    """Returns the parsed JSON; numbers with a fraction are Decimal.

    Raises:
        ValueError: it is not JSON.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def day(value: Any) -> Any:
    """Returns the calendar date that is written there; None for none, and what is no date as it came."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    try:
        return date.fromisoformat(value[:_DAY]) if isinstance(value, str) else value
    except ValueError:
        return value


def day_text(value: Any) -> Any:
    """Returns a calendar date as QAD writes it; what is no date goes as it is.

    Source: QAD fact, dates in JSON carry a midnight that means nothing.
    """
    read = day(value)
    return f"{read.isoformat()}T00:00:00.000Z" if isinstance(read, date) else read


def literal(value: Any) -> str:
    """Returns a value as a browse filter writes it.

    Raises:
        ValueError: it holds a comma, for which browse filters have no escape; or it is no finite number.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _number(value)
    text = moment(value) if isinstance(value, datetime) else str(day_text(value) if isinstance(value, date) else value)
    if "," in text:
        raise ValueError("a browse cannot be filtered by a value with a comma")
    return text


def moment(value: datetime) -> str:
    """Returns an aware time in UTC, with milliseconds.

    Raises:
        ValueError: the time has no zone.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    utc = value.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, date):
        return json.dumps(moment(value) if isinstance(value, datetime) else day_text(value))
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(name))}:{_text(held)}" for name, held in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return "[" + ",".join(map(_text, value)) + "]"
    raise TypeError(f"a {type(value).__name__} cannot be sent to QAD")


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not an amount")
    return format(value, "f")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
