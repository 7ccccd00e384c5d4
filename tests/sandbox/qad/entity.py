"""What a business entity of QAD is made of; declarations are data, so that another entity is another file."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.sandbox.qad.books import Books
from tests.sandbox.qad.wire import MANDATORY, NOT_VALID, TOO_LONG, Record, RejectedError, date_of, dumps

STANDARD: Mapping[str, Any] = {
    "uri": "", "instanceURI": "", "dataOperation": "", "concurrencyHash": "", "disallowedActions": "",
    "disallowedActionsMessage": "", "isPredefaulted": False, "changeStatus": "", "lastModifiedDate": None,
    "lastModifiedTime": 0, "lastModifiedUser": "", "supplementaryMessages": [],
    **{f"customShort{n}": "" for n in range(20)}, **{f"customLong{n}": "" for n in range(2)}, "customNote": "",
    **{f"customCombo{n}": "" for n in range(15)}, **{f"customDecimal{n}": Decimal(0) for n in range(5)},
    **{f"customInteger{n}": 0 for n in range(5)}, **{f"customDate{n}": None for n in range(5)},
}  # fmt: skip
UNHASHED = {"concurrencyHash", "lastModifiedDate", "lastModifiedTime", "lastModifiedUser", "supplementaryMessages"}
SERVER_OWNED = UNHASHED | {"uri", "instanceURI", "dataOperation", "disallowedActions", "disallowedActionsMessage"}


@dataclass(frozen=True)
class Browse:
    """One list of an entity's records: its id, and which field each dotted column shows."""

    browse_id: str
    prefix: str = ""  # of the generated kind, which shows each scalar field under one prefix
    columns: Mapping[str, str] = field(default_factory=dict)  # of the classic kind: column -> field
    only: Callable[[Record], bool] = lambda _record: True  # which records it lists


def nothing_more(_books: Books, _record: Record) -> list[str]:
    """Adds no rule of its own and gives no message."""
    return []


def no_change_rule(_books: Books, _before: Record, _after: Record) -> None:
    """Lets every change pass."""


def no_delete_rule(_books: Books, _record: Record) -> None:
    """Lets every record go."""


def blank_start(_books: Books, _parents: Mapping[str, str]) -> Record:
    """Returns no more than the fields' own defaults for a record to be."""
    return {}


