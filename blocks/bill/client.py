"""BILL's v3 API, one method for each endpoint in use."""

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Literal, Self

import httpx

from blocks.bill.account import SYSTEM, BillAccount
from blocks.bill.answers import judge
from blocks.bill.auth import BillSession, sign_in
from blocks.bill.pages import Page, pages
from blocks.bill.webhooks import BillWebhooks
from blocks.calls import READS, Caller
from blocks.errors import AnswerLostError, CapReachedError, NotFoundError, RefusedError, TransientError
from blocks.exact import Record, decode, encode
from blocks.limits import CallSlots, LocalSlots
from blocks.sessions import LocalSessions, Session, SessionCache

AT_ONCE = 3  # calls under way per developer key and organization
VENDORS_AT_ONCE, BILLS_AT_ONCE, CREDITS_AT_ONCE, CLASSIFICATIONS_AT_ONCE = 20, 100, 50, 50
Kind = Literal["chart-of-accounts", "departments", "locations", "accounting-classes", "items", "jobs", "employees"]


class BillClient:
    """Speaks with one BILL organization; sessions and call slots are shared with whoever has the same ones.

    Lists yield pages and take `filters` (see `blocks.bill.filters`), `sort` and the `start` token of a page.
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
        return await self._one("GET", "/v3/login/session")

    def vendors(self, *, filters: str = "", sort: str = "", start: str | None = None) -> AsyncIterator[Page]:
        """Yields the vendors, archived ones included."""
        return pages(self._ask, "/v3/vendors", filters=filters, sort=sort, start=start)

    async def vendor(self, vendor_id: str) -> Record:
        """Returns one vendor, whole."""
        return await self._one("GET", f"/v3/vendors/{vendor_id}")

    async def create_vendors(self, bodies: Sequence[Record]) -> list[Record]:
        """Creates all (at most 20) or none, and returns them."""
        return await self._create("/v3/vendors/bulk", bodies, VENDORS_AT_ONCE)

    async def update_vendor(self, vendor_id: str, body: Record) -> Record:
        """Changes the fields that the body holds."""
        return await self._one("PATCH", f"/v3/vendors/{vendor_id}", body)

    async def archive_vendor(self, vendor_id: str) -> Record:
        """Takes the vendor out of use; its bills stay."""
        return await self._one("POST", f"/v3/vendors/{vendor_id}/archive", repeatable=True)

    def bills(self, *, filters: str = "", sort: str = "", start: str | None = None) -> AsyncIterator[Page]:
        """Yields the bills, archived ones included."""
        return pages(self._ask, "/v3/bills", filters=filters, sort=sort, start=start)

    async def bill(self, bill_id: str) -> Record:
        """Returns one bill, whole."""
        return await self._one("GET", f"/v3/bills/{bill_id}")

    async def create_bills(self, bodies: Sequence[Record]) -> list[Record]:
        """Creates all (at most 100) or none, and returns them."""
        return await self._create("/v3/bills/bulk", bodies, BILLS_AT_ONCE)

    async def replace_bill(self, bill_id: str, body: Record) -> Record:
        """Makes the bill equal to the body; lines without an id take the place of the old ones."""
        return await self._one("PUT", f"/v3/bills/{bill_id}", body)

    async def archive_bill(self, bill_id: str) -> Record:
        """Takes the bill out of use; BILL has no deletion."""
        return await self._one("POST", f"/v3/bills/{bill_id}/archive", repeatable=True)

    async def restore_bill(self, bill_id: str) -> Record:
        """Puts an archived bill back into use."""
        return await self._one("POST", f"/v3/bills/{bill_id}/restore", repeatable=True)

    def vendor_credits(self, *, filters: str = "", sort: str = "", start: str | None = None) -> AsyncIterator[Page]:
        """Yields the vendor credits."""
        return pages(self._ask, "/v3/vendor-credits", filters=filters, sort=sort, start=start)

    async def vendor_credit(self, credit_id: str) -> Record:
        """Returns one vendor credit, whole."""
        return await self._one("GET", f"/v3/vendor-credits/{credit_id}")

    async def create_vendor_credits(self, bodies: Sequence[Record]) -> list[Record]:
        """Creates all (at most 50) or none, and returns them."""
        return await self._create("/v3/vendor-credits/bulk", bodies, CREDITS_AT_ONCE)

    async def replace_vendor_credit(self, credit_id: str, body: Record) -> Record:
        """Makes the vendor credit equal to the body."""
        return await self._one("PUT", f"/v3/vendor-credits/{credit_id}", body)

    async def archive_vendor_credit(self, credit_id: str) -> Record:
        """Takes the vendor credit out of use, for good: BILL cannot restore it."""
        return await self._one("POST", f"/v3/vendor-credits/{credit_id}/archive", repeatable=True)

    def payments(self, *, filters: str = "", sort: str = "", start: str | None = None) -> AsyncIterator[Page]:
        """Yields the payments; BILL refuses a filter by bill."""
        return pages(self._ask, "/v3/payments", filters=filters, sort=sort, start=start)

    async def payment(self, payment_id: str) -> Record:
        """Returns one payment with its split over bills."""
        return await self._one("GET", f"/v3/payments/{payment_id}")

    async def record_payment(self, body: Record) -> Record:
        """Notes in BILL a payment that was made elsewhere, for bills of one vendor; moves no money."""
        return await self._one("POST", "/v3/bills/record-payment", body, write=True)

    def classifications(
        self, kind: Kind, *, filters: str = "", sort: str = "", start: str | None = None
    ) -> AsyncIterator[Page]:
        """Yields the classifications of one kind."""
        return pages(self._ask, f"/v3/classifications/{kind}", filters=filters, sort=sort, start=start)

    async def classification(self, kind: Kind, record_id: str) -> Record:
        """Returns one classification, whole."""
        return await self._one("GET", f"/v3/classifications/{kind}/{record_id}")

    async def update_classification(self, kind: Kind, record_id: str, body: Record) -> Record:
        """Changes the fields that the body holds."""
        return await self._one("PATCH", f"/v3/classifications/{kind}/{record_id}", body)

    async def archive_classification(self, kind: Kind, record_id: str) -> Record:
        """Takes the classification out of use; what is coded to it stays."""
        return await self._one("POST", f"/v3/classifications/{kind}/{record_id}/archive", repeatable=True)

    async def create_classifications(self, kind: Kind, bodies: Sequence[Record]) -> list[Record]:
        """Creates all (at most 50) or none, and returns them."""
        return await self._create(f"/v3/classifications/{kind}/bulk", bodies, CLASSIFICATIONS_AT_ONCE)

    async def _one(
        self, method: str, path: str, body: Record | None = None, *, repeatable: bool | None = None, write: bool = False
    ) -> Record:
        harmless = repeatable if write or method == "POST" else True
        answer = await self._ask(method, path, body=body, repeatable=harmless)
        if not isinstance(answer, dict):
            kind = AnswerLostError if write else TransientError
            raise kind(f"BILL's answer to {method} {path} is not a record", system=SYSTEM)
        return answer

    async def _create(self, path: str, bodies: Sequence[Record], at_most: int) -> list[Record]:
        if not 0 < len(bodies) <= at_most:
            raise ValueError(f"{path} takes 1 to {at_most} records, not {len(bodies)}")
        try:
            made = _rows(await self._ask("POST", path, body=list(bodies)))
        except NotFoundError as unknown:
            # The path is there, so it is a record that the body refers to which is not.
            raise RefusedError(
                str(unknown), system=SYSTEM, code=unknown.code, field=unknown.field, remedy=unknown.remedy
            ) from unknown
        if len(made) != len(bodies) or not all(row.get("id") for row in made):
            raise AnswerLostError(f"BILL named {len(made)} new records for the {len(bodies)} sent", system=SYSTEM)
        return made

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


def _rows(answer: Any) -> list[Record]:
    """Returns the records of a bulk answer: a bare array, or the one array of an envelope."""
    if isinstance(answer, dict):
        answer = next((held for held in answer.values() if isinstance(held, list)), None)
    return [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []
