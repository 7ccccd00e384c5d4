"""Filters and orders of lists: each parameter with its own precision, unknown ones passed over.

Source: `<field>_0` and `<field>_1` are the ends of a range, both inclusive; public v1 has `_after` and `_before`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from tests.sandbox.procurify.switches import Switches
from tests.sandbox.procurify.times import Times
from tests.sandbox.procurify.wire import Refusal, invalid

Kind = Literal["int", "ints", "text", "texts", "flag", "day", "moment", "decimal", "search", "named"]
Get = Callable[[Any], Any]
Test = Callable[[Any], bool]
_FLAGS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filter:
    """One parameter: what of a row it looks at, and how; `end` is the end of a range that it gives."""

    kind: Kind
    get: Get
    end: Literal["", "low", "high"] = ""


@dataclass(frozen=True)
class Listing:
    """What a list may be narrowed and sorted by."""

    filters: Mapping[str, Filter] = field(default_factory=dict)
    sortable: Mapping[str, Get] = field(default_factory=dict)
    newest_first: bool = False


def span(name: str, kind: Kind, get: Get, ends: tuple[str, str] = ("_0", "_1")) -> dict[str, Filter]:
    """Returns the two parameters of a range."""
    return {f"{name}{ends[0]}": Filter(kind, get, "low"), f"{name}{ends[1]}": Filter(kind, get, "high")}


def listed(
    rows: Sequence[Any], query: Sequence[tuple[str, str]], listing: Listing, times: Times, switches: Switches
) -> list[Any]:
    """Returns the rows that the query asks for, sorted as it asks.

    Raises:
        Refusal: 400, a value is not of its parameter's type.
    """
    tests = [] if switches.filters_ignored else _tests(query, listing, times, switches)
    kept = [row for row in rows if all(test(row) for test in tests)]
    kept.sort(key=lambda row: row["id"] if isinstance(row, dict) else row.id, reverse=listing.newest_first)
    wanted = next((value for name, value in query if name == "order_by"), "")
    get = listing.sortable.get(wanted.removeprefix("-"))
    if get is not None and not switches.order_by_ignored:
        kept.sort(key=lambda row: (get(row) is not None, get(row)), reverse=wanted.startswith("-"))
    return kept


def _tests(query: Sequence[tuple[str, str]], listing: Listing, times: Times, switches: Switches) -> list[Test]:
    several: dict[str, list[str]] = {}
    for name, value in query:
        if name in listing.filters and value:
            several.setdefault(name, []).append(value)
    return [_test(name, listing.filters[name], values, times, switches) for name, values in several.items()]


def _test(name: str, one: Filter, values: list[str], times: Times, switches: Switches) -> Test:
    """Returns the test of one parameter; of a repeated one the last value counts, unless it takes several."""
    get, value = one.get, values[-1]
    if one.kind in ("ints", "texts"):
        split = [part for each in values for part in each.split(",") if part]
        among = [_read(name, "int", part) for part in split] if one.kind == "ints" else split
        return lambda row: any(has(get(row), each) for each in among)
    if one.kind == "search":
        return lambda row: any(value.casefold() in str(each or "").casefold() for each in get(row))
    if one.kind == "named":
        return lambda row: _alike(str(get(row) or ""), value, switches.vendor_match)
    wanted = _read(name, one.kind, value)
    if not one.end:
        return lambda row: has(get(row), wanted)
    return _bounded(one, wanted, times)


def _bounded(one: Filter, wanted: Any, times: Times) -> Test:
    low = one.end == "low"

    def within(row: Any) -> bool:
        value = one.get(row)
        if value is None:
            return False
        compared = times.day(value) if one.kind == "day" else value
        return bool(compared >= wanted if low else compared <= wanted)

    if wanted is _NEVER:  # a moment without zone finds nothing
        return lambda row: False
    return within


def has(value: Any, wanted: Any) -> bool:
    """Returns whether the value is the wanted one, or contains it."""
    return wanted in value if isinstance(value, (list, tuple, set)) else bool(value == wanted)


def _alike(value: str, wanted: str, match: str) -> bool:
    if match == "exact":
        return value == wanted
    folded, sought = value.casefold(), wanted.casefold()
    return sought in folded if match == "contains" else folded == sought


def _read(name: str, kind: str, value: str) -> Any:
    try:
        return _READ[kind](value)
    except (ValueError, KeyError, InvalidOperation):
        raise _wrong(name, kind) from None


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else _NEVER


_READ: dict[str, Callable[[str], Any]] = {
    "int": int, "text": str, "flag": _FLAGS.__getitem__, "day": date.fromisoformat, "moment": _moment,
    "decimal": Decimal,
}  # fmt: skip
_WORDS = {"int": "Enter a number.", "flag": "Enter true or false.", "day": "Enter a valid date.",
          "moment": "Enter a valid date/time.", "decimal": "Enter a number."}  # fmt: skip


def _wrong(name: str, kind: str) -> Refusal:
    return invalid(name, _WORDS[kind])
