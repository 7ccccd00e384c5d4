"""What a session began with, before anybody asked: questions that are answered already, each once."""

from blocks.errors import TransientError
from blocks.quickbooks_desktop.answers import Answer, parsed
from blocks.quickbooks_desktop.channel import Exchanged
from blocks.quickbooks_desktop.documents import anonymous, messages_of
from blocks.quickbooks_desktop.render import Request, rendered


class Opening:
    """The questions of an opening document with their answers; one that was taken is there no more."""

    def __init__(self, exchanged: Exchanged | None) -> None:
        """Holds nothing if nothing was asked, or if the answer cannot be read."""
        self._answers: dict[str, Answer] = {}
        if exchanged is not None:
            self._read(exchanged)

    def take(self, request: Request) -> Answer | None:
        """Returns the answer to exactly this question, once; None if it was not asked."""
        return self._answers.pop(anonymous(rendered(request)), None) if self._answers else None

    def _read(self, exchanged: Exchanged) -> None:
        try:
            asked = messages_of(exchanged.document)
            answers = {one.request_id: one for one in parsed(exchanged.answer).answers}
        except TransientError:
            return
        for request_id, message in asked.items():
            if request_id in answers:
                self._answers[anonymous(message)] = answers[request_id]
