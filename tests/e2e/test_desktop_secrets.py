"""No secret of BILL or QuickBooks Desktop is left anywhere, whether cycles succeed or fail."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.bookkeeping import enter, enter_vendor
from tests.e2e.desktop import Desktop
from tests.e2e.desktop_keeping import after_runs, begin, cycled, documents, later
from tests.e2e.searching import Issued, Places, Talkative, assert_search_finds, found, our_keys, written
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_desktop.connector import WebConnector

GUESSED = "guessed-Horse-0001"
SIGNS_IN = "authenticate"  # the only call that holds the password, and the only answer that holds the ticket


@dataclass
class TalkativeDesktop(Talkative, Desktop):
    """An installation whose processes log all they can."""


def test_no_secret_of_the_pair_is_found_anywhere_after_good_and_failing_cycles(
    desktop: Desktop, prefect_home: Path, prefect_key: str
) -> None:
    it = TalkativeDesktop(**vars(desktop))
    sessions = it.bill.sessions.open = Issued(it.bill.sessions.open)
    it.rules = {"wait_for_web_connector_seconds": 5}
    begin(it)
    vendor = enter_vendor(it, "Erie Tool Works")
    enter(it, vendor, "FIRST")
    given = it.secrets()
    it.apply()
    with it.serving():
        pc = it.pc(record=True)
        it.bill.frame.faults.add(Fault("status", "GET .*/bills", status=503, body={}))
        cycled(it, pc)
        enter(it, vendor, "SECOND", description="of another day")
        it.bill.rotate_sessions()
        later(it)
        cycled(it, pc)
        failing(it, pc)
        said = printed(it)

    wanted = {
        **given,
        "wrong BILL password": it.secrets()["BILL_PASSWORD"],
        "guessed password": GUESSED,
        **{f"ticket {number}": one for number, one in enumerate(tickets(pc))},
        **{f"session {number}": one for number, one in enumerate(sorted(sessions.ever))},
        **{f"webhook key of {name}": key for name, key in it.bill._webhooks.keys.items()},
        "Prefect server's key": prefect_key,
        **our_keys(it),
    }
    assert len(tickets(pc)) >= 4
    assert len(sessions.ever) >= 2
    assert all(len(one) >= 10 for one in wanted.values())
    places = {**said, **answers(pc), **written(it, prefect_home)}
    assert_all_kinds(places)
    assert_search_finds(places)
    assert found(wanted, places) == set()


def failing(it: Desktop, pc: WebConnector) -> None:
    """Cycles in which the Web Connector guesses, BILL refuses its password, and QuickBooks does not open."""
    [application] = pc.applications.values()
    right, application.password = application.password, GUESSED
    assert pc.cycle().code == "QBWC1040"
    application.password = right
    it.bill.password = "wrong-Horse-8"
    it.apply()
    it.bill.password = "right-Horse-9"
    it.bill.rotate_sessions()
    pc.cycle()
    after_runs(it, begun=3)
    pc.quickbooks.refusals = ["0x80040408"] * 2
    pc.cycle()
    after_runs(it, begun=4)
    it.bill.password = "wrong-Horse-8"


def printed(it: Desktop) -> Places:
    """Returns what commands print, the .QWC file among it."""
    number = next(iter(documents(it)))
    done = {
        "qwc": it.command("qwc", it.connection),
        "records": it.command("records", it.connection, "--json"),
        "audit": it.command("audit", it.connection, number),
    }
    return {f"printed by {name}": (one.stdout + one.stderr).encode() for name, one in done.items()}


def answers(pc: WebConnector) -> Places:
    """Returns what the Web Connector was answered, and sent to QuickBooks; the ticket is its own."""
    rows = [one for one in pc.exchanges if one.operation != SIGNS_IN]
    return {f"answer {number} to {one.operation}": one.response for number, one in enumerate(rows)}


def tickets(pc: WebConnector) -> list[str]:
    """Returns the tickets that were given out."""
    signed = [one.response.decode() for one in pc.exchanges if one.operation == SIGNS_IN]
    return [text.split("<string>")[1].split("</string>")[0] for text in signed]


def assert_all_kinds(places: dict[str, Any]) -> None:
    """Fails unless the search sees what it should: debug lines, rows of both databases, logs, answers."""
    logs = {Path(name).name for name in places if name.endswith(".log")}
    assert logs >= {"web.log", "runs.log", "server.log"}
    assert any(b"DEBUG" in places[name] for name in places if name.endswith("runs.log"))
    assert b"bill-quickbooks-desktop/initech@" in places["rows of our database"]
    assert b"quickbooks-desktop-credentials" in places["rows of Prefect's database"]
    assert any(b"BillAdd" in one for name, one in places.items() if name.startswith("answer"))
    assert b"<UserName>" in places["printed by qwc"]
