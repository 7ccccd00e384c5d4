"""Other Web Connectors than one, several web processes, and the whole chain with a real worker."""

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.e2e.bookkeeping import enter, enter_vendor
from tests.e2e.desktop import PASSWORD, Desktop, completed
from tests.e2e.desktop_agreement import assert_agreement
from tests.e2e.desktop_keeping import after_runs, begin, cycled, documents, later
from tests.e2e.patience import until
from tests.e2e.ports import unused_port
from tests.e2e.reaching import Reachable
from tests.sandbox.quickbooks_desktop.zeep_connector import zeep_cycle


def test_a_client_that_only_knows_the_description_and_processes_that_take_turns_do_whole_cycles(
    desktop: Desktop,
) -> None:
    it = desktop
    begin(it)
    it.bill.generate(vendors=3, bills=6)
    it.apply()
    with it.serving():
        pc = it.pc()
        [application] = pc.applications.values()

        done = zeep_cycle(
            f"{application.url}?wsdl", application.username, PASSWORD, it.company, owner_id=application.owner_id
        )

        assert (done.completed, done.percents[-1], done.status, done.error) == (True, 100, "OK", "")
        after_runs(it, begun=1)
        assert_agreement(it.bill, it.company)

        later(it)
        enter(it, next(iter(it.bill.vendors)), "IN TURNS")
        ports = (it.web_port, unused_port(), unused_port())
        for port in ports[1:]:
            it.start_web(port)
        with closing(Alternating(ports)) as front:
            application.url = f"{front.url}{urlsplit(application.url).path}"
            cycled(it, pc)
        assert "IN TURNS" in documents(it)
        assert {*front.asked} == {*ports}
        assert_agreement(it.bill, it.company)


@dataclass
class ReachableDesktop(Desktop, Reachable):
    """An installation whose web app, server and worker are `ml-connector up`."""


def test_ml_connector_up_runs_a_cycle(desktop: Desktop) -> None:
    it = ReachableDesktop(**vars(desktop))
    begin(it)
    enter(it, enter_vendor(it, "Erie Tool Works"), "FIRST")
    it.apply()
    with it.up():
        pc = it.pc()

        completed(pc)  # with the pauses of a real start

        until(lambda: "FIRST" in documents(it))
        assert pc.cycles[0].status == "OK"


class Alternating:
    """An address whose calls go to the next of several processes, each in turn."""

    def __init__(self, ports: Sequence[int]) -> None:
        """Listens on a free port."""
        self.asked: list[int] = []
        turns = cycle(ports)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805
                port = next(turns)
                self.asked.append(port)
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                kept = {name: handler.headers[name] for name in ("Content-Type", "SOAPAction")}
                answer = httpx.post(f"http://127.0.0.1:{port}{handler.path}", content=body, headers=kept, timeout=60)
                handler.send_response(answer.status_code)
                handler.send_header("Content-Type", answer.headers["Content-Type"])
                handler.send_header("Content-Length", str(len(answer.content)))
                handler.end_headers()
                handler.wfile.write(answer.content)

            def log_message(handler, *_: Any) -> None:  # noqa: N805
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Nobody listens."""
        self._server.shutdown()
        self._server.server_close()