@dataclass(frozen=True)
class Entity:
    """One business entity: its address, keys, fields and rules."""

    resource: str
    interface: str
    keys: tuple[str, ...]
    blank: Mapping[str, Any]  # each scalar field with its default, which also tells its type; None is a date's
    array: str = ""  # the name of the array in bodies, unless it is the resource's
    children: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # array -> blank child
    mandatory: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)  # field -> the most characters it holds
    read_only: frozenset[str] = frozenset()  # what a client sends here is passed over
    fixed: Mapping[str, str] = field(default_factory=dict)  # key fields that are the same for all records
    financial: bool = False  # belongs to the legal entity of the workspace
    domestic: bool = False  # belongs to the domain of the workspace
    deletable: bool = True
    browses: tuple[Browse, ...] = ()
    on_create: Callable[[Books, Record], list[str]] = nothing_more  # may complete the record; returns messages
    after_create: Callable[[Books, Record], None] = lambda _books, _record: None
    on_update: Callable[[Books, Record, Record], None] = no_change_rule
    on_delete: Callable[[Books, Record], None] = no_delete_rule
    initial: Callable[[Books, Mapping[str, str]], Record] = blank_start  # of `initialize=true`, from its parent keys

    @property
    def view(self) -> str:
        """The view's URN, which also names the right that a user needs."""
        return f"urn:be:{self.interface}"

    @property
    def collection(self) -> str:
        """The name of the array that carries the records in bodies."""
        return self.array or self.resource

    def is_date(self, name: str) -> bool:
        """Whether a field holds a calendar date."""
        return name.endswith("Date") or name.startswith("customDate") or self.blank.get(name, "") is None

    def place(self, books: Books) -> Record:
        """Returns what all records have in common that the workspace of the request shows."""
        if self.financial:
            return {"entityCode": books.entity}
        return {"domainCode": books.domain} if self.domestic else {}

    def key(self, record: Mapping[str, Any]) -> Any:
        """Returns where the record is stored: its key fields, or the only one that differs."""
        parts = tuple(record[name] for name in self.keys if name not in self.fixed)
        return parts[0] if len(parts) == 1 else parts

    def typed_key(self, texts: Mapping[str, str]) -> Record:
        """Returns the key fields of an address with the types they are stored in.

        Raises:
            RejectedError: a number was expected.
        """
        key: Record = {}
        for name in self.keys:
            number = isinstance(self.blank[name], int)
            if number and not texts[name].isdecimal():
                raise RejectedError(NOT_VALID, f"{name} must be a number.", name, texts[name])
            key[name] = int(texts[name]) if number else texts[name]
        return key

    def new(self, values: Mapping[str, Any]) -> Record:
        """Returns a record with every field: the given ones, the others by default."""
        record = {**self.blank, **self.fixed, **values}
        for name, blank_child in self.children.items():
            record[name] = [{**blank_child, **child} for child in values.get(name) or []]
        return record

    def shown(self, record: Record, hidden: frozenset[str]) -> Record:
        """Returns the record as an answer carries it, with its hash."""
        uri = f"{self.view}:{'.'.join(str(record[name]) for name in self.keys)}"
        whole = {**STANDARD, **record, "uri": uri, "concurrencyHash": self.hash_of(record)}
        return {name: value for name, value in whole.items() if name not in hidden} if hidden else whole

    def hash_of(self, record: Record) -> str:
        """Returns a text that differs whenever the content does."""
        content = {name: value for name, value in record.items() if name not in UNHASHED}
        return urlsafe_b64encode(hashlib.sha256(dumps(sorted(content.items()))).digest())[:24].decode()

    def checked(self, sent: Any, strict: bool) -> Record:
        """Returns what a client sent for this entity's own fields, each of the right type and length.

        Raises:
            RejectedError: a field is unknown (if `strict`), of the wrong type or too long.
        """
        if not isinstance(sent, dict):
            raise RejectedError(NOT_VALID, "The record is not an object.")
        record: Record = {}
        for name, value in sent.items():
            if name in self.children:
                record[name] = self._checked_children(name, value, strict)
            elif name in self.blank or name in STANDARD:
                default = self.blank.get(name, STANDARD.get(name))
                clean = self._checked_value(name, default, value)
                if name not in SERVER_OWNED and name not in self.read_only:
                    record[name] = clean
            elif strict:
                raise RejectedError(NOT_VALID, f"{name} is not a field of {self.resource}.", name, value)
        return record

    def complete(self, record: Mapping[str, Any]) -> None:
        """Lets a record pass that has all it must have.

        Raises:
            RejectedError: a mandatory field is empty.
        """
        for name in self.mandatory:
            if record.get(name) in (None, ""):
                raise RejectedError(MANDATORY, f"{name} must be entered.", name)

    def _checked_children(self, array: str, value: Any, strict: bool) -> list[Record]:
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(child, dict) for child in value):
            raise RejectedError(NOT_VALID, f"{array} must be an array of records.", array)
        blank = self.children[array]
        children = []
        for child in value:
            stray = [name for name in child if name not in blank and name not in STANDARD]
            if stray and strict:
                raise RejectedError(NOT_VALID, f"{stray[0]} is not a field of {array}.", stray[0], child[stray[0]])
            own = {name: self._checked_value(name, blank[name], child[name]) for name in child if name in blank}
            children.append({**blank, **own})
        return children

    def _checked_value(self, name: str, default: Any, value: Any) -> Any:
        if isinstance(default, Decimal) and type(value) in (int, Decimal):
            if (amount := Decimal(value)) == round(amount, 10):
                return amount
        elif self.is_date(name):
            if value is None or _is_date(value):
                return value
        elif type(value) is type(default):
            if isinstance(value, str) and len(value) > (limit := self.limits.get(name, 2000)):
                raise RejectedError(TOO_LONG, f"Value is too long: at most {limit} characters.", name, value)
            return value
        raise RejectedError(NOT_VALID, f"{name} does not take this value.", name, value)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 24 and bool(date_of(value))
    except ValueError:
        return False
