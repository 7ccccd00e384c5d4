"""The mark that every record of ours carries in QuickBooks Desktop: an ExternalGUID, which nobody else sets."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

FIELD = "ExternalGUID"
NONE = "0"  # how QuickBooks may write that there is none
OURS = UUID("6c7b1e4e-6c0f-5d0a-9a55-0c6f3a2b9d41")  # never to be changed: the marks in company files depend on it


def marker(name: str) -> str:
    """Returns the mark of what has this name, such as the scope, the id and the revision of its source record.

    It is the same for every attempt at one record, and another one for each record and each revision of it.
    """
    return f"{{{str(uuid5(OURS, name)).upper()}}}"


def mark(record: Mapping[str, Any]) -> str:
    """Returns the mark of a record or a body in the form in which two can be compared; empty if it has none."""
    plain = str(record.get(FIELD) or "").strip("{} ").casefold()
    return "" if plain == NONE else plain


def same_marker(one: str, other: str) -> bool:
    """Tells whether two marks are the same one, which neither is if it is empty."""
    return mark({FIELD: one}) == mark({FIELD: other}) != ""
