"""What QuickBooks Desktop says of a message set as a whole: whether it did what is in it, or has done it before."""

from collections.abc import Iterable

from blocks.quickbooks_desktop.answers import Answer, AnswerSet
from blocks.quickbooks_desktop.meanings import NO_ANSWER_KEPT, OTHER_CONTENT, SET_ID_TOO_LONG

NOTHING_DONE = frozenset({OTHER_CONTENT, NO_ANSWER_KEPT, SET_ID_TOO_LONG})


def settled(answered: AnswerSet, request_ids: Iterable[str], set_id: str) -> dict[str, Answer]:
    """Returns the answers by request id, as far as there are any.

    Where QuickBooks did nothing of the set, that is the answer to each of its messages. A set that was done, but could
    not be noted as such in the company file (9005), is as good as any other.
    """
    if answered.status in NOTHING_DONE:
        said = f"message set {set_id}"
        return {one: Answer(one, "", answered.status or 0, "Error", said) for one in request_ids}
    return {answer.request_id: answer for answer in answered.answers}
