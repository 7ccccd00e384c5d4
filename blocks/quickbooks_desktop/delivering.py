"""Sends messages that create records, so that none is done twice, however often an answer was lost."""

from collections.abc import Mapping
from typing import NamedTuple

from blocks.errors import AnswerLostError
from blocks.quickbooks_desktop.answers import Answer
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.documents import messages_of, part_id
from blocks.quickbooks_desktop.render import document


class Delivery(NamedTuple):
    """What QuickBooks answered to one message."""

    answer: Answer | None  # none came, to a message set that QuickBooks knows from before
    is_repeat: bool = False  # it may have been done before, and be another by now
    is_stale: bool = False  # what went out is not what would be sent now


async def delivered(client: QuickBooksDesktopClient, messages: Mapping[str, str], set_id: str) -> dict[str, Delivery]:
    """Returns what became of each message, by its request id.

    What was sent under this id before goes out again byte for byte if all of it is asked for again, for then QuickBooks
    tells it apart. If some of it was found meanwhile, the rest goes out as a message set of its own: an earlier one
    that was done in part would be done in whole.

    Raises:
        AnswerLostError: some may have been done.
    """
    kept = await client.channel.kept(set_id)
    if kept is None:
        return await _first(client, messages, set_id)
    before = messages_of(kept)
    known = [one for one in messages if one in before]
    others = [one for one in messages if one not in before]
    result: dict[str, Delivery] = {}
    if len(known) == len(before):
        result |= await _again(client, messages, before, set_id)
    elif known:
        result |= await delivered(client, {one: messages[one] for one in known}, part_id(set_id, known))
    if others:
        result |= await delivered(client, {one: messages[one] for one in others}, part_id(set_id, others))
    return result


async def _first(client: QuickBooksDesktopClient, messages: Mapping[str, str], set_id: str) -> dict[str, Delivery]:
    answers = await client.send(messages, set_id)
    missing = next((one for one in messages if one not in answers), None)
    if missing is not None:
        raise AnswerLostError(f"{SYSTEM} did not answer request {missing} of message set {set_id}", system=SYSTEM)
    return {one: Delivery(answers[one]) for one in messages}


async def _again(
    client: QuickBooksDesktopClient, messages: Mapping[str, str], before: Mapping[str, str], set_id: str
) -> dict[str, Delivery]:
    answers = await client.send(before, set_id)
    now = messages_of(document(messages[one] for one in before))
    return {one: Delivery(answers.get(one), is_repeat=True, is_stale=now[one] != before[one]) for one in before}
