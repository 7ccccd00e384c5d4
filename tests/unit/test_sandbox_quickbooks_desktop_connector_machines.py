"""Several applications on one PC, several PCs on one company file, and when each runs, in the sandbox."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_driver import Door, ScriptedService, Turns, script
from tests.sandbox.quickbooks_desktop.connector_schedule import Schedule
from tests.sandbox.quickbooks_desktop.connector_trouble import Trouble
from tests.sandbox.serving import served

READ = (
    '<?xml version="1.0"?><?qbxml version="13.0"?>'
    '<QBXML><QBXMLMsgsRq onError="continueOnError"><HostQueryRq/></QBXMLMsgsRq></QBXML>'
)


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, f"{url}/qbwc"


@pytest.fixture
def service(door: tuple[Door, str]) -> ScriptedService:
    door[0].service = ScriptedService(**script(lambda _number: READ, 1))
    return door[0].service


@pytest.fixture
def url(door: tuple[Door, str]) -> str:
    return door[1]


def pc(url: str, company: CompanyFile, machine: str, **options: Any) -> WebConnector:
    connector = WebConnector(company, machine=machine, pause=0.0, **options)
    connector.connect(url, "acme-co-1", "s3cret")
    return connector


def until(true: Callable[[], bool]) -> None:
    """Returns when it is so; fails after a minute."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_second_machine_is_kept_off_the_company_file(service: ScriptedService, url: str) -> None:
    company = CompanyFile()
    first, second = pc(url, company, "PC-01"), pc(url, company, "PC-02")
    inside = []

    def meanwhile(_parameters: dict[str, str]) -> str:
        inside.append(second.cycle())
        return READ

    service.answers["sendRequestXML"] = meanwhile
    assert first.cycle().completed
    assert (inside[0].code, inside[0].completed) == ("QBWC1013", False)
    message = service.parameters("connectionError")[0]["message"]
    assert "locked" in message and "PC-01" in message
    service.answers["sendRequestXML"] = READ
    assert second.cycle().completed


def test_of_two_machines_at_once_one_is_inside(service: ScriptedService, url: str) -> None:
    company = CompanyFile()
    under_way, most = [0], [0]
    counting = threading.Lock()

    def slowly(_parameters: dict[str, str]) -> str:
        with counting:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.02)
        with counting:
            under_way[0] -= 1
        return READ

    service.answers["sendRequestXML"] = slowly
    machines = [pc(url, company, f"PC-0{number}") for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        cycles = [cycle for _turn in range(3) for cycle in pool.map(lambda machine: machine.cycle(), machines)]
    assert most == [1]
    assert {cycle.code for cycle in cycles} <= {"", "QBWC1013"} and any(cycle.completed for cycle in cycles)


def test_the_lock_of_a_web_connector_that_ended_stays_until_its_machine_is_back(
    service: ScriptedService, url: str
) -> None:
    company = CompanyFile()
    first, second = pc(url, company, "PC-01", troubles=[Trouble("connector_dies", "after")]), pc(url, company, "PC-02")
    assert first.cycle().died == "Web Connector"
    assert second.cycle().code == "QBWC1013"
    assert first.cycle().completed and second.cycle().completed


def test_a_second_application_waits_for_the_first(service: ScriptedService, url: str) -> None:
    connector = pc(url, CompanyFile(), "PC-01")
    other = connector.connect(f"{url}/other", "acme-co-2", "s3cret")
    waiting, entered = threading.Event(), threading.Event()

    def held(_parameters: dict[str, str]) -> str:
        entered.set()
        waiting.wait(60)
        return READ

    service.answers["sendRequestXML"] = Turns(held, READ)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(connector.cycle, url)
        assert entered.wait(60)
        second = pool.submit(connector.cycle, other.name)
        assert service.operations.count("authenticate") == 1
        waiting.set()
        assert first.result(60).completed and second.result(60).completed
    users = [each["strUserName"] for each in service.parameters("authenticate")]
    assert users == ["acme-co-1", "acme-co-2"]
    assert service.operations.index("closeConnection") < service.operations.index("authenticate", 4)


@pytest.mark.parametrize(
    ("auto_run", "postponed", "minimum", "next_at", "every"),
    [
        (True, None, None, 700, 600),
        (True, 30, None, 140, 600),
        (True, None, 900, 1000, 900),
        (True, None, 60, 700, 600),
        (True, 30, 900, 140, 900),
        (False, 30, 900, 700, 600),
    ],
)
def test_the_next_run(
    auto_run: bool, postponed: float | None, minimum: float | None, next_at: float, every: float
) -> None:
    schedule = Schedule(600, auto_run)
    schedule.heed(started=100, now=110, postponed=postponed, minimum=minimum)
    assert (schedule.next_at, schedule.every) == (next_at, every)
    assert schedule.is_due(next_at) is auto_run and not schedule.is_due(next_at - 1)


def test_the_user_may_choose_another_interval_of_a_minute_or_more() -> None:
    schedule = Schedule(600)
    schedule.override(1)
    schedule.heed(started=100, now=110, postponed=None, minimum=None)
    assert schedule.next_at == 160
    with pytest.raises(ValueError, match="at least 1 minute"):
        schedule.override(0)


def test_the_scheduler_runs_each_application_again_and_again_until_it_is_told_to_stop(
    service: ScriptedService, url: str
) -> None:
    connector = pc(url, CompanyFile(), "PC-01", scale=0.00001)
    connector.applications[url].schedule.every = 600.0
    idle = connector.connect(f"{url}/idle", "acme-co-2", "s3cret")
    stop = threading.Event()
    clock = threading.Thread(target=connector.run, args=(stop,))
    clock.start()
    until(lambda: len(connector.cycles) >= 3)
    idle.schedule.every = 60.0
    until(lambda: "acme-co-2" in [each["strUserName"] for each in service.parameters("authenticate")])
    stop.set()
    clock.join(60)
    assert not clock.is_alive() and all(cycle.completed for cycle in connector.cycles)


def test_without_auto_run_the_scheduler_runs_nothing(service: ScriptedService, url: str) -> None:
    connector = pc(url, CompanyFile(), "PC-01", scale=0.00001, auto_run=False)
    connector.applications[url].schedule.every = 600.0
    other = pc(url, CompanyFile(), "PC-02", scale=0.00001)
    other.applications[url].schedule.every = 600.0
    stop = threading.Event()
    clocks = [threading.Thread(target=one.run, args=(stop,)) for one in (connector, other)]
    for clock in clocks:
        clock.start()
    until(lambda: len(other.cycles) >= 5)
    stop.set()
    for clock in clocks:
        clock.join(60)
    assert connector.cycles == []
