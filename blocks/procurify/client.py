"""Procurify's API, one method for each endpoint in use; its three path families are one here."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx

from blocks.errors import ConfigurationError, NotFoundError
from blocks.exact import Record
from blocks.limits import CallSlots
from blocks.procurify.account import ProcurifyAccount
from blocks.procurify.gate import ACCOUNT_CODES, VENDORS
from blocks.procurify.honours import changed_since, of_item
from blocks.procurify.pages import Page
from blocks.procurify.records import CURRENCIES, ME, ProcurifyRecords
from blocks.sessions import SessionCache

ORDERS, ORDER_ITEMS, RECEIPTS = "/api/v2/purchase_orders/", "/api/v3/order-items/", "/api/v3/receipt/items/"
BILLS, BILL, PAYMENTS = "/api/v3/ap/bills/", "/api/v2/ap/bills/", "/api/public/v1/payments/"
UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class ProcurifyClient:
    """Speaks with one Procurify tenant; tokens and call slots are shared with whoever has the same ones.

    It writes vendors and account codes and has no means to write anything else; see `blocks.procurify.gate`. Lists
    yield pages and take a page's `next` as `start`. Money in bodies and answers is `Decimal`. Creates are never
    repeated by themselves; changes are, because doing them twice is harmless.

    Raises:
        AnswerLostError: a create was sent, and no (whole) answer came.
        CapReachedError: Procurify turned too many calls away; nobody calls for a while.
        CredentialsError: it refuses the sign-in, or everything.
        VendorError: by what to do next; see `blocks.procurify.answers`.
    """

    def __init__(
        self,
        account: ProcurifyAccount,
        slots: CallSlots | None = None,
        sessions: SessionCache | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        first_wait: float = 2,
    ) -> None:
        """Makes no call yet. `first_wait` is the shortest wait after a call that was turned away, in seconds."""
        self.account = account
        self._records = ProcurifyRecords(account, slots, sessions, transport, first_wait)

    async def __aenter__(self) -> Self:
        """Returns the client, open."""
        await self._records.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections; the token stays good for others."""
        await self._records.close()

    async def ready(self) -> str:
        """Procurify knows us, by a token that is good for this tenant; returns the tenant and who we are there."""
        user = await self.me()
        names = " ".join(str(user[name]) for name in ("firstName", "lastName") if user.get(name))
        return f"{self.account.subdomain}, as {names or user.get('email') or 'an unnamed user'}"

    async def me(self) -> Record:
        """Returns the API user, whose role decides what we may do."""
        return await self._records.one("GET", ME)

    def purchase_orders(self, modified_since: date | None = None, *, start: str = "") -> AsyncIterator[Page]:
        """Yields all purchase orders changed on a day or later, whatever their state, without their lines."""
        filters = {"order_by": "last_modified", **_from("modified_date_0", modified_since)}
        return self._records.listed(
            f"{ORDERS}purchased/all/", filters, start, changed_since("last_modified", modified_since)
        )

    async def purchase_order(self, order_id: str) -> Record | None:
        """Returns a purchase order with its lines, by UUID or integer id; None if there is none."""
        known = _is_number(order_id) or UUID.fullmatch(order_id)
        return await self._records.found(f"{ORDERS}{order_id}/") if known else None

    def order_items(self, modified_since: date, *, start: str = "") -> AsyncIterator[Page]:
        """Yields the lines of purchase orders and requests that changed on a day or later, by receipts too."""
        filters = {"order_by": "last_modified", **_from("last_modified_0", modified_since)}
        return self._records.listed(ORDER_ITEMS, filters, start, changed_since("last_modified", modified_since))

    async def receipts(self, order_item: str) -> list[Record]:
        """Returns what was received on a line; one that is undone is gone without a trace."""
        listed = self._records.listed(RECEIPTS, {"order_item": order_item}, "", of_item(order_item))
        return [row async for page in listed for row in page.rows]

    def bills(self, modified_since: datetime | None = None, *, start: str = "", **filters: str) -> AsyncIterator[Page]:
        """Yields the bills changed since a moment, in any status, with the ids of their items only."""
        window = _from("last_modified_datetime_0", modified_since)
        asked = {"order_by": "last_modified_datetime", **window, **filters}
        return self._records.listed(BILLS, asked, start, changed_since("last_modified_datetime", modified_since))

    async def bill(self, uuid: str) -> Record | None:
        """Returns a bill with its items and costs, by UUID; None if there is none."""
        return await self._records.found(f"{BILL}{uuid}/") if UUID.fullmatch(uuid) else None

    def payments(
        self,
        updated_since: datetime | None = None,
        *,
        start: str = "",
        order_by: str = "updated_at",
        **filters: str,
    ) -> AsyncIterator[Page]:
        """Yields the payments changed since a moment; the bills they pay are those of their bill groups."""
        asked = {"order_by": order_by, **_from("updated_at_after", updated_since), **filters}
        return self._records.listed(PAYMENTS, asked, start, changed_since("updated_at", updated_since))

    async def vendors(self, group: str = "all", *, start: str = "", **filters: str) -> AsyncIterator[Page]:
        """Yields the vendors of a group; whether inactive ones are among them is not documented."""
        path = VENDORS if group == "all" else f"{VENDORS}{quote(group, safe='')}/"
        begun = False
        try:
            async for page in self._records.listed(path, filters, start):
                begun = True
                yield page
        except (NotFoundError, ConfigurationError):
            if begun or group != "all":
                raise
            # The documentation has the list at both addresses.
            async for page in self._records.listed(f"{VENDORS}all/", filters, start):
                yield page

    async def vendor(self, vendor_id: str) -> Record | None:
        """Returns a vendor, whole; None if there is none."""
        return await self._records.found(f"{VENDORS}{vendor_id}/") if _is_number(vendor_id) else None

    async def create_vendor(self, body: Record) -> Record:
        """Creates a vendor and returns it."""
        return await self._records.one("POST", VENDORS, body)

    async def patch_vendor(self, vendor_id: str, body: Record) -> Record:
        """Changes the vendor's fields that the body holds."""
        return await self._records.one("PATCH", f"{VENDORS}{vendor_id}/", body, harmless=True)

    def account_codes(self, *, start: str = "", **filters: str) -> AsyncIterator[Page]:
        """Yields the account codes."""
        return self._records.listed(ACCOUNT_CODES, filters, start)

    async def create_account_code(self, body: Record) -> Record:
        """Creates an account code, in the departments of the body, and returns it."""
        return await self._records.one("POST", ACCOUNT_CODES, body)

    async def update_account_code(self, code_id: str, body: Record) -> Record:
        """Makes the account code's own fields those of the body; its departments stay."""
        return await self._records.one("PUT", f"{ACCOUNT_CODES}{code_id}/", body, harmless=True)

    def accounts(self, *, start: str = "", **filters: str) -> AsyncIterator[Page]:
        """Yields the accounts: each an account code in a department, which a buyer can pick."""
        return self._records.listed("/api/v3/accounts/", filters, start)

    def departments(self, *, start: str = "") -> AsyncIterator[Page]:
        """Yields the departments."""
        return self._records.listed("/api/v3/departments/", {}, start)

    def locations(self, *, start: str = "") -> AsyncIterator[Page]:
        """Yields the locations, each with its time zone."""
        return self._records.listed("/api/v2/locations/", {}, start)

    def currencies(self, *, start: str = "") -> AsyncIterator[Page]:
        """Yields the currencies."""
        return self._records.listed(CURRENCIES, {}, start)


def _from(name: str, since: date | datetime | None) -> dict[str, str]:
    """Returns the filter for what changed since then: a day as it is, a moment in UTC with its Z."""
    if isinstance(since, datetime):
        return {name: f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    return {name: since.isoformat()} if since else {}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
