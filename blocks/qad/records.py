"""Single records under QAD's own names: read, stored, removed, and completed by QAD before they are stored."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any

from blocks.errors import AnswerLostError, ConfigurationError, ConflictError, TransientError
from blocks.exact import Record
from blocks.qad.answers import first_record, remarks_of
from blocks.qad.pages import Ask
from blocks.qad.profile import SYSTEM, Entity, Profile, Steps
from blocks.qad.translation import code_to_wire
from blocks.qad.wire import encode

STALE_ATTEMPTS = 3


class WireRecords:
    """Speaks of single records with one tenant; writes are never repeated and keep a pause between them."""

    def __init__(self, ask: Ask, profile: Profile) -> None:
        """Makes no call yet. `ask` makes one, and takes `stores=False` for a POST that stores nothing."""
        self._ask, self.profile = ask, profile
        self._pace = asyncio.Lock()
        self._wrote_at = float("-inf")

    def addressed(self, entity: str) -> Entity:
        """Returns the declaration of a kind whose records have an address.

        Raises:
            ConfigurationError: they have none.
        """
        kind = self.profile.entity(entity)
        if kind.resource is None:
            raise ConfigurationError(f"QAD's profile names no resource for {entity}", system=SYSTEM, field=entity)
        return kind

    def key(self, kind: Entity, key: Mapping[str, Any]) -> dict[str, str]:
        """Returns the query that names a record: all keys, or QAD would take it for something else.

        Raises:
            ValueError: a key is missing.
        """
        if missing := [name for name in kind.keys if key.get(name) is None]:
            raise ValueError(f"the key of {kind.resource} lacks {', '.join(missing)}")
        return {kind.names[name]: str(code_to_wire(self.profile, kind, name, key[name])) for name in kind.keys}

    async def read(self, kind: Entity, asked: Mapping[str, str]) -> Record | None:
        """Returns the record that is asked for, or None."""
        body = await self._ask("GET", self._path(kind.resource), params={**asked, **self._view(kind)})
        return first_record(body, kind.array)

    async def blank(self, kind: Entity, parent: Mapping[str, str]) -> Record | None:
        """Returns a new record with QAD's defaults, or None; nothing is stored."""
        return await self.read(kind, {self.profile.records.blank_parameter: "true", **parent})

    async def stepped(self, kind: Entity, steps: Steps, wire: Record, field: str) -> Record:
        """Returns the record as QAD completes it after one of its fields was given; nothing is stored.

        Raises:
            TransientError: QAD returns no record.
            RefusedError: QAD does not allow the value.
        """
        body = await self._ask(
            "POST",
            self._path(steps.resource),
            params={steps.parameter: field, **self._view(kind)},
            content=self._body(kind, wire),
            stores=False,
        )
        completed = first_record(body, kind.array)
        if completed is None:
            raise TransientError(f"QAD returned no record for the new {field} of {kind.array}", system=SYSTEM)
        return completed

    async def asked(self, resource: str, query: Mapping[str, str]) -> Any:
        """Returns QAD's answer to a question about a record, whatever its form."""
        return await self._ask("GET", self._path(resource), params=dict(query))

    async def store(self, kind: Entity, key: Mapping[str, str], wire: Record) -> Record:
        """Stores the record, a new one if no key is given; returns it as stored, with QAD's remarks in it.

        Raises:
            AnswerLostError: it was sent, and no (clear) answer came.
        """
        body = await self._paced("POST", kind, key, self._body(kind, wire))
        try:
            stored = first_record(body, kind.array)
        except TransientError as error:
            raise AnswerLostError(str(error), system=SYSTEM) from error
        if stored is None:
            raise AnswerLostError(f"QAD took the record but returned none of {kind.resource}", system=SYSTEM)
        name = self.profile.records.messages
        return {**stored, name: remarks_of(stored, body, name)}

    async def remove(self, kind: Entity, key: Mapping[str, str]) -> None:
        """The record is not there any more.

        Raises:
            AnswerLostError: it was asked for, and no (clear) answer came.
        """
        await self._paced("DELETE", kind, key, None)

    async def _paced(self, method: str, kind: Entity, key: Mapping[str, str], content: bytes | None) -> Any:
        async with self._pace:  # other writers of this client wait for the pause as well
            await asyncio.sleep(self._wrote_at + self.profile.write_pause - monotonic())
            try:
                query = {**key, **self._view(kind)}
                return await self._ask(method, self._path(kind.resource), params=query, content=content)
            finally:
                self._wrote_at = monotonic()

    def _body(self, kind: Entity, wire: Record) -> bytes:
        return encode({self.profile.records.messages: [], kind.array: [wire]})

    def _path(self, resource: str | None) -> str:
        return f"{self.profile.paths.entities}/{resource}"

    def _view(self, kind: Entity) -> dict[str, str]:
        return {self.profile.records.view_parameter: kind.view_uri} if kind.view_uri else {}


async def unless_stale(attempt: Callable[[], Awaitable[Record]]) -> Record:
    """Returns what the attempt made; it is made again, three times in all, if somebody changed the record meanwhile.

    Raises:
        ConflictError: it was changed in between each time.
    """
    for _ in range(STALE_ATTEMPTS - 1):
        try:
            return await attempt()
        except ConflictError:
            continue
    return await attempt()
