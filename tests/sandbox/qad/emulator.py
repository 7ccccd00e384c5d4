"""One QAD tenant as a web application, and what a test may see and change of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.frame import Frame, application
from tests.sandbox.qad.accountants import Accountants
from tests.sandbox.qad.books import WORKSPACES, Books, Table
from tests.sandbox.qad.browses import BrowseDesk
from tests.sandbox.qad.buyers import Buyers
from tests.sandbox.qad.line_desk import PATH, LineDesk
from tests.sandbox.qad.logins import Gate, Way
from tests.sandbox.qad.options import Options
from tests.sandbox.qad.people import People
from tests.sandbox.qad.records import RecordsDesk
from tests.sandbox.qad.wire import BareError, NoSuchPageError, RejectedError, bare, page_not_found, rejected

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
STEERED = (
    "seed", "generate", "add_account", "add_cost_center", "add_supplier", "add_invoice", "edit_invoice",
    "edit_supplier", "rename_supplier", "deactivate_supplier", "edit_account", "rename_account", "deactivate_account",
    "set_status", "cancel_invoice", "match", "approve", "pay", "add_item", "add_order", "edit_order", "edit_line",
    "close_order", "cancel_order", "receive", "correct_receipt", "options", "dump", "expire", "reset",
)  # fmt: skip

DUMPED = (
    "suppliers", "accounts", "cost_centers", "statuses", "items", "orders", "order_lines", "receipts", "invoices",
    "payments",
)  # fmt: skip


class QadSandbox(People, Buyers, Accountants):
    """A whole QAD tenant in memory; its base address is `{served address}{context}`."""

    def __init__(
        self,
        username: str = "svc.connector@acme.example",
        password: str = "p&ss#1 +/",
        context: str = "/clouderp",
    ) -> None:
        """Starts with its setup tables and without any supplier or invoice."""
        self.username, self.password, self.context = username, password, context
        self.client_id = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
        self.workspace = next(iter(WORKSPACES))
        self.frame = Frame()
        self.switches = Options()
        self.books = Books(self.frame.clock, self.switches)
        self.gate = Gate(username, password, self.client_id, self.frame.clock, self.switches)
        self._browses, self._records = BrowseDesk(self.books), RecordsDesk(self.books)
        self._lines = LineDesk(self.books)
        self.app = application(self.frame, [Route("/{path:path}", self._serve, methods=METHODS)], self._controls())

    @property
    def suppliers(self) -> Table:
        """The suppliers by code."""
        return self.books.tables["supplierV2s"]

    @property
    def accounts(self) -> Table:
        """The accounts by code."""
        return self.books.tables["accounts"]

    @property
    def cost_centers(self) -> Table:
        """The cost centers by code."""
        return self.books.tables["costCenters"]

    @property
    def statuses(self) -> Table:
        """The invoice statuses by code."""
        return self.books.tables["invoiceStatuss"]

    @property
    def items(self) -> Table:
        """The items by code."""
        return self.books.tables["items"]

    @property
    def orders(self) -> Table:
        """The headers of purchase orders by (domain, number)."""
        return self.books.tables["purchaseOrderHeaders"]

    @property
    def order_lines(self) -> Table:
        """The lines of purchase orders by (domain, number, line)."""
        return self.books.tables["purchaseOrderLinesGrid"]

    @property
    def receipts(self) -> Table:
        """The receipts by (domain, receiver, order, line)."""
        return self.books.tables["receipts"]

    @property
    def invoices(self) -> Table:
        """The supplier invoices by (entity, posting year, daybook, voucher)."""
        return self.books.tables["supplierInvoices"]

    @property
    def payments(self) -> Table:
        """The supplier payments by (entity, year, instrument, number)."""
        return self.books.tables["supplierPayments"]

    @property
    def logins(self) -> list[Way]:
        """How each sign-in so far was made, oldest first."""
        return self.gate.logins

    def options(self, **switches: Any) -> dict[str, Any]:
        """Sets these switches and returns all of them."""
        self.switches.change(switches)
        return self.switches.as_json()

    def expire(self) -> dict[str, int]:
        """Ends all tokens and sessions at once, as a restart of the server does."""
        self.gate.expire()
        return {"logins": len(self.logins)}

    def reset(self) -> dict[str, int]:
        """Forgets all records but the setup."""
        self.books.reset()
        return {"invoices": 0}

    def dump(self) -> dict[str, Any]:
        """Returns all records as lists, and how each sign-in was made."""
        return {**{name: list(getattr(self, name).values()) for name in DUMPED}, "logins": list(self.logins)}

    def _controls(self) -> dict[str, Callable[[Any], Awaitable[Any]]]:
        def steering(name: str) -> Callable[[Any], Awaitable[Any]]:
            async def steer(arguments: dict[str, Any]) -> Any:
                return _plain(getattr(self, name)(**arguments))

            return steer

        return {name: steering(name) for name in STEERED}

    async def _serve(self, request: Request) -> Response:
        # The whole body is read first: from then on nothing awaits the network, so that no other request
        # can come between and change the workspace.
        await request.body()
        try:
            return await self._dispatch(request, request.url.path)
        except RejectedError as refusal:
            return rejected(refusal)
        except BareError as refusal:
            return bare(refusal)
        except NoSuchPageError:
            return page_not_found()
        finally:
            self.books.workspace = self.workspace  # where people work

    async def _dispatch(self, request: Request, path: str) -> Response:
        if not path.startswith(f"{self.context}/"):
            raise NoSuchPageError(path)
        path = path.removeprefix(self.context)
        if path == "/oauth/token":
            return await self.gate.token(request)
        if path == "/api/login":
            return await self.gate.session(request)
        if path == "/j_spring_security_check":
            return self.gate.oldest_session(request)
        if not path.startswith("/api/"):
            raise NoSuchPageError(path)
        user = self.gate.enter(request)
        self.books.workspace = self._workspace(request)
        if path.startswith("/api/erp/"):
            resource = path.removeprefix("/api/erp/")
            if resource.startswith(PATH):
                return await self._lines(request, resource)
            return await self._records(request, resource, user)
        return self._platform(request, path)

    def _platform(self, request: Request, path: str) -> Response:
        if path not in {"/api/qracore/securityControl", "/api/qracore/browses"}:
            raise NoSuchPageError(path)
        if request.method != "GET":
            raise BareError(405, "405", f"Method {request.method} is not supported")
        if path == "/api/qracore/browses":
            return self._browses(request.query_params)
        return self.gate.control()

    def _workspace(self, request: Request) -> str:
        asked = request.headers.get("x-qad-workspace-id") or self.workspace
        if asked not in WORKSPACES:
            raise BareError(403, "403", f"Access is denied: workspace {asked}")
        return asked


def _plain(value: Any) -> Any:
    """Returns the value as ordinary JSON holds it, money as text."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, (str, int, float, type(None))) else str(value)
