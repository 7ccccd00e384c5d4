"""One update as QBWC does it, from serverVersion to closeConnection.

Source: Web Connector Programmer's Guide 2.0, chapters 2, 5 and 10.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.sandbox.quickbooks_desktop.connector_company import Company, Greeting
from tests.sandbox.quickbooks_desktop.connector_cycle import (
    CallFailedError,
    ConnectorDiedError,
    Cycle,
    EndlessUpdateError,
    UpdateEndedError,
)
from tests.sandbox.quickbooks_desktop.connector_line import Admission, Line
from tests.sandbox.quickbooks_desktop.connector_processing import Session
from tests.sandbox.quickbooks_desktop.connector_quickbooks import QuickBooks, RefusedOpeningError, claim
from tests.sandbox.quickbooks_desktop.connector_switches import ConnectorSwitches
from tests.sandbox.quickbooks_desktop.errors import QuickBooksDiedError

NO_WORK = {
    "none": ("No data exchange required", ""),
    "nvu": ("QBWC1040: The user name or password is not valid", "QBWC1040"),
    "busy": ("The application is busy", ""),
}
POSTPONED = "Update postponed by application"


@dataclass
class Update:
    """One update of one application; `run` fills `cycle`."""

    line: Line
    quickbooks: QuickBooks
    switches: ConnectorSwitches
    machine: str
    version: str
    owner_id: str
    pause: float  # seconds of the sleep that NoOp asks for
    auto_run: bool
    cycle: Cycle = field(default_factory=Cycle)
    minimum: float | None = None  # seconds between runs that the service asks for
    path: str = ""  # of the company file in use

    def run(self) -> Cycle:
        """Returns what happened; only an update without end raises."""
        self.cycle.calls = self.line.wire.calls
        try:
            self._whole()
        except CallFailedError as failure:
            self._show(self.line.ended_by(failure))
        except UpdateEndedError as end:
            self._show(end)
        except QuickBooksDiedError as death:
            self.cycle.died, self.cycle.error = "QuickBooks", str(death)
        except ConnectorDiedError as death:
            self.cycle.died, self.cycle.error = "Web Connector", str(death)
        return self.cycle

    def _show(self, end: UpdateEndedError) -> None:
        self.cycle.status, self.cycle.code, self.cycle.error = end.status, end.code, end.error

    def _whole(self) -> None:
        self.line.server_version()
        self._compare_versions(self.line.client_version(self.version))
        admission = self.line.authenticate()
        self._heed(admission)
        with self._opened(admission.word) as session:
            self._exchange(session)
            self.cycle.status = self.line.close()
        self.cycle.completed = True

    def _compare_versions(self, said: str) -> None:
        kind, colon, text = said.partition(":")
        if not said or (said.startswith("W:") and self.switches.accept_warning):
            return
        if colon and kind in ("W", "E"):
            raise UpdateEndedError(f"QBWC1037: {text}", "QBWC1037")
        if colon and kind == "O":
            raise UpdateEndedError(f"The service needs QBWC {text}")
        raise UpdateEndedError("QBWC1046: clientVersion has a bad syntax", "QBWC1046", said)

    def _heed(self, admission: Admission) -> None:
        """Ends the update that the service does not want now."""
        if self.auto_run:
            self.minimum, self.cycle.postponed = admission.minimum, admission.postponed
        status, code = NO_WORK.get(admission.word.lower(), ("", ""))
        postponed = self.cycle.postponed is not None
        if not status and not postponed:
            return
        if status or self.switches.close_when_postponed:
            self.line.close()
        raise UpdateEndedError(POSTPONED) if postponed else UpdateEndedError(status, code)

    @contextlib.contextmanager
    def _opened(self, path: str) -> Iterator[Session]:
        company = self._open(path)
        company.begin_session(self.owner_id)  # the same on every machine, and after the application was added anew
        session = Session(company, self.switches, self.line.troubles, self.line.jump)
        connector_died = False
        try:
            yield session
        except ConnectorDiedError:
            connector_died = True
            raise
        finally:
            if session.dead:
                self.quickbooks.die()
            elif not connector_died:  # else nobody is left to take the lock off
                company.unlock()
            company.end_session()

    def _open(self, path: str) -> Company:
        for _attempt in range(self.switches.most_rounds):
            try:
                company = self.quickbooks.open(path)
                claim(company, self.owner_id, self.machine, self.switches.lock_hresult)
            except RefusedOpeningError as refused:
                path = self.line.connection_error(refused.hresult, refused.message)
                if path.strip().lower() == "done":
                    raise self._unopened(refused) from refused
                continue
            self.path = company.path
            return company
        raise EndlessUpdateError(f"connectionError never says `done`, but {path!r}")

    def _unopened(self, refused: RefusedOpeningError) -> UpdateEndedError:
        if self.switches.close_after_connection_error:
            self.line.close()
        return UpdateEndedError(f"{refused.code}: The connection to QuickBooks failed", refused.code, str(refused))

    def _exchange(self, session: Session) -> None:
        """Returns when the service has said 100."""
        text = session.company.greeting(self.owner_id)
        greeting = Greeting(text)
        for _round in range(self.switches.most_rounds):
            document = self.line.send_request(text, self.path, greeting.country, *greeting.version)
            if document and not (document == "NoOp" and self._literal_noop()):
                text = ""
                if self._hand_over(session, document) == 100:
                    return
                continue
            if not self.switches.greeting_until_work:
                text = ""
            self._wait()
        raise EndlessUpdateError("the update has no end: the service neither says 100 nor why it stops")

    def _literal_noop(self) -> bool:
        if self.switches.literal_noop == "fault":
            raise CallFailedError("sendRequestXML", "Object reference not set to an instance of an object.")
        return True

    def _hand_over(self, session: Session, document: str) -> int:
        self.cycle.round_trips += 1
        percent = self.line.receive_response(*session.process(document))
        self.cycle.percents.append(percent)
        if percent < 0:
            self._stop(self.line.last_error())
        return percent

    def _wait(self) -> None:
        said = self.line.last_error()
        if said != "NoOp":
            self._stop(said)
        self.cycle.waits += 1
        trouble = self.line.troubles.at("pause")
        if trouble and trouble.kind == "connector_dies":
            raise ConnectorDiedError("the Web Connector was ended while it slept")
        if trouble:
            self.line.jump(trouble.seconds)
        time.sleep(self.pause)

    def _stop(self, said: str) -> None:
        """Ends the update with what getLastError said."""
        self.line.close()
        if not said.strip():
            raise UpdateEndedError("QBWC1031: The update finished with an error", "QBWC1031", "no text was given")
        raise UpdateEndedError(said)
