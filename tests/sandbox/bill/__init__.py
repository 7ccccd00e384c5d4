"""A strict stand-in for BILL's v3 API and its webhooks, on loopback.

It is written from BILL's own documentation and imports nothing of the product.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.sandbox.bill.approvals import Approvals
from tests.sandbox.bill.bills import Bills
from tests.sandbox.bill.books import Books
from tests.sandbox.bill.courier import Courier
from tests.sandbox.bill.endpoints import login_route, mounted
from tests.sandbox.bill.gate import EVENTS, REST, Gate
from tests.sandbox.bill.mfa import Account
from tests.sandbox.bill.payments import Payments
from tests.sandbox.bill.people import People
from tests.sandbox.bill.recurring import RecurringBills
from tests.sandbox.bill.sessions import Accounts, Sessions
from tests.sandbox.bill.vendor_credits import VendorCredits
from tests.sandbox.bill.vendors import Vendors
from tests.sandbox.bill.webhooks import Webhooks
from tests.sandbox.bill.wire import Record, Refusal, answer, decoded, refused
from tests.sandbox.frame import CONTROL, Frame, application

__all__ = ["BillSandbox"]

PEOPLE = (
    "seed_chart",
    "seed_departments",
    "seed_locations",
    "seed_classes",
    "seed_vendor",
    "seed_bill",
    "seed_recurring",
    "generate",
    "edit_vendor",
    "edit_bill",
    "produce",
    "pay",
    "advance",
    "void",
    "archive",
    "restore",
    "deny",
    "approve",
)


class BillSandbox(People):
    """One BILL organization: the API below `/connect`, webhook management below `/connect-events`.

    Its methods are what a person does in BILL's web app; each is also a control route `POST /_sandbox/<name>`.
    """

    def __init__(
        self,
        username: str = "ap.sync@acme.example",
        password: str = "correct-Horse-7",
        organization_id: str = "00802EMUORGAAAAAA001",
        developer_key: str = "01EMUDEVKEYAAAAAAAA001",
    ) -> None:
        """Opens an organization without records; two bank accounts exist, one of them verified."""
        self.username = username
        self.password = password
        self.organization_id = organization_id
        self.developer_key = developer_key
        self.token_name = "ml-connector-sync"
        self.token_value = "sync-Token-4711"
        self.user_id = "00602EMUUSERAAAAA001"
        self.frame = Frame()
        books = Books(self.frame, organization_id, self.user_id)
        accounts = Accounts(username, password, organization_id, developer_key, self.token_name, self.token_value)
        self.sessions = Sessions(books, accounts)
        self.device = "finance-desk"
        self.remember_me_id = self.sessions.remember(self.device)
        self._courier = Courier(books.switches)
        self._webhooks = Webhooks(books, self._courier)
        books.notify = self._webhooks.notify
        approvals = Approvals(books)
        vendors, bills = Vendors(books, self.sessions), Bills(books, approvals)
        recurring = RecurringBills(books, bills, self.sessions)
        super().__init__(books, vendors, bills, recurring, Payments(books, self.sessions), approvals)
        self._gate = Gate(self.sessions)
        self.app: ASGIApp = self._gate.around(application(self.frame, self._routes(), {}))

    @property
    def vendors(self) -> dict[str, Record]:
        """The vendors by id."""
        return self.books.vendors

    @property
    def bills(self) -> dict[str, Record]:
        """The bills by id."""
        return self.books.bills

    @property
    def recurring_bills(self) -> dict[str, Record]:
        """The recurring bills by id."""
        return self.books.recurring_bills

    @property
    def payments(self) -> dict[str, Record]:
        """The payments by id."""
        return self.books.payments

    @property
    def vendor_credits(self) -> dict[str, Record]:
        """The vendor credits by id."""
        return self.books.vendor_credits

    @property
    def classifications(self) -> dict[str, dict[str, Record]]:
        """The classifications by kind (as the path spells it) and id."""
        return self.books.classifications

    @property
    def subscriptions(self) -> dict[str, Record]:
        """The webhook subscriptions by id, without their keys."""
        return self._webhooks.subscriptions

    @property
    def deliveries(self) -> list[Record]:
        """Every webhook attempt: eventId, subscriptionId, type, entityId, body, signature, statusCode."""
        return self._courier.deliveries

    @property
    def logins(self) -> int:
        """How often somebody asked to sign in, refused or not."""
        return self.sessions.logins

    @property
    def max_in_flight(self) -> int:
        """The most requests of one developer key and organization that were under way at once."""
        return self._gate.most

    @property
    def refused_in_flight(self) -> int:
        """How many requests were refused because too many were under way."""
        return self._gate.refused

    @property
    def bank_id(self) -> str:
        """The bank account that may fund online payments."""
        return next(key for key, bank in self.books.banks.items() if bank["status"] == "VERIFIED")

    def options(self, **switches: Any) -> Record:
        """Changes switches and returns all of them; `policies` replaces the bill approval policies.

        Raises:
            ValueError: there is no switch of that name.
        """
        policies = switches.pop("policies", None)
        self.books.switches.change(**switches)
        if policies is not None:
            self.books.policies.clear()
            for policy in policies:
                self._approvals.add_policy(policy)
        return {**self.books.switches.shown(), "policies": list(self.books.policies.values())}

    def rotate_sessions(self) -> Record:
        """Ends every session and returns how many there were."""
        ended = len(self.sessions.open)
        self.sessions.open.clear()
        return {"ended": ended}

    def dump(self) -> Record:
        """Returns all state as one JSON object."""
        return {
            "vendors": self.vendors,
            "bills": self.bills,
            "recurring_bills": self.recurring_bills,
            "payments": self.payments,
            "vendor_credits": self.vendor_credits,
            "classifications": self.classifications,
            "subscriptions": self.subscriptions,
            "approvers": self.books.approvers,
            "deliveries": self.deliveries,
            "logins": self.logins,
            "max_in_flight": self.max_in_flight,
            "refused_in_flight": self.refused_in_flight,
        }

    def _routes(self) -> list[Any]:
        books, sessions = self.books, self.sessions
        endpoints = [
            *Account(books, sessions).endpoints(),
            *self._vendors.endpoints(),
            *self._payments.endpoints(),
            *self._bills.endpoints(),
            *self._recurring.endpoints(),
            *self._approvals.endpoints(),
            *VendorCredits(books).endpoints(),
            *self._classifications.endpoints(),
        ]
        steering = [*PEOPLE, "options", "rotate_sessions", "dump"]
        return [
            *(Route(f"{CONTROL}/{name}", self._steered(getattr(self, name)), methods=["POST"]) for name in steering),
            mounted(EVENTS, sessions, self._webhooks.endpoints()),
            mounted(REST, sessions, endpoints, first=[login_route(sessions)]),
        ]

    def _steered(self, do: Callable[..., Any]) -> Callable[[Request], Any]:
        """Returns a control route; it is not the frame's own, because money must stay exact."""

        async def steered(request: Request) -> Response:
            raw = await request.body()
            try:
                return answer(200, do(**(decoded(raw) if raw else {})))
            except Refusal as refusing:
                return refused(refusing.rows, refusing.status, self.books.now())

        return steered
