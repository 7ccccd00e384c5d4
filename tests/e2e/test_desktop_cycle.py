"""What people see in the Web Connector's window, whether there is anything to do or something stands in the way."""

import time
from dataclasses import dataclass

from sqlalchemy import create_engine, text

from tests.e2e.bookkeeping import enter, enter_vendor
from tests.e2e.desktop import PAUSE, Desktop, completed
from tests.e2e.desktop_keeping import after_runs, begin, cycled, documents, later, written
from tests.e2e.desktop_meanwhile import meanwhile
from tests.e2e.patience import until
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_trouble import Trouble

NOT_RUNNING = "0x80040408"
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
    one_bill(it)
    with it.serving():
        guessing = WebConnector(it.company, pause=PAUSE, allow_loopback_http=True)
        qwc = it.command("qwc", it.connection).stdout
        application = guessing.add(qwc, "wrong-password")
        cycle = guessing.cycle()
        assert (cycle.code, cycle.round_trips) == ("QBWC1040", 0)

        other = CompanyFile(name="Other Co", path=r"C:\QB\Other.qbw")
        other.stamp(application.owner_id, "{0B6D8A3E-98D9-44F6-8A36-34C9C0F0A001}")
        pc = it.pc()
        pc.quickbooks.shown = other
        cycle = pc.cycle()
        assert cycle.status.startswith(r"Other Co (C:\QB\Other.qbw) is not the company file of this connection")
        assert other.executed == []
        assert after_runs(it) == []

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
    one_bill(it)
    with it.serving():
        pc = it.pc()
        pc.quickbooks.refusals = [NOT_RUNNING] * 2  # the Web Connector tries twice
        cycle = pc.cycle()
        assert cycle.code == "QBWC1013"
        assert after_runs(it) == []
        assert "Could not start QuickBooks" in logged(it)
        assert "Start QuickBooks on that machine" in logged(it)

        cycled(it, pc)
        assert documents(it).keys() == {"FIRST"}
        assert (pc.cycles[-1].status, pc.cycles[-1].percents[-1]) == ("OK", 100)
        cycled(it, pc)
        assert (pc.cycles[-1].status, pc.cycles[-1].percents[-1], pc.cycles[-1].error) == ("OK", 100, "")

        later(it)
        enter(it, next(iter(it.bill.vendors)), "SECOND")
        pc.troubles.add(Trouble("connector_dies", "pause"))
        assert pc.cycle().died == "Web Connector"
        ended = len(after_runs(it))
        assert "the Web Connector stopped calling in the middle of the run" in logged(it)
        assert "The next cycle of the Web Connector goes on" in logged(it)
        completed(pc)
        assert len(after_runs(it)) == ended + 1
        assert documents(it).keys() == {"FIRST", "SECOND"}


def test_a_run_from_the_command_line_waits_for_the_web_connector_and_a_preview_says_what_a_run_does(
    desktop: Desktop,
) -> None:
    it = desktop
    one_bill(it)
    it.bill.generate(vendors=3, bills=6, flawed=3)
    bill = it.bill.bills[next(iter(it.bill.bills))]
    it.bill.pay([{"billId": bill["id"], "amount": bill["amount"]}], "CLEARED")
    with it.serving():
        pc = it.pc()
        it.pace["hold"] = 0.2
        preview = it.begin_run("--dry-run")
        until(lambda: waits(it))
        since = len(it.company.executed)

        completed(pc)

        assert preview.wait(60) == 0
        after_runs(it)
        foreseen = next(one for one in it.ran() if one["preview"])
        assert foreseen["message"].startswith("Preview, nothing written")
        said = {
            (row["stream"], row["source_ref"], BECOMES.get(row["would"], row["would"])) for row in foreseen["preview"]
        }
        if not written(it, since):  # the preview had the whole cycle for itself
            running = it.begin_run()
            until(lambda: waits(it))
            completed(pc)
            running.wait(60)
            after_runs(it)
        done = {(row["stream"], row["source_ref"], row["outcome"]) for row in it.records()}
        assert said - done == set()
        assert {one for one in done if one[2] != "unchanged"} - said == set()
        assert "FIRST" in documents(it)


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


def logged(it: Desktop) -> str:
    """Returns what all runs have written, in one line."""
    return " ".join((it.home / "runs.log").read_text().split())


def waits(it: Desktop) -> bool:
    """Tells whether a run is under way, of which the Web Connector has heard nothing."""
    engine = create_engine(it.database_url)
    try:
        with engine.connect() as connection:
            return bool(connection.execute(text("SELECT count(*) FROM lease WHERE name LIKE 'run:%'")).scalar())
    finally:
        engine.dispose()
