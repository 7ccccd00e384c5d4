"""The business-entity interface: read by key, create, update and delete, with QAD's rules about keys."""

import copy
from collections.abc import Mapping
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.qad.books import Books
from tests.sandbox.qad.entities import BROWSE_ONLY, ENTITIES
from tests.sandbox.qad.entity import Entity
from tests.sandbox.qad.wire import (
    EXISTS,
    MANDATORY,
    NOT_FOUND,
    NOT_VALID,
    STALE,
    BareError,
    NoSuchPageError,
    Record,
    RejectedError,
    accepted,
    answer,
    loads,
)


class RecordsDesk:
    """Answers the requests below `/api/erp/`."""

    def __init__(self, books: Books) -> None:
        """Works on these books."""
        self.books = books

    async def __call__(self, request: Request, resource: str, user: str) -> Response:
        """Returns the answer to one request about one resource.

        Raises:
            RejectedError: a business rule refuses it.
            BareError: the user has no right to the resource, or the request is not readable.
            NoSuchPageError: there is no such resource.
        """
        options = self.books.options
        entity = ENTITIES.get(resource)
        if entity is None or resource in options.missing or resource in BROWSE_ONLY:
            raise NoSuchPageError(resource)
        if resource in options.forbidden or entity.view in options.forbidden:
            raise BareError(options.forbidden_status, "403", f"Access is denied: {entity.view}")
        if request.method not in {"GET", "POST", "DELETE"}:
            raise BareError(405, "405", f"Method {request.method} is not supported")
        query = dict(request.query_params)
        view = query.get("viewUri", entity.view)
        if view != entity.view:
            raise RejectedError(NOT_VALID, "The view does not belong to this entity.", "viewUri", view)
        key = self._key(entity, query)
        if request.method == "GET":
            return self._read(entity, key, query)
        if request.method == "DELETE":
            return self._delete(entity, key)
        sent = await sent_record(request, entity.collection)
        return self._create(entity, sent, user) if key is None else self._update(entity, key, sent, user)

    def _key(self, entity: Entity, query: Mapping[str, str]) -> Record | None:
        given = [name for name in entity.keys if query.get(name)]
        if not given or query.get("initialize") == "true":
            return None
        if len(given) < len(entity.keys):
            lacking = next(name for name in entity.keys if name not in given)
            raise RejectedError(MANDATORY, "Keys must be all null or all non-null.", lacking)
        return entity.typed_key(query)

    def _find(self, entity: Entity, key: Record) -> Record | None:
        record = self.books.tables[entity.resource].get(entity.key(key))
        if record is None or any(record[name] != value for name, value in key.items()):
            return None
        return record if self._visible(entity, record) else None

    def _visible(self, entity: Entity, record: Record) -> bool:
        return all(record[name] == value for name, value in entity.place(self.books).items())

    def _read(self, entity: Entity, key: Record | None, query: Mapping[str, str]) -> Response:
        if query.get("initialize") == "true":
            return self._initialized(entity, query)
        if key is not None:
            found = self._find(entity, key)
            return self._data(entity, [found] if found else [])
        every = (row for row in self.books.tables[entity.resource].values() if self._visible(entity, row))
        return self._data(entity, list(islice(every, self.books.options.page_clamp)))

    def _initialized(self, entity: Entity, query: Mapping[str, str]) -> Response:
        start = entity.new({**entity.initial(self.books, query), "dataOperation": "C"})
        rows = [{**row, "concurrencyHash": ""} for row in self._shown(entity, [start])]
        return answer({"data": {entity.collection: rows}})

    def _data(self, entity: Entity, records: list[Record]) -> Response:
        return answer({"data": {entity.collection: self._shown(entity, records)}} if records else {})

    def _shown(self, entity: Entity, records: list[Record]) -> list[Record]:
        hidden = self.books.options.hide_fields.get(entity.resource, frozenset())
        return [entity.shown(record, hidden) for record in records]

    def _create(self, entity: Entity, sent: Record, user: str) -> Response:
        self._check_operation(sent, {"", "C"})
        record = entity.new(entity.checked(sent, self.books.options.unknown_fields_refused))
        for name, value in entity.fixed.items():
            if sent.get(name) != value:
                raise RejectedError(NOT_VALID, f"{name} must be {value}.", name, sent.get(name))
        entity.complete(record)
        for name, value in entity.place(self.books).items():
            self.books.require({value}, name, record[name], f"In this workspace {name.removesuffix('Code')}")
        self._check_new(entity, record)
        messages = entity.on_create(self.books, record)
        self._check_new(entity, record)
        table = self.books.tables[entity.resource]
        table[entity.key(record)] = self.books.stamped(record, user)
        entity.after_create(self.books, record)
        shown = self._shown(entity, [record])
        return accepted(entity.collection, [{**row, "supplementaryMessages": messages} for row in shown])

    def _check_new(self, entity: Entity, record: Record) -> None:
        if entity.key(record) in self.books.tables[entity.resource]:
            name = entity.keys[-1]
            raise RejectedError(EXISTS, f"Record with {name} {record[name]} already exists.", name, record[name])

    def _update(self, entity: Entity, key: Record, sent: Record, user: str) -> Response:
        self._check_operation(sent, {"", "U"})
        for name, value in key.items():
            if sent.get(name) != value:
                raise RejectedError(NOT_VALID, f"{name} differs from the address.", name, sent.get(name))
        before = self._find(entity, key)
        if before is None:
            raise RejectedError(NOT_FOUND, "Record does not exist.", entity.keys[-1], key[entity.keys[-1]])
        self._check_hash(entity, before, sent)
        after = copy.deepcopy(before)
        after.update(entity.checked(sent, self.books.options.unknown_fields_refused))
        entity.complete(after)
        entity.on_update(self.books, before, after)
        table = self.books.tables[entity.resource]
        before.clear()
        before.update(self.books.stamped(after, user))
        table[entity.key(before)] = before
        return accepted(entity.collection, self._shown(entity, [before]))

    def _check_hash(self, entity: Entity, before: Record, sent: Record) -> None:
        options, given = self.books.options, sent.get("concurrencyHash") or ""
        if given == "" and options.empty_hash_accepted:
            return
        if options.stale_hash_refused and given != entity.hash_of(before):
            raise RejectedError(STALE, "The record was changed by somebody else.", "concurrencyHash", given)

    def _check_operation(self, sent: Record, allowed: set[str]) -> None:
        operation = sent.get("dataOperation") or ""
        if operation not in allowed:
            raise RejectedError(NOT_VALID, f"Operation {operation} does not fit.", "dataOperation", operation)

    def _delete(self, entity: Entity, key: Record | None) -> Response:
        found = self._find(entity, key) if key is not None else None
        if found is None:
            raise RejectedError(NOT_FOUND, "Record does not exist.", entity.keys[-1])
        if not entity.deletable:
            raise RejectedError(NOT_VALID, "Records of this kind stay.", entity.keys[-1])
        entity.on_delete(self.books, found)
        del self.books.tables[entity.resource][entity.key(found)]
        return accepted(entity.collection, [])


async def sent_record(request: Request, collection: str) -> Record:
    """Returns the one record of a request's body.

    Raises:
        BareError: the body is not readable JSON.
        RejectedError: it carries no record, or several.
    """
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise BareError(415, "415", "Content type is not supported")
    try:
        body: Any = loads(await request.body())
    except ValueError:
        raise BareError(400, "400", "The request is not readable JSON") from None
    records = body.get(collection) if isinstance(body, dict) else None
    if not isinstance(records, list) or not records or not isinstance(records[0], dict):
        raise RejectedError(MANDATORY, "There is no record in the request.", collection)
    if len(records) > 1:
        raise RejectedError(NOT_VALID, "One request carries one record.", collection)
    record: Record = records[0]
    return record
