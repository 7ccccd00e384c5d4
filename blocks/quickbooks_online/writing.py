"""Writes records in batches; what is turned away is sent again in the form that may pass, or refused in its place."""

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from blocks.calls import BusyError
from blocks.errors import (
    AnswerLostError,
    CapReachedError,
    ConflictError,
    NotFoundError,
    RefusedError,
    TransientError,
    VendorError,
)
from blocks.exact import Record
from blocks.quickbooks_online.batch import AT_ONCE, Item
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.target import Key

REPEATS = 3  # of an item that was turned away for a reason that passes
_AGAIN = "Replay the record; if it happens again, ask Intuit's support."

Answer = Record | VendorError
Result = Record | RefusedError
Send = Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]
Turned = Mapping[int, tuple[Item, VendorError]]  # items that were turned away, by the place of what they are for
Again = Callable[[Turned], Awaitable[Mapping[int, Item | Result]]]


async def written(send: Send, items: Mapping[int, Item], again: Again) -> dict[int, Result]:
    """Each item is stored, in the form that passed in the end, or refused; results are by the items' places.

    `again` gets what was turned away, and returns for each what to send in its place, or its result.

    Raises:
        AnswerLostError: some may have been written.
        VendorError: it is not about a record, such as a right that is missing.
    """
    done: dict[int, Result] = {}
    waiting, repeats = dict(items), Counter[int]()
    while waiting:
        answers = dict(zip(waiting, await send(list(waiting.values())), strict=True))
        turned = {place: (waiting[place], error) for place, error in answers.items() if isinstance(error, VendorError)}
        done |= {place: answer for place, answer in answers.items() if not isinstance(answer, VendorError)}
        repeats.update(place for place, (_item, error) in turned.items() if _passes(error))
        worn = {place: error for place, (_item, error) in turned.items() if repeats[place] > REPEATS}
        done |= {place: refusal(error) for place, error in worn.items()}
        steps = await _steps({place: held for place, held in turned.items() if place not in worn}, again)
        done |= {place: step for place, step in steps.items() if not isinstance(step, Item)}
        waiting = {place: step for place, step in steps.items() if isinstance(step, Item)}
    return done


async def _steps(turned: Turned, again: Again) -> dict[int, Item | Result]:
    """Returns what comes next of each; where the vendor tells of trouble, the same item may come again.

    The item's key keeps that from making a second record, had the first one been made after all.
    """
    for _item, error in turned.values():
        if isinstance(error, BusyError | CapReachedError) or (isinstance(error, AnswerLostError) and not error.code):
            raise error
    same = {place: item for place, (item, error) in turned.items() if isinstance(error, TransientError)}
    others = {place: held for place, held in turned.items() if place not in same}
    return {**same, **(await again(others) if others else {})}


async def refuse(turned: Turned) -> dict[int, Item | Result]:
    """Returns the refusal of each; nothing is sent again."""
    return {place: refusal(error) for place, (_item, error) in turned.items()}


def refusal(error: VendorError) -> RefusedError:
    """Returns the error as one of its record alone.

    Raises:
        VendorError: it is of another kind, which other records would meet too.
    """
    if isinstance(error, RefusedError):
        return error
    if not isinstance(error, NotFoundError | ConflictError | TransientError):
        raise error
    remedy = error.remedy or ("" if isinstance(error, NotFoundError) else _AGAIN)
    return RefusedError(str(error), system=error.system, code=error.code, field=error.field, remedy=remedy)


def batches(client: QuickBooksClient, keys: Sequence[Key]) -> Send:
    """Returns what sends the items of one call in batches, which the vendor recognises when they come again."""

    async def send(items: Sequence[Item]) -> list[Answer]:
        """Returns one answer for each item, in order."""
        answers: list[Answer] = []
        for start in range(0, len(items), AT_ONCE):
            answers += await client.batch(items[start : start + AT_ONCE], keys[0].together)
        return answers

    return send


def alone(item: Item, keys: Sequence[Key]) -> str:
    """Returns the request id of an item that is sent as a call of its own; 47 characters of the 50 that it may have."""
    return f"{keys[0].together}-{item.key}"


def item_key(write: str, *form: object) -> str:
    """Returns ten characters that are the same for every attempt to send this form of the write, and for no other."""
    return hashlib.sha256("/".join([write, *map(str, form)]).encode()).hexdigest()[:10]


def _passes(error: VendorError) -> bool:
    return isinstance(error, TransientError | ConflictError)
