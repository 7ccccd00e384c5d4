"""Turns QAD's records into logical ones and back, by the profile's declaration."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from blocks.exact import Record
from blocks.qad.profile import Entity, Profile
from blocks.qad.wire import day, day_text

MESSAGES = "messages"  # what QAD remarked about a record that it took, in its logical form


def to_logical(profile: Profile, entity: Entity, wire: Mapping[str, Any]) -> Record:
    """Returns the fields that the profile declares and the record has; dates are `date`, amounts are exact."""
    codes = _tables(profile, entity, backwards=True)
    record = _named(wire, entity.names, day, codes)
    for name, child in entity.children.items():
        rows = wire.get(child.array)
        if isinstance(rows, Sequence) and not isinstance(rows, str):
            names = {logical: field for logical, field in child.fields.items() if field}
            record[name] = [_named(row, names, day, {}) for row in rows if isinstance(row, Mapping)]
    if remarks := _texts(wire.get(profile.records.messages)):
        record[MESSAGES] = remarks
    return record


def row_to_logical(profile: Profile, entity: Entity, row: Mapping[str, Any]) -> Record:
    """Returns the declared fields that a browse's row has."""
    return _named(row, entity.columns, day, _tables(profile, entity, backwards=True))


def to_wire(profile: Profile, entity: Entity, record: Mapping[str, Any]) -> Record:
    """Returns the record under QAD's names; what QAD remarked about it is left out.

    Raises:
        ValueError: the profile does not declare a field.
    """
    known = {*entity.names, *entity.children, MESSAGES}
    if stray := sorted(set(record) - known):
        raise ValueError(f"QAD's profile declares no field {', '.join(stray)} here")
    codes = _tables(profile, entity, backwards=False)
    wire = {
        entity.names[name]: _value(name, value, day_text, codes)
        for name, value in record.items()
        if name in entity.names
    }
    for name in record.keys() & entity.children.keys():
        child = entity.children[name]
        wire[child.array] = [_child_to_wire(child.fields, row) for row in record[name] or ()]
    return wire


def code_to_wire(profile: Profile, entity: Entity, name: str, value: Any) -> Any:
    """Returns a field's value as the tenant writes it, if it is a code that the profile translates."""
    return _value(name, value, lambda plain: plain, _tables(profile, entity, backwards=False))


def same(have: Any, want: Any) -> bool:
    """Tells whether a field already has a value; numbers are equal by value, and children by the named fields."""
    if isinstance(want, Mapping):
        return isinstance(have, Mapping) and all(same(have.get(name), held) for name, held in want.items())
    if isinstance(want, Sequence) and not isinstance(want, str):
        listed = have if isinstance(have, Sequence) and not isinstance(have, str) else ()
        return len(listed) == len(want) and all(map(same, listed, want))
    if isinstance(have, Decimal | int) and isinstance(want, Decimal | int):
        return have == want
    return bool((have or "") == (want or ""))


def changed(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> Record:
    """Returns the fields of `wanted` that `current` does not have already."""
    return {name: value for name, value in wanted.items() if not same(current.get(name), _dated(name, value))}


def _dated(name: str, value: Any) -> Any:
    return day(value) if name.endswith("_date") else value


def _named(
    wire: Mapping[str, Any], names: Mapping[str, str], dates: Callable[[Any], Any], codes: Mapping[str, Any]
) -> Record:
    return {name: _value(name, wire[field], dates, codes) for name, field in names.items() if field in wire}


def _value(name: str, value: Any, dates: Callable[[Any], Any], codes: Mapping[str, Mapping[str, str]]) -> Any:
    if name.endswith("_date"):
        return dates(value)
    return codes[name].get(value, value) if name in codes and isinstance(value, str) else value


def _tables(profile: Profile, entity: Entity, *, backwards: bool) -> dict[str, dict[str, str]]:
    tables = {name: profile.codes[table] for name, table in entity.codes.items()}
    if not backwards:
        return tables
    return {name: {wire: code for code, wire in table.items()} for name, table in tables.items()}


def _child_to_wire(fields: Mapping[str, str | None], row: Mapping[str, Any]) -> Record:
    if stray := sorted(name for name in row if not fields.get(name)):
        raise ValueError(f"QAD's profile declares no field {', '.join(stray)} in this list")
    return {str(fields[name]): _value(name, value, day_text, {}) for name, value in row.items()}


def _texts(remarks: Any) -> list[str]:
    """Returns the texts of remarks, which come as bare strings or as objects with a message."""
    rows = remarks if isinstance(remarks, list) else []
    said = [row.get("message") if isinstance(row, Mapping) else row for row in rows]
    return [str(text) for text in said if text]
