"""How the content of a qbXML element is described: which fields, in which order, and what each may hold."""

from typing import Literal, NamedTuple

Kind = Literal["text", "key", "guid", "flag", "day", "moment", "amount", "number", "count", "group", "either"]


class Field(NamedTuple):
    """One field of an element; its place among the others is its place in the document."""

    name: str
    kind: Kind = "text"
    limit: int = 0  # characters; 0 is no limit
    required: bool = False
    many: bool = False
    parts: tuple["Field", ...] = ()  # of a group in order; of an `either` the elements that may stand there
    choice: str = ""  # exactly one of the fields with the same choice is sent


Shape = tuple[Field, ...]


def texts(**limits: int) -> Shape:
    """Returns free texts, which are cut off where they are too long."""
    return tuple(Field(name, limit=limit) for name, limit in limits.items())


def key(name: str, limit: int = 36, *, required: bool = False, many: bool = False, choice: str = "") -> Field:
    """Returns a text that means something only as a whole, and so is never cut off."""
    return Field(name, "key", limit, required, many, choice=choice)


def keys(*names: str) -> Shape:
    """Returns ids, any number of each."""
    return tuple(key(name, many=True) for name in names)


def flags(*names: str) -> Shape:
    """Returns booleans."""
    return tuple(Field(name, "flag") for name in names)


def days(*names: str) -> Shape:
    """Returns calendar days."""
    return tuple(Field(name, "day") for name in names)


def ref(name: str, limit: int, *, required: bool = False, many: bool = False) -> Field:
    """Returns a reference to an entry of a list, by its id or by its full name."""
    return group(name, key("ListID"), key("FullName", limit), required=required, many=many)


def group(name: str, *parts: Field, required: bool = False, many: bool = False) -> Field:
    """Returns an element that consists of others."""
    return Field(name, "group", 0, required, many, parts)


def either(name: str, *parts: Field) -> Field:
    """Returns elements of several names, mixed in any order; a body holds them in a list under this name."""
    return Field(name, "either", many=True, parts=parts)


def amount(name: str, *, required: bool = False) -> Field:
    """Returns an amount of money with two decimals."""
    return Field(name, "amount", required=required)


def required(field: Field) -> Field:
    """Returns the field as one that cannot be left out."""
    return field._replace(required=True)
