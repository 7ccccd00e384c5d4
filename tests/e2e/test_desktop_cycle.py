"""What people see in the Web Connector's window, whether there is anything to do or something stands in the way."""

import time
from dataclasses import dataclass

from tests.e2e.bookkeeping import enter, enter_vendor
from tests.e2e.desktop import PASSWORD, PAUSE, Desktop
from tests.e2e.desktop_keeping import after_runs, begin, cycled, documents, joined, later, written
from tests.e2e.desktop_meanwhile import meanwhile
from tests.e2e.patience import until
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_trouble import Trouble

NOT_RUNNING = "0x80040408"
RUN = ("run", Desktop.pair, Desktop.connection, "--json")
AWAY = 5  # seconds for which a run waits for the Web Connector to come
BECOMES = {"create": "created", "update": "updated", "archive": "updated", "adopt": "unchanged"}


@dataclass
class Impatient(Desktop):
    """An installation in which a Web Connector that is silent for seconds, not minutes, is gone."""

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this installation finds."""
        silence = {"ML_CONNECTOR_WEB_CONNECTOR_IDLE_SECONDS": "3", "ML_CONNECTOR_WEB_CONNECTOR_WORKING_SECONDS": "4"}
        return super().environment | silence


def test_who_may_not_come_in_is_told_why_and_reads_and_writes_nothing(desktop: Desktop) -> None:
    it = desktop
    it.rules = {"wait_for_web_connector_seconds": AWAY}
    one_bill(it)
    with it.serving():
        pc = it.pc()
        [application] = pc.applications.values()
        application.password = "guessed-password"
        cycle = pc.cycle()
        assert (cycle.code, cycle.round_trips) == ("QBWC1040", 0)

        application.password = PASSWORD
        other = CompanyFile(name="Other Co", path=r"C:\QB\Other.qbw")
        other.stamp(application.owner_id, "{0B6D8A3E-98D9-44F6-8A36-34C9C0F0A001}")
        pc.quickbooks.shown = other
        cycle = pc.cycle()
        assert cycle.status.startswith(r"Other Co (C:\QB\Other.qbw) is not the company file of this connection")
        assert other.executed == []
        assert after_runs(it, begun=1) == []

        pc.quickbooks.shown = it.company
        second = WebConnector(it.company, machine="PC-02", pause=PAUSE, allow_loopback_http=True)
        second.applications = pc.applications
        refused = []
        meanwhile(it, "VendorAddRq", lambda: refused.append(second.cycle()))
        cycled(it, pc)
        assert [one.status for one in refused] == ["The application is busy"]
        assert documents(it).keys() == {"FIRST"}


def test_nothing_to_do_is_no_error_and_quickbooks_or_a_web_connector_that_goes_away_only_delays(
    desktop: Desktop,
) -> None:
    it = Impatient(**vars(desktop))
    it.rules = {"wait_for_web_connector_seconds": AWAY}
    one_bill(it)
    with it.serving():
        pc = it.pc()
        pc.quickbooks.refusals = [NOT_RUNNING] * 2  # the Web Connector tries twice
        cycle = pc.cycle()
        assert cycle.code == "QBWC1013"
        assert after_runs(it, begun=1) == []
        assert f"the Web Connector of {it.connection} was last heard of at" in one_line(it)

        cycled(it, pc)
        assert documents(it).keys() == {"FIRST"}
        assert (pc.cycles[-1].status, pc.cycles[-1].percents[-1]) == ("OK", 100)
        cycled(it, pc)
        assert (pc.cycles[-1].status, pc.cycles[-1].percents[-1], pc.cycles[-1].error) == ("OK", 100, "")

        later(it)
        enter(it, next(iter(it.bill.vendors)), "SECOND")
        pc.switches.death = "reported"
        pc.troubles.add(Trouble("quickbooks_dies", "before", nth=2))
        assert "Unexpected error" in pc.cycle().status
        ended = len(after_runs(it, begun=4))
        assert "QuickBooks answered 0x80040402" in one_line(it)

        it.bill.frame.latency = 2.0  # so that the Web Connector is surely told to wait
        pc.troubles.add(Trouble("connector_dies", "pause"))
        assert pc.cycle().died == "Web Connector"
        it.bill.frame.latency = 0.0
        assert len(after_runs(it, begun=5)) == ended
        assert "the Web Connector stopped calling in the middle of the run" in one_line(it)
        assert "The next cycle of the Web Connector goes on" in one_line(it)
        cycled(it, pc)
        assert documents(it).keys() == {"FIRST", "SECOND"}


def test_a_run_from_the_command_line_is_joined_by_the_next_visit_and_a_preview_says_what_a_run_does(
    desktop: Desktop,
) -> None:
    it = desktop
    one_bill(it)
    it.bill.generate(vendors=3, bills=6, flawed=3)
    bill = it.bill.bills[next(iter(it.bill.bills))]
    it.bill.pay([{"billId": bill["id"], "amount": bill["amount"]}], "CLEARED")
    with it.serving():
        pc = it.pc()

        joined(it, pc, *RUN, "--dry-run")

        [preview] = it.ran()

        assert preview["message"].startswith("Preview, nothing written")
        assert written(it) == []
        assert it.records() == []

        joined(it, pc, *RUN)

        rows = preview["preview"]
        said = {(row["stream"], row["source_ref"], BECOMES.get(row["would"], row["would"])) for row in rows}
        assert said == {(row["stream"], row["source_ref"], row["outcome"]) for row in it.records()}
        assert "FIRST" in documents(it)
        assert it.runner is not None
        assert it.runner.runs == [], "another run was begun"


def test_a_notice_of_bill_starts_no_run_and_the_next_cycle_reads_what_it_told(desktop: Desktop) -> None:
    it = desktop
    one_bill(it)
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        [subscription] = it.bill.subscriptions.values()
        assert subscription["notificationUrl"].endswith(f"/webhooks/bill/{it.connection}")
        assert it.runner is not None
        runs = len(it.runner.runs)
        later(it)
        enter(it, next(iter(it.bill.vendors)), "TOLD")
        until(lambda: [row for row in it.bill.deliveries if row["statusCode"] == 200])
        time.sleep(1.5)  # a run would have been started by now
        assert len(it.runner.runs) == runs

        cycled(it, pc)

        assert documents(it).keys() == {"FIRST", "TOLD"}
        assert len(it.runner.runs) == runs + 1


def one_bill(it: Desktop) -> None:
    """There is one bill in BILL, and the connection is applied."""
    begin(it)
    enter(it, enter_vendor(it, "Erie Tool Works"), "FIRST")
    it.apply()


def one_line(it: Desktop) -> str:
    """Returns what all runs have written, in one line."""
    return " ".join(it.logged().split())
