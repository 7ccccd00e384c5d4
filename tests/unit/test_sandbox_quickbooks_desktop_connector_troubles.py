"""What goes wrong around an update happens at the point that was named, once, and leaves what it would leave."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_driver import Door, ScriptedService, Turns, script
from tests.sandbox.quickbooks_desktop.connector_switches import ConnectorSwitches
from tests.sandbox.quickbooks_desktop.connector_trouble import Trouble
from tests.sandbox.serving import served

START = ["serverVersion", "clientVersion", "authenticate"]
ROUND = ["sendRequestXML", "receiveResponseXML"]
CODES = {
    "clientVersion": "QBWC1036",
    "authenticate": "QBWC1012",
    "sendRequestXML": "QBWC1041",
    "receiveResponseXML": "QBWC1042",
    "getLastError": "QBWC1043",
    "closeConnection": "QBWC1044",
    "connectionError": "QBWC1045",
}


def adding(*names: str) -> str:
    """Returns a document that adds these vendors."""
    each = "".join(f'<VendorAddRq requestID="{n}"><VendorAdd><Name>{n}</Name></VendorAdd></VendorAddRq>' for n in names)
    inner = f'<QBXMLMsgsRq onError="continueOnError">{each}</QBXMLMsgsRq>'
    return f'<?xml version="1.0"?><?qbxml version="13.0"?><QBXML>{inner}</QBXML>'


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
    door[0].service = ScriptedService(**script(lambda number: adding(f"Vendor {number}"), 3))
    return door[0].service


@pytest.fixture
def url(door: tuple[Door, str]) -> str:
    return door[1]


def pc(url: str, *troubles: Trouble, company: CompanyFile | None = None, **options: Any) -> WebConnector:
    switches = ConnectorSwitches(**options.pop("switches", {}))
    connector = WebConnector(company or CompanyFile(), pause=0.0, troubles=troubles, switches=switches, **options)
    connector.connect(url, "acme-co-1", "s3cret")
    return connector


def vendors(company: CompanyFile) -> list[str]:
    """Returns the names of the vendors in the company file, in order."""
    return sorted(str(one["Name"]) for one in company.vendors.values())


@pytest.mark.parametrize("kind", ["call_lost", "reply_lost"])
@pytest.mark.parametrize("operation", CODES)
def test_a_lost_call_or_reply_ends_the_update_with_the_code_of_the_call(
    service: ScriptedService, url: str, operation: Any, kind: Any
) -> None:
    service.answers["sendRequestXML"] = Turns("", READ)
    service.answers["receiveResponseXML"] = 100
    if operation == "connectionError":
        service.answers["authenticate"] = ["t", r"C:\gone.qbw"]
    connector = pc(url, Trouble(kind, operation))
    cycle = connector.cycle()
    assert (cycle.code, cycle.completed) == (CODES[operation], False)
    assert (cycle.operations[-1], cycle.calls[-1].status) == (operation, 0)
    assert (service.operations[-1:] == [operation]) is (kind == "reply_lost")
    assert [trouble.kind for trouble in connector.troubles.struck] == [kind]
    service.answers["authenticate"] = ["t", ""]
    assert connector.cycle().code == ""


@pytest.mark.parametrize("kind", ["call_lost", "reply_lost"])
def test_a_lost_server_version_is_passed_over(service: ScriptedService, url: str, kind: Any) -> None:
    assert pc(url, Trouble(kind, "serverVersion")).cycle().completed


def test_the_nth_time_is_counted_from_when_the_trouble_is_next(service: ScriptedService, url: str) -> None:
    connector = pc(
        url, Trouble("call_lost", "receiveResponseXML", nth=2), Trouble("reply_lost", "receiveResponseXML", nth=1)
    )
    assert connector.cycle().percents == [33]
    service.answers |= script(lambda _number: READ, 3)
    assert connector.cycle().percents == []
    service.answers |= script(lambda _number: READ, 3)
    assert connector.cycle().percents == [33, 66, 100]


def test_a_response_whose_acknowledgement_was_lost_is_not_delivered_again(service: ScriptedService, url: str) -> None:
    company = CompanyFile()
    connector = pc(url, Trouble("call_lost", "receiveResponseXML"), company=company)
    connector.cycle()
    assert vendors(company) == ["Vendor 0"] and service.parameters("receiveResponseXML") == []
    service.answers["authenticate"] = ["t", "none"]
    connector.cycle()
    assert service.operations[-4:] == [*START, "closeConnection"]


def test_the_same_message_set_after_a_lost_response_is_told_but_not_executed_again(
    service: ScriptedService, url: str
) -> None:
    company = CompanyFile()
    document = adding("A").replace("<QBXMLMsgsRq ", '<QBXMLMsgsRq newMessageSetID="8b17c21b9513e5247fba" ')
    service.answers |= {"sendRequestXML": document, "receiveResponseXML": 100}
    connector = pc(url, Trouble("call_lost", "receiveResponseXML"), company=company)
    assert connector.cycle().code == "QBWC1042"
    assert connector.cycle().completed
    [(list_id, _vendor)] = company.vendors.items()
    assert list_id in service.parameters("receiveResponseXML")[0]["response"]


@pytest.mark.parametrize(
    ("at", "requests", "written"),
    [("before", 1, []), ("middle", 0, []), ("middle", 1, ["A"]), ("middle", 2, ["A", "B"]), ("after", 1, ["A", "B"])],
)
@pytest.mark.parametrize("death", ["silent", "reported"])
def test_quickbooks_dies_over_a_document(
    service: ScriptedService, url: str, at: Any, requests: int, written: list[str], death: Any
) -> None:
    company = CompanyFile()
    service.answers |= {"sendRequestXML": adding("A", "B"), "receiveResponseXML": -1, "getLastError": "It died"}
    connector = pc(url, Trouble("quickbooks_dies", at, requests=requests), company=company, switches={"death": death})
    cycle = connector.cycle()
    assert vendors(company) == written
    if death == "silent":
        assert (cycle.died, cycle.operations) == ("QuickBooks", [*START, "sendRequestXML"])
    else:
        received = service.parameters("receiveResponseXML")[0]
        assert (received["response"], received["hresult"]) == ("", "0x80040402")
        assert received["message"] and (cycle.died, cycle.status) == ("", "It died")


def test_a_dead_quickbooks_takes_no_further_document_until_it_is_started_again(
    service: ScriptedService, url: str
) -> None:
    company = CompanyFile()
    connector = pc(url, Trouble("quickbooks_dies", "before"), company=company, switches={"death": "reported"})
    connector.cycle()
    told = [each["hresult"] for each in service.parameters("receiveResponseXML")]
    assert (told, vendors(company)) == (["0x80040402", "0x8004040D", "0x8004040D"], [])
    service.answers |= script(lambda number: adding(f"Vendor {number}"), 1)
    assert connector.cycle().completed and vendors(company) == ["Vendor 0"]


def test_a_quickbooks_that_nobody_starts_again_cannot_be_opened(service: ScriptedService, url: str) -> None:
    connector = pc(url, Trouble("quickbooks_dies", "after"), switches={"restarts": False})
    connector.cycle()
    connector.cycle()
    assert service.parameters("connectionError")[0]["hresult"] == "0x80040416"


def test_a_reading_document_can_be_died_over_as_well(service: ScriptedService, url: str) -> None:
    company = CompanyFile()
    service.answers["sendRequestXML"] = READ
    connector = pc(url, Trouble("quickbooks_dies", "middle"), company=company)
    assert connector.cycle().died == "QuickBooks"
    service.answers |= {"sendRequestXML": adding("A", "B"), "receiveResponseXML": 100}
    assert connector.cycle().completed and vendors(company) == ["A", "B"]


@pytest.mark.parametrize(
    ("at", "nth", "calls", "written"),
    [
        ("authenticate", 1, START, []),
        ("sendRequestXML", 2, [*START, *ROUND, "sendRequestXML"], ["Vendor 0"]),
        ("before", 1, [*START, "sendRequestXML"], []),
        ("after", 1, [*START, "sendRequestXML"], ["Vendor 0"]),
        ("receiveResponseXML", 1, [*START, *ROUND], ["Vendor 0"]),
    ],
)
def test_the_web_connector_ends_where_it_stands(
    service: ScriptedService, url: str, at: Any, nth: int, calls: list[str], written: list[str]
) -> None:
    company = CompanyFile()
    cycle = pc(url, Trouble("connector_dies", at, nth=nth), company=company).cycle()
    assert (service.operations, vendors(company)) == (calls, written)
    assert (cycle.died, cycle.completed, cycle.status) == ("Web Connector", False, "")


def test_the_web_connector_ends_while_it_sleeps_and_starts_anew(service: ScriptedService, url: str) -> None:
    service.answers["sendRequestXML"] = Turns("", "", READ)
    service.answers["receiveResponseXML"] = 100
    connector = pc(url, Trouble("connector_dies", "pause", nth=2))
    assert connector.cycle().operations == [*START, *["sendRequestXML", "getLastError"] * 2]
    assert connector.cycle().operations == [*START, *ROUND, "closeConnection"]


def test_an_answer_that_comes_twice_is_the_same_twice(service: ScriptedService, url: str) -> None:
    cycle = pc(url, Trouble("answer_twice", "receiveResponseXML", nth=2)).cycle()
    assert cycle.operations == [*START, *ROUND, *ROUND, "receiveResponseXML", *ROUND, "closeConnection"]
    _first, second, again, _third = service.parameters("receiveResponseXML")
    assert second == again
    assert cycle.percents == [33, 66, 100]


def test_a_second_sign_in_comes_in_the_middle_and_the_update_keeps_its_ticket(
    service: ScriptedService, url: str
) -> None:
    service.answers["authenticate"] = Turns(["one", ""], ["two", ""])
    cycle = pc(url, Trouble("authenticate_again", "sendRequestXML", nth=2)).cycle()
    assert cycle.operations == [*START, *ROUND, "sendRequestXML", "authenticate", *ROUND[1:], *ROUND, "closeConnection"]
    tickets = {parameters["ticket"] for _operation, parameters in service.asked if "ticket" in parameters}
    assert tickets == {"one"}


@pytest.mark.parametrize("at", ["authenticate", "before", "pause"])
def test_the_clock_of_the_pc_jumps(service: ScriptedService, url: str, at: Any) -> None:
    service.answers |= {"sendRequestXML": Turns("", READ), "receiveResponseXML": 100}
    company = CompanyFile()
    before = company.clock.now()
    assert pc(url, Trouble("clock_jumps", at, seconds=-7200), company=company).cycle().completed
    assert (before - company.clock.now()).total_seconds() > 3600


@pytest.mark.parametrize(
    ("kind", "at"),
    [
        ("answer_twice", "sendRequestXML"),
        ("call_lost", "before"),
        ("quickbooks_dies", "pause"),
        ("connector_dies", "middle"),
        ("authenticate_again", "pause"),
    ],
)
def test_a_trouble_that_could_never_happen_is_refused(kind: Any, at: Any) -> None:
    with pytest.raises(ValueError, match=f"{kind} cannot happen at {at}"):
        Trouble(kind, at)


def test_processing_may_take_time(service: ScriptedService, url: str) -> None:
    service.answers |= script(lambda _number: READ, 1)
    assert pc(url, switches={"processing_seconds": 0.01}).cycle().completed
