"""A PC with the QuickBooks Web Connector: it calls the services of its applications, one at a time."""

import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

from tests.sandbox.quickbooks_desktop.connector_company import Company
from tests.sandbox.quickbooks_desktop.connector_cycle import Cycle, Exchange
from tests.sandbox.quickbooks_desktop.connector_line import Line
from tests.sandbox.quickbooks_desktop.connector_quickbooks import QuickBooks, RefusedOpeningError
from tests.sandbox.quickbooks_desktop.connector_schedule import Schedule
from tests.sandbox.quickbooks_desktop.connector_switches import ConnectorSwitches
from tests.sandbox.quickbooks_desktop.connector_trouble import Trouble, Troubles
from tests.sandbox.quickbooks_desktop.connector_update import Update
from tests.sandbox.quickbooks_desktop.qwc import QwcFile
from tests.sandbox.quickbooks_desktop.qwc_addresses import QwcRefusedError
from tests.sandbox.quickbooks_desktop.soap_wire import SoapWire

OWNER_ID = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
FILE_ID = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"


@dataclass
class Application:
    """One row of QBWC's window: a service, who signs in there, and when."""

    name: str
    url: str
    username: str
    password: str = field(repr=False)
    owner_id: str
    file_id: str
    schedule: Schedule
    unique_name: str = ""


class WebConnector:
    """One PC's Web Connector and QuickBooks.

    `pause` is the real time in seconds of the sleep that NoOp asks for, `timeout` that of a call; `scale` is how many
    real seconds the scheduler takes for a second. `quickbooks`, `troubles` and `switches` say what goes wrong.
    """

    def __init__(
        self,
        company: Company,
        *,
        machine: str = "PC-01",
        pause: float = 5.0,
        timeout: float = 100.0,
        version: str = "2.3.0.215",
        auto_run: bool = True,
        scale: float = 1.0,
        others: Iterable[Company] = (),
        troubles: Iterable[Trouble] = (),
        switches: ConnectorSwitches | None = None,
        record: bool = False,
        verify: ssl.SSLContext | bool = True,
        allow_loopback_http: bool = False,
    ) -> None:
        """QuickBooks shows `company`; the files of `others` are on the disk; no application has been added."""
        self.company, self.machine, self.version, self.auto_run = company, machine, version, auto_run
        self.pause, self.timeout, self.scale = pause, timeout, scale
        self.switches = switches or ConnectorSwitches()
        self.quickbooks = QuickBooks(company, others, self.switches.unattended)
        self.troubles = Troubles(troubles)
        self.applications: dict[str, Application] = {}
        self.cycles: list[Cycle] = []
        self.exchanges: list[Exchange] = []
        self.record, self.verify, self.allow_loopback_http = record, verify, allow_loopback_http
        self._turn = threading.Lock()  # QBWC serves one application at a time

    def add(self, qwc_text: str, password: str) -> Application:
        """Adds an application from its .QWC file, with the password that the user types, and stamps the company file.

        Raises:
            QwcRefusedError: QBWC does not add it.
        """
        parsed = QwcFile.parse(qwc_text, allow_loopback_http=self.allow_loopback_http)
        if parsed.style == "RPC":
            raise ValueError("this Web Connector calls in document style only")
        QwcFile.parse(qwc_text, allow_loopback_http=self.allow_loopback_http, stamped=self._stamped(parsed))
        if self.switches.probe_support:
            self._probe(parsed.app_support)
        application = Application(
            self._row(parsed), parsed.app_url, parsed.user_name, password, parsed.owner_id, parsed.file_id,
            Schedule(parsed.interval, self.auto_run, self.now()), parsed.app_unique_name,
        )  # fmt: skip
        self._stamp(application)
        self.applications[application.name] = application
        return application

    def connect(
        self, url: str, username: str, password: str, owner_id: str = OWNER_ID, file_id: str = FILE_ID
    ) -> Application:
        """Adds an application that was set up long ago: nothing is checked, and it runs only when it is told to."""
        application = Application(url, url, username, password, owner_id, file_id, Schedule(None, self.auto_run))
        self.company.stamp(owner_id, file_id)
        self.applications[application.name] = application
        return application

    def cycle(self, name: str = "") -> Cycle:
        """Runs one update of the named application, or of the first; waits while another one is under way."""
        application = self.applications[name] if name else next(iter(self.applications.values()))
        with self._turn:
            started = self.now()
            cycle, minimum = self._update(application)
            application.schedule.heed(started, self.now(), cycle.postponed, minimum)
            self.cycles.append(cycle)
        return cycle

    def run(self, until: threading.Event) -> None:
        """Runs each application when it is due, as long as Auto-Run is ticked, and returns when the event is set."""
        while not until.is_set():
            for application in list(self.applications.values()):
                if application.schedule.is_due(self.now()) and not until.is_set():
                    self.cycle(application.name)
            until.wait(min(self.scale, 0.05))

    def now(self) -> float:
        """Returns the scheduler's time, in its seconds."""
        return time.monotonic() / self.scale

    def _update(self, application: Application) -> tuple[Cycle, float | None]:
        if not application.password:
            return Cycle("QBWC1030: No password is stored", "QBWC1030", "no password is stored"), None
        if self.switches.restarts:
            self.quickbooks.restart()
        wire = SoapWire(application.url, self.timeout, self.verify, self.record)
        line = Line(
            wire, self.troubles, (application.username, application.password), self.company.clock.advance,
            self.switches.missing_text == "empty", self.switches.close_after_fault,
        )  # fmt: skip
        update = Update(
            line, self.quickbooks, self.switches, self.machine, self.version, application.owner_id, self.pause,
            application.schedule.auto_run,
        )  # fmt: skip
        try:
            return update.run(), update.minimum
        finally:
            wire.close()
            self.exchanges.extend(wire.exchanges)

    def _stamp(self, application: Application) -> None:
        try:
            self.quickbooks.open("").stamp(application.owner_id, application.file_id)
        except RefusedOpeningError as refused:
            raise QwcRefusedError("QBWC1023", f"No company file to store the FileID in: {refused}") from refused

    def _row(self, parsed: QwcFile) -> str:
        name = parsed.app_unique_name or parsed.app_name
        while not parsed.app_unique_name and self.switches.same_name == "clone" and name in self.applications:
            name += "1"
        return name

    def _stamped(self, parsed: QwcFile) -> set[tuple[str, str]]:
        """Returns the pairs that are taken by anything but the row that this file replaces."""
        rows = list(self.applications.values())
        replaced = [one for one in rows if parsed.app_unique_name and one.unique_name == parsed.app_unique_name]
        if replaced:
            rows = [one for one in rows if one not in replaced]
        pairs = {(one.owner_id, one.file_id) for one in rows}
        if self.switches.stamped_pair_refused and not replaced:
            pairs.add((parsed.owner_id, self.company.stamped(parsed.owner_id)))
        return pairs

    def _probe(self, support: str) -> None:
        try:
            answer = httpx.get(support, timeout=self.timeout, verify=self.verify, trust_env=False)
        except httpx.HTTPError as error:
            raise QwcRefusedError("QBWC1004", f"AppSupport could not be reached: {error}") from error
        if answer.status_code not in (200, 202):
            raise QwcRefusedError("QBWC1003", f"AppSupport answered {answer.status_code}: {support}")
