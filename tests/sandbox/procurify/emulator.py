"""Procurify as one web application: tenants, sign-in, the API, and what a test may see and change."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.sandbox.frame import CONTROL, Frame, Logged, application
from tests.sandbox.procurify.api import Answered, Api
from tests.sandbox.procurify.gate import Gate
from tests.sandbox.procurify.office import Office
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.tenants import Tenants
from tests.sandbox.procurify.tokens import Tokens
from tests.sandbox.procurify.wire import Refusal, answer, decoded, exact, refused

STEERING = (
    "add_currency", "add_location", "add_department", "seed_departments", "add_account_code", "edit_account_code",
    "seed_chart", "account", "add_vendor", "edit_vendor", "raise_po", "revise_po", "cancel_po", "close_po",
    "reopen_po", "pay_po", "touch_po", "delete_po", "receive", "receive_all", "edit_receipt", "delete_receipt",
    "order", "bill", "submit_bill", "approve_bill", "deny_bill", "withdraw_bill", "fix_bill", "edit_bill",
    "touch_bill", "set_bill_status", "delete_bill", "read_bill", "pay", "set_payment", "mark_as_paid", "generate",
    "options", "dump", "set_user", "expire_tokens", "restore_access", "seen", "forbidden_writes",
)  # fmt: skip


class ProcurifySandbox(Office):
    """One or more tenants; the first answers at the bare address, others at `app_of(subdomain)`.

    Its methods are what people do in the first tenant; each is also a control route `POST /_sandbox/<name>`, where
    `tenant` chooses another one. `app` finds tenants by host name (`beta.localhost`), by path (`/beta/api/...`), and
    else takes the first.
    """

    def __init__(
        self,
        subdomain: str = "acme",
        zone: str = "America/Vancouver",
        client_id: str = "Ab3kLm9QzX0pTnVb7Yc2Rw5DeFgHiJkL",
        client_secret: str = "emu-Secret-shown-once-0001",
    ) -> None:
        """Opens a tenant with currencies, a location, a service user and the vendor OTHER."""
        self.frame = Frame()
        self._tenants, tokens = Tenants(), Tokens()
        self.tenants: dict[str, Office] = {}
        gate = Gate(self.frame, self._tenants)
        super().__init__(self._opened(subdomain, zone, client_id, client_secret), tokens, gate)
        self.tenants[subdomain] = self
        self._api = Api(self._tenants, tokens)
        self.app: ASGIApp = gate.around(application(self.frame, self._routes(), {}))

    def add_tenant(self, subdomain: str, zone: str = "America/Vancouver") -> Office:
        """Opens one more tenant, with an application of its own."""
        books = self._opened(subdomain, zone, f"{subdomain}-client-id", f"emu-Secret-of-{subdomain}")
        self.tenants[subdomain] = Office(books, self.tokens, self._gate)
        return self.tenants[subdomain]

    def app_of(self, subdomain: str) -> ASGIApp:
        """Returns the application as it is at the address of one tenant, to be served there."""
        return self._tenants.door(self.app, subdomain)

    def calls(self, contains: str = "") -> list[Logged]:
        """Returns the logged requests whose "METHOD /path?query" contains a text."""
        return self.frame.calls(contains)

    def between_calls(self, do: Answered | None) -> None:
        """Has something done after each answer of the API, such as a change between two pages; None ends it."""
        self._api.between_calls = do

    def _opened(self, subdomain: str, zone: str, client_id: str, client_secret: str) -> Tenant:
        books = Tenant(subdomain, zone, client_id, client_secret, self.frame.clock)
        self._tenants.by_name[subdomain] = books
        return books

    def _routes(self) -> list[Any]:
        every = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
        return [
            *(Route(f"{CONTROL}/{name}", self._steered(name), methods=["POST"]) for name in STEERING),
            Route("/{rest:path}", self._api.__call__, methods=every),
        ]

    def _steered(self, name: str) -> Callable[[Request], Any]:
        """Returns a control route; it is not the frame's own, because money must stay exact."""

        async def steered(request: Request) -> Response:
            try:
                raw = await request.body()
                arguments = exact(decoded(raw)) if raw else {}
                office = self.tenants[arguments.pop("tenant", self.subdomain)]
                return answer(200, getattr(office, name)(**arguments))
            except Refusal as refusal:
                return refused(refusal)

        return steered
