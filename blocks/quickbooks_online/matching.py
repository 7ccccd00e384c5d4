"""Whether a record of QuickBooks Online is the one that a body makes; exact, and never by a name alone."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from blocks.exact import Record, instant
from blocks.quickbooks_online import notes
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.names import is_variant
from blocks.quickbooks_online.values import at, text, total

CLOCK_SKEW = timedelta(minutes=5)  # how far the vendor's clock may be from ours
Same = Callable[[Record, Record], bool]  # (body, record of the vendor)
_EQUAL_OF_VENDOR = (("PrimaryEmailAddr", "Address"), ("BillAddr", "Line1"), ("CompanyName",))


def same_vendor(body: Record, row: Record) -> bool:
    """Tells whether the name is a variant of the body's, and e-mail, first address line and company are equal."""
    return is_variant(text(body, "DisplayName"), text(row, "DisplayName")) and all(
        text(body, *path) == text(row, *path) for path in _EQUAL_OF_VENDOR
    )


def same_document(body: Record, row: Record) -> bool:
    """Tells whether the marker, the vendor and the total are equal, and the location where one was stored."""
    line = notes.marker(text(body, "PrivateNote"))
    return (
        bool(line)
        and notes.holds(text(row, "PrivateNote"), line)
        and text(body, "VendorRef", "value") == text(row, "VendorRef", "value")
        and total(body) == total(row)
        and text(row, "DepartmentRef", "value") in {"", text(body, "DepartmentRef", "value")}
    )


def matched(bodies: Sequence[Record], rows: Iterable[Record], same: Same) -> list[Record | None]:
    """Returns for each body the newest record that is the same; no record stands for two bodies."""
    left = sorted(rows, key=created_at, reverse=True)
    result: list[Record | None] = []
    for body in bodies:
        index = next((index for index, row in enumerate(left) if same(body, row)), None)
        result.append(None if index is None else left.pop(index))
    return result


async def created_since(client: QuickBooksClient, entity: str, since: datetime) -> list[Record]:
    """Returns the records made since a moment, as far as clocks agree; they have changed since then, too."""
    earliest = since - CLOCK_SKEW
    return [row async for page in client.changed(entity, earliest) for row in page if created_at(row) >= earliest]


def created_at(row: Record) -> datetime:
    """Returns when the record was made, by the vendor's clock; the beginning of time if it does not tell."""
    return instant(at(row, "MetaData", "CreateTime")) or datetime.min.replace(tzinfo=UTC)
