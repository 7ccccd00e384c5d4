"""What goes over the wire: JSON with exact numbers, and Procurify's error bodies.

Source: the vendor's error shape is `{"errors": {<field>: {"message", "code"}}}`; the texts are assumed.
"""

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from json.encoder import encode_basestring_ascii
from typing import Any

from starlette.responses import Response

Record = dict[str, Any]

CENT = Decimal("0.01")


class Refusal(Exception):
    """Carries the reasons for which Procurify refuses a request."""

    def __init__(self, status: int, errors: Mapping[str, Record], echo: Any = None) -> None:
        """Keeps the reasons by field, and what of the request is sent back."""
        super().__init__("; ".join(f"{name}: {each['message']}" for name, each in errors.items()))
        self.status = status
        self.body: Record = {"errors": dict(errors)} if echo is None else {"data": echo, "errors": dict(errors)}


def refusal(status: int, message: str, code: str | None = None) -> Refusal:
    """Returns a refusal that is tied to no field."""
    return Refusal(status, {"detail": {"message": message, **({"code": code} if code else {})}})


def invalid(field: str, message: str, code: str = "invalid", echo: Any = None) -> Refusal:
    """Returns the refusal of one field's value."""
    return Refusal(400, {field: {"message": message, "code": code}}, echo)


def unauthorized() -> Refusal:
    """Returns the refusal of a request without a good token."""
    return refusal(401, "Unauthorized")


def forbidden() -> Refusal:
    """Returns the refusal of what the role, or the request, is not allowed."""
    return refusal(403, "You do not have permission to perform this action.", "permission_denied")


def not_found(message: str = "Not found.") -> Refusal:
    """Returns the refusal of what is not there."""
    return refusal(404, message, "not_found")


def decoded(raw: bytes) -> Any:
    """Returns the value of a JSON text, its fractions as exact decimals.

    Raises:
        Refusal: the text is not JSON (NaN and Infinity are not).
    """
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError as broken:
        raise refusal(400, "JSON parse error", "parse_error") from broken


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def exact(value: Any) -> Any:
    """Returns the value with each float as the decimal that its shortest text says."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {name: exact(each) for name, each in value.items()}
    return [exact(each) for each in value] if isinstance(value, list) else value


def encoded(value: Any) -> str:
    """Returns minified JSON; decimals are written digit by digit."""
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts)


def _write(value: Any, put: Any) -> None:
    if isinstance(value, str):
        put(encode_basestring_ascii(value))
    elif isinstance(value, dict):
        opening = "{"
        for key, item in value.items():
            put(f"{opening}{encode_basestring_ascii(str(key))}:")
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
        put(format(value, "f"))
    else:
        put(json.dumps(value))


def answer(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Returns the response with this value as its JSON body; None makes an empty body."""
    if value is None:
        return Response(status_code=status, headers=dict(headers or {}))
    return Response(encoded(value), status, dict(headers or {}), "application/json")


def refused(refusing: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """Returns Procurify's error response."""
    return answer(refusing.status, refusing.body, headers)


def text(amount: Decimal | None, places: int) -> str | None:
    """Returns a decimal as the JSON string that Procurify writes, with so many digits after the point."""
    return None if amount is None else format(amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")


def number(amount: Decimal | None) -> Decimal | None:
    """Returns a decimal as it is written where Procurify sends a JSON number: 40.0, 277.5, 6.25."""
    if amount is None:
        return None
    short = Decimal(format(amount.normalize(), "f"))
    digits = short.as_tuple().exponent
    return short.quantize(Decimal("0.1")) if isinstance(digits, int) and digits > -1 else short


def rounded(amount: Decimal, places: int = 2) -> Decimal:
    """Returns the amount rounded half up to so many digits."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
