"""Pages by number, with links to the next and the previous one.

Source: page 1-based, page_size 10 unless asked, `next` and `previous` absolute or null, at `metadata.pagination`
(receipts: top level). The cap, and 404 beyond the last page, are assumed.
"""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from tests.sandbox.procurify.calls import Call
from tests.sandbox.procurify.filters import Listing, listed
from tests.sandbox.procurify.wire import Record, not_found


def page_of(
    call: Call,
    rows: Sequence[Any],
    listing: Listing,
    view: Callable[[Any], Record],
    more: Callable[[list[Any]], Record] | None = None,
) -> Record:
    """Returns the page that is asked for; `more` tells what else the metadata say of the rows on it.

    Raises:
        Refusal: 400, a filter has no value of its type; 404, there is no such page.
    """
    switches = call.tenant.switches
    wanted = listed(rows, call.query, listing, call.tenant.times, switches)
    size, number = _size(call), _number(call)
    moved = switches.shift_rows if number > 1 else 0
    count = max(len(wanted) + moved, 0)
    pages = max(-(-count // size), 1)
    if number > pages:
        raise not_found("Invalid page.")
    start = (number - 1) * size - moved
    shown = wanted[max(start, 0) : max(start + size, 0)]
    pagination = {
        "count": count,
        "next": _link(call, number + 1) if number < pages else None,
        "previous": _link(call, number - 1) if number > 1 else None,
        "page_size": size,
        "num_pages": pages,
        "current_page": number,
    }
    data = [_sprinkled(view(row), index, switches.sprinkle) for index, row in enumerate(shown, start=1)]
    metadata = {**(more(shown) if more else {}), "pagination": pagination}
    return {"metadata": metadata, "data": data}


def _size(call: Call) -> int:
    """Returns how many rows a page has; what is not a number, `all` too, counts as not asked."""
    asked = call.asked("page_size") or ""
    size = int(asked) if asked.isdigit() and int(asked) > 0 else call.tenant.switches.page_size_default
    return min(size, call.tenant.switches.page_size_cap)


def _number(call: Call) -> int:
    asked = call.asked("page") or "1"
    if not asked.isdigit() or int(asked) < 1:
        raise not_found("Invalid page.")
    return int(asked)


def _link(call: Call, number: int) -> str:
    query = [(name, value) for name, value in call.query if name != "page"]
    return f"{call.base}{call.path}?{urlencode([*query, ('page', number)])}"


def _sprinkled(row: Record, index: int, every: int) -> Record:
    return {**row, "brand_new_field": {"nobody": ["knows", index]}} if every and index % every == 0 else row
