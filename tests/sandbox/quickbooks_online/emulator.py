"""Intuit as one web application: sign-in, the companies, webhooks, and what a test may see and change."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.sandbox.frame import CONTROL, Frame, Logged, application
from tests.sandbox.quickbooks_online import times
from tests.sandbox.quickbooks_online.api import Api
from tests.sandbox.quickbooks_online.company import Company, Event
from tests.sandbox.quickbooks_online.courier import Courier
from tests.sandbox.quickbooks_online.gate import Gate
from tests.sandbox.quickbooks_online.oauth import ACCOUNTING, App, SignIn
from tests.sandbox.quickbooks_online.people import People, exact
from tests.sandbox.quickbooks_online.refusals import Refusal, faulted
from tests.sandbox.quickbooks_online.switches import Switches
from tests.sandbox.quickbooks_online.tokens import Connection, Tokens
from tests.sandbox.quickbooks_online.wire import Record, answer, decoded

OF_A_COMPANY = (
    "add", "seed_accounts", "seed_classes", "seed_departments", "seed_terms", "add_vendor", "add_customer",
    "add_employee", "edit", "delete", "merge_vendors", "bill_from_order", "pay_bill", "set_preference",
)  # fmt: skip
OF_INTUIT = (
    "options", "dump", "add_company", "access_token", "expire_access", "rotate_due", "revoke_all", "emit", "redeliver",
)  # fmt: skip


class QuickBooksSandbox(People):
    """One app and its companies; the API is below `/v3/company`, sign-in at the same address.

    Its methods are what a person does in QuickBooks; each is also a control route `POST /_sandbox/<name>`, where
    `realm` chooses another company than the first.
    """

    def __init__(
        self,
        realm_id: str = "9341450000000001",
        environment: str = "sandbox",
        client_id: str = "ABemuClientId000000000000000000000000000001",
        client_secret: str = "emuClientSecret0000000000000000000000001",
        company: str = "Sandbox Company_US_1",
        edition: str = "QuickBooks Online Plus",
    ) -> None:
        """Opens a company without vendors or transactions; a user has connected the app with it."""
        self.realm_id, self.environment = realm_id, environment
        self.client_id, self.client_secret = client_id, client_secret
        self.verifier_token = "7f3c1b9a-5d2e-4c8f-9a61-0e4d2b7c8f55"
        self.frame = Frame()
        self.switches = Switches()
        self.tokens = Tokens(self.frame.clock, self.switches)
        self._courier = Courier(self.switches, self.verifier_token)
        self._companies: dict[str, Company] = {}
        super().__init__(self._opened(realm_id, company, edition, environment))
        self.companies: dict[str, People] = {realm_id: self}
        self._join(self.books)
        self._api = Api(self._companies, self.tokens, self.switches, environment)
        self._gate = Gate(self.frame, self.switches)
        self.app: ASGIApp = self._gate.around(application(self.frame, self._routes(), {}))

    @property
    def refresh_token(self) -> str:
        """The refresh token of the oldest consent that still stands, as Intuit would take it now."""
        return self._connection(self.realm_id).refresh

    @property
    def renewals(self) -> int:
        """How often a refresh token was renewed."""
        return self.tokens.renewals

    @property
    def refused_renewals(self) -> int:
        """How often a renewal was refused."""
        return self.tokens.refused_renewals

    @property
    def batches(self) -> list[int]:
        """The number of items of each batch, oldest first."""
        return self._api.batches

    @property
    def deliveries(self) -> list[Record]:
        """Every webhook attempt: url, body, signature, attempt, statusCode."""
        return self._courier.deliveries

    @property
    def max_in_flight(self) -> int:
        """The most requests of one company that were under way at once."""
        return self._gate.most

    @property
    def throttled(self) -> int:
        """How many requests were answered with 429."""
        return self._gate.refused

    def calls(self, contains: str = "") -> list[Logged]:
        """Returns the logged requests whose "METHOD /path?query" contains a text."""
        return self.frame.calls(contains)

    def access_token(self, realm: str = "") -> str:
        """Returns a new access token of the oldest consent for a company."""
        return self.tokens.access(self._connection(realm or self.realm_id))

    def refresh_token_of(self, realm: str) -> str:
        """Returns the refresh token of the oldest consent for a company."""
        return self._connection(realm).refresh

    def add_company(
        self,
        realm_id: str,
        company: str = "Sandbox Company_US_2",
        edition: str = "QuickBooks Online Plus",
        environment: str = "",
        connected: bool = True,
    ) -> Record:
        """Opens one more company, with which the app is connected or not; `companies[realm_id]` are its people."""
        books = self._opened(realm_id, company, edition, environment or self.environment)
        self.companies[realm_id] = People(books)
        self._join(books, connected)
        return {"realm_id": realm_id, "refresh_token": self.refresh_token_of(realm_id) if connected else ""}

    def options(self, **switches: Any) -> Record:
        """Changes switches and returns all of them; `edition` is the first company's.

        Raises:
            ValueError: there is no switch of that name.
        """
        edition = switches.pop("edition", None)
        self.switches.change(**switches)
        if edition is not None:
            self._set_edition(edition)
        return {**self.switches.shown(), "edition": self.books.edition}

    def expire_access(self) -> Record:
        """Ends all access tokens; refresh tokens stay good."""
        return {"ended": self.tokens.expire_access()}

    def rotate_due(self) -> Record:
        """The next renewal of each connection gives a new refresh token, and the older one is dead."""
        for connection in self.tokens.connections:
            connection.due = True
        return {"due": len(self.tokens.connections)}

    def revoke_all(self) -> Record:
        """Ends every connection, as users do who disconnect the app."""
        for connection in self.tokens.connections:
            connection.alive = False
        return {"ended": len(self.tokens.connections)}

    def emit(self, events: Sequence[Record], realm: str = "") -> str:
        """Delivers events {name, id, operation[, deletedId, realm, time]} in one webhook, true or not."""
        return self._courier.send([self._event(each, realm or self.realm_id) for each in events]).decode()

    def redeliver(self, index: int = -1) -> str:
        """Delivers once more what an earlier attempt carried."""
        body = str(self.deliveries[index]["body"])
        self._courier.resend(body.encode())
        return body

    def dump(self) -> Record:
        """Returns all state as one JSON object; that of further companies under their realm."""
        names = (
            "vendors", "purchase_orders", "bills", "bill_payments", "accounts", "classes", "departments", "terms",
            "items", "customers", "employees", "preferences", "company", "deliveries", "renewals", "refused_renewals",
            "batches", "max_in_flight", "throttled",
        )  # fmt: skip
        others = {realm: each.books for realm, each in self.companies.items() if realm != self.realm_id}
        return {
            **{name: getattr(self, name) for name in names},
            "deleted": {kind: table.deleted for kind, table in self.books.tables.items() if table.deleted},
            "companies": {realm: {kind: books.rows(kind) for kind in books.tables} for realm, books in others.items()},
        }

    def _opened(self, realm_id: str, company: str, edition: str, environment: str) -> Company:
        books = Company(realm_id, company, edition, environment, self.frame.clock, self.switches)
        self._companies[realm_id] = books
        return books

    def _join(self, books: Company, connected: bool = True) -> None:
        """From now on the company's changes are told; what it was opened with is not."""
        books.notify = self._notify
        if connected:
            self.tokens.connect(books.realm_id, frozenset({ACCOUNTING}))

    def _set_edition(self, edition: str) -> None:
        self.books.edition = edition
        told = [pair for pair in self.company["NameValue"] if pair["Name"] != "OfferingSku"]
        pairs = [{"Name": "OfferingSku", "Value": edition}, *told]
        self.books.replace("CompanyInfo", {**self.company, "NameValue": pairs})

    def _connection(self, realm: str) -> Connection:
        theirs = [each for each in self.tokens.connections if each.realm_id == realm]
        return next((each for each in theirs if each.alive), theirs[0])

    def _notify(self, event: Event) -> None:
        if any(each.realm_id == event.realm_id and each.alive for each in self.tokens.connections):
            self._courier.take(event)

    def _event(self, told: Record, realm: str) -> Event:
        moment = times.read(told["time"]) if "time" in told else self.frame.clock.now()
        operation = told.get("operation", "updated")
        return Event(told.get("realm", realm), told["name"], told["id"], operation, moment, told.get("deletedId"))

    def _routes(self) -> list[Any]:
        signing = SignIn(App(self.client_id, self.client_secret, self.environment), self.tokens, self._companies)
        return [
            *(Route(f"{CONTROL}/{name}", self._steered(name), methods=["POST"]) for name in OF_A_COMPANY + OF_INTUIT),
            *signing.routes(),
            Route("/v3/company/{realm}/{rest:path}", self._api.__call__, methods=["GET", "POST", "PUT", "DELETE"]),
        ]

    def _steered(self, name: str) -> Callable[[Request], Any]:
        """Returns a control route; it is not the frame's own, because money must stay exact."""

        async def steered(request: Request) -> Response:
            raw = await request.body()
            arguments = exact(decoded(raw)) if raw else {}
            office: People = self
            if name in OF_A_COMPANY:
                office = self.companies[arguments.pop("realm", self.realm_id)]
            entity = [arguments.pop("entity")] if name == "add" else []
            try:
                return answer(200, getattr(office, name)(*entity, **arguments))
            except Refusal as refusal:
                return answer(refusal.status, faulted(refusal, self.frame.clock.now()))

        return steered
