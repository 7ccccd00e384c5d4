"""Turns records into qbXML text, in the order of a notation."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from tests.sandbox.quickbooks_desktop.notation import Element, Sequence
from tests.sandbox.quickbooks_desktop.reading import Record


def rendered(content: Sequence, record: Record, only: Collection[str] = ()) -> str:
    """Returns the elements of a record; an empty value is left out, and with `only` every top element not named."""
    parts: list[str] = []
    for element in content.elements:
        value = record.get(element.name)
        if _empty(value) or (only and element.name not in only):
            continue
        parts += [_element(element, each) for each in (value if isinstance(value, list) else [value])]
    return "".join(parts)


def tagged(name: str, attributes: dict[str, str], body: str) -> str:
    """Returns one element with its attributes in the order given; without content it closes itself."""
    start = f"<{name}" + "".join(f" {key}={_quoted(value)}" for key, value in attributes.items())
    return f"{start}>{body}</{name}>" if body else f"{start} />"


def _element(element: Element, value: Any) -> str:
    body = rendered(element.content, value) if element.content is not None else escape(_text(element, value))
    return f"<{element.name}>{body}</{element.name}>" if body else ""


def _text(element: Element, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:.2f}" if element.kind == "AMT" else f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _quoted(value: str) -> str:
    return f'"{escape(value, {chr(34): "&quot;"})}"'
