"""Lists as BILL gives them: filters, sort, opaque page tokens."""

import base64
import json
import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zlib import crc32

from tests.sandbox.bill.fields import is_date
from tests.sandbox.bill.wire import Record, refusal

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
OPERATORS = frozenset({"eq", "ne", "in", "nin", "sw", *_COMPARE})
_QUOTED_ONLY = frozenset({"in", "nin", "sw"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{3})?)?(Z|[+-]\d\d(:?\d\d)?)?)?")
_PIECES = re.compile(r'(?:[^",]|"[^"]*")+')

Test = Callable[[Record], bool]


@dataclass(frozen=True)
class Filter:
    """What one field may be compared with."""

    operators: frozenset[str]
    kind: str = "text"  # text, flag, time, date, number
    members: frozenset[str] | None = None


@dataclass(frozen=True)
class Listing:
    """What one kind of record may be filtered and sorted by, and what its list rows leave out."""

    filters: Mapping[str, Filter]
    sortable: frozenset[str] = frozenset()
    thin: frozenset[str] = frozenset()


def listed(
    records: Iterable[Record], query: Mapping[str, str], listing: Listing, extra: Collection[str] = ()
) -> Record:
    """Returns one page of the records in BILL's envelope.

    Raises:
        Refusal: a parameter, filter, operator, enum member, sort field or page token is not acceptable.
    """
    unknown = set(query) - {"max", "page", "filters", "sort"} - set(extra)
    if unknown:
        raise refusal("BDC_1001", f"unknown parameter: {', '.join(sorted(unknown))}")
    size = _size(query.get("max", "20"))
    mark = crc32(repr((size, query.get("filters", ""), query.get("sort", ""))).encode())
    start = _start(query.get("page"), mark)
    tests = _tests(query.get("filters", ""), listing)
    rows = list(records)
    for test in tests:
        rows = [record for record in rows if test(record)]
    _sort(rows, query.get("sort", ""), listing)
    page: Record = {}
    if start + size < len(rows):
        page["nextPage"] = _token(start + size, mark)
    if start or page:
        page["prevPage"] = _token(max(start - size, 0), mark) if start else ""
    page["results"] = rows[start : start + size]
    return page


def value_at(record: Record, path: str) -> Any:
    """Returns the value at a dotted path of a record; None when there is none."""
    if "." not in path:
        return record.get(path)
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _size(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 100:
        raise refusal("BDC_1129", "max: must be between 1 and 100")
    return int(text)


def _token(offset: int, mark: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"o": offset, "q": mark}).encode()).decode()


def _start(token: str | None, mark: int) -> int:
    if not token:
        return 0
    try:
        inside = json.loads(base64.urlsafe_b64decode(token))
        offset, of = int(inside["o"]), inside["q"]
    except (ValueError, KeyError, TypeError) as broken:
        raise refusal("BDC_1129", "page: not a page token") from broken
    if of != mark:
        raise refusal("BDC_1129", "page: the token belongs to another list")
    return offset


def _tests(text: str, listing: Listing) -> list[Test]:
    if not text:
        return []
    pieces = _PIECES.findall(text)
    if ",".join(pieces) != text:
        raise refusal("BDC_1002", "filters: malformed")
    return [_test(piece, listing) for piece in pieces]


def _test(piece: str, listing: Listing) -> Test:
    match = re.fullmatch(r'([\w.]+):(\w+):("[^"]*"|[^":]*)', piece)
    if match is None:
        raise refusal("BDC_1002", f"filters: malformed clause {piece}")
    path, op, raw = match.groups()
    allowed = listing.filters.get(path)
    if allowed is None:
        raise refusal("BDC_1130", f"filters: {path} is not a filterable field")
    if op not in OPERATORS or op not in allowed.operators:
        raise refusal("BDC_1131", f"filters: {path} does not support {op}")
    quoted = raw.startswith('"')
    if op in _QUOTED_ONLY and not quoted:
        raise refusal("BDC_1129", f"filters: the value of {path}:{op} must be in double quotes")
    text = raw[1:-1] if quoted else raw
    if op in ("in", "nin"):
        wanted = frozenset(_operand(path, allowed, item.strip()) for item in text.split(","))
        return lambda record: (value_at(record, path) in wanted) == (op == "in")
    return _single(path, op, _operand(path, allowed, text))


def _single(path: str, op: str, wanted: Any) -> Test:
    value_of = _getter(path)
    if op == "eq":
        return lambda record: bool(value_of(record) == wanted)
    if op == "ne":
        return lambda record: bool(value_of(record) != wanted)
    if op == "sw":
        return lambda record: str(value_of(record) or "").startswith(wanted)
    compare = _COMPARE[op]

    def compared(record: Record) -> bool:
        value = value_of(record)
        return value is not None and compare(value, wanted)

    return compared


def _getter(path: str) -> Callable[[Record], Any]:
    if "." in path:
        return lambda record: value_at(record, path)
    return lambda record: record.get(path)


def _operand(path: str, allowed: Filter, text: str) -> Any:
    """Returns the value to compare with; times become BILL's own format, which sorts as text."""
    if text == "" or (allowed.members is not None and text not in allowed.members):
        raise refusal("BDC_1129", f"filters: {text!r} is not a value of {path}")
    if allowed.kind == "flag" and text in ("true", "false"):
        return text == "true"
    if allowed.kind == "time" and _MOMENT.fullmatch(text):
        return moment(text)
    if allowed.kind == "date" and is_date(text[:10]) and _MOMENT.fullmatch(text):
        return text[:10]
    if allowed.kind == "number":
        try:
            return Decimal(text)
        except InvalidOperation as broken:
            raise refusal("BDC_1129", f"filters: {text!r} is not a number") from broken
    if allowed.kind == "text":
        return text
    raise refusal("BDC_1129", f"filters: {text!r} is not a value of {path}")


def moment(text: str) -> str:
    """Returns a date or date-time in BILL's response format, UTC; a text without a zone is UTC.

    Raises:
        Refusal: the text is no date-time.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as broken:
        raise refusal("BDC_1129", f"{text!r} is not a date-time") from broken
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds")


def _sort(rows: list[Record], text: str, listing: Listing) -> None:
    clauses = [clause.partition(":") for clause in text.split(",")] if text else []
    for field, _colon, direction in clauses:
        if field not in listing.sortable or direction not in ("asc", "desc"):
            raise refusal("BDC_1129", f"sort: {field}:{direction} is not supported")
    for field, _colon, direction in reversed(clauses):
        value_of = _getter(field)
        try:
            rows.sort(key=value_of, reverse=direction == "desc")
        except TypeError:  # some records lack the field; they come before the others
            _sort_partly_missing(rows, value_of, direction)


def _sort_partly_missing(rows: list[Record], value_of: Callable[[Record], Any], direction: str) -> None:
    def rank(record: Record) -> tuple[bool, Any]:
        value = value_of(record)
        return (value is not None, 0 if value is None else value)

    rows.sort(key=rank, reverse=direction == "desc")
