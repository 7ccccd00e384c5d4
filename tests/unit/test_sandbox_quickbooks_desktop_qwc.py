"""Adding an application to the Web Connector of the sandbox fails as it does in QBWC, with QBWC's codes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_driver import Door, ScriptedService
from tests.sandbox.quickbooks_desktop.connector_switches import ConnectorSwitches
from tests.sandbox.quickbooks_desktop.qwc import QwcFile
from tests.sandbox.quickbooks_desktop.qwc_addresses import QwcRefusedError
from tests.sandbox.serving import listening, served

OWNER = "{0F3B1C5E-0000-4FCC-B1EE-566DE1813D20}"
FILE = "{1A44FB50-0000-4815-AC85-BC87A7E7D1EB}"
OTHER_FILE = "{2A44FB50-0000-4815-AC85-BC87A7E7D1EB}"
ELEMENTS = {
    "AppName": "AP Sync - Acme Co",
    "AppID": "",
    "AppURL": "https://sync.example.com/qbwc",
    "AppDescription": "Keeps bills in step",
    "AppSupport": "https://sync.example.com/support",
    "UserName": "acme-co-1",
    "OwnerID": OWNER,
    "FileID": FILE,
    "QBType": "QBFS",
    "Scheduler": "<RunEveryNMinutes>10</RunEveryNMinutes>",
    "IsReadOnly": "false",
    "PersonalDataPref": "pdpNotNeeded",
    "UnattendedModePref": "umpOptional",
}


def qwc(**changes: str | None) -> str:
    elements = {name: value for name, value in (ELEMENTS | changes).items() if value is not None}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items())
    return f'<?xml version="1.0" encoding="utf-8"?>\n<QBWCXML>{inner}</QBWCXML>'


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def local(door: tuple[Door, str]) -> dict[str, str]:
    """Returns the addresses of a service on this machine."""
    door[0].service = ScriptedService(authenticate=["t", "none"])
    return {"AppURL": f"{door[1]}/qbwc", "AppSupport": f"{door[1]}/support"}


def pc(company: CompanyFile | None = None, **switches: Any) -> WebConnector:
    return WebConnector(
        company or CompanyFile(), pause=0.0, allow_loopback_http=True, switches=ConnectorSwitches(**switches)
    )


def test_a_sound_file_says_what_the_application_is() -> None:
    parsed = QwcFile.parse(qwc(AppUniqueName="ap-sync", Style="Document"))
    assert (parsed.app_name, parsed.app_id, parsed.user_name) == ("AP Sync - Acme Co", "", "acme-co-1")
    assert (parsed.owner_id, parsed.file_id, parsed.qb_type) == (OWNER, FILE, "QBFS")
    assert (parsed.app_unique_name, parsed.is_read_only, parsed.interval) == ("ap-sync", False, 600)


def test_the_order_of_the_elements_is_free_and_unknown_ones_are_passed_over() -> None:
    turned = "".join(f"<{name}>{value}</{name}>" for name, value in reversed(ELEMENTS.items()))
    assert QwcFile.parse(f"<QBWCXML>{turned}</QBWCXML>") == QwcFile.parse(qwc(Colour="blue"))


@pytest.mark.parametrize(
    ("scheduler", "seconds"),
    [
        ("<RunEveryNSeconds>90</RunEveryNSeconds>", 90),
        ("<RunEveryNMinutes>5</RunEveryNMinutes><RunEveryNSeconds>90</RunEveryNSeconds>", 300),
        ("<RunEveryNSeconds>90</RunEveryNSeconds><RunEveryNMinutes>5</RunEveryNMinutes>", 90),
        (None, None),
    ],
)
def test_the_interval(scheduler: str | None, seconds: int | None) -> None:
    assert QwcFile.parse(qwc(Scheduler=scheduler)).interval == seconds


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        *[("QBWC1039", {name: None}) for name in list(ELEMENTS)[:9]],
        *[("QBWC1039", {name: ""}) for name in list(ELEMENTS)[:9] if name != "AppID"],
        ("QBWC1039", {"OwnerID": OWNER.strip("{}")}),
        ("QBWC1039", {"FileID": "{not-a-guid}"}),
        ("QBWC1039", {"QBType": "QBO"}),
        ("QBWC1039", {"IsReadOnly": "False"}),
        ("QBWC1039", {"UnattendedModePref": "sometimes"}),
        ("QBWC1039", {"Scheduler": ""}),
        ("QBWC1039", {"Scheduler": "<RunEveryNMinutes>0</RunEveryNMinutes>"}),
        ("QBWC1039", {"Scheduler": "<RunEveryNMinutes>1.5</RunEveryNMinutes>"}),
        ("QBWC1039", {"AppURL": "sync.example.com/qbwc"}),
        ("QBWC1000", {"AppSupport": "https://www.example.com/support"}),
        ("QBWC1001", {"AppURL": "https://203.0.113.7/qbwc"}),
        ("QBWC1001", {"AppURL": "https://[2001:db8::1]/qbwc"}),
        ("QBWC1001", {"AppURL": "http://127.0.0.1:8000/qbwc", "AppSupport": "http://127.0.0.1:8000/"}),
        ("QBWC1002", {"AppSupport": "https://203.0.113.7/support"}),
        ("QBWC1010", {"AppURL": "http://sync.example.com/qbwc"}),
    ],
)
def test_what_qbwc_refuses(code: str, changes: dict[str, str | None]) -> None:
    with pytest.raises(QwcRefusedError) as refused:
        QwcFile.parse(qwc(**changes))
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["", "<QBWCXML>", "<Other/>", qwc(AppName="A & B")])
def test_what_is_no_qwc_file(text: str) -> None:
    with pytest.raises(QwcRefusedError, match="QBWC1039"):
        QwcFile.parse(text)


def test_plain_http_is_for_localhost_and_by_permission_for_127_0_0_1() -> None:
    localhost = {"AppURL": "http://localhost:8000/qbwc", "AppSupport": "http://localhost:8000/"}
    assert QwcFile.parse(qwc(**localhost)).app_url == localhost["AppURL"]
    loopback = {name: address.replace("localhost", "127.0.0.1") for name, address in localhost.items()}
    assert QwcFile.parse(qwc(**loopback), allow_loopback_http=True).app_url == loopback["AppURL"]
    with pytest.raises(QwcRefusedError, match="QBWC1001"):
        QwcFile.parse(qwc(AppURL="http://127.0.0.2/", AppSupport="http://127.0.0.2/"), allow_loopback_http=True)


def test_a_pair_that_is_taken_is_refused() -> None:
    with pytest.raises(QwcRefusedError, match=r"QBWC1039: A unique OwnerID/FileID pair"):
        QwcFile.parse(qwc(), stamped={(OWNER, FILE)})


def test_an_added_application_runs_with_the_typed_password(door: tuple[Door, str], local: dict[str, str]) -> None:
    connector = pc()
    application = connector.add(qwc(**local), "s3cret")
    assert connector.cycle(application.name).status == "No data exchange required"
    assert door[0].service.parameters("authenticate") == [{"strUserName": "acme-co-1", "strPassword": "s3cret"}]
    assert application.schedule.every == 600
    assert FILE in connector.company.greeting(OWNER)


@pytest.mark.parametrize(("status", "code"), [(200, ""), (202, ""), (302, "QBWC1003"), (404, "QBWC1003")])
def test_the_support_page_must_answer(door: tuple[Door, str], local: dict[str, str], status: int, code: str) -> None:
    door[0].service.support_status = status
    connector = pc()
    if code:
        with pytest.raises(QwcRefusedError, match=code):
            connector.add(qwc(**local), "s3cret")
    else:
        connector.add(qwc(**local), "s3cret")
    assert len(connector.applications) == (0 if code else 1)


def test_a_support_page_that_is_not_there() -> None:
    free = listening()
    address = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(QwcRefusedError, match="QBWC1004"):
        pc().add(qwc(AppURL=address, AppSupport=address), "s3cret")
    free.close()


def test_the_same_file_cannot_be_added_again_unless_it_has_a_unique_name(local: dict[str, str]) -> None:
    connector = pc()
    connector.add(qwc(**local), "s3cret")
    with pytest.raises(QwcRefusedError, match="QBWC1039"):
        connector.add(qwc(**local, AppName="Another"), "s3cret")
    connector.add(qwc(**local, FileID=OTHER_FILE, AppUniqueName="ap-sync"), "s3cret")
    connector.add(qwc(**local, FileID=OTHER_FILE, AppUniqueName="ap-sync"), "new password")
    assert {one.name: one.password for one in connector.applications.values()} == {
        "AP Sync - Acme Co": "s3cret",
        "ap-sync": "new password",
    }


def test_a_file_that_another_machine_has_added_is_refused_on_a_second_one(local: dict[str, str]) -> None:
    company = CompanyFile()
    pc(company).add(qwc(**local), "s3cret")
    with pytest.raises(QwcRefusedError, match="QBWC1039"):
        pc(company).add(qwc(**local), "s3cret")
    pc(company, stamped_pair_refused=False).add(qwc(**local), "s3cret")


@pytest.mark.parametrize(("answer", "names"), [("replace", ["AP Sync - Acme Co"]), ("clone", ["", "1"])])
def test_an_equal_name_is_replaced_or_cloned(local: dict[str, str], answer: str, names: list[str]) -> None:
    connector = pc(same_name=answer)
    connector.add(qwc(**local), "s3cret")
    connector.add(qwc(**local, FileID=OTHER_FILE), "s3cret")
    assert [name[-len(end) :] if end else "" for name, end in zip(connector.applications, names, strict=True)] == names


def test_without_an_open_company_file_nothing_can_be_added(local: dict[str, str]) -> None:
    connector = pc()
    connector.quickbooks.shown = None
    with pytest.raises(QwcRefusedError, match="QBWC1023"):
        connector.add(qwc(**local), "s3cret")
    assert connector.applications == {}


def test_rpc_style_is_beyond_this_simulator() -> None:
    with pytest.raises(ValueError, match="document style"):
        pc().add(qwc(Style="RPC"), "s3cret")
