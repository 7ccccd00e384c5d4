"""What goes over the wire: JSON with exact numbers, and BILL's error bodies."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Any

from starlette.responses import Response

Record = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One element of an error body, and the HTTP status it would have alone."""

    code: str
    message: str
    status: int = 400
    category: str = "APPLICATION"


class Refusal(Exception):
    """Carries the reasons for which BILL refuses a request."""

    def __init__(self, *rows: Row) -> None:
        """Keeps the rows; the HTTP status is that of the first one that names a cause of its own."""
        super().__init__("; ".join(f"{row.code} {row.message}" for row in rows))
        self.rows = rows
        self.status = next((row.status for row in rows if row.code != "BDC_1246"), rows[0].status)


def refusal(code: str, message: str, status: int = 400) -> Refusal:
    """Returns a refusal with one reason, ready to be raised."""
    return Refusal(Row(code, message, status))


def decoded(raw: bytes) -> Any:
    """Returns the value of a JSON text, its fractions as exact decimals.

    Raises:
        Refusal: the text is not JSON (NaN and Infinity are not).
    """
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError as broken:
        raise refusal("BDC_1122", "The request is not valid JSON") from broken


def exact(value: Any) -> Any:
    """Returns the value with each float as the decimal that its shortest text says."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {name: exact(item) for name, item in value.items()}
    return [exact(item) for item in value] if isinstance(value, list) else value


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def encoded(value: Any, *, strings: bool = False, trim: bool = False) -> str:
    """Returns minified JSON; decimals are written digit by digit.

    Args:
        value: what to write.
        strings: writes each decimal as a JSON string instead of a number.
        trim: drops zeros at the end of a fraction, as BILL's notifications do.
    """
    parts: list[str] = []
    _write(value, parts.append, strings, trim)
    return "".join(parts)


def _write(value: Any, put: Any, strings: bool, trim: bool) -> None:
    if isinstance(value, str):
        put(encode_basestring_ascii(value))
    elif isinstance(value, dict):
        opening = "{"
        for key, item in value.items():
            put(f"{opening}{encode_basestring_ascii(key)}:")
            _write(item, put, strings, trim)
            opening = ","
        put("}" if value else "{}")
    elif isinstance(value, (list, tuple)):
        opening = "["
        for item in value:
            put(opening)
            _write(item, put, strings, trim)
            opening = ","
        put("]" if value else "[]")
    elif isinstance(value, Decimal):
        digits = format(value.normalize() if trim else value, "f")
        put(f'"{digits}"' if strings else digits)
    else:
        put(json.dumps(value))


def answer(status: int, value: Any, *, strings: bool = False) -> Response:
    """Returns the response with this value as its JSON body; None makes an empty body."""
    if value is None:
        return Response(status_code=status)
    return Response(encoded(value, strings=strings), status, media_type="application/json")


def refused(rows: Iterable[Row], status: int, timestamp: str) -> Response:
    """Returns BILL's error response: an array with one element per reason."""
    body = [
        {
            "timestamp": timestamp,
            "code": row.code,
            "severity": "ERROR",
            "category": row.category,
            "message": row.message,
        }
        for row in rows
    ]
    return answer(status, body)
