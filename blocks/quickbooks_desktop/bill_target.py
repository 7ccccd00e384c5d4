"""Finds, creates and changes bills in QuickBooks Desktop; numbers of bills are not unique there, so marks tell them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.fields import Shape
from blocks.quickbooks_desktop.kept import found
from blocks.quickbooks_desktop.kinds import BILL, Kind
from blocks.quickbooks_desktop.lines import ADDED, changed_lines
from blocks.quickbooks_desktop.matching import same_bill
from blocks.quickbooks_desktop.models import OF_QUANTITY, VOIDED
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.refusals import paid, voided
from blocks.quickbooks_desktop.render import Request
from blocks.quickbooks_desktop.values import amount, is_true, rows, text
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


class BillTarget(TransactionTarget):
    """Writes bills; one that is paid, in whole or in part, is not withdrawn."""

    kind = BILL
    same = staticmethod(same_bill)
    total = "AmountDue"

    def questions(self, bodies: Sequence[Body], since: datetime) -> list[Query]:
        """Asks for the bills by their numbers, and for those of the vendors that changed lately."""
        return [
            *(queries.bills(numbers=part) for part in numbers_of(bodies)),
            *([queries.bills(changed_since=since, vendor_ids=ids_of(bodies, "VendorRef"))] if bodies else ()),
        ]

    def changed(self, body: Body, record: Record, name: str) -> Body:
        """Returns the fields to change, with all lines if any line is another."""
        self.refuse_voided(record)
        lines = changed_lines(_line_shape(self.kind), record, rows(body, ADDED)) if ADDED in body else {}
        return self.differing(body, record) | lines

    def withdrawn(self, record: Record) -> Request | Found | RefusedError:
        """Voids or deletes the bill, unless anything pays it."""
        pays = any(text(link, "LinkType") != OF_QUANTITY for link in rows(record, "LinkedTxn"))
        if not self.is_voided(record) and (pays or is_true(record.get("IsPaid"))):
            return paid(number_of(record))
        return super().withdrawn(record)


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


def _line_shape(kind: Kind) -> Shape:
    return next(field.parts for field in kind.shape if field.name == ADDED)
