"""qbXML 13.0 from a body in QuickBooks' names: in its order, pure ASCII, and nothing that it cannot read."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from blocks.exact import number
from blocks.quickbooks_desktop.fields import Field, Shape
from blocks.quickbooks_desktop.shapes import MESSAGES, WRAPPED
from blocks.target import Body

VERSION = "13.0"
DECLARATION = f'<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="{VERSION}"?>\n'
LONGEST_ID = 50  # characters of a `requestID`
_NO_XML = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\xff]")  # what is no character of Latin-1, or one that controls
_GUID = re.compile(r"0|\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_ATTRIBUTES = ("requestID", "metaData", "iterator", "iteratorID")
_CENT, _DIGITS = Decimal("0.01"), 13


class Request(NamedTuple):
    """One message to QuickBooks, such as `BillAdd` or `BillQuery`."""

    message: str
    body: Body
    attributes: Mapping[str, str] = MappingProxyType({})


def document(requests: Iterable[Request | str], on_error: str = "continueOnError", set_id: str = "") -> str:
    """Returns the document that holds these messages, some of which may be rendered already."""
    content = "".join(one if isinstance(one, str) else rendered(one) for one in requests)
    named = f' newMessageSetID="{_escaped(set_id)}"' if set_id else ""
    opened = f'<QBXML><QBXMLMsgsRq onError="{_escaped(on_error)}"{named}>'
    return f"{DECLARATION}{opened}{content}</QBXMLMsgsRq></QBXML>"


def rendered(request: Request) -> str:
    """Returns the element of one message.

    An empty text or dict is sent as an empty element, which clears the field; None is not sent at all.

    Raises:
        KeyError: QuickBooks has no such message or field, or a field that it needs is not there.
        TypeError: a value is of another type than its field.
        ValueError: a value is too long, or cannot be said in qbXML; the field is named.
    """
    inner = content(request.message, request.body)
    if request.message in WRAPPED:
        inner = f"<{request.message}>{inner}</{request.message}>"
    return f"<{request.message}Rq{_attributes(request.attributes)}>{inner}</{request.message}Rq>"


def content(message: str, body: Body) -> str:
    """Returns what is inside of the message's own element; see `rendered`."""
    return _group(MESSAGES[message], body, message)


def _attributes(attributes: Mapping[str, str]) -> str:
    unknown = attributes.keys() - set(_ATTRIBUTES)
    if unknown:
        raise KeyError(f"a message has no attribute {min(unknown)}")
    if len(attributes.get("requestID", "")) > LONGEST_ID:
        raise ValueError(f"the requestID {attributes['requestID']} has more than {LONGEST_ID} characters")
    return "".join(f' {name}="{_escaped(attributes[name])}"' for name in _ATTRIBUTES if name in attributes)


def _group(shape: Shape, body: Body, where: str) -> str:
    unknown = body.keys() - {field.name for field in shape}
    if unknown:
        raise KeyError(f"{where} has no field {min(unknown)}")
    for chosen in {field.choice for field in shape} - {""}:
        names = [field.name for field in shape if field.choice == chosen]
        if sum(body.get(name) is not None for name in names) != 1:
            raise KeyError(f"{where} needs exactly one of {' and '.join(names)}")
    return "".join(_field(field, body.get(field.name), f"{where}.{field.name}") for field in shape)


def _field(field: Field, value: Any, where: str) -> str:
    values = value if field.many and isinstance(value, Sequence) and not isinstance(value, str) else [value]
    values = [one for one in values if one is not None]
    if field.required and not values:
        raise KeyError(f"{where} is missing")
    return "".join(_element(field, one, where) for one in values)


def _element(field: Field, value: Any, where: str) -> str:
    if field.kind == "either":
        return _group_of(
            value, where, lambda inner: _group(tuple(p._replace(many=False) for p in field.parts), inner, where)
        )
    if field.kind == "group":
        inner = _group_of(value, where, lambda inner: _group(field.parts, inner, where) if inner else "")
    elif value == "" and isinstance(value, str) and not field.required:
        inner = ""
    else:
        inner = _escaped(_WRITERS[field.kind](field, value, where))
    return f"<{field.name}>{inner}</{field.name}>"


def _group_of(value: Any, where: str, write: Callable[[Body], str]) -> str:
    if not isinstance(value, Mapping):
        raise TypeError(f"{where} is a {type(value).__name__}, not a dict")
    return write(dict(value))


def _text(field: Field, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{where} is a {type(value).__name__}, not a text")
    if field.required and not value.strip():
        raise ValueError(f"{where} is empty")
    if field.limit and len(value) > field.limit:
        raise ValueError(f"{where} has {len(value)} characters, and may have {field.limit}")
    if _NO_XML.search(value):
        raise ValueError(f"{where} holds a character that QuickBooks cannot store")
    return value


def _guid(_field: Field, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{where} is a {type(value).__name__}, not a text")
    if not _GUID.fullmatch(value):
        raise ValueError(f"{where} is no GUID in braces")
    return value


def _flag(_field: Field, value: Any, where: str) -> str:
    if not isinstance(value, bool):
        raise TypeError(f"{where} is a {type(value).__name__}, not a boolean")
    return "true" if value else "false"


def _day(_field: Field, value: Any, where: str) -> str:
    if isinstance(value, str):
        return date.fromisoformat(value).isoformat()
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"{where} is a {type(value).__name__}, not a day")
    return value.isoformat()


def _moment(_field: Field, value: Any, where: str) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{where} is a {type(value).__name__}, not a moment")
    if value.tzinfo is None:
        raise ValueError(f"{where} has no time zone")
    return value.replace(microsecond=0).isoformat()  # with its offset, which QuickBooks then honours


def _amount(_field: Field, value: Any, where: str) -> str:
    exact = _decimal(value, where)
    if not exact.is_finite() or exact.adjusted() >= _DIGITS or exact != exact.quantize(_CENT):
        raise ValueError(f"{where} is no amount of money in cents")
    return number(exact.quantize(_CENT))


def _number(_field: Field, value: Any, where: str) -> str:
    return number(_decimal(value, where))


def _count(_field: Field, value: Any, where: str) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{where} is a {type(value).__name__}, not a count")
    return str(value)


def _decimal(value: Any, where: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"{where} is a {type(value).__name__}, not an exact number")
    return Decimal(value)


_WRITERS: Mapping[str, Callable[[Field, Any, str], str]] = {
    "text": _text, "key": _text, "guid": _guid, "flag": _flag, "day": _day, "moment": _moment,
    "amount": _amount, "number": _number, "count": _count,
}  # fmt: skip


def _escaped(value: str) -> str:
    plain = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return plain.replace("\r", "&#13;").encode("ascii", "xmlcharrefreplace").decode()
