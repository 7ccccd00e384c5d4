"""JSON as QAD takes and gives it: exact numbers, and calendar dates that never move between zones."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from blocks import exact
from blocks.exact import moment, number

_DAY = len("2026-01-31")


def encode(value: Any) -> bytes:
    """Returns minified JSON with exact numbers, and dates as QAD writes them.

    Raises:
        TypeError: a float, or something that JSON cannot hold, is in it.
        ValueError: a Decimal is not a finite number, or a time has no zone.
    """
    return exact.encode(value, day_text)


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
        return number(value)
    text = moment(value) if isinstance(value, datetime) else str(day_text(value) if isinstance(value, date) else value)
    if "," in text:
        raise ValueError("a browse cannot be filtered by a value with a comma")
    return text
