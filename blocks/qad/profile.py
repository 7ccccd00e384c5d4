"""What a QAD tenant calls its addresses, lists, records, fields and codes: a declaration, and a tenant's overrides."""

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from blocks.errors import ConfigurationError

SYSTEM = "QAD"
DEFAULT = Path(__file__).with_name("default_profile.yaml")
Names = dict[str, str | None]  # logical name -> QAD's name; None where the tenant has no such thing
_REMEDY = "Correct the profile overrides of the QAD credentials."
# Only here may an override bring names that the default does not have.
_OPEN = re.compile(r"entities|entities\.\w+\.(extra_fields|browse\.fields|codes|children|defaults)")


class Declared(BaseModel):
    """A part of the profile; a name it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Paths(Declared):
    """Where things are, below the base address; `security_pointer` is a JSON pointer into the answer."""

    token: str
    session_login: str
    security_control: str
    security_pointer: str
    browses: str
    entities: str


class Lifetime(Declared):
    """How long a token is good if QAD does not tell, and how long before its end it is renewed, in seconds."""

    fallback: int = Field(gt=0)
    before_absolute: int = Field(ge=0)
    before_idle: int = Field(ge=0)


class Browsing(Declared):
    """How lists are asked for."""

    page_size: int = Field(gt=0)
    filter: str
    range: str
    ops: dict[str, str]
    more_pointer: str
    first: str
    next: str


class Records(Declared):
    """What every record and every request for one has."""

    view_parameter: str
    blank_parameter: str
    hash: str
    operation: str
    messages: str
    warning_words: tuple[str, ...]


class ErrorCodes(Declared):
    """Which of QAD's error codes mean something that is acted upon; all others refuse the record."""

    unauthorized: frozenset[str]
    forbidden: frozenset[str]
    busy: frozenset[str]
    stale: frozenset[str]


class Browse(Declared):
    """A list: its id, the prefix of its columns, and the columns that are not called as the record's fields."""

    id: str
    prefix: str = ""
    fields: Names = {}


class Child(Declared):
    """An array inside of a record."""

    array: str
    fields: Names


class Steps(Declared):
    """How QAD completes a record before it is stored: one request for each field (logical names), in this order."""

    resource: str
    parameter: str
    order: tuple[str, ...]
    received: str | None = None


class Entity(Declared):
    """One kind of record: its list, its address, its keys (logical names), its fields.

    Names ending in `_date` are calendar dates. `codes` names, for a field, the table that its values are
    translated by; `changed` names the field that tells when a record changed, if there is one; `defaults` are what
    a new record has unless something else is given. Not every pair works with an `optional` one.
    """

    fields: Names
    extra_fields: Names = {}
    children: dict[str, Child] = {}
    codes: dict[str, str] = {}
    browse: Browse | None = None
    resource: str | None = None
    view_uri: str | None = None
    collection: str | None = None
    keys: tuple[str, ...] = ()
    changed: str | None = None
    steps: Steps | None = None
    defaults: dict[str, str | bool | int | None] = {}
    optional: bool = False

    @property
    def names(self) -> dict[str, str]:
        """QAD's name of each field that the tenant has."""
        return {name: wire for name, wire in {**self.fields, **self.extra_fields}.items() if wire}

    @property
    def columns(self) -> dict[str, str]:
        """The browse's column for each field; a column that holds a dot already has its own prefix."""
        if self.browse is None:
            return {}
        bare = {name: wire for name, wire in {**self.names, **self.browse.fields}.items() if wire}
        return {name: wire if "." in wire else f"{self.browse.prefix}{wire}" for name, wire in bare.items()}

    @property
    def array(self) -> str:
        """The array in bodies that holds the records."""
        return self.collection or (self.resource or "").rpartition("/")[2]

    @property
    def places(self) -> list[str]:
        """Where requests about its records go, below the path of all entities."""
        return [place for place in (self.resource, self.steps.resource if self.steps else None) if place]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = {*self.fields, *self.extra_fields}
        named = {*self.keys, *self.codes, *(self.browse.fields if self.browse else ()), *filter(None, [self.changed])}
        named |= {*self.defaults, *(self.steps.order if self.steps else ())}
        if stray := sorted(named - known):
            places = "keys, codes, changed, defaults, steps or browse.fields"
            raise ValueError(f"{_unknown(stray[0], known)}, but {places} name it")
        if clash := sorted({*self.extra_fields, *self.children} & set(self.fields)):
            raise ValueError(f"{clash[0]} is declared twice")
        return self


class Profile(Declared):
    """All that may differ between QAD tenants."""

    version: Literal[1]
    paths: Paths
    workspace_header: str
    lifetime: Lifetime
    timeout: float = Field(gt=0)
    write_pause: float = Field(ge=0)
    calls_at_once: int = Field(gt=0)
    purchase_cost_scale: int = Field(ge=0)
    browsing: Browsing
    records: Records
    error_codes: ErrorCodes
    codes: dict[str, dict[str, str]]
    entities: dict[str, Entity]

    @model_validator(mode="after")
    def _tables_exist(self) -> Self:
        for name, entity in self.entities.items():
            if missing := sorted(set(entity.codes.values()) - set(self.codes)):
                raise ValueError(f"{name}.codes: {_unknown(missing[0], self.codes)}")
        return self

    @classmethod
    def default(cls) -> "Profile":
        """Returns what holds for a tenant without overrides."""
        return _default()

    def merged(self, overrides: Mapping[str, Any]) -> "Profile":
        """Returns this profile with the overrides in it, at any depth; lists are replaced as a whole.

        Raises:
            ConfigurationError: an override names something that does not exist, or has the wrong type; the
                message tells the place.
        """
        try:
            return Profile.model_validate(_merge(self.model_dump(mode="json"), overrides, ""))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise _misplaced(".".join(map(str, first["loc"])), first["msg"]) from None

    def entity(self, name: str) -> Entity:
        """Returns the declaration of an entity.

        Raises:
            ConfigurationError: there is none of that name.
        """
        try:
            return self.entities[name]
        except KeyError:
            raise _misplaced("entities", _unknown(name, self.entities)) from None

    def entity_at(self, path: str) -> Entity | None:
        """Returns the entity whose records live at a path, if one does."""
        return next((one for one in self.entities.values() if any(path.endswith(f"/{at}") for at in one.places)), None)


@cache
def _default() -> Profile:
    return Profile.model_validate(yaml.safe_load(DEFAULT.read_text(encoding="utf-8")))


def _merge(known: dict[str, Any], overrides: Mapping[str, Any], place: str) -> dict[str, Any]:
    merged = dict(known)
    for key, value in overrides.items():
        at = f"{place}.{key}" if place else str(key)
        if key not in known and not _OPEN.fullmatch(place):
            raise _misplaced(at, _unknown(str(key), known))
        if place == "entities" and key not in known and not (isinstance(value, Mapping) and "fields" in value):
            raise _misplaced(at, f"{_unknown(str(key), known)}, and a new entity must declare its fields")
        old = known.get(key)
        merged[key] = _merge(old, value, at) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged


def _unknown(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"there is no {name}" + (f" (did you mean {close[0]}?)" if close else "")


def _misplaced(place: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"QAD profile, {place}: {why}", system=SYSTEM, field=place, remedy=_REMEDY)
