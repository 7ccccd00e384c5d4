"""What the targets of QuickBooks Desktop have in common: how records are found, created and changed by their kind."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.quickbooks_desktop.changing import Changing, changed
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.creating import Creating
from blocks.quickbooks_desktop.fields import Field
from blocks.quickbooks_desktop.fitting import filled, fitted, is_reference, same
from blocks.quickbooks_desktop.kept import found
from blocks.quickbooks_desktop.kinds import Kind
from blocks.quickbooks_desktop.markers import FIELD, marker
from blocks.quickbooks_desktop.matching import Same, matched
from blocks.quickbooks_desktop.naming import Rename
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.refusals import gone
from blocks.quickbooks_desktop.render import Request
from blocks.quickbooks_desktop.values import is_empty, text
from blocks.quickbooks_desktop.values import rows as rows_of
from blocks.target import Body, Change, Found, Key

AT_ONCE = 100
OVERLAP = timedelta(hours=2)  # how far the clock of the PC, or what QuickBooks makes of it in summer, may be off
DAY = timedelta(days=1)
_CLEARABLE = frozenset({"text", "key", "group"})


class RecordTarget:
    """Writes records of one kind; an earlier attempt's record is known by its mark, whatever people did to it since.

    Bodies are in the terms of the message that creates such a record, for changes too. A field that a body does not
    name stays as it is, one that it empties is cleared, and its lines are all lines by account that the record has.
    The mark is the body's `ExternalGUID`; see `markers.marker`.
    """

    kind: Kind
    same: Same
    rename: Rename | None = None

    def __init__(self, client: QuickBooksDesktopClient, at_once: int = AT_ONCE, *, empties_clear: bool = True) -> None:
        """Writes by this client.

        Args:
            client: of the company file.
            at_once: how many records go into one message; 1 is slow, and works.
            empties_clear: whether an empty element clears a field in a change, which QuickBooks nowhere says; where
                it does not, what a body empties is left alone.
        """
        self.at_once = self.changes_at_once = at_once
        self.client, self._empties_clear = client, empties_clear

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        """Returns the record that an attempt after `since` made of each body, or None."""
        sent = [self._sought(body) for body in bodies]
        rows = await self._look(sent, since)
        return [None if row is None else found(self.kind, body, row) for body, row in zip(sent, rows, strict=True)]

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates the records that QuickBooks takes, each once; see `blocks.target.Target.create`."""
        if not bodies:
            return []
        sent, results = dict[int, Body](), dict[int, Found | RefusedError]()
        for place, body in enumerate(bodies):
            try:
                sent[place] = self._new(body, keys[place])
            except RefusedError as refused:
                results[place] = refused
        creating = Creating(self.client, self.kind, sent, keys, self._look_lately, self.rename)
        results |= await creating.run()
        results |= await self._brought_up_to_date(creating, bodies, keys)
        return [results[place] for place in range(len(bodies))]

    async def change(self, changes: Sequence[Change], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Makes each change that QuickBooks takes; see `blocks.target.ChangesTogether.change`."""
        return await Changing(self.client, self.kind, changes, keys, self._plan, self.rename).run()

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        """Changes what of the record is not as the body says; repeating it is harmless.

        Raises:
            RefusedError: the record is not there any more, or QuickBooks refuses the body.
        """
        return await self._change_one(Change("update", target_id, body), key)

    async def archive(self, target_id: str) -> Found:
        """Withdraws the record, or leaves it so; repeating it is harmless.

        Raises:
            RefusedError: it is paid, or QuickBooks does not allow it.
        """
        own = str(uuid5(NAMESPACE_URL, f"archive/{target_id}"))
        return await self._change_one(Change("archive", target_id, {}), Key(own, own))

    def questions(self, bodies: Sequence[Body], since: datetime) -> list[Query]:
        """Returns what to ask so that every record that one of the bodies has made since then is shown.

        Where two answers show a record, the later one counts; one that is shown without its lines is read again.
        """
        raise NotImplementedError

    def withdrawn(self, record: Record) -> Request | Found | RefusedError:
        """Returns what withdraws the record, or the record if it is withdrawn, or why it cannot be."""
        raise NotImplementedError

    def changed(self, body: Body, record: Record, name: str) -> Body:
        """Returns the fields of a change after which the record is as the fitted body says; nothing if it is.

        Raises:
            RefusedError: QuickBooks does not allow it, or a person must see to it.
        """
        raise NotImplementedError

    def differing(self, body: Body, record: Record) -> Body:
        """Returns the fields of the body that the record holds otherwise, and that a change can hold."""
        return {
            field.name: value
            for field in self.kind.changed_shape
            if field.name in body and not field.many
            and not same(field, value := _whole(field, body[field.name], record), record.get(field.name))
            and self._can_be_sent(field, value)
        }  # fmt: skip

    def _can_be_sent(self, field: Field, value: Any) -> bool:
        return not is_empty(value) or (self._empties_clear and field.kind in _CLEARABLE)

    def _new(self, body: Body, key: Key) -> Body:
        return {FIELD: marker(key.item), **filled(fitted(self.kind.shape, body))}

    def _sought(self, body: Body) -> Body:
        try:
            return filled(fitted(self.kind.shape, body))
        except RefusedError:  # so it was never sent
            return {}

    async def _look(self, bodies: Sequence[Body], since: datetime) -> list[Record | None]:
        asked = self.questions([body for body in bodies if body], since - OVERLAP)
        rows = [row for answer in await self.client.ask(asked) for row in answer.records] if asked else []
        known = matched(bodies, rows, type(self).same, self.kind.id)
        return await self._with_lines(known)

    async def _with_lines(self, known: list[Record | None]) -> list[Record | None]:
        """Returns the records with their lines, which those that were asked for without them are read again for."""
        lines = self.kind.lines
        bare = [row for row in known if row and lines and not rows_of(row, lines.held)]
        if not bare:
            return known
        whole = await self.client.by_ids(self.kind.by_ids([text(row, self.kind.id) for row in bare]))
        return [row and whole.get(text(row, self.kind.id), row) for row in known]

    async def _look_lately(self, bodies: Sequence[Body]) -> list[Record | None]:
        return await self._look(bodies, datetime.now(UTC) - DAY)

    def _plan(self, change: Change, record: Record | None, name: str) -> Request | Found | RefusedError:
        if record is None:
            if change.operation == "archive":
                return Found(change.target_id, {self.kind.id: change.target_id})
            return gone(self.kind.name, change.target_id)
        try:
            if change.operation == "archive":
                return self.withdrawn(record)
            body = fitted(self.kind.shape, change.body)
            fields = self.changed(body, record, name)
        except RefusedError as refused:
            return refused
        return self.mod(record, fields) if fields else changed(self.kind, change._replace(body=body), record)

    def mod(self, record: Record, fields: Body) -> Request:
        """Returns the message that changes these fields of the record as it was read."""
        known = {self.kind.id: text(record, self.kind.id), "EditSequence": text(record, "EditSequence")}
        return Request(self.kind.mod, known | fields)

    async def _brought_up_to_date(
        self, creating: Creating, bodies: Sequence[Body], keys: Sequence[Key]
    ) -> dict[int, Found | RefusedError]:
        """What an earlier attempt created is changed where it is asked for otherwise now."""
        stale = {
            place: result.id
            for place, result in creating.results.items()
            if place in creating.stale and isinstance(result, Found)
        }
        if not stale:
            return {}
        changes = [Change("update", known, bodies[place]) for place, known in stale.items()]
        return dict(zip(stale, await self.change(changes, [keys[place] for place in stale]), strict=True))

    async def _change_one(self, change: Change, key: Key) -> Found:
        [result] = await self.change([change], [key])
        if isinstance(result, RefusedError):
            raise result
        return result


def _whole(field: Field, value: Any, record: Record) -> Any:
    """Returns an address with its parts that are gone as empty ones, so that nothing of the old one is left."""
    if field.kind != "group":
        return value
    if is_reference(field):
        return {} if is_empty(value) else value
    held = record.get(field.name)
    parts = {part.name for part in field.parts}
    old = {name: "" for name in (held if isinstance(held, dict) else {}) if name in parts}
    return old | (value if isinstance(value, dict) else {})
