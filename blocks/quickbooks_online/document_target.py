"""Finds, creates and changes purchase orders and bills in QuickBooks Online, by the marker line in their notes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from blocks.errors import RefusedError
from blocks.exact import Record, money
from blocks.quickbooks_online import notes
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.batch import AT_ONCE, Item
from blocks.quickbooks_online.changing import Changing, Step, change_one, gone, ids_of
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.document_body import (
    BILL,
    LINES,
    NOTE,
    ORDER,
    changed_document,
    closed_order,
    new_document,
)
from blocks.quickbooks_online.kept import found, result
from blocks.quickbooks_online.matching import created_since, matched, same_document
from blocks.quickbooks_online.models import stub
from blocks.quickbooks_online.numbering import despite_number
from blocks.quickbooks_online.values import text, total
from blocks.quickbooks_online.writing import Result, Send, Turned, alone, batches, item_key, written
from blocks.target import Change, Found, Key

LINKS = "LinkedTxn"


class DocumentTarget:
    """Writes documents; an earlier attempt's document is known by marker line, vendor and total together."""

    at_once = AT_ONCE
    changes_at_once = AT_ONCE
    entity: str

    def __init__(self, client: QuickBooksClient) -> None:
        """Writes by this client."""
        self._client = client

    async def find(self, bodies: Sequence[Record], since: datetime) -> list[Found | None]:
        """Returns the document that an attempt after `since` made of each body, or None."""
        rows = matched(bodies, await created_since(self._client, self.entity, since), same_document)
        return [None if row is None else found(body, row) for body, row in zip(bodies, rows, strict=True)]

    async def create(self, bodies: Sequence[Record], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates the documents that the vendor takes, also under a number that another one has.

        One without a marker line is refused, since it could not be found again; see `blocks.target.Target.create`.
        """
        sent = [new_document(body) for body in bodies]
        unmarked = {place: _unmarked() for place, body in enumerate(sent) if not notes.marker(text(body, NOTE))}
        items = {
            place: Item("create", self.entity, body, item_key(keys[place].item))
            for place, body in enumerate(sent)
            if place not in unmarked
        }

        async def again(turned: Turned) -> dict[int, Item | Result]:
            """Returns the documents that may have numbers that are taken, and the refusals."""
            return {
                place: await despite_number(self._client, item, error, keys[place].item)
                for place, (item, error) in turned.items()
            }

        made = unmarked | await written(batches(self._client, keys), items, again)
        return [result(body, made[place]) for place, body in enumerate(sent)]

    async def change(self, changes: Sequence[Change], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Makes each change that the vendor takes; a target id may name several documents, joined by commas.

        See `blocks.target.ChangesTogether.change`.
        """

        async def amend(turned: Turned, _changing: Mapping[int, Change]) -> dict[int, Item | Result]:
            """Returns the documents that may have numbers that are taken, and the refusals."""
            return {
                place: await despite_number(self._client, item, error, alone(item, keys))
                for place, (item, error) in turned.items()
            }

        return await Changing(self._client, self.entity, self._sending(keys), self._plan, amend).run(changes, keys)

    async def update(self, target_id: str, body: Record, key: Key) -> Found:
        """Changes the document's fields that the body holds, all lines together; repeating it is harmless.

        Raises:
            RefusedError: the document is not there any more, or QuickBooks Online refuses the body.
        """
        return await change_one(self, Change("update", target_id, body), key)

    async def archive(self, target_id: str) -> Found:
        """Withdraws the document, or leaves it so; repeating it is harmless.

        Raises:
            RefusedError: it is paid, or QuickBooks Online does not allow it.
        """
        return await change_one(self, Change("archive", target_id, {}))

    def _sending(self, keys: Sequence[Key]) -> Send:
        return batches(self._client, keys)

    def _plan(self, change: Change, record_id: str, document: Record | None) -> Step | Result:
        if change.operation == "archive":
            return stub(record_id) if document is None else self._withdrawn(document, change.body)
        if document is None:
            return gone(self.entity, record_id)
        if LINES in change.body and len(ids_of(change.target_id)) > 1:
            return _refusal(f"the lines of {change.target_id} cannot be changed together", "Change them one by one.")
        return Step("update", changed_document(self.entity, document, change.body))

    def _withdrawn(self, document: Record, _body: Record) -> Step | Result:
        return Step("delete", {"Id": document.get("Id"), "SyncToken": document.get("SyncToken")})


class PurchaseOrderTarget(DocumentTarget):
    """Writes purchase orders; one that a bill was made from is closed where another would be deleted."""

    entity = ORDER

    def _withdrawn(self, document: Record, body: Record) -> Step | Result:
        if not document.get(LINKS):
            return super()._withdrawn(document, body)
        return Step("update", closed_order(document, body, "withdrawn; closed, because other transactions are linked"))


class BillTarget(DocumentTarget):
    """Writes bills; one that is paid, in whole or in part, is left alone."""

    entity = BILL

    def _withdrawn(self, document: Record, body: Record) -> Step | Result:
        links = [text(link, "TxnType") for link in document.get(LINKS) or ()]
        balance = money(document.get("Balance"))
        if not any("Payment" in link for link in links) and balance in {None, total(document)}:
            return super()._withdrawn(document, body)
        number = text(document, "DocNumber") or text(document, "Id")
        said = f"cannot withdraw bill {number}: it has payments"
        return _refusal(said, f"Delete its payments in {SYSTEM} first.", LINKS)


def _unmarked() -> RefusedError:
    return _refusal(
        f"a document whose note does not begin with a line of ours is not sent to {SYSTEM}: after a lost answer it"
        " could not be found again",
        "Let the mapping begin the note with a line that names the record in its source system.",
        NOTE,
    )


def _refusal(said: str, remedy: str, field: str = LINES) -> RefusedError:
    return RefusedError(said, system=SYSTEM, field=field, remedy=remedy)
