"""Sends documents that write: byte for byte as they were kept, and in halves where one message cannot be read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from blocks.errors import AnswerLostError, TransientError
from blocks.quickbooks_desktop.answers import Answer, AnswerSet, parsed
from blocks.quickbooks_desktop.channel import SYSTEM, Channel, UnreadableError
from blocks.quickbooks_desktop.documents import part_id
from blocks.quickbooks_desktop.meanings import UNREAD
from blocks.quickbooks_desktop.render import document
from blocks.quickbooks_desktop.sets import settled


class Sending:
    """The writing half of a client."""

    def __init__(self, channel: Channel) -> None:
        """Has sent nothing yet."""
        self._channel = channel
        self._answered = 0  # documents

    async def send(self, messages: Mapping[str, str], set_id: str) -> dict[str, Answer]:
        """Returns the answers by request id, as far as there are any.

        What was kept under the id goes out byte for byte as it was. Where QuickBooks cannot read it, its halves go out
        as message sets of their own, until what cannot be read is alone: that has the code `UNREAD`.

        Raises:
            AnswerLostError: some may have been done.
        """
        text = await self._channel.kept(set_id) or document(messages.values(), set_id=set_id)
        try:
            answered = await self._exchange(text, set_id)
        except UnreadableError as error:
            return await self._send_halves(messages, set_id, error)
        return settled(answered, messages, set_id)

    @contextmanager
    def doubting(self) -> Iterator[None]:
        """An absence after something was written leaves that in doubt.

        Raises:
            AnswerLostError: in place of the absence, if anything was written before it.
        """
        before = self._answered
        try:
            yield
        except TransientError as error:
            if self._answered == before or isinstance(error, AnswerLostError):
                raise
            raise AnswerLostError(str(error), system=SYSTEM, code=error.code, remedy=error.remedy) from error

    async def _send_halves(self, messages: Mapping[str, str], set_id: str, error: UnreadableError) -> dict[str, Answer]:
        ids = list(messages)
        if len(ids) == 1:
            return {ids[0]: Answer(ids[0], "", UNREAD, "Error", str(error))}
        answers: dict[str, Answer] = {}
        for half in (ids[: len(ids) // 2], ids[len(ids) // 2 :]):
            answers |= await self.send({one: messages[one] for one in half}, part_id(set_id, half))
        return answers

    async def _exchange(self, text: str, set_id: str) -> AnswerSet:
        answer = await self._channel.exchange(text, set_id)
        self._answered += 1
        try:
            return parsed(answer)
        except TransientError as error:
            raise AnswerLostError(str(error), system=SYSTEM, remedy=error.remedy) from error
