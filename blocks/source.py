"""What the engine asks of a system that records are read from; each vendor fulfils it with its own means."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol


class Row(NamedTuple):
    """A source record as it was read."""

    id: str
    ref: str  # the number a person knows it by
    hash: str  # of the record as its list shows it; equal hash means nothing to do
    content: Any  # the vendor's own model


class SourcePage(NamedTuple):
    """One page of a source's list, and where the next begins; None after the last."""

    rows: list[Row]
    following: str | None


class Reader(Protocol):
    """Reads one kind of record from its source."""

    whole: bool  # the list shows the whole record; otherwise `load` is needed for what changed

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the records changed in the window, a page at a time; an empty cursor asks for the first page.

        The reader overlaps by as much as its source's change dates are coarse.
        """
        ...

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the whole records with these ids; one that the source does not have is left out."""
        ...


def content_hash(content: Any) -> str:
    """Returns a hash that is equal for equal content, whatever the order of its keys or the zeros of its numbers."""
    return hashlib.sha256(json.dumps(content, default=_plain, sort_keys=True).encode()).hexdigest()[:32]


def _plain(value: Any) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
