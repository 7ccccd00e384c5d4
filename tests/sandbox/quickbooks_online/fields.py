"""What a request may hold: reads a body field by field, and refuses what QuickBooks would.

A field that is sent empty (`""`, `{}`, `{"value": ""}`) clears; `null` says nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.sandbox.quickbooks_online import refusals, times
from tests.sandbox.quickbooks_online.wire import Record


@dataclass(frozen=True)
class Field:
    """One property of an entity: what kind of value it takes."""

    kind: str
    limit: int = 0
    choices: frozenset[str] = frozenset()
    parts: Mapping[str, "Field"] = field(default_factory=dict)


Fields = Mapping[str, Field]

FLAG, NUMBER, DATE, REF = Field("flag"), Field("number"), Field("date"), Field("ref")
IGNORED = Field("ignored")  # read-only: may be sent, and is calculated anew
_REF_KEYS = frozenset({"value", "name", "type"})


def text(limit: int) -> Field:
    """Returns a field for a text of at most so many characters."""
    return Field("text", limit)


def choice(*members: str) -> Field:
    """Returns a field for one word of an enumeration."""
    return Field("choice", choices=frozenset(members))


def group(**parts: Field) -> Field:
    """Returns a field for an object with these properties."""
    return Field("group", parts=parts)


def rows(**parts: Field) -> Field:
    """Returns a field for a list of objects with these properties."""
    return Field("rows", parts=parts)


def read(fields: Fields, body: Any, tolerant: bool = False) -> Record:
    """Returns the properties that were sent, money as Decimal; None means that the request clears one.

    Raises:
        Refusal: 2010 for an unknown property or a value of the wrong kind, 2050 for too long a text, 2170 for a
            word outside its enumeration.
    """
    if not isinstance(body, dict):
        raise refusals.bad_value("body", body)
    given: Record = {}
    for name, value in body.items():
        known = fields.get(name)
        if known is None and not tolerant:
            raise refusals.bad_property(name)
        if known is not None and known.kind != "ignored" and value is not None:
            given[name] = _READERS[known.kind](known, name, value, tolerant)
    return given


def decimal(name: str, value: Any) -> Decimal:
    """Returns the number, which may come as a text.

    Raises:
        Refusal: 2010, it is none.
    """
    try:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
            raise InvalidOperation
        number = Decimal(value)
        if not number.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise refusals.bad_value(name, value) from None
    return number


def _text(known: Field, name: str, value: Any, _tolerant: bool) -> str | None:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise refusals.bad_value(name, value)
    if known.limit and len(value) > known.limit:
        raise refusals.bad_length(name, known.limit)
    return value or None


def _number(_known: Field, name: str, value: Any, _tolerant: bool) -> Decimal | None:
    return None if value == "" else decimal(name, value)


def _flag(_known: Field, name: str, value: Any, _tolerant: bool) -> bool | None:
    if value == "":
        return None
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise refusals.bad_value(name, value)


def _date(_known: Field, name: str, value: Any, _tolerant: bool) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str) or not times.is_date(value):
        raise refusals.bad_value(name, value)
    return value[:10]


def _choice(known: Field, name: str, value: Any, _tolerant: bool) -> str | None:
    if value == "":
        return None
    if value not in known.choices:
        raise refusals.bad_choice(name, str(value))
    return str(value)


def _ref(_known: Field, name: str, value: Any, _tolerant: bool) -> Record | None:
    if not isinstance(value, dict):
        raise refusals.bad_value(name, value)
    for key in value:
        if key not in _REF_KEYS:
            raise refusals.bad_property(key)
    identifier = value.get("value")
    if identifier is None and value.get("name"):
        raise refusals.bad_reference(name, name, "null")
    return None if identifier in (None, "") else {"value": str(identifier)}


def _group(known: Field, _name: str, value: Any, tolerant: bool) -> Record | None:
    inside = read(known.parts, value, tolerant)
    return {name: each for name, each in inside.items() if each is not None} or None


def _rows(known: Field, name: str, value: Any, tolerant: bool) -> list[Record]:
    if not isinstance(value, list):
        raise refusals.bad_value(name, value)
    return [_group(known, name, each, tolerant) or {} for each in value]


def _any(_known: Field, _name: str, value: Any, _tolerant: bool) -> Any:
    return value


_READERS: dict[str, Callable[[Field, str, Any, bool], Any]] = {
    "text": _text,
    "number": _number,
    "flag": _flag,
    "date": _date,
    "choice": _choice,
    "ref": _ref,
    "group": _group,
    "rows": _rows,
    "any": _any,
}
