"""What a person types into QAD's screens, as the records hold it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.qad.books import Books, money
from tests.sandbox.qad.entity import STANDARD, Entity
from tests.sandbox.qad.wire import Record, day


def entered(books: Books, entity: Entity, fields: Mapping[str, Any]) -> Record:
    """Returns the record that now exists, with these fields and dated as changed now; nothing is checked."""
    record = books.stamped(entity.new({}), "qad")
    record.update(typed(entity, fields))
    books.tables[entity.resource][entity.key(record)] = record
    return record


def typed(entity: Entity, fields: Mapping[str, Any]) -> Record:
    """Returns what a person typed as the records hold it: exact money, long dates, whole children."""
    clean: Record = {}
    for name, value in fields.items():
        if name in entity.children:
            blank = entity.children[name]
            clean[name] = [{**blank, **_typed_fields(entity, blank, child)} for child in value]
        else:
            clean.update(_typed_fields(entity, {**STANDARD, **entity.blank}, {name: value}))
    return clean


def _typed_fields(entity: Entity, blank: Mapping[str, Any], fields: Mapping[str, Any]) -> Record:
    typed: Record = {}
    for name, value in fields.items():
        if name not in blank:
            raise ValueError(f"{entity.resource} has no field {name}")
        if isinstance(blank[name], Decimal):
            value = money(value)
        elif entity.is_date(name) and value:
            value = day(value if isinstance(value, date) else date.fromisoformat(value[:10]))
        typed[name] = value
    return typed
