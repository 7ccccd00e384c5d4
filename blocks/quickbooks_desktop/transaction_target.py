"""What the targets of transactions have in common: they are withdrawn by a void or a deletion, and have numbers."""

from collections.abc import Sequence
from typing import Literal

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.kept import found
from blocks.quickbooks_desktop.models import VOIDED
from blocks.quickbooks_desktop.refusals import voided
from blocks.quickbooks_desktop.render import Request
from blocks.quickbooks_desktop.values import amount, text
from blocks.quickbooks_desktop.writing import AT_ONCE, RecordTarget
from blocks.target import Body, Found

Withdraw = Literal["delete", "void"]
_NUMBERS_AT_ONCE = 200  # in one question


class TransactionTarget(RecordTarget):
    """Writes transactions of one kind, which are voided or deleted to withdraw them."""

    total: str  # the field that is zero in one that was voided

    def __init__(
        self,
        client: QuickBooksDesktopClient,
        at_once: int = AT_ONCE,
        withdraw: Withdraw = "void",
        *,
        empties_clear: bool = True,
    ) -> None:
        """Writes by this client; a voided transaction stays, with nothing in it, and a deleted one is gone."""
        super().__init__(client, at_once, empties_clear=empties_clear)
        self._withdraw = withdraw

    def withdrawn(self, record: Record) -> Request | Found | RefusedError:
        """Voids or deletes the transaction."""
        if self.is_voided(record) and self._withdraw == "void":
            return found(self.kind, {}, record)
        word = "TxnVoid" if self._withdraw == "void" else "TxnDel"
        return Request(word, {f"{word}Type": self.kind.name, "TxnID": text(record, "TxnID")})

    def is_voided(self, record: Record) -> bool:
        """Tells whether the transaction was voided."""
        return text(record, "Memo").startswith(VOIDED) and not amount(record, self.total)

    def refuse_voided(self, record: Record) -> None:
        """Lets only a transaction pass that was not voided.

        Raises:
            RefusedError: it was.
        """
        if self.is_voided(record):
            raise voided(self.kind.name, number_of(record))


def numbers_of(bodies: Sequence[Body]) -> list[list[str]]:
    """Returns the bodies' numbers, each once, as many together as one question may hold."""
    numbers = list(dict.fromkeys(filter(None, (text(body, "RefNumber") for body in bodies))))
    return [numbers[start : start + _NUMBERS_AT_ONCE] for start in range(0, len(numbers), _NUMBERS_AT_ONCE)]


def ids_of(bodies: Sequence[Body], name: str) -> list[str]:
    """Returns the ids that the bodies refer to by this name, each once; none if one of them has no id."""
    ids = list(dict.fromkeys(text(body, name, "ListID") for body in bodies))
    return ids if all(ids) else []


def number_of(record: Record) -> str:
    """Returns what people know the transaction by."""
    return text(record, "RefNumber") or text(record, "TxnID")
