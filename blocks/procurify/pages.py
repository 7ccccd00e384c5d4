"""Walks through Procurify's lists by the links to their next pages; pages are no snapshot, so rows are counted."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from blocks.errors import ConfigurationError, NotFoundError, TransientError
from blocks.exact import Record
from blocks.procurify.account import SYSTEM
from blocks.procurify.answers import TooSlowError
from blocks.source import content_hash

SIZES = (50, 25, 10)  # to which a page is made smaller, step by step, when one takes too long
WALKS = 3  # how often a list is gone through at most, because rows moved between its pages
Ask = Callable[..., Awaitable[Any]]  # (method, path, params=...) -> parsed answer
Query = dict[str, str]
Honoured = Callable[[Record], bool]


class Page(NamedTuple):
    """Some records of a list, and the query that the next page is asked for with; None at the end."""

    rows: list[Record]
    next: str | None


@dataclass
class Asked:
    """What a list is asked for, and what tells that Procurify understood it."""

    path: str
    filters: Mapping[str, str] = field(default_factory=dict)
    honoured: Honoured = lambda _row: True  # whether a row passes the filters
    size: int = SIZES[0]
    start: str = ""  # a page's `next`, to go on from
    smaller: Callable[[int], Awaitable[None]] | None = None  # hears of the size that did not take too long


@dataclass
class _Walk:
    """Which rows were given, and how many there should be."""

    before: int  # rows of the pages before the first
    given: dict[str, str] = field(default_factory=dict)  # id -> hash
    most: int = 0
    walks: int = 1
    pages: int = 0
    news: int = 0

    def new(self, rows: list[Record]) -> list[Record]:
        """Returns the rows that were not given before as they are now."""
        fresh = []
        for row in rows:
            known, now = _id(row), content_hash(row)
            self.news += known not in self.given
            if self.given.get(known) != now:
                fresh.append(row)
                self.given[known] = now
        return fresh

    def again(self) -> bool:
        """Tells at the list's end whether rows were missed that moved to a page that was read already."""
        missed = self.before + len(self.given) < self.most
        more = missed and (self.pages > 1 or self.before > 0) and self.news > 0 and self.walks < WALKS
        if more:
            self.before, self.walks, self.pages, self.news = 0, self.walks + 1, 0, 0
        return more


async def pages(ask: Ask, asked: Asked) -> AsyncIterator[Page]:
    """Yields pages until Procurify names no next one, each row once unless it changed during the walk.

    Only the query of a link is used, never its host or path, and our filters hold whatever it says. A page that takes
    too long is asked for again in smaller pieces. If fewer rows were seen than Procurify counted, because rows moved
    between pages, the list is gone through again.

    Raises:
        TransientError: even the smallest page takes too long, a page names itself as the next, or it is no list.
        ConfigurationError: rows do not pass the filters, so that Procurify must have ignored them.
    """
    first: Query = {"page_size": str(asked.size), **dict(parse_qsl(asked.start))}
    walk, seen, query = _Walk(before=_offset(first)), set[str](), cast("Query | None", first)
    while query is not None:
        try:
            answer = await ask("GET", asked.path, params={**query, **asked.filters})
        except TooSlowError as slow:
            query = _in_smaller_pieces(query, slow)
            if asked.smaller:
                await asked.smaller(_size(query))
            continue
        except NotFoundError:
            if _offset(query) == 0:
                raise
            answer = {"data": []}  # the list has become shorter than it was
        rows, pagination = _rows(asked.path, answer), _pagination(answer)
        _check(asked, rows)
        walk.most, walk.pages = max(walk.most, _whole(pagination.get("count"))), walk.pages + 1
        fresh = walk.new(rows)
        query = _following(pagination, query, asked.filters)
        _refuse_circle(asked.path, query, seen)
        if query is None and walk.again():
            query, seen = {"page": "1", "page_size": str(asked.size)}, set()
        yield Page(fresh, urlencode(query) if query else None)


def _following(pagination: Record, query: Query, filters: Mapping[str, str]) -> Query | None:
    """Returns the next page's query without our filters, which are put in again, and with the size that holds."""
    link = pagination.get("next")
    if not isinstance(link, str) or not link:
        return None
    named = {name: held for name, held in parse_qsl(urlsplit(link).query) if name not in filters}
    size = _whole(pagination.get("page_size"))  # Procurify makes what is too much for it smaller without a word
    return {**named, "page_size": str(size) if 0 < size < _size(query) else query["page_size"]}


def _in_smaller_pieces(query: Query, slow: TooSlowError) -> Query:
    """Returns the query of the smaller page that holds the row at which this one begins."""
    size = next((size for size in SIZES if size < _size(query)), None)
    if size is None:
        raise TransientError(f"{slow}, even for {_size(query)} records", system=SYSTEM) from slow
    return {**query, "page": str(_offset(query) // size + 1), "page_size": str(size)}


def _check(asked: Asked, rows: list[Record]) -> None:
    if all(map(asked.honoured, rows)):
        return
    names = ", ".join(name for name in asked.filters if name != "order_by")
    raise ConfigurationError(
        f"{SYSTEM} ignored the filter {names} of {asked.path} and lists other records, too; nothing more was read",
        system=SYSTEM,
        field=names,
        remedy="Procurify has changed its API: tell whoever maintains this.",
    )


def _refuse_circle(path: str, query: Query | None, seen: set[str]) -> None:
    if query is None:
        return
    text = urlencode(sorted(query.items()))
    if text in seen:
        raise TransientError(f"{SYSTEM} names the same page of {path} twice", system=SYSTEM)
    seen.add(text)


def _rows(path: str, answer: Any) -> list[Record]:
    held = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(held, list):
        raise TransientError(f"{SYSTEM}'s answer to {path} is not a list", system=SYSTEM)
    return [row for row in held if isinstance(row, dict)]


def _pagination(answer: Any) -> Record:
    """Returns what the answer says about its pages, in either of its two places."""
    outer = answer if isinstance(answer, dict) else {}
    metadata = outer.get("metadata")
    places = (metadata.get("pagination") if isinstance(metadata, dict) else None, outer.get("pagination"))
    return next((place for place in places if isinstance(place, dict)), {})


def _id(row: Record) -> str:
    named = next((row[name] for name in ("uuid", "id", "procurify_PO") if row.get(name) is not None), None)
    return content_hash(row) if named is None else str(named)


def _size(query: Query) -> int:
    return _whole(query["page_size"]) or SIZES[0]


def _offset(query: Query) -> int:
    """Returns how many rows are before this page."""
    return max(0, (_whole(query.get("page")) or 1) - 1) * _size(query)


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
