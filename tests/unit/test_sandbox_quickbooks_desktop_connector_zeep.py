"""A Web Connector that others' SOAP client carries makes the same calls as ours, from the service's own description."""

from collections.abc import Iterator
from typing import Any

import pytest
from zeep.exceptions import Fault

from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_driver import Door, ScriptedService, Turns, fault, script
from tests.sandbox.quickbooks_desktop.zeep_connector import zeep_cycle
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


def scripted(door: Door, **answers: Any) -> ScriptedService:
    door.service = ScriptedService(**answers)
    return door.service


def answers(case: str) -> dict[str, Any]:
    """Returns the answers of one kind of service, new each time."""
    if case == "two documents":
        return script(lambda number: READ.replace("HostQueryRq", f'HostQueryRq requestID="{number}"'), 2)
    others: dict[str, dict[str, Any]] = {
        "none": {"authenticate": ["t", "none"]},
        "waits": {"sendRequestXML": Turns("", "", READ), "receiveResponseXML": 100},
        "negative": {"sendRequestXML": READ, "receiveResponseXML": -1, "getLastError": "Wrong company file"},
        "refused document": {"sendRequestXML": READ.replace("HostQueryRq", "WrongRq"), "receiveResponseXML": 100},
    }
    return others[case]


@pytest.mark.parametrize("case", ["two documents", "none", "waits", "negative", "refused document"])
def test_both_clients_ask_the_same(door: tuple[Door, str], case: str) -> None:
    url = door[1]
    ours = scripted(door[0], **answers(case))
    connector = WebConnector(CompanyFile(), pause=0.0)
    connector.connect(url, "acme-co-1", "s3cret & <more>")
    first = connector.cycle()
    theirs = scripted(door[0], **answers(case))
    second = zeep_cycle(f"{url}?wsdl", "acme-co-1", "s3cret & <more>", CompanyFile(), pause=0.0)
    assert ours.operations == theirs.operations
    assert (first.percents, first.waits, first.completed) == (second.percents, second.waits, second.completed)
    for operation in ("authenticate", "getLastError", "closeConnection"):
        assert ours.parameters(operation) == theirs.parameters(operation)
    hresults = [[each["hresult"] for each in one.parameters("receiveResponseXML")] for one in (ours, theirs)]
    assert hresults[0] == hresults[1]
    assert second.status == "OK" and (second.error == "Wrong company file") is (case == "negative")


def test_a_fault_is_raised(door: tuple[Door, str]) -> None:
    scripted(door[0], authenticate=fault("Server", "it broke"))
    with pytest.raises(Fault, match="it broke"):
        zeep_cycle(f"{door[1]}?wsdl", "acme-co-1", "s3cret", CompanyFile())
