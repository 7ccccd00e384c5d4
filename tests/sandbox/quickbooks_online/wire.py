"""What goes over the wire: JSON with exact numbers, Intuit's trace id, and XML for who did not ask for JSON.

Source: QuickBooks Online Accounting API, "Requests and responses"; a call without `Accept` is answered in XML.
"""

import json
import secrets
import time
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import Response

Record = dict[str, Any]

_XML = "http://schema.intuit.com/finance/v3"


def decoded(raw: bytes) -> Any:
    """Returns the value of a JSON text, its fractions as exact decimals.

    Raises:
        ValueError: the text is not JSON in UTF-8 (NaN and Infinity are not).
    """
    return json.loads(raw.decode(), parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def encoded(value: Any) -> str:
    """Returns minified JSON; decimals are written digit by digit, without zeros at the end."""
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts)


def _write(value: Any, put: Any) -> None:
    if isinstance(value, str):
        put(encode_basestring(value))
    elif isinstance(value, dict):
        opening = "{"
        for key, item in value.items():
            put(f"{opening}{encode_basestring(key)}:")
            _write(item, put)
            opening = ","
        put("}" if value else "{}")
    elif isinstance(value, (list, tuple)):
        opening = "["
        for item in value:
            put(opening)
            _write(item, put)
            opening = ","
        put("]" if value else "[]")
    elif isinstance(value, Decimal):
        put(digits(value))
    else:
        put(json.dumps(value))


def digits(amount: Decimal) -> str:
    """Returns the amount as QuickBooks writes it: 150, 103.55."""
    return format(amount.normalize(), "f") if amount else "0"


def answer(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Returns the response with this value as its JSON body."""
    body = encoded(value).encode()
    return Response(body, status, {**trace(), **(headers or {})}, "application/json;charset=UTF-8")


def answer_in_xml(status: int, value: Record) -> Response:
    """Returns the same in XML, which is what a request gets that does not ask for JSON."""
    inside = "".join(_element(name, each) for name, each in value.items() if name != "time")
    stamp = escape(str(value.get("time", "")), {'"': "&quot;"})
    text = f'<?xml version="1.0" encoding="UTF-8"?><IntuitResponse xmlns="{_XML}" time="{stamp}">{inside}'
    return Response(f"{text}</IntuitResponse>", status, trace(), "application/xml;charset=UTF-8")


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(_element(key, each) for key, each in value.items())}</{name}>"
    return f"<{name}>{escape(digits(value) if isinstance(value, Decimal) else str(value))}</{name}>"


def trace() -> dict[str, str]:
    """Returns the header that names one answer to Intuit's support."""
    return {"intuit_tid": f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"}
