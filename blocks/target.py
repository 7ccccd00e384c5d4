"""What the engine asks of a system that records are written to; each vendor fulfils it with its own means."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from blocks.errors import RefusedError

Body = dict[str, Any]  # the vendor's own field names; money is Decimal


class Found(NamedTuple):
    """A record of the target system: its id, and the record as the vendor gave it."""

    id: str
    record: Body


class Target(Protocol):
    """Finds, creates and changes one kind of record in one system."""

    at_once: int  # how many bodies one `create` may take

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        """Returns, for each body, the record that an earlier attempt made of it after `since`, or None.

        The comparison is by the body's own natural key and is exact; it never matches by name alone.
        """
        ...

    async def create(self, bodies: Sequence[Body], request_ids: Sequence[str]) -> list[Found | RefusedError]:
        """Creates each body that the vendor takes, and returns one result for each, in order.

        `request_ids` are the same for every attempt; a vendor without idempotency keys ignores them.

        Raises:
            AnswerLostError: some may have been created.
        """
        ...

    async def update(self, target_id: str, body: Body, request_id: str) -> Found:
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
