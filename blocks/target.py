"""What the engine asks of a system that records are written to; each vendor fulfils it with its own means."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from blocks.errors import RefusedError

Body = dict[str, Any]  # the vendor's own field names; money is Decimal


class Found(NamedTuple):
    """A record of the target system: its id, and the record as the vendor gave it."""

    id: str
    record: Body
    changed_at: datetime | None = None  # by the vendor's clock; tells our own change from a later one
    wrong: str = ""  # in which point the vendor did not do what was sent, so that a person must look
    version: str = ""  # where the target counts a record's versions
    parts: Mapping[str, str] = MappingProxyType({})  # the source's ids of its lines -> the target's


class Key(NamedTuple):
    """What a vendor may recognise a repeated write by; both parts are the same for all attempts at it."""

    item: str  # of this write alone; 36 characters
    together: str  # of all that were first sent in one call; 36 characters


class Change(NamedTuple):
    """A change of one record that the target has."""

    operation: Literal["update", "archive"]
    target_id: str
    body: Body


class Target(Protocol):
    """Finds, creates and changes one kind of record in one system."""

    at_once: int  # how many bodies one `create` may take

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        """Returns, for each body, the record that an earlier attempt made of it after `since`, or None.

        The comparison is by the body's own natural key and is exact; it never matches by name alone.
        """
        ...

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates each body that the vendor takes, and returns one result for each, in order.

        All bodies of one call have the same `together`. A vendor without idempotency keys ignores the keys.

        Raises:
            AnswerLostError: some may have been created.
        """
        ...

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        """Makes the record equal to the body; repeating it is harmless.

        Raises:
            RefusedError: the vendor does not allow it.
        """
        ...

    async def archive(self, target_id: str) -> Found:
        """The record does not count any more; repeating it is harmless.

        Raises:
            RefusedError: the vendor does not allow it, or has no such thing.
        """
        ...


@runtime_checkable
class ChangesTogether(Protocol):
    """A target that takes many updates and archives in one call; the engine then does not send them one by one."""

    changes_at_once: int  # how many changes one `change` may take

    async def change(self, changes: Sequence[Change], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Makes each change that the vendor takes, and returns one result for each, in order.

        Repeating it is harmless. All changes of one call have the same `together`.

        Raises:
            AnswerLostError: some may have been made.
        """
        ...
