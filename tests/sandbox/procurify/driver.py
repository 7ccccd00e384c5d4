"""A client for trying the emulator over HTTP."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
from starlette.types import Receive, Scope, Send

from tests.sandbox.procurify.emulator import ProcurifySandbox
from tests.sandbox.procurify.office import Office
from tests.sandbox.procurify.tokens import AUDIENCE, GRANT
from tests.sandbox.procurify.wire import Record, encoded

ORDERS = "/api/v2/purchase_orders/purchased/all/"


class Door:
    """One served address that leads to whichever emulator stands behind it; starting a server is slow."""

    procurify: ProcurifySandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        await self.procurify.app(scope, receive, send)


class Desk:
    """One signed-in client of one tenant; numbers are read and written exactly."""

    def __init__(self, office: Office, url: str, base: str = "") -> None:
        """Signs in at once, below a base path if there is one."""
        self.office, self.url = office, f"{url}{base}"
        self.http = httpx.Client(trust_env=False, headers={"X-Procurify-Client": "api"})
        self.http.headers["authorization"] = f"Bearer {self.token().json()['access_token']}"

    def close(self) -> None:
        """Leaves."""
        self.http.close()

    def token(self, **changes: Any) -> httpx.Response:
        """Asks for a token, with some fields of the request changed (None: left out)."""
        form = {"client_id": self.office.client_id, "client_secret": self.office.client_secret}
        form |= {"audience": AUDIENCE, "grant_type": GRANT, **changes}
        body = {name: value for name, value in form.items() if value is not None}
        return self.http.post(f"{self.url}/oauth/token", json=body)

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """Sends one request and returns the answer."""
        more: Record = (
            {} if body is None else {"content": encoded(body), "headers": {"content-type": "application/json"}}
        )
        return self.http.request(method, f"{self.url}{path}", params=query or None, **more)

    def read(self, path: str, **query: Any) -> Any:
        """Returns the body of a GET that succeeds, with exact numbers."""
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.content, parse_float=Decimal)

    def rows(self, path: str, **query: Any) -> list[Any]:
        """Returns the rows of the first page."""
        return list(self.read(path, **query)["data"])

    def pages(self, path: str, **query: Any) -> Iterator[list[Any]]:
        """Yields page after page by number, until there is no next one."""
        number = 1
        while True:
            told = self.read(path, page=number, **query)
            yield told["data"]
            if told["metadata"]["pagination"]["next"] is None:
                return
            number += 1

    def write(self, method: str, path: str, body: Any) -> Any:
        """Returns the record that a write has made, or its refusal's status and fields."""
        answer = self.ask(method, path, body)
        if answer.is_success:
            return json.loads(answer.content, parse_float=Decimal)["data"]
        return answer.status_code, sorted(answer.json()["errors"])


def errors(answer: httpx.Response) -> tuple[int, str]:
    """Returns the status and the first message of a refusal."""
    return answer.status_code, next(iter(answer.json()["errors"].values()))["message"]
