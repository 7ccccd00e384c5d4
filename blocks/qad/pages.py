"""Walks through QAD's browses, a page at a time."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from blocks.errors import ConfigurationError, TransientError
from blocks.exact import Record
from blocks.qad.logins import pointed
from blocks.qad.profile import SYSTEM, Browsing, Entity, Profile
from blocks.qad.translation import code_to_wire, row_to_logical
from blocks.qad.wire import day_text, literal

Filter = tuple[str, str, Any]  # logical field, operator, value; a pair (low, high) for a range
Ask = Callable[..., Awaitable[Any]]  # (method, path, params=...) -> parsed answer


@dataclass(frozen=True)
class Page:
    """Some rows of a list under logical names, the page's number, and whether QAD has another one."""

    rows: list[Record]
    number: int
    more: bool


async def pages(
    ask: Ask, profile: Profile, entity: Entity, filters: Sequence[Filter] = (), start: int = 1
) -> AsyncIterator[Page]:
    """Yields pages from number `start` on until QAD has no more; pages are not a snapshot, so rows may shift.

    Raises:
        ConfigurationError: the entity has no browse, or none of its columns is a field that is filtered by.
        ValueError: a filter's value cannot be written.
        TransientError: a page begins as the one before, which would never end, or an answer is no list.
    """
    rules, browse_id = profile.browsing, _browse_id(entity)
    steady = [("browseId", browse_id), ("callId", str(uuid4())), ("pageSize", str(rules.page_size))]
    steady += [("filter", _filter(profile, entity, one)) for one in filters]
    number, before = start, None
    while True:
        action = rules.first if number == 1 else rules.next
        query = [*steady, ("page", str(number)), ("pageAction", action)]
        body = await ask("GET", profile.paths.browses, params=query)
        rows = _rows(body, browse_id)
        first = _key(entity, rows[0]) if rows else None
        if first is not None and first == before:
            raise TransientError(f"QAD gave page {number - 1} of {browse_id} twice", system=SYSTEM)
        more = bool(rows) and _more(rules, body, len(rows))
        yield Page([row_to_logical(profile, entity, row) for row in rows], number, more)
        if not more:
            return
        number, before = number + 1, first


async def one_row(ask: Ask, profile: Profile, entity: Entity) -> Record | None:
    """Returns the list's first row under QAD's own column names, or None if it is empty.

    Raises:
        ConfigurationError: the entity has no browse.
    """
    query = [("browseId", _browse_id(entity)), ("page", "1"), ("pageSize", "1"), ("pageAction", profile.browsing.first)]
    rows = _rows(await ask("GET", profile.paths.browses, params=query), _browse_id(entity))
    return rows[0] if rows else None


def _browse_id(entity: Entity) -> str:
    if entity.browse is None:
        raise ConfigurationError("QAD's profile names no browse for this entity", system=SYSTEM)
    return entity.browse.id


def _filter(profile: Profile, entity: Entity, one: Filter) -> str:
    name, op, value = one
    rules, column, code = profile.browsing, entity.columns.get(name), profile.browsing.ops.get(op)
    if column is None or code is None:
        what = f"the field {name}" if column is None else f"the operator {op}"
        raise ConfigurationError(f"QAD's profile has no column or code for {what}", system=SYSTEM, field=name)
    if op == "range":
        low, high = (_literal(profile, entity, name, bound) for bound in value)
        return rules.range.format(field=column, op=code, low=low, high=high)
    text = "" if op in {"null", "notnull"} else _literal(profile, entity, name, value)
    return rules.filter.format(field=column, op=code, value=text)


def _literal(profile: Profile, entity: Entity, name: str, value: Any) -> str:
    dated = day_text(value) if name.endswith("_date") else code_to_wire(profile, entity, name, value)
    return literal(dated)


def _rows(body: Any, browse_id: str) -> list[Record]:
    rows = body.get("data", body) if isinstance(body, dict) else body
    if not isinstance(rows, list) and rows is not None:
        raise TransientError(f"QAD's answer for {browse_id} is not a list", system=SYSTEM)
    return [row for row in rows or () if isinstance(row, dict)]


def _key(entity: Entity, row: Record) -> Any:
    columns = [entity.columns.get(name, "") for name in entity.keys]
    keyed = columns and all(column in row for column in columns)
    return tuple(row[column] for column in columns) if keyed else row


def _more(rules: Browsing, body: Any, count: int) -> bool:
    told = pointed(body, rules.more_pointer)
    return count >= rules.page_size if told is None else str(told).strip().lower() == "true"
