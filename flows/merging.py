"""Brings a record's fields into agreement where both sides may be edited: pure, field by field."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

Prefer = Literal["bill", "quickbooks", "newest", "ask"]
Side = Literal["ours", "theirs"]
Fields = Mapping[str, Any]


class Conflict(NamedTuple):
    """A field that was edited on both sides since they last agreed."""

    field: str
    ours: Any
    theirs: Any
    winner: Side | None  # by the rule; None where a person must say


class Merged(NamedTuple):
    """What either side must take over, and what they agree on once it has."""

    to_ours: dict[str, Any]
    to_theirs: dict[str, Any]
    agreed: dict[str, Any]  # only fields that both sides have by now; what must be written yet is not among them
    conflicts: tuple[Conflict, ...]

    @property
    def open(self) -> tuple[Conflict, ...]:
        """The conflicts that a person must decide."""
        return tuple(one for one in self.conflicts if one.winner is None)

    def told(self) -> str:
        """Says for people which edits met, with both values, and which of them counts."""
        return "; ".join(f"{one.field}: {one.ours!r} and {one.theirs!r}{_won(one)}" for one in self.conflicts)


def merged(
    agreed: Fields | None,
    ours: Fields,
    theirs: Fields,
    winner: Callable[[str], Side | None],
    same: Callable[[str, Any, Any], bool] = lambda _field, one, other: one == other,
) -> Merged:
    """Returns what either side must take over.

    A field that one side has edited since they last agreed goes to the other. Without an earlier agreement, a
    field that one side leaves empty is filled from the other, and where they differ both count as edited.

    Args:
        agreed: the fields that both were last seen to agree on; None if they never were compared.
        ours: one side's fields, as they are now.
        theirs: the other side's.
        winner: whose edit of a field counts where both were edited; None where a person must say.
        same: whether two values of a field mean the same.
    """
    before = agreed or {}
    result = Merged({}, {}, {}, ())
    conflicts = []
    for field in (name for name in ours if name in theirs):
        one, other = ours[field], theirs[field]
        if same(field, one, other):
            result.agreed[field] = one
            continue
        if field in before:
            result.agreed[field] = before[field]
        edited = _edited(field, before, one, other, same)
        if edited is None:
            edited = winner(field)
            conflicts.append(Conflict(field, one, other, edited))
        if edited == "ours":
            result.to_theirs[field] = one
        elif edited == "theirs":
            result.to_ours[field] = other
    return result._replace(conflicts=tuple(conflicts))


def _edited(field: str, before: Fields, one: Any, other: Any, same: Callable[[str, Any, Any], bool]) -> Side | None:
    """Returns which side alone was edited; None if both were."""
    if field in before:
        if same(field, one, before[field]):
            return "theirs"
        return "ours" if same(field, other, before[field]) else None
    if not other:
        return "ours"
    return None if one else "theirs"


def _won(conflict: Conflict) -> str:
    if conflict.winner is None:
        return ""
    return f" ({conflict.ours if conflict.winner == 'ours' else conflict.theirs!r} counts)"
