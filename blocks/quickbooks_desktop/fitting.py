"""A body in the form in which QuickBooks Desktop can hold it, and whether a record holds it so."""

from collections.abc import Mapping, Sequence
from typing import Any

from blocks.errors import RefusedError
from blocks.exact import Record, day, money
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.fields import Field, Shape
from blocks.quickbooks_desktop.texts import LONGEST, list_name, storable
from blocks.quickbooks_desktop.values import is_empty, is_true, text
from blocks.target import Body

ID, FULL_NAME, NAME = "ListID", "FullName", "Name"


def fitted(shape: Shape, body: Body) -> Body:
    """Returns the body with texts that QuickBooks can store; a reference keeps its id only, if it has one.

    Free texts are cut off where they are too long. What says nothing stays, as empty as it was.

    Raises:
        KeyError: there is no such field.
        RefusedError: what means something only as a whole, such as a document's number, is too long.
    """
    fields = {field.name: field for field in shape}
    return {name: _fit(fields[name], value) for name, value in body.items()}


def filled(body: Body) -> Body:
    """Returns the body without whatever says nothing, at any depth."""
    kept: Body = _filled(body)
    return kept


def same(field: Field, sent: Any, held: Any) -> bool:
    """Tells whether a record holds what a fitted body sends; nothing equals nothing, however it is written."""
    if field.kind == "flag":
        return is_true(sent) == is_true(held)
    if is_empty(sent) or is_empty(held):
        return is_empty(sent) and is_empty(held)
    match field.kind:
        case "group":
            return _same_group(field, sent, held)
        case "guid":
            return str(sent).casefold() == str(held).casefold()
        case "amount" | "number":
            return money(sent) == money(held)
        case "day":
            return day(sent) == day(held)
        case _:
            return storable(str(sent), LONGEST) == storable(str(held), LONGEST)


def is_reference(field: Field) -> bool:
    """Tells whether the field refers to an entry of a list."""
    return field.kind == "group" and bool(field.parts) and field.parts[0].name == ID


def _fit(field: Field, value: Any) -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_fit(field, one) for one in value]
    if isinstance(value, Mapping):
        if is_reference(field) and value.get(ID):
            value = {ID: value[ID]}
        return fitted(field.parts, dict(value)) if field.kind == "group" else value
    if not isinstance(value, str):
        return value
    if field.name == NAME:
        return list_name(value, field.limit)
    if field.kind == "text":
        return storable(value, field.limit)
    return _whole(field, value) if field.kind == "key" else value


def _whole(field: Field, value: str) -> str:
    plain = storable(value, LONGEST)
    if field.limit and len(plain) > field.limit:
        said = f"{field.name} has {len(plain)} characters ({plain[:60]}), and {SYSTEM} takes {field.limit}"
        raise RefusedError(said, system=SYSTEM, field=field.name, remedy="Shorten it in its source system.")
    return plain


def _filled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(held) for name, held in value.items() if not is_empty(held)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_filled(one) for one in value if not is_empty(one)]
    return value


def _same_group(field: Field, sent: Record, held: Record) -> bool:
    if is_reference(field):
        if sent.get(ID):
            return text(sent, ID) == text(held, ID)
        return text(sent, FULL_NAME).casefold() == text(held, FULL_NAME).casefold()
    return all(same(part, sent.get(part.name), held.get(part.name)) for part in field.parts if part.name in sent)
