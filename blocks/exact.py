"""JSON with exact numbers, and amounts and moments as vendors write them; a float never touches money."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Record = dict[str, Any]  # fractions are Decimal
NO_CENTS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "XPF", "PYG", "UGX", "RWF"})
THREE_PLACES = frozenset({"BHD", "KWD", "OMR", "JOD", "TND", "IQD", "LYD"})
LONGEST_NUMBER = 40  # digits before or after the point


def encode(value: Any, day: Callable[[date], str] = date.isoformat) -> bytes:
    """Returns minified JSON in which each Decimal is the number it is, digit for digit.

    Args:
        value: what JSON can hold, and Decimal, dates and aware times.
        day: how the vendor writes a calendar date.

    Raises:
        TypeError: a float, or something that JSON cannot hold, is in it.
        ValueError: a Decimal is not a finite number, or a time has no zone.
    """
    return _text(value, day).encode()


def decode(text: str | bytes) -> Any:
    """Returns the parsed JSON; numbers with a fraction are Decimal.

    Raises:
        ValueError: it is not JSON.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def number(value: Decimal) -> str:
    """Returns the number's digits, without an exponent.

    Raises:
        ValueError: it is not finite, or so long that writing it out would take a while.
    """
    if not value.is_finite() or abs(value.adjusted()) > LONGEST_NUMBER:
        raise ValueError("a number is not finite, or longer than any amount")
    return format(value, "f")


def moment(value: datetime) -> str:
    """Returns an aware time in UTC, with milliseconds (what is finer is cut off).

    Raises:
        ValueError: the time has no zone.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    utc = value.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def money(value: Any) -> Decimal | None:
    """Returns the amount exactly as written; None for none, which never becomes zero.

    Raises:
        ValueError: it is a float, which has lost its cents already, or no finite number.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool | float) or not isinstance(value, Decimal | int | str):
        raise ValueError(f"a {type(value).__name__} is not an exact amount")
    try:
        amount = Decimal(value.strip()) if isinstance(value, str) else Decimal(value)
    except InvalidOperation:
        raise ValueError("not an amount") from None
    if not amount.is_finite():
        raise ValueError("not a finite amount")
    return amount


def day(value: Any) -> date | None:
    """Returns the calendar day; it is never moved between zones."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or value == "" or isinstance(value, date):
        return value or None
    return date.fromisoformat(str(value)[:10])


def instant(value: Any) -> datetime | None:
    """Returns an aware time; one without an offset is taken for UTC."""
    if value is None or value == "":
        return None
    read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def minor_units(currency: str) -> int:
    """Returns how many decimal places the currency's amounts have (ISO 4217)."""
    return 0 if currency in NO_CENTS else 3 if currency in THREE_PLACES else 2


def _text(value: Any, day: Callable[[date], str]) -> str:
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, date):
        return json.dumps(moment(value) if isinstance(value, datetime) else day(value))
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(name))}:{_text(held, day)}" for name, held in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return "[" + ",".join(_text(held, day) for held in value) + "]"
    raise TypeError(f"a {type(value).__name__} cannot be sent as JSON")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
