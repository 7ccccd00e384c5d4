"""JSON as BILL takes and gives it, with money as exact numbers in both directions."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Record = dict[str, Any]  # the vendor's own field names; money is Decimal


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


def moment(value: datetime) -> str:
    """Returns an aware time as BILL writes it: UTC, with milliseconds (what is finer is cut off).

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
    if isinstance(value, datetime):
        return f'"{moment(value)}"'
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(name))}:{_text(held)}" for name, held in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return "[" + ",".join(map(_text, value)) + "]"
    raise TypeError(f"a {type(value).__name__} cannot be sent to BILL")


LONGEST_NUMBER = 40  # digits before or after the point


def _number(value: Decimal) -> str:
    if not value.is_finite() or abs(value.adjusted()) > LONGEST_NUMBER:
        raise ValueError("a number is not finite, or longer than any amount")  # and would take long to write out
    return format(value, "f")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
