"""Finds, creates and changes vendors in Procurify, which has no idempotency keys."""

from collections.abc import Sequence
from datetime import datetime

from blocks.errors import NotFoundError, RefusedError
from blocks.exact import Record, instant
from blocks.procurify.account import SYSTEM
from blocks.procurify.client import ProcurifyClient
from blocks.procurify.guards import refuse_placeholder, unfit_change, unfit_vendor
from blocks.procurify.lists import PREFERRED
from blocks.procurify.matching import changed, unkept
from blocks.target import Body, Found, Key

NEEDED = {"email": [], "type": PREFERRED, "overall_score": None}  # by Procurify, of a new vendor
KEPT = ("external_id", "name", "active", "currency")


class VendorTarget:
    """Writes vendors; an earlier attempt's vendor is known by its external id, which Procurify does not keep unique."""

    at_once = 1  # Procurify takes one record per call

    def __init__(self, client: ProcurifyClient) -> None:
        """Writes by this client."""
        self._client = client

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        """Returns the vendor that carries each body's external id, whoever made it and when, or None."""
        return [await self._find_one(str(body.get("external_id") or "").strip()) for body in bodies]

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates each vendor that Procurify takes; one without an external id is refused.

        Raises:
            AnswerLostError: the last one that was sent may have been created.
        """
        return [await self._create_one({**NEEDED, **body}) for body in bodies]

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        """The vendor's fields are those of the body; only what differs is sent, and nothing if nothing does.

        Raises:
            RefusedError: it is the placeholder vendor, or Procurify does not take it.
            NotFoundError: there is no such vendor.
        """
        vendor = await self._client.vendor(target_id)
        if vendor is None:
            raise NotFoundError(f"{SYSTEM} has no vendor {target_id}", system=SYSTEM)
        refuse_placeholder(target_id, vendor)
        differing = changed(body, vendor)
        if not differing:
            return _found(vendor)
        if refusal := unfit_change(differing):
            raise refusal
        return _found(await self._client.patch_vendor(target_id, differing), differing)

    async def archive(self, target_id: str) -> Found:
        """The vendor is not active any more, or stays so; repeating it is harmless.

        Raises:
            RefusedError: it is the placeholder vendor.
            NotFoundError: there is no such vendor.
        """
        return await self.update(target_id, {"active": False}, Key("", ""))

    async def _create_one(self, body: Body) -> Found | RefusedError:
        if refusal := unfit_vendor(body):
            return refusal
        try:
            return _found(await self._client.create_vendor(body), body)
        except RefusedError as refusal:
            return refusal

    async def _find_one(self, code: str) -> Found | None:
        if not code:
            return None
        pages = [page async for page in self._client.vendors(external_id=code)]
        same = [row for page in pages for row in page.rows if str(row.get("external_id") or "").strip() == code]
        if not same:
            return None
        found = _found(same[0])
        if len(same) == 1:
            return found
        ids = " and ".join(str(row.get("id")) for row in same)
        return found._replace(wrong=f"Procurify's vendors {ids} have the same external id {code}")


def _found(record: Record, sent: Body | None = None) -> Found:
    wrong = unkept(sent or {}, record, KEPT)
    return Found(str(record["id"]), record, instant(record.get("dateModified")), wrong)
