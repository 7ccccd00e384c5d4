"""Splits a bulk write that the vendor refuses as a whole until the culprits are alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from blocks.errors import RefusedError

Body = TypeVar("Body")
Made = TypeVar("Made")


async def write_all(
    write: Callable[[Sequence[Body]], Awaitable[Sequence[Made]]], bodies: Sequence[Body]
) -> list[Made | RefusedError]:
    """Writes every body the vendor takes; the result has the bodies' order, a refusal in the place of each culprit.

    Raises:
        AnswerLostError: and any other error that is not about a record; what was written before stays written.
    """
    try:
        return list(await write(bodies))
    except RefusedError as refusal:
        if len(bodies) == 1:
            return [refusal]
    middle = len(bodies) // 2
    return [*await write_all(write, bodies[:middle]), *await write_all(write, bodies[middle:])]
