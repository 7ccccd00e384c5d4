"""The browse interface: flat rows under dotted names, filtered and cut into pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from operator import eq
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response

from tests.sandbox.qad.books import Books
from tests.sandbox.qad.entities import BROWSES
from tests.sandbox.qad.entity import STANDARD, Browse, Entity
from tests.sandbox.qad.wire import NOT_FOUND, NOT_VALID, BareError, Record, answer, date_of, day

Test = Callable[[Any], bool]
ACTIONS = {"", "first", "next", "previous", "last"}
ROW_STANDARD = ("lastModifiedDate", "lastModifiedTime", "lastModifiedUser")
ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda have, want: bool(have == want),
    "ne": lambda have, want: bool(have != want),
    "gt": lambda have, want: bool(have > want),
    "ge": lambda have, want: bool(have >= want),
    "lt": lambda have, want: bool(have < want),
    "le": lambda have, want: bool(have <= want),
}
TEXTUAL: dict[str, Callable[[str, str], bool]] = {
    "cn": lambda have, want: want in have,
    "sw": lambda have, want: have.startswith(want),
    "ew": lambda have, want: have.endswith(want),
}


@dataclass(frozen=True)
class _Reading:
    """The rows that one client found on its first page, for as long as they are good."""

    version: int
    keys: list[Any]


class BrowseDesk:
    """Answers the requests for lists."""

    def __init__(self, books: Books) -> None:
        """Works on these books."""
        self.books = books
        self._readings: dict[tuple[str, ...], _Reading] = {}

    def __call__(self, query: QueryParams) -> Response:
        """Returns one page of one list.

        Raises:
            BareError: there is no such list, the user may not see it, or the question is malformed.
        """
        entity, browse = self._browse(query.get("browseId", ""))
        columns = self._columns(entity, browse)
        page, size = _whole(query, "page", 1), _whole(query, "pageSize", 50)
        if query.get("pageAction", "") not in ACTIONS:
            raise BareError(400, NOT_VALID, "pageAction is not valid")
        size = min(size, self.books.options.page_clamp)
        keys = self._keys(entity, browse, columns, query, page)
        table = self.books.tables[entity.resource]
        cut = keys[(page - 1) * size : page * size]
        rows = [_row(table[key], columns) for key in cut if key in table]
        more = "true" if len(keys) > page * size else "false"
        return answer({"data": rows, "auxillaryData": {"HasMoreParams": more}})

    def _browse(self, browse_id: str) -> tuple[Entity, Browse]:
        options = self.books.options
        whole = browse_id if browse_id.startswith("urn:") else f"urn:browse:{browse_id}"
        if whole not in BROWSES or whole in options.missing:
            raise BareError(400, NOT_FOUND, f"Browse {browse_id} does not exist")
        entity, browse = BROWSES[whole]
        if {whole, entity.resource, entity.view} & options.forbidden:
            raise BareError(options.forbidden_status, "403", f"Access is denied: {entity.view}")
        return entity, browse

    def _columns(self, entity: Entity, browse: Browse) -> dict[str, str]:
        fields = (*entity.blank, *ROW_STANDARD)
        columns = dict(browse.columns) or {f"{browse.prefix}{name}": name for name in fields}
        hidden = self.books.options.hide_fields.get(entity.resource, frozenset())
        return {column: name for column, name in columns.items() if name not in hidden}

    def _keys(
        self, entity: Entity, browse: Browse, columns: dict[str, str], query: QueryParams, page: int
    ) -> list[Any]:
        """Returns the keys of all rows that pass, in the list's own order."""
        table, call = self.books.tables[entity.resource], query.get("callId", "")
        mark = (call, query["browseId"], *query.getlist("filter"), self.books.workspace)
        reading = self._readings.get(mark)
        frozen = not self.books.options.shifting_pages
        if call and page > 1 and reading and (frozen or reading.version == table.version):
            return reading.keys
        tests = [_condition(entity, columns, text) for text in query.getlist("filter")]
        tests.extend((name, partial(eq, value)) for name, value in entity.place(self.books).items())
        rows = ((key, table[key]) for key in table.in_order())
        keys = [key for key, row in rows if all(test(row.get(name)) for name, test in tests) and browse.only(row)]
        if call:
            self._remember(mark, _Reading(table.version, keys))
        return keys

    def _remember(self, mark: tuple[str, ...], reading: _Reading) -> None:
        if len(self._readings) > 64:  # the oldest reader has long finished
            self._readings.pop(next(iter(self._readings)))
        self._readings[mark] = reading


def _row(record: Record, columns: dict[str, str]) -> Record:
    return {column: record.get(name) for column, name in columns.items()}


def _whole(query: QueryParams, name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise BareError(400, NOT_VALID, f"{name} must be a whole number from 1")
    return int(text)


def _condition(entity: Entity, columns: dict[str, str], text: str) -> tuple[str, Test]:
    """Returns the field that a filter looks at, and its test."""
    column, _, rest = text.partition(",")
    operator, _, rest = rest.partition(",")
    if column not in columns:
        raise BareError(400, NOT_VALID, f"Filter field {column} does not exist")
    name = columns[column]
    if operator in {"nu", "nn"}:
        return name, lambda have: (have in (None, "")) == (operator == "nu")
    parts = rest.split(",")
    if len(parts) != (4 if operator == "rg" else 2) or set(parts[1::2]) - {"literal", ""}:
        raise BareError(400, NOT_VALID, f"Filter {text} is malformed")
    return name, _test(entity, name, operator, parts)


def _test(entity: Entity, name: str, operator: str, parts: list[str]) -> Test:
    wanted = [_literal(entity, name, part) for part in parts[::2]]
    if operator == "rg":
        return lambda have: have is not None and wanted[0] <= have <= wanted[1]
    if operator in TEXTUAL:
        if entity.is_date(name) or not isinstance(_default(entity, name), str):
            raise BareError(400, NOT_VALID, f"{operator} applies to character fields")
        return lambda have: TEXTUAL[operator](have, wanted[0])
    if operator not in ORDERED:
        raise BareError(400, NOT_VALID, f"Operator {operator} does not exist")
    compare = ORDERED[operator]
    return lambda have: have is not None and compare(have, wanted[0])


def _default(entity: Entity, name: str) -> Any:
    return entity.blank.get(name, STANDARD.get(name))


def _literal(entity: Entity, name: str, text: str) -> Any:
    """Returns the value that a filter compares with, as the records hold it."""
    default = _default(entity, name)
    try:
        if entity.is_date(name):
            return day(_strict_date(text))
        if isinstance(default, bool):
            return {"true": True, "false": False}[text]
        return Decimal(text) if isinstance(default, (int, Decimal)) else text
    except (ValueError, KeyError, InvalidOperation):
        raise BareError(400, NOT_VALID, f"{text} is no value for {name}") from None


def _strict_date(text: str) -> date:
    if len(text) != 24:
        raise ValueError(text)
    return date_of(text)
