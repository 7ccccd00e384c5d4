"""The Web Connector of the sandbox makes the calls that QBWC makes, in its order, seen over real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import FILE_ID, OWNER_ID, WebConnector
from tests.sandbox.quickbooks_desktop.connector_cycle import EndlessUpdateError
from tests.sandbox.quickbooks_desktop.connector_driver import Door, ScriptedService, Turns, fault, script
from tests.sandbox.quickbooks_desktop.connector_switches import ConnectorSwitches
from tests.sandbox.quickbooks_desktop.soap import question
from tests.sandbox.serving import served

START = ["serverVersion", "clientVersion", "authenticate"]
READ = (
    '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?>'
    '<QBXML><QBXMLMsgsRq onError="continueOnError"><HostQueryRq requestID="1"/></QBXMLMsgsRq></QBXML>'
)
WRONG = READ.replace("HostQueryRq", "WrongRq")


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, f"{url}/qbwc"


@pytest.fixture
def service(door: tuple[Door, str]) -> ScriptedService:
    door[0].service = ScriptedService()
    return door[0].service


@pytest.fixture
def url(door: tuple[Door, str]) -> str:
    return door[1]


def pc(url: str, company: CompanyFile | None = None, **options: Any) -> WebConnector:
    connector = WebConnector(company or CompanyFile(), **{"pause": 0.0, "timeout": 30.0, **options})
    connector.connect(url, "acme-co-1", "s3cret & <more>")
    return connector


def test_an_update_with_two_documents_makes_these_calls(service: ScriptedService, url: str) -> None:
    service.answers |= script(lambda _number: READ, 2)
    cycle = pc(url).cycle()
    rounds = ["sendRequestXML", "receiveResponseXML"] * 2
    assert service.operations == cycle.operations == [*START, *rounds, "closeConnection"]
    assert (cycle.status, cycle.code, cycle.error, cycle.completed) == ("OK", "", "", True)
    assert (cycle.round_trips, cycle.waits, cycle.percents) == (2, 0, [50, 100])
    assert all(call.status == 200 and call.request_bytes and call.response_bytes for call in cycle.calls)


def test_the_parameters_of_an_update(service: ScriptedService, url: str) -> None:
    service.answers |= script(lambda _number: READ, 2)
    company = CompanyFile()
    pc(url, company).cycle()
    assert service.parameters("clientVersion") == [{"strVersion": "2.3.0.215"}]
    assert service.parameters("authenticate") == [{"strUserName": "acme-co-1", "strPassword": "s3cret & <more>"}]
    first, second = service.parameters("sendRequestXML")
    assert (first["ticket"], first["strCompanyFileName"]) == ("ticket-1", company.path)
    assert (first["qbXMLCountry"], first["qbXMLMajorVers"], first["qbXMLMinorVers"]) == ("US", "13", "0")
    assert second == {**first, "strHCPResponse": ""}
    received = service.parameters("receiveResponseXML")[0]
    assert received["ticket"] == "ticket-1" and "<QBXMLMsgsRs" in received["response"]
    assert (received["hresult"], received["message"]) == ("", "")


def test_the_greeting_tells_which_company_file_it_is_and_who_holds_it(service: ScriptedService, url: str) -> None:
    service.answers |= script(lambda _number: READ, 1)
    pc(url, machine="PC-07").cycle()
    root = etree.fromstring(service.parameters("sendRequestXML")[0]["strHCPResponse"].encode())
    told = {str(one.findtext("DataExtName")): str(one.findtext("DataExtValue")) for one in root.iter("DataExtRet")}
    assert {one.findtext("OwnerID") for one in root.iter("DataExtRet")} == {OWNER_ID}
    assert told["FileID"] == FILE_ID
    assert told["AppLock"].startswith("LOCKED:PC-07:")


def test_the_bytes_are_those_of_a_dot_net_client(service: ScriptedService, url: str) -> None:
    service.answers |= script(lambda _number: READ, 1)
    connector = pc(url, record=True)
    connector.cycle()
    asked = {exchange.operation: exchange.request.decode() for exchange in connector.exchanges}
    head = (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
    )
    tail = "</soap:Body></soap:Envelope>"
    assert asked["serverVersion"] == f'{head}<serverVersion xmlns="http://developer.intuit.com/" />{tail}'
    secret = "<strUserName>acme-co-1</strUserName><strPassword>s3cret &amp; &lt;more&gt;</strPassword>"
    assert asked["authenticate"] == (
        f'{head}<authenticate xmlns="http://developer.intuit.com/">{secret}</authenticate>{tail}'
    )
    assert "<hresult /><message />" in asked["receiveResponseXML"]
    assert service.headers[0]["user-agent"].startswith("Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client")
    assert service.headers[0]["soapaction"] == '"http://developer.intuit.com/serverVersion"'


def test_control_characters_of_old_company_files_go_out_as_references() -> None:
    body = question("receiveResponseXML", "t", "a\x0bb < &#xB;\tc\n", "", "").decode()
    assert "<response>a&#xB;b &lt; &amp;#xB;\tc\n</response>" in body


@pytest.mark.parametrize(
    ("word", "status", "code"),
    [
        ("none", "No data exchange required", ""),
        ("NONE", "No data exchange required", ""),
        ("nvu", "QBWC1040: The user name or password is not valid", "QBWC1040"),
        ("busy", "The application is busy", ""),
    ],
)
def test_a_service_without_work_is_left_at_once(
    service: ScriptedService, url: str, word: str, status: str, code: str
) -> None:
    service.answers["authenticate"] = ["ticket-1", word]
    cycle = pc(url).cycle()
    assert service.operations == [*START, "closeConnection"]
    assert service.parameters("closeConnection") == [{"ticket": "ticket-1"}]
    assert (cycle.status, cycle.code, cycle.completed) == (status, code, False)


@pytest.mark.parametrize(
    ("items", "auto_run", "next_in", "every", "session"),
    [
        (["t", ""], True, 600, 600, True),
        (["t", "", "90"], True, 90, 600, False),
        (["t", "", "", "900"], True, 900, 900, True),
        (["t", "", "", "60"], True, 600, 600, True),
        (["t", "", "90", "900"], True, 90, 900, False),
        (["t", "none", "90"], True, 90, 600, False),
        (["t", "busy", "90", "900"], True, 90, 900, False),
        (["t", "nvu", "", "900"], True, 900, 900, False),
        (["t", "", "90", "900"], False, 600, 600, True),
        (["t", "none", "90"], False, 600, 600, False),
    ],
)
def test_what_authenticate_asks_for_moves_the_next_run_only_with_auto_run(
    service: ScriptedService, url: str, items: list[str], auto_run: bool, next_in: int, every: int, session: bool
) -> None:
    service.answers |= {"authenticate": items, **script(lambda _number: READ, 1)}
    connector = pc(url, auto_run=auto_run, scale=1e6)  # its clock stands still
    schedule = connector.applications[url].schedule
    schedule.every = 600.0
    cycle = connector.cycle()
    assert (schedule.every, round(schedule.next_at - connector.now())) == (every, next_in)
    assert cycle.completed is session and service.operations[-1] == "closeConnection"
    postponed = auto_run and len(items) > 2 and items[2] != ""
    assert (cycle.status == "Update postponed by application") is postponed


def test_a_postponed_update_may_leave_its_ticket_open(service: ScriptedService, url: str) -> None:
    service.answers["authenticate"] = ["t", "", "90"]
    pc(url, switches=ConnectorSwitches(close_when_postponed=False)).cycle()
    assert service.operations == START


def test_it_sleeps_and_asks_again_as_long_as_the_service_says_noop(service: ScriptedService, url: str) -> None:
    service.answers["sendRequestXML"] = Turns("", "", READ)
    cycle = pc(url).cycle()
    waits = ["sendRequestXML", "getLastError"] * 2
    assert cycle.operations[3:] == [*waits, "sendRequestXML", "receiveResponseXML", "closeConnection"]
    assert (cycle.waits, cycle.round_trips, cycle.completed) == (2, 1, True)
    greetings = [bool(each["strHCPResponse"]) for each in service.parameters("sendRequestXML")]
    assert greetings == [True, False, False]


def test_the_greeting_may_come_again_while_there_is_no_work(service: ScriptedService, url: str) -> None:
    service.answers |= {"sendRequestXML": Turns("", READ, READ), "receiveResponseXML": Turns(50, 100)}
    pc(url, switches=ConnectorSwitches(greeting_until_work=True)).cycle()
    assert [bool(each["strHCPResponse"]) for each in service.parameters("sendRequestXML")] == [True, True, False]


def test_the_literal_noop_of_the_guides_second_form_is_a_switch(service: ScriptedService, url: str) -> None:
    service.answers["sendRequestXML"] = Turns("NoOp", READ)
    assert pc(url).cycle().code == "QBWC1041"
    service.answers["sendRequestXML"] = Turns("NoOp", READ)
    cycle = pc(url, switches=ConnectorSwitches(literal_noop="wait")).cycle()
    assert (cycle.completed, cycle.waits, cycle.round_trips) == (True, 1, 1)


def test_a_negative_percentage_shows_what_the_service_says(service: ScriptedService, url: str) -> None:
    service.answers |= {"sendRequestXML": READ, "receiveResponseXML": -7, "getLastError": "Wrong company file"}
    cycle = pc(url).cycle()
    assert cycle.operations[-3:] == ["receiveResponseXML", "getLastError", "closeConnection"]
    assert (cycle.status, cycle.error, cycle.percents, cycle.completed) == (*["Wrong company file"] * 2, [-7], False)


def test_a_document_that_quickbooks_refuses_is_reported_with_its_hresult(service: ScriptedService, url: str) -> None:
    service.answers |= {"sendRequestXML": Turns(WRONG, READ), "receiveResponseXML": Turns(50, 100)}
    cycle = pc(url).cycle()
    refused, _sound = service.parameters("receiveResponseXML")
    assert (refused["response"], refused["hresult"]) == ("", "0x80040400")
    assert refused["message"].startswith("QuickBooks found an error when parsing")
    assert cycle.completed


def test_a_path_opens_that_company_file_without_quickbooks_running(service: ScriptedService, url: str) -> None:
    service.answers |= {"authenticate": ["t", r"c:\qb\acme.QBW"], **script(lambda _number: READ, 1)}
    connector = pc(url)
    connector.quickbooks.shown = None
    assert connector.cycle().completed
    connector.quickbooks.unattended = False
    assert connector.cycle().code == "QBWC1013"
    assert service.parameters("connectionError")[0]["hresult"] == "0x8004041D"


def test_quickbooks_refuses_twice_before_the_service_hears_of_it(service: ScriptedService, url: str) -> None:
    service.answers |= script(lambda _number: READ, 1)
    connector = pc(url)
    connector.quickbooks.refusals = ["0x80040414"]
    assert connector.cycle().completed and "connectionError" not in service.operations
    connector.quickbooks.refusals = ["0x80040414", "0x80040414"]
    cycle = connector.cycle()
    assert service.parameters("connectionError") == [
        {
            "ticket": "ticket-1",
            "hresult": "0x80040414",
            "message": "A modal dialog box is showing in the QuickBooks user interface.",
        }
    ]
    assert cycle.operations == [*START, "connectionError"]
    assert (cycle.code, cycle.completed) == ("QBWC1013", False)


def test_the_service_may_name_another_company_file_to_try(service: ScriptedService, url: str) -> None:
    stale = [r"C:\Old\Acme.qbw", r"C:\Elsewhere\Other.qbw"]
    service.answers |= {"authenticate": ["t", stale[0]], "connectionError": Turns(stale[1], "")}
    service.answers |= script(lambda _number: READ, 1)
    company, other = CompanyFile(), CompanyFile(path=stale[1])
    cycle = pc(url, company, others=[other]).cycle()
    assert [each["hresult"] for each in service.parameters("connectionError")] == ["0x80040406", "0x8004040A"]
    assert cycle.completed
    assert service.parameters("sendRequestXML")[0]["strCompanyFileName"] == company.path


@pytest.mark.parametrize(("word", "calls"), [("DONE", START), ("done", [*START, "closeConnection"])])
def test_done_ends_the_update_in_any_case(service: ScriptedService, url: str, word: str, calls: list[str]) -> None:
    service.answers["connectionError"] = word
    connector = pc(url, switches=ConnectorSwitches(close_after_connection_error=len(calls) > 3))
    connector.quickbooks.shown = None
    connector.cycle()
    assert [one for one in service.operations if one != "connectionError"] == calls
    assert service.parameters("connectionError")[0]["hresult"] == "0x80040416"


@pytest.mark.parametrize(
    ("said", "accepts", "code", "goes_on"),
    [
        ("", True, "", True),
        ("W:old but good", True, "", True),
        ("W:old but good", False, "QBWC1037", False),
        ("E:too old", True, "QBWC1037", False),
        ("O:2.3.0.999", True, "", False),
        ("fine", True, "QBWC1046", False),
        ("w:small letter", True, "QBWC1046", False),
        (fault("Client", "no such operation"), True, "", True),
        (fault("Server", "out of order"), True, "QBWC1036", False),
    ],
)
def test_client_version_decides_whether_the_update_goes_on(
    service: ScriptedService, url: str, said: Any, accepts: bool, code: str, goes_on: bool
) -> None:
    service.answers |= {"clientVersion": said, "authenticate": ["t", "none"]}
    cycle = pc(url, switches=ConnectorSwitches(accept_warning=accepts)).cycle()
    assert cycle.code == code
    assert service.operations == ([*START, "closeConnection"] if goes_on else START[:2])
    assert "2.3.0.999" in cycle.status or not str(said).startswith("O:")


def test_a_service_without_server_version_is_called_all_the_same(service: ScriptedService, url: str) -> None:
    service.answers |= {"serverVersion": fault("Client", "unknown operation"), "authenticate": ["t", "none"]}
    assert pc(url).cycle().status == "No data exchange required"


def test_an_update_without_end_fails_the_test_instead_of_hanging(service: ScriptedService, url: str) -> None:
    with pytest.raises(EndlessUpdateError):
        pc(url, switches=ConnectorSwitches(most_rounds=3)).cycle()
    assert service.operations.count("getLastError") == 3
