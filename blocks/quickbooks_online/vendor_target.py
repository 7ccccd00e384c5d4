"""Finds, creates and changes vendors in QuickBooks Online, which wants their names unique."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from blocks.errors import RefusedError, TransientError
from blocks.exact import Record
from blocks.quickbooks_online.batch import AT_ONCE, Item
from blocks.quickbooks_online.changing import Changing, Step, change_one, gone
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.kept import found, result
from blocks.quickbooks_online.matching import created_since, matched, same_vendor
from blocks.quickbooks_online.renaming import VENDOR, IsAnother, renamed
from blocks.quickbooks_online.values import text
from blocks.quickbooks_online.vendor_body import NAME, TERM, changed_vendor, new_vendor, sparse
from blocks.quickbooks_online.writing import Result, Turned, batches, item_key, written
from blocks.target import Change, Found, Key


class VendorTarget:
    """Writes vendors; an earlier attempt's vendor is known by name, e-mail, first address line and company together.

    Where a customer or an employee has the name, the vendor gets a variant of it; no other record is ever renamed.
    """

    at_once = AT_ONCE
    changes_at_once = AT_ONCE

    def __init__(self, client: QuickBooksClient, is_another: IsAnother = lambda _id: False) -> None:
        """Writes by this client; a vendor that `is_another` (by its id) has its name rightfully."""
        self._client, self._is_another = client, is_another

    async def find(self, bodies: Sequence[Record], since: datetime) -> list[Found | None]:
        """Returns the vendor that an attempt after `since` made of each body, or None."""
        sent = [new_vendor(body) for body in bodies]
        rows = matched(sent, await created_since(self._client, VENDOR, since), same_vendor)
        return [None if row is None else found(body, row) for body, row in zip(sent, rows, strict=True)]

    async def create(self, bodies: Sequence[Record], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates the vendors whose names are free or have a free variant; see `blocks.target.Target.create`."""
        sent = [new_vendor(body) for body in bodies]

        async def again(turned: Turned) -> dict[int, Item | Result]:
            """Returns the vendors under other names, and the refusals."""
            return await renamed(
                self._client, turned, {place: text(sent[place], NAME) for place in turned}, self._is_another
            )

        items = {place: Item("create", VENDOR, body, item_key(keys[place].item)) for place, body in enumerate(sent)}
        made = await written(batches(self._client, keys), items, again)
        await self._with_terms(sent, made, keys)
        return [result(body, made[place]) for place, body in enumerate(sent)]

    async def change(self, changes: Sequence[Change], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Makes each change that the vendor takes; see `blocks.target.ChangesTogether.change`."""

        async def amend(turned: Turned, changing: Mapping[int, Change]) -> dict[int, Item | Result]:
            """Returns the vendors under other names, and the refusals."""
            return await renamed(
                self._client, turned, {at: text(one.body, NAME) for at, one in changing.items()}, self._is_another
            )

        return await Changing(self._client, VENDOR, batches(self._client, keys), _plan, amend).run(changes, keys)

    async def update(self, target_id: str, body: Record, key: Key) -> Found:
        """Changes the vendor's fields that the body holds, to nothing where it empties them; repeating it is harmless.

        Raises:
            RefusedError: the vendor is not there any more, or QuickBooks Online refuses the body.
        """
        return await change_one(self, Change("update", target_id, body), key)

    async def archive(self, target_id: str) -> Found:
        """Takes the vendor out of use, or leaves it so; repeating it is harmless.

        Raises:
            RefusedError: the vendor is not there, or QuickBooks Online does not allow it.
        """
        return await change_one(self, Change("archive", target_id, {}))

    async def _with_terms(self, sent: Sequence[Record], made: dict[int, Result], keys: Sequence[Key]) -> None:
        """Gives new vendors the terms that QuickBooks Online passes over when it creates them."""
        lacking = {
            place: Item("update", VENDOR, sparse(one, {TERM: sent[place][TERM]}), item_key(keys[place].item, TERM))
            for place, one in made.items()
            if not isinstance(one, RefusedError) and TERM in sent[place] and not text(one, TERM, "value")
        }
        try:
            answers = await batches(self._client, keys)(list(lacking.values()))
        except TransientError:
            return  # the vendors are there, and what they lack is said of each
        made |= {at: one for at, one in zip(lacking, answers, strict=True) if isinstance(one, dict)}


def _plan(change: Change, record_id: str, vendor: Record | None) -> Step | Result:
    if vendor is None:
        return gone(VENDOR, record_id)
    if change.operation == "update":
        return Step("update", changed_vendor(vendor, change.body))
    return vendor if vendor.get("Active") is False else Step("update", sparse(vendor, {"Active": False}))
