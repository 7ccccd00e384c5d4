"""Finds, creates and changes vendors, bills and vendor credits in BILL, which has no idempotency keys for them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from blocks.bill.account import SYSTEM
from blocks.bill.client import (
    BILLS_AT_ONCE,
    CREDITS_AT_ONCE,
    VENDORS_AT_ONCE,
    BillClient,
)
from blocks.bill.filters import all_of, clause
from blocks.bill.guards import refuse_applied, refuse_paid, unfit
from blocks.bill.matching import Same, in_order_of, matched, same_bill, same_credit, same_vendor
from blocks.bill.models import Bill
from blocks.bill.pages import Page
from blocks.bulk import write_all
from blocks.errors import NotFoundError, RefusedError
from blocks.exact import Record, instant
from blocks.target import Found, Key

CLOCK_SKEW = timedelta(minutes=5)  # how far BILL's clock may be from ours
IDS_AT_ONCE = 100  # in one filter, for the sake of the address's length
_BY_CREATION = "createdTime:asc"
Bulk = Callable[[Sequence[Record]], Awaitable[list[Record]]]
Read = Callable[[str], Awaitable[Record]]


class VendorTarget:
    """Writes vendors; an earlier attempt's vendor is known by name, first address line and e-mail together."""

    at_once = VENDORS_AT_ONCE

    def __init__(self, client: BillClient) -> None:
        """Writes by this client."""
        self._client = client

    async def find(self, bodies: Sequence[Record], since: datetime) -> list[Found | None]:
        """Returns the vendor that an attempt after `since` made of each body, or None."""
        names = {str(body.get("name", "")).strip() for body in bodies}
        listed = self._client.vendors(filters=created_since(since), sort=_BY_CREATION)
        rows = [row async for row in rows_of(listed) if str(row.get("name", "")).strip() in names]
        return found_for(
            bodies, [await whole(row, ("address", "email"), self._client.vendor) for row in rows], same_vendor
        )

    async def create(self, bodies: Sequence[Record], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates the vendors that BILL takes; see `blocks.target.Target.create`."""
        return await created_by_bulk(self._client.create_vendors, bodies, self.at_once, same_vendor)

    async def update(self, target_id: str, body: Record, key: Key) -> Found:
        """Changes the vendor's fields that the body holds; repeating it is harmless."""
        return Found(target_id, await self._client.update_vendor(target_id, body))

    async def archive(self, target_id: str) -> Found:
        """Takes the vendor out of use, or leaves it so; repeating it is harmless."""
        return Found(target_id, await self._client.archive_vendor(target_id))


class BillTarget:
    """Writes bills; an earlier attempt's bill is known by vendor, invoice number, invoice date and total together."""

    at_once = BILLS_AT_ONCE

    def __init__(self, client: BillClient) -> None:
        """Writes by this client."""
        self._client = client

    async def find(self, bodies: Sequence[Record], since: datetime) -> list[Found | None]:
        """Returns the bill that an attempt after `since` made of each body, or None."""
        rows = [row async for row in self._created_for(_vendors_of(bodies), since)]
        return found_for(bodies, rows, same_bill)

    async def existing(self, vendor_ids: Sequence[str], created_since: datetime) -> list[Bill]:
        """Returns the vendors' bills created since a moment, whoever made them, so that a person may adopt one."""
        return [Bill.model_validate(row) async for row in self._created_for(vendor_ids, created_since)]

    async def create(self, bodies: Sequence[Record], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates the bills that BILL takes; an invoice number that is too long is refused, and never cut."""
        refused = {index: error for index, body in enumerate(bodies) if (error := unfit(body))}
        fit = [body for index, body in enumerate(bodies) if index not in refused]
        made = iter(await created_by_bulk(self._client.create_bills, fit, self.at_once, same_bill))
        return [refused[index] if index in refused else next(made) for index in range(len(bodies))]

    async def update(self, target_id: str, body: Record, key: Key) -> Found:
        """Makes the bill, lines included, equal to the body; repeating it is harmless.

        Raises:
            RefusedError: some of it is paid or scheduled to be, or BILL refuses the body.
        """
        if error := unfit(body):
            raise error
        refuse_paid(await self._client.bill(target_id), "change")
        replace = self._client.replace_bill(target_id, _without_line_ids(body, "billLineItems"))
        return Found(target_id, await _replaced(replace))

    async def archive(self, target_id: str) -> Found:
        """Takes the bill out of use, or leaves it so; repeating it is harmless.

        Raises:
            RefusedError: some of it is paid or scheduled to be.
        """
        bill = await self._client.bill(target_id)
        if bill.get("archived") is True:
            return Found(target_id, bill)
        refuse_paid(bill, "archive")
        return Found(target_id, await self._client.archive_bill(target_id))

    async def _created_for(self, vendor_ids: Sequence[str], since: datetime) -> AsyncIterator[Record]:
        wanted = sorted(set(vendor_ids))
        for start in range(0, len(wanted), IDS_AT_ONCE):
            filters = all_of(clause("vendorId", "in", wanted[start : start + IDS_AT_ONCE]), created_since(since))
            async for row in rows_of(self._client.bills(filters=filters, sort=_BY_CREATION)):
                yield await whole(row, ("invoice", "amount", "vendorId"), self._client.bill)


class VendorCreditTarget:
    """Writes vendor credits; an earlier attempt's credit is known by vendor, reference number, date and total."""

    at_once = CREDITS_AT_ONCE

    def __init__(self, client: BillClient) -> None:
        """Writes by this client."""
        self._client = client

    async def find(self, bodies: Sequence[Record], since: datetime) -> list[Found | None]:
        """Returns the credit that an attempt after `since` made of each body, or None."""
        return found_for(bodies, await self._created_for(_vendors_of(bodies), since), same_credit)

    async def create(self, bodies: Sequence[Record], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates the credits that BILL takes; see `blocks.target.Target.create`."""
        return await created_by_bulk(self._client.create_vendor_credits, bodies, self.at_once, same_credit)

    async def update(self, target_id: str, body: Record, key: Key) -> Found:
        """Makes the credit, lines included, equal to the body; repeating it is harmless.

        Raises:
            RefusedError: some of it is applied to bills, or BILL refuses the body.
        """
        refuse_applied(await self._client.vendor_credit(target_id), "change")
        body = _without_line_ids(body, "vendorCreditLineItems")
        return Found(target_id, await _replaced(self._client.replace_vendor_credit(target_id, body)))

    async def archive(self, target_id: str) -> Found:
        """Takes the credit out of use for good, or leaves it so; repeating it is harmless.

        Raises:
            RefusedError: some of it is applied to bills.
        """
        credit = await self._client.vendor_credit(target_id)
        if credit.get("archived") is True:
            return Found(target_id, credit)
        refuse_applied(credit, "archive")
        return Found(target_id, await self._client.archive_vendor_credit(target_id))

    async def _created_for(self, vendor_ids: Sequence[str], since: datetime) -> list[Record]:
        wanted = sorted(set(vendor_ids))
        filters = all_of(clause("vendorId", "in", wanted[:IDS_AT_ONCE]), created_since(since)) if wanted else ""
        try:
            rows = [row async for row in rows_of(self._client.vendor_credits(filters=filters))] if wanted else []
        except RefusedError:  # which filters credits take is not written anywhere
            rows = [row async for row in rows_of(self._client.vendor_credits())]
        earliest = since - CLOCK_SKEW
        recent = [row for row in rows if (instant(row.get("createdTime")) or since) >= earliest]
        needed = ("referenceNumber", "creditDate", "amount", "vendorId")
        return [await whole(row, needed, self._client.vendor_credit) for row in recent]


async def created_by_bulk(bulk: Bulk, bodies: Sequence[Record], at_once: int, same: Same) -> list[Found | RefusedError]:
    """Returns what BILL made of each body, or why it refused it, in order; one refusal stops none of the others."""

    async def write(some: Sequence[Record]) -> list[Found]:
        """Returns what BILL made of these, all or none."""
        return [Found(str(row["id"]), row) for row in in_order_of(some, await bulk(some), same)]

    results: list[Found | RefusedError] = []
    for start in range(0, len(bodies), at_once):
        results += await write_all(write, bodies[start : start + at_once])
    return results


async def _replaced(replace: Awaitable[Record]) -> Record:
    try:
        return await replace
    except NotFoundError as unknown:
        # The record itself was read a moment ago, so it is one that the body refers to which is not there.
        raise RefusedError(
            str(unknown), system=SYSTEM, code=unknown.code, field=unknown.field, remedy=unknown.remedy
        ) from unknown


async def rows_of(listed: AsyncIterator[Page]) -> AsyncIterator[Record]:
    """Yields the records of all pages."""
    async for page in listed:
        for row in page.results:
            yield row


async def whole(row: Record, needed: Sequence[str], read: Read) -> Record:
    """Returns the row, or the whole record where the list left out what a comparison needs."""
    return row if all(name in row for name in needed) else await read(str(row["id"]))


def found_for(bodies: Sequence[Record], rows: Sequence[Record], same: Same) -> list[Found | None]:
    """Returns for each body the first record that is the same; no record stands for two bodies."""
    return [None if row is None else Found(str(row["id"]), row) for row in matched(bodies, rows, same)]


def created_since(since: datetime) -> str:
    """Returns the filter for what was created since then, whatever BILL's clock."""
    return clause("createdTime", "gte", since - CLOCK_SKEW)


def _vendors_of(bodies: Sequence[Record]) -> list[str]:
    return [str(body["vendorId"]) for body in bodies if body.get("vendorId")]


def _without_line_ids(body: Record, lines: str) -> Record:
    bare: list[dict[str, Any]] = [
        {name: held for name, held in line.items() if name != "id"} for line in body.get(lines) or ()
    ]
    return {**body, lines: bare}
