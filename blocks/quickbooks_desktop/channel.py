"""How a client reaches a QuickBooks that only ever calls us: what it asks waits until the Web Connector comes."""

from typing import NamedTuple, Protocol

from blocks.errors import AwayError, RefusedError

SYSTEM = "QuickBooks Desktop"


class Exchanged(NamedTuple):
    """A qbXML document that was sent, and QuickBooks' answer to it."""

    document: str
    answer: str


class UnreadableError(RefusedError):
    """QuickBooks could not read a document at all, and so did nothing of it."""


class Channel(Protocol):
    """Carries qbXML documents to one company file and back, one at a time, in the order in which they were asked."""

    async def greeting(self) -> str:
        """Returns what QuickBooks told of itself when the Web Connector came; waits for it to come.

        Raises:
            AwayError: it did not come in time, or went away.
        """
        ...

    async def opening(self) -> Exchanged | None:
        """Returns what the session began with, before anybody asked; None if it began with nothing."""
        ...

    async def exchange(self, document: str, set_id: str = "") -> str:
        """Returns QuickBooks' answer to a document.

        Args:
            document: qbXML; stored byte for byte before it is sent.
            set_id: its `newMessageSetID`, if it writes.

        Raises:
            AwayError: QuickBooks is not there, and nothing was sent.
            AnswerLostError: it was sent, and nobody knows what became of it.
            UnreadableError: QuickBooks did nothing of it, because it could not read it.
        """
        ...

    async def kept(self, set_id: str) -> str | None:
        """Returns the document that was sent, or was about to be, under this id; None if there is none."""
        ...

    async def progress(self, percent: int) -> None:
        """People at the Web Connector see this percentage."""
        ...


__all__ = ["SYSTEM", "AwayError", "Channel", "Exchanged", "UnreadableError"]
