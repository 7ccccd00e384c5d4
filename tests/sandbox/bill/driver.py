"""A client and a webhook receiver for trying the emulator over HTTP."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.sandbox.bill import BillSandbox
from tests.sandbox.bill.wire import encoded


class Desk:
    """One signed-in client of one emulator."""

    def __init__(self, bill: BillSandbox, url: str) -> None:
        """Signs in at once."""
        self.bill, self.url = bill, url
        self.http = httpx.Client(trust_env=False)
        self.http.headers["devKey"] = bill.developer_key
        self.http.headers["sessionId"] = self.login().json()["sessionId"]

    def login(self, **changes: Any) -> httpx.Response:
        """Signs in, with some fields of the form changed, and returns the answer."""
        bill = self.bill
        form = {"username": bill.username, "password": bill.password}
        form |= {"organizationId": bill.organization_id, "devKey": bill.developer_key, **changes}
        return self.http.post(f"{self.url}/connect/v3/login", json=form)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Sends one signed request to the REST API and returns the answer."""
        if body is not None:
            more["content"] = encoded(body)
        return self.http.request(method, f"{self.url}/connect{path}", **more)

    def events(self, method: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        """Sends one signed request to the webhook management API and returns the answer."""
        headers = {"X-Idempotent-Key": key} if key else {}
        return self.http.request(method, f"{self.url}/connect-events{path}", json=body, headers=headers)


class Hook:
    """A receiver that answers what it is told to and keeps what it got."""

    def __init__(self) -> None:
        """Listens on loopback."""
        self.got: list[tuple[bytes, str]] = []
        self.answers: list[int] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                hook.got.append((raw, self.headers["x-bill-sha-signature"]))
                self.send_response(hook.answers.pop(0) if hook.answers else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Stays silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/bill"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def waits_for(self, count: int) -> list[tuple[bytes, str]]:
        """Returns what arrived once there are `count` notifications, or five seconds have passed."""
        until = time.monotonic() + 5
        while len(self.got) < count and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.05)  # one too many would arrive now
        return self.got


def codes(response: httpx.Response) -> tuple[int, list[str]]:
    """Returns the status and the codes of an error answer."""
    return response.status_code, [row["code"] for row in response.json()]
