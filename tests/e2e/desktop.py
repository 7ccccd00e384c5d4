"""One installation of the pair BILL and QuickBooks Desktop under test, and the PC that the company file is on."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import httpx

from tests.e2e import preloaded
from tests.e2e.driving import Driven
from tests.e2e.ports import unused_port
from tests.e2e.preloaded import Preloaded
from tests.sandbox import sample
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_cycle import Cycle

CONNECTION = "initech"
PASSWORD = "correct-horse-battery"
PAUSE = 0.2  # seconds of the Web Connector's sleep, in place of five
SAYS = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO"}  # as `up` has it; commands are silent


class Runner:
    """Starts the runs that the web app asks for, each a process of its own, and knows which are over."""

    def __init__(self, it: "Desktop") -> None:
        """Listens on a free port."""
        self.runs: list[Preloaded] = []
        runner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                runner.runs.append(it.begin_run())
                self._answer(str(len(runner.runs) - 1))

            def do_GET(self) -> None:
                run = runner.runs[int(self.path.rpartition("/")[2])]
                self._answer("yes" if run.has_ended() else "no")

            def _answer(self, said: str) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said.encode())

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Nobody listens, and no run is left."""
        self._server.shutdown()
        self._server.server_close()
        for run in self.runs:
            run.kill()


@dataclass
class Desktop(Driven):
    """BILL, a sandbox in this process, and a company file with its Web Connector."""

    pair: ClassVar[str] = "bill-quickbooks-desktop"
    connection: ClassVar[str] = CONNECTION

    bill: BillSandbox = field(default_factory=BillSandbox)
    company: CompanyFile = field(default_factory=CompanyFile)
    bill_url: str = ""
    web_port: int = field(default_factory=unused_port)
    pace: dict[str, Any] = field(default_factory=lambda: {"bound": 20.0, "ask": 0.5})
    web_processes: list[Preloaded] = field(default_factory=list)
    runner: Runner | None = None

    @property
    def web(self) -> str:
        """The web app's address."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this installation finds."""
        return super().environment | {"ML_CONNECTOR_PUBLIC_URL": self.web.replace("127.0.0.1", "localhost")}

    def secrets(self) -> dict[str, str]:
        """Returns the passwords and keys."""
        return {
            "BILL_PASSWORD": self.bill.password,
            "BILL_DEV_KEY": self.bill.developer_key,
            "QBD_PASSWORD": PASSWORD,
        }

    def content(self) -> dict[str, Any]:
        """Returns what the connection file says."""
        return {
            "credentials": [
                {
                    "type": "bill-credentials",
                    "name": f"{CONNECTION}-bill",
                    "username": self.bill.username,
                    "password": "${BILL_PASSWORD}",
                    "organization_id": self.bill.organization_id,
                    "developer_key": "${BILL_DEV_KEY}",
                    "base_url": f"{self.bill_url}/connect",
                },
                {
                    "type": "quickbooks-desktop-credentials",
                    "name": f"{CONNECTION}-file",
                    "username": f"{CONNECTION}-{self.bill.organization_id}",
                    "password": "${QBD_PASSWORD}",
                },
            ],
            "connections": [
                {
                    "pair": self.pair,
                    "name": CONNECTION,
                    "bill": f"{CONNECTION}-bill",
                    "quickbooks_desktop": f"{CONNECTION}-file",
                    "in_doubt_wait_seconds": 0.3,
                    "payment_account": "Operating Bank Account",
                    **self.rules,
                }
            ],
        }

    def seed(self, vendors: int, bills: int, **more: Any) -> list[dict[str, Any]]:
        """Fills BILL with sample data, and gives the company file the same chart; returns the flawed bills."""
        self.company.seed_chart(sample.CHART)
        for one in sample.CLASSES:
            self.company.add_class(one)
        return self.bill.generate(vendors=vendors, bills=bills, **more)

    def begin_run(self) -> Preloaded:
        """Starts a run of the pair in the background."""
        return self.begin("run", self.pair, CONNECTION, "--json")

    def begin(self, *command: str) -> Preloaded:
        """Starts `ml-connector` with a command that waits for the Web Connector, in the background."""
        log = os.open(self.home / "runs.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            return preloaded.start(
                "deployments.cli", *command, environment=self.environment, streams=(nothing, log, log)
            )
        finally:
            os.close(log)
            os.close(nothing)

    @contextmanager
    def serving(self, processes: int = 1) -> Iterator[None]:
        """The web app runs while the block does, and starts runs as it is asked to."""
        self.runner = Runner(self)
        try:
            self.start_web()
            yield
        finally:
            for one in self.web_processes:
                one.kill()
            self.web_processes.clear()
            self.runner.close()

    def start_web(self, port: int = 0) -> Preloaded:
        """Starts one more process of the web app, on this port or the installation's own, and waits for it."""
        assert self.runner is not None
        log = os.open(self.home / "web.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            one = preloaded.start(
                "tests.e2e.desk_web",
                str(port or self.web_port),
                self.runner.url,
                json.dumps(self.pace),
                environment=self.environment | SAYS,
                streams=(nothing, log, log),
            )
        finally:
            os.close(log)
            os.close(nothing)
        self.web_processes.append(one)
        give_up = time.monotonic() + 300
        while not _answers(f"http://127.0.0.1:{port or self.web_port}/health"):
            assert time.monotonic() < give_up, (self.home / "web.log").read_text()[-3000:]
            time.sleep(0.05)
        return one

    def pc(self, **more: Any) -> WebConnector:
        """Returns a PC whose Web Connector has this connection's .QWC file."""
        connector = WebConnector(self.company, pause=PAUSE, allow_loopback_http=True, **more)
        connector.add(self.command("qwc", CONNECTION).stdout, PASSWORD)
        return connector

    def logged(self) -> str:
        """Returns what the runs have written, whether they have ended or not."""
        log = self.home / "runs.log"
        return log.read_text() if log.exists() else ""

    def ran(self) -> list[dict[str, Any]]:
        """Returns what the ended runs printed as JSON."""
        text, found, decoder = self.logged(), [], json.JSONDecoder()
        while (start := text.find("{")) >= 0:
            try:
                document, end = decoder.raw_decode(text[start:])
            except ValueError:
                text = text[start + 1 :]
                continue
            found.append(document)
            text = text[start + end :]
        return found


def completed(connector: WebConnector) -> Cycle:
    """Returns the Web Connector's next cycle, which must end well."""
    cycle = connector.cycle()
    assert cycle.completed, (cycle.status, cycle.code, cycle.error)
    return cycle


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False
