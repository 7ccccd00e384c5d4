"""Another process steers the company file and its Web Connector as it steers the other sandboxes."""

from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.patience import until
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_driver import ScriptedService
from tests.sandbox.quickbooks_desktop.control import Office
from tests.sandbox.serving import served
from tests.sandbox.steering import Remote
from tests.unit.test_sandbox_quickbooks_desktop_qwc import qwc


@pytest.fixture
def office() -> Iterator[Remote]:
    """Yields a PC with an empty company file; an interval of a minute takes it a tenth of a second."""
    company = CompanyFile()
    pc = Office(company, WebConnector(company, pause=0.01, scale=1 / 600, allow_loopback_http=True))
    with served(pc.app) as url:
        yield Remote(url)
        pc.close()


def test_people_work_in_the_company_file(office: Remote) -> None:
    vendor = office.post("add_vendor", {"name": "Northwind"})["ListID"]
    office.post("add_bill", {"vendor": vendor, "lines": [["Uncategorized Expenses", "12.50"]], "RefNumber": "N-1"})
    [bill] = office.post("dump")["bills"].values()
    assert (bill["RefNumber"], bill["AmountDue"]) == ("N-1", "12.50")
    office.post("void", {"kind": "Bill", "identifier": bill["TxnID"]})
    [bill] = office.post("dump")["bills"].values()
    assert bill["AmountDue"] in ("0", "0.00")


def test_what_quickbooks_refuses_is_said(office: Remote) -> None:
    office.post("add_vendor", {"name": "Northwind"})
    answer = httpx.post(f"{office.url}/_sandbox/add_vendor", json={"name": "Northwind"})
    assert (answer.status_code, answer.json()["code"]) == (400, 3100)


def test_the_web_connector_is_added_updates_and_then_runs_by_itself(office: Remote) -> None:
    service = ScriptedService(authenticate=["ticket-1", "none"])
    with served(service) as url:
        address = f"{url}/qbwc/acme"
        text = qwc(AppURL=address, AppSupport=address, Scheduler="<RunEveryNMinutes>1</RunEveryNMinutes>")
        assert office.post("add", {"qwc": text, "password": "s3cret"})["url"] == address
        assert office.post("cycle")["status"] == "No data exchange required"
        assert len(office.post("dump")["cycles"]) == 1
        office.post("auto_run")
        until(lambda: len(office.post("dump")["cycles"]) > 2)
        assert {given["strPassword"] for given in service.parameters("authenticate")} == {"s3cret"}
