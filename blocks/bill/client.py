"""BILL's v3 API, one method for each endpoint in use."""

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Literal, Self, Unpack

import httpx

from blocks.bill.account import SYSTEM, BillAccount
from blocks.bill.answers import judge
from blocks.bill.auth import BillSession, sign_in
from blocks.bill.pages import Asked, Page
from blocks.bill.records import BillRecords
from blocks.bill.webhooks import BillWebhooks
from blocks.calls import READS, Caller
from blocks.errors import AnswerLostError, CapReachedError, TransientError
from blocks.exact import Record, decode, encode
from blocks.limits import CallSlots, LocalSlots
from blocks.sessions import LocalSessions, Session, SessionCache

AT_ONCE = 3  # calls under way per developer key and organization
VENDORS_AT_ONCE, BILLS_AT_ONCE, CREDITS_AT_ONCE, CLASSIFICATIONS_AT_ONCE = 20, 100, 50, 50
Kind = Literal["chart-of-accounts", "departments", "locations", "accounting-classes", "items", "jobs", "employees"]


class BillClient:
    """Speaks with one BILL organization; sessions and call slots are shared with whoever has the same ones.

    Lists yield pages and take `filters`, `sort`, a `start` token and a `page_size` (see `blocks.bill.pages.Asked`).
    Money in bodies and answers is `Decimal`. Creates are never repeated by themselves; changes are, because doing
    them twice is harmless.

    Raises:
        AnswerLostError: a create was sent, and no (whole) answer came.
        VendorError: by what to do next; see `blocks.bill.answers`.
    """

    def __init__(
        self,
        account: BillAccount,
        slots: CallSlots | None = None,
        sessions: SessionCache | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        first_wait: float = 0.5,
    ) -> None:
        """Makes no call yet. `first_wait` is the shortest back-off, in seconds."""
        self.account = account
        self._slots = slots or LocalSlots()
        self._auth = BillSession(account, sessions or LocalSessions(), self._sign_in)
        self._http = httpx.AsyncClient(
            base_url=account.base_url,
            headers={"Accept": "application/json"},
            auth=self._auth,
            timeout=httpx.Timeout(60, connect=5),
            transport=transport,
        )
        self._call = Caller(
            client=self._http,
            system=SYSTEM,
            budget=account.budget,
            at_once=AT_ONCE,
            slots=self._slots,
            judge=lambda response: judge(response, account.secrets()),
            attempts=5,
            first_wait=first_wait,
        )
        self._records = BillRecords(self._ask)
        self.webhooks = BillWebhooks(self._ask, account.events_base_url)

    async def __aenter__(self) -> Self:
        """Returns the client, open."""
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections; the session stays good for others."""
        await self._http.__aexit__(kind, error, trace)

    async def ready(self) -> str:
        """There is a session, the shared one or a new one; returns which organization it opens."""
        await self._auth.ready()
        return f"organization {self.account.organization_id}, {self.account.environment}"

    async def session_info(self) -> Record:
        """Returns whom the session belongs to: organizationId, userId, mfaStatus."""
        return await self._records.get("/v3/login/session")

    def vendors(self, **asked: Unpack[Asked]) -> AsyncIterator[Page]:
        """Yields the vendors, archived ones included."""
        return self._records.listed("/v3/vendors", **asked)

    async def vendor(self, vendor_id: str) -> Record:
        """Returns one vendor, whole."""
        return await self._records.get(f"/v3/vendors/{vendor_id}")

    async def create_vendors(self, bodies: Sequence[Record]) -> list[Record]:
        """Creates all (at most 20) or none, and returns them."""
        return await self._records.create("/v3/vendors/bulk", bodies, VENDORS_AT_ONCE)

    async def update_vendor(self, vendor_id: str, body: Record) -> Record:
        """Changes the fields that the body holds."""
        return await self._records.patch(f"/v3/vendors/{vendor_id}", body)

    async def archive_vendor(self, vendor_id: str) -> Record:
        """Takes the vendor out of use; its bills stay."""
        return await self._records.act(f"/v3/vendors/{vendor_id}/archive")

    def bills(self, **asked: Unpack[Asked]) -> AsyncIterator[Page]:
        """Yields the bills, archived ones included."""
        return self._records.listed("/v3/bills", **asked)

    async def bill(self, bill_id: str) -> Record:
        """Returns one bill, whole."""
        return await self._records.get(f"/v3/bills/{bill_id}")

    async def create_bills(self, bodies: Sequence[Record]) -> list[Record]:
        """Creates all (at most 100) or none, and returns them."""
        return await self._records.create("/v3/bills/bulk", bodies, BILLS_AT_ONCE)

    async def replace_bill(self, bill_id: str, body: Record) -> Record:
        """Makes the bill equal to the body; lines without an id take the place of the old ones."""
        return await self._records.put(f"/v3/bills/{bill_id}", body)

    async def archive_bill(self, bill_id: str) -> Record:
        """Takes the bill out of use; BILL has no deletion."""
        return await self._records.act(f"/v3/bills/{bill_id}/archive")

    async def restore_bill(self, bill_id: str) -> Record:
        """Puts an archived bill back into use."""
        return await self._records.act(f"/v3/bills/{bill_id}/restore")

    def recurring_bills(self, **asked: Unpack[Asked]) -> AsyncIterator[Page]:
        """Yields the recurring bills, archived ones included; BILL neither filters nor sorts them by time."""
        return self._records.listed("/v3/recurringbills", **asked)

    async def recurring_bill(self, recurring_id: str) -> Record:
        """Returns one recurring bill, whole."""
        return await self._records.get(f"/v3/recurringbills/{recurring_id}")

    def vendor_credits(self, **asked: Unpack[Asked]) -> AsyncIterator[Page]:
        """Yields the vendor credits."""
        return self._records.listed("/v3/vendor-credits", **asked)

    async def vendor_credit(self, credit_id: str) -> Record:
        """Returns one vendor credit, whole."""
        return await self._records.get(f"/v3/vendor-credits/{credit_id}")

    async def create_vendor_credits(self, bodies: Sequence[Record]) -> list[Record]:
        """Creates all (at most 50) or none, and returns them."""
        return await self._records.create("/v3/vendor-credits/bulk", bodies, CREDITS_AT_ONCE)

    async def replace_vendor_credit(self, credit_id: str, body: Record) -> Record:
        """Makes the vendor credit equal to the body."""
        return await self._records.put(f"/v3/vendor-credits/{credit_id}", body)

    async def archive_vendor_credit(self, credit_id: str) -> Record:
        """Takes the vendor credit out of use, for good: BILL cannot restore it."""
        return await self._records.act(f"/v3/vendor-credits/{credit_id}/archive")

    def payments(self, **asked: Unpack[Asked]) -> AsyncIterator[Page]:
        """Yields the payments; BILL refuses a filter by bill."""
        return self._records.listed("/v3/payments", **asked)

    async def payment(self, payment_id: str) -> Record:
        """Returns one payment with its split over bills."""
        return await self._records.get(f"/v3/payments/{payment_id}")

    async def record_payment(self, body: Record) -> Record:
        """Notes in BILL a payment that was made elsewhere, for bills of one vendor; moves no money."""
        return await self._records.write("/v3/bills/record-payment", body)

    def classifications(self, kind: Kind, **asked: Unpack[Asked]) -> AsyncIterator[Page]:
        """Yields the classifications of one kind."""
        return self._records.listed(f"/v3/classifications/{kind}", **asked)

    async def classification(self, kind: Kind, record_id: str) -> Record:
        """Returns one classification, whole."""
        return await self._records.get(f"/v3/classifications/{kind}/{record_id}")

    async def update_classification(self, kind: Kind, record_id: str, body: Record) -> Record:
        """Changes the fields that the body holds."""
        return await self._records.patch(f"/v3/classifications/{kind}/{record_id}", body)

    async def archive_classification(self, kind: Kind, record_id: str) -> Record:
        """Takes the classification out of use; what is coded to it stays."""
        return await self._records.act(f"/v3/classifications/{kind}/{record_id}/archive")

    async def create_classifications(self, kind: Kind, bodies: Sequence[Record]) -> list[Record]:
        """Creates all (at most 50) or none, and returns them."""
        return await self._records.create(f"/v3/classifications/{kind}/bulk", bodies, CLASSIFICATIONS_AT_ONCE)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> Any:
        content = None if body is None else encode(body)
        typed = {"Content-Type": "application/json"} if content is not None else {}
        response = await self._call(
            method, path, repeatable=repeatable, params=params, content=content, headers={**typed, **(headers or {})}
        )
        try:
            return decode(response.content) if response.content.strip() else None
        except ValueError as error:
            kind = TransientError if repeatable or method in READS else AnswerLostError
            raise kind(f"BILL's answer to {method} {path} is not whole JSON", system=SYSTEM) from error

    async def _sign_in(self) -> Session:
        try:
            return await sign_in(self._http, self.account)
        except CapReachedError as cap:
            await self._slots.close(self.account.budget, cap.until, str(cap))
            raise
