"""An installation of BILL and QuickBooks Desktop that notices quickly who is gone, and updates that go wrong."""

import os
import signal
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

from tests.e2e.desktop import Desktop
from tests.e2e.desktop_plans import Plan
from tests.e2e.desktop_witness import Witness
from tests.e2e.patience import until
from tests.e2e.preloaded import Preloaded
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_cycle import Cycle
from tests.sandbox.quickbooks_desktop.connector_switches import ConnectorSwitches
from tests.sandbox.quickbooks_desktop.connector_trouble import Troubles
from tests.sandbox.quickbooks_desktop.switches import Switches

SILENCE = {"ML_CONNECTOR_WEB_CONNECTOR_IDLE_SECONDS": "5", "ML_CONNECTOR_WEB_CONNECTOR_WORKING_SECONDS": "8"}
BUSY = "The application is busy"
QUICK = {"bound": 30.0, "ask": 0.5, "flow": 7.0}


@dataclass
class Impatient(Desktop):
    """An installation in which a Web Connector that is silent for seconds, not minutes, is gone."""

    company: Witness = field(default_factory=Witness)

    @classmethod
    def of(cls, one: Desktop, **rules: Any) -> "Impatient":
        """Returns it with another's home and BILL, and a company file of its own."""
        more = {"wait_for_web_connector_seconds": 6, "vendor_edits": {"default": "newest"}, **rules}
        return cls(
            one.home, one.prefect_api, one.database_url, more, bill=one.bill, bill_url=one.bill_url, pace=dict(QUICK)
        )

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this installation finds."""
        return super().environment | SILENCE

    @property
    def runs(self) -> list[Preloaded]:
        """The flow runs that were begun, the newest last."""
        assert self.runner is not None
        return self.runner.runs

    @property
    def written(self) -> tuple[int, int]:
        """How much has been written to either system."""
        harmless = ("GET", "/login", "/subscriptions")
        calls = [f"{row.method} {row.path}" for row in self.bill.frame.log]
        return self.company.written, sum(not any(one in call for one in harmless) for call in calls)

    def kill_runs(self) -> int:
        """No flow run is left; returns how many are gone by this."""
        alive = [run for run in self.runs if not run.has_ended()]
        for run in alive:
            os.killpg(run.number, signal.SIGKILL)
        return len(alive)

    def kill_web(self) -> None:
        """The web app is gone."""
        self.web_processes.pop().kill()


class Blows(Troubles):
    """The troubles of one update, and the processes that are killed at a point of it."""

    def __init__(self, it: Impatient, plan: Plan) -> None:
        """Nothing has gone wrong yet."""
        super().__init__(plan.troubles)
        self._it, self._plan, self._come, self._killing = it, plan, 0, threading.Thread()
        self.killed: list[str] = []

    def at(self, point: str) -> Any:
        """Returns the trouble that strikes now; kills what shall be killed here."""
        if self._plan.kills and point == self._plan.at:
            self._come += 1
            if self._come == self._plan.nth:
                self._killing = threading.Timer(self._plan.later, self._kill)
                self._killing.start()
                if not self._plan.later:
                    self._killing.join()
        return super().at(point)

    def finish(self) -> None:
        """All has struck that will, and the web app is there."""
        if self._killing.ident:
            self._killing.join()
        self.coming.clear()
        if not self._it.web_processes:
            self._it.start_web()

    def _kill(self) -> None:
        if "run" in self._plan.kills:
            self.killed += ["run"] * self._it.kill_runs()
        if "web" in self._plan.kills:
            self._it.kill_web()
            self.killed.append("web")
            if self._plan.back:
                self._it.start_web()


def endured(it: Impatient, pc: WebConnector, plan: Plan) -> tuple[Cycle, bool]:
    """Returns what became of an update with this trouble, and whether the trouble struck."""
    pc.switches = ConnectorSwitches(**plan.connector)
    it.company.options(**plan.company)
    if plan.fault:
        it.bill.frame.faults.add(plan.fault)
    cycle, blows = _suffered(it, pc, plan)
    while cycle.status == BUSY and not blows.struck:  # the one before is not believed to be gone yet
        time.sleep(0.5)
        cycle, blows = _suffered(it, pc, plan)
    struck = bool(blows.struck or blows.killed or (plan.fault and plan.fault.struck))
    struck |= bool(plan.refusals) and not pc.quickbooks.refusals
    pc.troubles, pc.switches = Troubles(), ConnectorSwitches()
    pc.quickbooks.refusals.clear()
    it.bill.frame.faults.clear()
    it.company.options(**{name: value for name, value in Switches().shown().items() if name in plan.company})
    return cycle, struck


def _suffered(it: Impatient, pc: WebConnector, plan: Plan) -> tuple[Cycle, Blows]:
    blows = pc.troubles = Blows(it, replace(plan, troubles=[replace(one, seen=0) for one in plan.troubles]))
    pc.quickbooks.refusals[:] = plan.refusals
    cycle = pc.cycle()
    blows.finish()
    return cycle, blows


def settled(it: Impatient, pc: WebConnector, seconds: float = 600) -> int:
    """Updates come without trouble until one changes nothing; returns how many it took."""
    give_up, seen = time.monotonic() + seconds, []
    while time.monotonic() < give_up:
        until(lambda: all(run.has_ended() for run in it.runs))
        before, begun = it.written, len(it.runs)
        cycle = pc.cycle()
        until(lambda: all(run.has_ended() for run in it.runs))
        if cycle.status == BUSY:
            time.sleep(0.5)
            continue
        seen.append((cycle.status, cycle.error, it.written))
        if cycle.completed and it.written == before and len(it.runs) > begun and it.runs[-1].wait(60) == 0:
            return len(seen)
    raise AssertionError(f"there is no end of it: {seen[-5:]}\n{(it.home / 'runs.log').read_text()[-3000:]}")
