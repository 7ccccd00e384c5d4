"""Whether Procurify holds what a body says, however it writes it."""

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.exact import Record


def changed(body: Record, record: Record) -> Record:
    """Returns the fields of the body that the record does not hold as they are."""
    return {name: wanted for name, wanted in body.items() if not _same(wanted, record.get(name))}


def unkept(body: Record, record: Record, names: Iterable[str]) -> str:
    """Returns one sentence that names which of these fields was not stored as it was sent; nothing if all were."""
    listed = [name for name in names if name in body and name in record and not _same(body[name], record[name])]
    return f"Procurify did not keep {' and '.join(listed)}" if listed else ""


def _same(wanted: Any, held: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(held, Mapping) and all(_same(value, held.get(name)) for name, value in wanted.items())
    if isinstance(wanted, list | tuple):
        return isinstance(held, list | tuple) and [_text(one) for one in wanted] == [_text(one) for one in held]
    if isinstance(held, Mapping):  # a reference is written as an id, and may be read as an object
        return _text(wanted) == _text(held.get("id"))
    return _text(wanted) == _text(held)


def _text(value: Any) -> str:
    """Returns the text without blanks around it; a missing one equals an empty one."""
    return "" if value is None else str(value).strip()
