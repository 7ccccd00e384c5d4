"""Control routes for a company file and the Web Connector on its PC, so that another process can steer them."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.sandbox.frame import CONTROL, Frame, application
from tests.sandbox.quickbooks_desktop.company import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.refusals import Refusal

PEOPLE = (
    "seed_chart", "generate", "add_account", "add_class", "add_terms", "add_customer", "add_employee", "add_vendor",
    "add_bill", "add_vendor_credit", "add_payment", "edit_vendor", "edit_bill", "make_inactive", "merge_vendors",
    "delete", "void", "set_preference", "options",
)  # fmt: skip
HELD = ("vendors", "customers", "accounts", "classes", "terms", "bills", "vendor_credits", "payments")


class Office:
    """A PC with a company file and a Web Connector; `POST /_sandbox/<name>` does there what people do."""

    def __init__(self, company: CompanyFile, connector: WebConnector) -> None:
        """No application has been added to the Web Connector."""
        self.company, self.connector = company, connector
        self.frame = Frame()
        self.frame.clock = company.clock
        self._ticked = threading.Event()
        self._stop = threading.Event()
        steering = [Route(f"{CONTROL}/{name}", self._steered(name), methods=["POST"]) for name in PEOPLE]
        mine: dict[str, Callable[[Any], Awaitable[Any]]] = {
            "add": self._add,
            "cycle": self._cycle,
            "auto_run": self._auto_run,
        }
        self.app: ASGIApp = application(self.frame, [*steering, self._dumping()], mine)

    def close(self) -> None:
        """The Web Connector runs nothing by itself any more."""
        self._stop.set()

    async def _add(self, given: Any) -> Any:
        """A person adds the application of a .QWC file, and types its password."""
        added = await asyncio.to_thread(self.connector.add, given["qwc"], given["password"])
        return {"name": added.name, "url": added.url}

    async def _cycle(self, _given: Any) -> Any:
        """A person chooses Update Selected."""
        return asdict(await asyncio.to_thread(self.connector.cycle))

    async def _auto_run(self, _given: Any) -> Any:
        """A person ticks Auto-Run."""
        if not self._ticked.is_set():
            self._ticked.set()
            threading.Thread(target=self.connector.run, args=(self._stop,), daemon=True).start()
        return {"auto_run": True}

    def _steered(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def steered(request: Request) -> Response:
            given = json.loads(await request.body(), parse_float=Decimal)
            if "lines" in given:  # an account and an amount, or the fields of a line
                given["lines"] = [tuple(line) if isinstance(line, list) else line for line in given["lines"]]
            try:
                done = await asyncio.to_thread(getattr(self.company, name), **given)
            except Refusal as refusal:
                return _shown({"code": refusal.code, "text": refusal.text}, 400)
            return _shown(done if isinstance(done, dict | list) else {})

        return steered

    def _dumping(self) -> Route:
        async def dump(_request: Request) -> Response:
            held = {name: getattr(self.company, name) for name in HELD}
            return _shown({**held, "cycles": [asdict(one) for one in self.connector.cycles]})

        return Route(f"{CONTROL}/dump", dump, methods=["POST"])


def _shown(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, default=str), status, media_type="application/json")
