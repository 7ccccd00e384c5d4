"""Whether rows pass the filters they were asked with: Procurify ignores filters that it does not know."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from blocks.exact import Record, instant
from blocks.procurify.pages import Honoured

FURTHEST_ZONE = timedelta(hours=14)  # whichever zone the vendor cuts its days in
SECOND = timedelta(seconds=1)


def changed_since(name: str, since: date | datetime | None) -> Honoured:
    """Returns what tells whether a row's moment of that name is not before; a row without it is let pass."""
    if since is None:
        return lambda _row: True
    earliest = _earliest(since)
    return lambda row: (at := _moment(row, name)) is None or at >= earliest


def holding(filters: Mapping[str, str]) -> Honoured:
    """Returns what tells whether a row holds each filter's text, in whatever case and place."""
    wanted = {name: text.casefold() for name, text in filters.items()}
    return lambda row: all(text in str(row.get(name) or "").casefold() for name, text in wanted.items())


def of_item(order_item: str) -> Honoured:
    """Returns what tells whether a receipt is one of this line."""
    return lambda row: str(row.get("order_item", order_item)) == order_item


def _earliest(since: date | datetime) -> datetime:
    if isinstance(since, datetime):
        return since - SECOND  # the vendor may cut fractions off
    return datetime.combine(since, time(), UTC) - FURTHEST_ZONE


def _moment(row: Record, name: str) -> datetime | None:
    try:
        return instant(row.get(name))
    except ValueError:
        return None
