"""Reads things that records wait for, and that no list shows: each is asked for by its id, in every run."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from blocks.source import Row, SourcePage


class Awaited:
    """The reader of a stream of such things, which is a `reference` of others."""

    whole = True

    def __init__(self, read: Callable[[str], Any] = str) -> None:
        """Reads an id by this function to what the stream decides about."""
        self._read = read

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns nothing."""
        return SourcePage([], None)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns what these ids say."""
        return [Row(one, one, "", self._read(one)) for one in ids]
