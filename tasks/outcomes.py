"""What can become of a record: the decision before the write, and the outcome after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from blocks.source import Row
from blocks.target import Body

OutcomeName = Literal["created", "updated", "unchanged", "held", "refused", "in_doubt", "failed"]
EXCEPTIONS: tuple[OutcomeName, ...] = ("held", "refused", "in_doubt", "failed")
NEEDS_A_PERSON: tuple[OutcomeName, ...] = ("refused", "failed")


class Cause(NamedTuple):
    """The thing a record waits for: record `id` of stream `stream`."""

    stream: str
    id: str


SOURCE = "source"  # as a cause's stream: only a change of the source record itself helps, and no change of a rule
TARGET = ""  # as a cause's stream: only a look at the target tells whether the thing is there, so each run looks


def in_source(record: str) -> tuple[Cause, ...]:
    """Returns the cause of a hold that only a change of the source record ends, which the next reading shows."""
    return (Cause(SOURCE, record),)


def in_target(thing: str) -> tuple[Cause, ...]:
    """Returns the cause of a hold that is cured in the target system by hand; it is looked at again in every run."""
    return (Cause(TARGET, thing),)


class Agreed(NamedTuple):
    """The fields that both sides of a link agree on from now on, so that a later edit can be told from an older one."""

    fields: Mapping[str, Any]
    stream: str = ""  # whose link keeps them; empty for the record's own
    source_id: str = ""


class Line(NamedTuple):
    """A line of a record, which has a link of its own once the record is written."""

    id: str  # the source's
    label: str = ""  # what later decisions find it by
    fields: Mapping[str, Any] = MappingProxyType({})  # what they need to know of it


class Lines(NamedTuple):
    """All lines of a record, in the place of those that were linked before."""

    stream: str  # whose links they are
    lines: Sequence[Line] = ()


@dataclass(frozen=True)
class Write:
    """The target must be written."""

    operation: Literal["create", "update", "archive"]
    body: Body
    kind: str = ""  # which of the stream's targets
    target_id: str = ""  # of an update or archive
    note: str = ""  # said in the outcome's reason
    revision: int = 0  # grows when a reversed record is made anew
    link_state: str = "live"
    label: str = ""  # what other records' decisions need to know of the target, for example a vendor's currency
    evidence: str = ""  # of an update by which a record that others made is adopted: why it is the one
    agreed: Agreed | None = None  # once it is written
    lines: Lines | None = None  # once it is written; None leaves them as they are


@dataclass(frozen=True)
class Adopt:
    """The target holds the record already; it is linked, not written."""

    target_id: str
    evidence: str  # why it is the same record; kept in the audit
    kind: str = ""
    label: str = ""
    agreed: Agreed | None = None
    lines: Lines | None = None


@dataclass(frozen=True)
class Keep:
    """Both sides agree, or there is nothing to do (yet)."""

    reason: str = ""
    agreed: Agreed | None = None


@dataclass(frozen=True)
class Hold:
    """The record waits; when every cause exists it is tried again by itself."""

    reason: str
    causes: tuple[Cause, ...] = ()
    remedy: str = ""
    suspends: bool = False  # its link, if it has one, does not count until the record is decided about anew
    adopts: Adopt | None = None  # the target has the record, which is linked although something about it waits


@dataclass(frozen=True)
class Refuse:
    """A person must change something; the remedy says who and what."""

    reason: str
    remedy: str = ""
    causes: tuple[
        Cause, ...
    ] = ()  # what is looked at again by itself; without any, it waits to be changed or asked for


@dataclass(frozen=True)
class Ignore:
    """The record is none of this pair's business; it is counted, not stored."""

    reason: str


Decision = Write | Adopt | Keep | Hold | Refuse | Ignore


@dataclass(frozen=True)
class Outcome:
    """What became of one record, and why."""

    stream: str
    row: Row
    outcome: OutcomeName
    reason: str = ""
    remedy: str = ""
    causes: tuple[Cause, ...] = ()
    target_id: str | None = None
    action: str = "decide"  # what the audit calls it
    link: dict[str, Any] | None = None  # changes to the link, when the target was written or adopted
    agreed: Agreed | None = None
    lines: Lines | None = None
    line_targets: Mapping[str, str] = field(default_factory=dict)  # by the source's id of a line
    sent: Any = None
    answer: Any = None
    intent_id: str | None = None
    settled: bool = field(default=True)  # whether the intent is over
