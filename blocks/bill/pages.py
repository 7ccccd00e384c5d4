"""Walks through BILL's lists, a page at a time."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypedDict

from blocks.bill.account import SYSTEM
from blocks.errors import TransientError
from blocks.exact import Record

PAGE_SIZE = 100  # the most that BILL gives
Ask = Callable[..., Awaitable[Any]]  # (method, path, params=...) -> parsed answer


class Asked(TypedDict, total=False):
    """How a list is asked for; what is left out is BILL's default, and the beginning."""

    filters: str  # see `blocks.bill.filters`
    sort: str  # for example `updatedTime:asc`
    start: str | None  # a page token to go on from
    page_size: int  # records of one page, 1 to 100


@dataclass(frozen=True)
class Page:
    """Some records of a list, and the token that the next page is asked for with; None at the end."""

    results: list[Record]
    next: str | None


async def pages(
    ask: Ask,
    path: str,
    *,
    filters: str = "",
    sort: str = "",
    start: str | None = None,
    page_size: int = PAGE_SIZE,
    key: str = "results",
    more: dict[str, str] | None = None,
) -> AsyncIterator[Page]:
    """Yields pages until BILL names no next one; an empty page with a next one is no end.

    Args:
        ask: makes the call and returns the parsed answer.
        path: of the list.
        filters: see `blocks.bill.filters`; repeated with every page.
        sort: for example `updatedTime:asc`; repeated with every page.
        start: a page token to go on from, instead of the beginning.
        page_size: how many records a page may have, 1 to 100; a token is good for pages of the same size.
        key: the answer's other name for its results, where BILL is not consistent.
        more: further parameters.

    Raises:
        ValueError: BILL gives no pages of that size.
        TransientError: BILL gave the same token twice, which would never end, or an answer that is no list.
    """
    if not 0 < page_size <= PAGE_SIZE:
        raise ValueError(f"a page has 1 to {PAGE_SIZE} records, not {page_size}")
    query = {"max": str(page_size), "filters": filters, "sort": sort, **(more or {})}
    steady = {name: value for name, value in query.items() if value}
    token, seen = start, {start}
    while True:
        page = _page(path, await ask("GET", path, params={**steady, "page": token} if token else steady), key)
        if page.next in seen and page.next is not None:
            raise TransientError(f"BILL gave the same page of {path} twice", system=SYSTEM)
        yield page
        if page.next is None:
            return
        seen.add(token := page.next)


def _page(path: str, answer: Any, key: str) -> Page:
    if isinstance(answer, list):
        return Page(answer, None)
    results = answer.get("results", answer.get(key)) if isinstance(answer, dict) else None
    if not isinstance(results, list):
        raise TransientError(f"BILL's answer to {path} is not a list", system=SYSTEM)
    return Page(results, answer.get("nextPage") or None)
