"""Reads what changed in QAD, by its browses; change dates there are as coarse as a day."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from pydantic import BaseModel

from blocks.exact import Record
from blocks.qad.client import QadClient
from blocks.qad.pages import Page
from blocks.source import Row, SourcePage, content_hash

A_DAY = timedelta(days=1)


class QadSource:
    """Reads one kind of QAD's records; a record's id is its key, joined by slashes, or one field of the key."""

    def __init__(
        self,
        client: QadClient,
        entity: str,
        model: type[BaseModel],
        *,
        key: Sequence[str],
        one_by: str = "",
        ref: str = "",
        whole: bool = True,
    ) -> None:
        """Reads by this client.

        Args:
            client: of the tenant and workspace.
            entity: the profile's name of the kind.
            model: what a record is parsed to.
            key: the logical names of its key.
            one_by: the one field of the key that is unique within a workspace, where the rest is the same for all.
            ref: the field that people know a record by; its id, if not given.
            whole: whether the browse shows all that is needed of a record.
        """
        self._client, self._entity, self._model = client, entity, model
        self._kind = client.profile.entity(entity)
        self._key, self._one_by, self._ref, self.whole = tuple(key), one_by, ref, whole
        self._walk: tuple[str, AsyncIterator[Page]] = ("", _nothing())
        self._shared: dict[str, Any] = {}  # the rest of the key, once a row has shown it

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the next rows that changed in the window; it begins a day early, for QAD tells only the day."""
        expected, walk = self._walk
        if not cursor or cursor != expected:
            day = (since - A_DAY).date() if since else None
            walk = self._client.changed(self._entity, day, int(cursor or 1))
        self._walk = ("", _nothing())  # a walk that fails is over, and must not look like the end of the list
        page = await anext(walk, None)
        if page is None:
            return SourcePage([], None)
        following = str(page.number + 1) if page.more else None
        self._walk = (following or "", walk)
        return SourcePage([self._row(record) for record in page.rows if self._in_time(record, until)], following)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the whole records with these ids; one that QAD does not have is left out."""
        found = await asyncio.gather(*(self._load_one(one) for one in dict.fromkeys(ids)))
        return [self._row(record) for record in found if record is not None]

    async def _load_one(self, source_id: str) -> Record | None:
        if self.whole and self._one_by:
            return await self._listed({self._one_by: source_id})
        key = await self._key_of(source_id)
        if key is None:
            return None
        return await (self._client.get(self._entity, key) if self._kind.resource else self._listed(key))

    async def _listed(self, key: Mapping[str, Any]) -> Record | None:
        pages = self._client.browse(self._entity, [(name, "eq", value) for name, value in key.items()])
        async for page in pages:
            for row in page.rows:
                return row
        return None

    async def _key_of(self, source_id: str) -> Mapping[str, Any] | None:
        if not self._one_by:
            parts = [unquote(part) for part in source_id.split("/")]
            return dict(zip(self._key, parts, strict=True)) if len(parts) == len(self._key) else None
        if not self._shared:
            shown = await self._listed({self._one_by: source_id})
            if shown is None:
                return None
            self._row(shown)
        return {**self._shared, self._one_by: source_id}

    def _row(self, record: Record) -> Row:
        if self._one_by and not self._shared:
            self._shared = {name: record.get(name) for name in self._key if name != self._one_by and record.get(name)}
        parts = [self._one_by] if self._one_by else self._key
        # Quoted, so that a key part with a slash keeps its place; `blocks.qad.models.id_of` makes the same text.
        source_id = "/".join(quote(str(record.get(name)), safe="") for name in parts)
        ref = str(record.get(self._ref) or "") if self._ref else source_id
        return Row(source_id, ref, content_hash(record), self._model.model_validate(record))

    def _in_time(self, record: Record, until: datetime) -> bool:
        """Whether the record changed before the window's end, as far as a day tells; a later run sees the others."""
        changed = record.get(self._kind.changed or "")
        return not isinstance(changed, date) or changed <= (until + A_DAY).date()


async def _nothing() -> AsyncIterator[Page]:
    no_pages: tuple[Page, ...] = ()
    for page in no_pages:
        yield page
