"""A client and a webhook receiver for trying the emulator over HTTP."""

import json
import threading
from collections.abc import Callable
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from starlette.types import Receive, Scope, Send

from tests.sandbox.quickbooks_online.emulator import QuickBooksSandbox
from tests.sandbox.quickbooks_online.wire import Record, encoded


class Door:
    """One served address that leads to whichever emulator stands behind it; starting a server is slow."""

    qbo: QuickBooksSandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        await self.qbo.app(scope, receive, send)


class Desk:
    """One connected client of one company; numbers are read and written exactly."""

    def __init__(self, qbo: QuickBooksSandbox, url: str) -> None:
        """Takes an access token of the consent that exists."""
        self.qbo, self.url = qbo, url
        self.http = httpx.Client(trust_env=False, headers={"accept": "application/json"})
        self.sign_in()

    def close(self) -> None:
        """Leaves."""
        self.http.close()

    def sign_in(self, realm: str = "") -> None:
        """Takes a new access token, of another company if one is named."""
        self.http.headers["authorization"] = f"Bearer {self.qbo.access_token(realm)}"

    def ask(self, method: str, path: str, body: Any = None, realm: str = "", **query: str) -> httpx.Response:
        """Sends one request to the Accounting API and returns the answer."""
        more: Record = (
            {} if body is None else {"content": encoded(body), "headers": {"content-type": "application/json"}}
        )
        address = f"{self.url}/v3/company/{realm or self.qbo.realm_id}{path}"
        return self.http.request(method, address, params={"minorversion": "75", **query}, **more)

    def write(self, entity: str, body: Record, **query: str) -> Any:
        """Returns the record that a write has made, or the code of its refusal."""
        answer = exact(self.ask("POST", f"/{entity.lower()}", body, **query))
        return answer[entity] if entity in answer else code(answer)

    def query(self, statement: str) -> Any:
        """Returns the value of QueryResponse, or the code of the refusal."""
        answer = exact(self.ask("GET", "/query", query=statement))
        return answer.get("QueryResponse", None) if "QueryResponse" in answer else code(answer)

    def batch(self, *items: Record, request_id: str = "") -> Any:
        """Returns the answers to the items, or the code of the refusal."""
        query = {"requestid": request_id} if request_id else {}
        answer = exact(self.ask("POST", "/batch", {"BatchItemRequest": list(items)}, **query))
        return answer["BatchItemResponse"] if "BatchItemResponse" in answer else code(answer)

    def token(self, **form: str) -> httpx.Response:
        """Asks the token endpoint with the app's own keys."""
        keys = (self.qbo.client_id, self.qbo.client_secret)
        return self.http.post(f"{self.url}/oauth2/v1/tokens/bearer", data=form, auth=keys)

    def renew(self, refresh_token: str) -> httpx.Response:
        """Asks for new tokens."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def order(self, vendor_id: str, number: str | None = None, **more: Any) -> Record:
        """Returns the body of a purchase order with one line of 150.00 on the first expense account."""
        numbered = {} if number is None else {"DocNumber": number}
        return {"VendorRef": {"value": vendor_id}, **numbered, "Line": [self.line("150.00")], **more}

    def line(self, amount: str, **more: Any) -> Record:
        """Returns one account line."""
        account = next(row["Id"] for row in self.qbo.accounts.values() if row["AccountType"] == "Expense")
        detail = {"AccountRef": {"value": account}, **more.pop("detail", {})}
        return {
            "DetailType": "AccountBasedExpenseLineDetail",
            "Amount": Decimal(amount),
            "AccountBasedExpenseLineDetail": detail,
            **more,
        }


class Hook:
    """A receiver that answers what it is told to and keeps what it got."""

    def __init__(self) -> None:
        """Listens on loopback."""
        self.got: list[tuple[bytes, str | None]] = []
        self.answers: list[int] = []
        self.arrived = threading.Condition()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(hook.answers.pop(0) if hook.answers else 200)
                self.send_header("content-length", "0")
                self.end_headers()
                with hook.arrived:
                    hook.got.append((raw, self.headers.get("intuit-signature")))
                    hook.arrived.notify_all()

            def log_message(self, format: str, *args: Any) -> None:
                """Stays silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/quickbooks"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stops listening."""
        self.server.shutdown()
        self.server.server_close()

    def until(self, enough: Callable[[list[tuple[bytes, str | None]]], bool]) -> list[tuple[bytes, str | None]]:
        """Returns what arrived once it is enough, or five seconds have passed."""
        with self.arrived:
            self.arrived.wait_for(lambda: enough(self.got), timeout=5)
            return list(self.got)


def exact(response: httpx.Response) -> Any:
    """Returns the JSON of an answer, its fractions as Decimal."""
    return json.loads(response.content, parse_float=Decimal)


def code(answer: Any) -> str:
    """Returns the code of a fault in either shape, or of an item's."""
    fault = answer.get("Fault") or answer["fault"]
    return str((fault.get("Error") or fault["error"])[0]["code"])
