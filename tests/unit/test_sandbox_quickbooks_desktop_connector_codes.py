"""The Web Connector of the sandbox ends an update with QBWC's code for each thing that a service does wrong."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sandbox.quickbooks_desktop import CompanyFile, ProcessorError
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.connector_cycle import Cycle
from tests.sandbox.quickbooks_desktop.connector_driver import (
    Door,
    Reply,
    ScriptedService,
    Turns,
    enveloped,
    fault,
    reply_to,
)
from tests.sandbox.quickbooks_desktop.connector_switches import ConnectorSwitches
from tests.sandbox.serving import listening, served

READ = (
    '<?xml version="1.0"?><?qbxml version="13.0"?>'
    '<QBXML><QBXMLMsgsRq onError="continueOnError"><HostQueryRq/></QBXMLMsgsRq></QBXML>'
)
TNS = "http://developer.intuit.com/"
CODES = {
    "clientVersion": "QBWC1036",
    "authenticate": "QBWC1012",
    "sendRequestXML": "QBWC1041",
    "receiveResponseXML": "QBWC1042",
    "getLastError": "QBWC1043",
    "closeConnection": "QBWC1044",
    "connectionError": "QBWC1045",
}
SOUND = reply_to("serverVersion", "1.0").body
BREAKS: dict[str, Any] = {
    "fault": fault("Server", "it broke"),
    "not found": Reply("<html/>", 404, "text/html"),
    "redirected": Reply("", 302, "text/xml", "/elsewhere"),
    "bad gateway": Reply("<html>502</html>", 502, "text/html"),
    "accepted without answer": Reply("", 202),
    "sound but as application/soap+xml": Reply(SOUND, 200, "application/soap+xml"),
    "not xml": Reply("all is well"),
    "soap 1.2": enveloped("<a/>", "http://www.w3.org/2003/05/soap-envelope"),
    "another operation": enveloped(f'<otherResponse xmlns="{TNS}"/>'),
    "empty body": enveloped(""),
    "dtd": Reply('<?xml version="1.0"?><!DOCTYPE a []><a/>'),
}


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


def reaching(service: ScriptedService, operation: str) -> None:
    """The update comes to this operation."""
    service.answers["sendRequestXML"] = Turns("", READ)
    if operation == "connectionError":
        service.answers["authenticate"] = ["t", r"C:\gone.qbw"]


@contextlib.contextmanager
def unknown_to_windows() -> Iterator[str]:
    """Yields the https address of a server that has signed its certificate itself."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
    )
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        (Path(folder) / "server.pem").write_bytes(pem)
        context.load_cert_chain(Path(folder) / "server.pem")
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_from: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://localhost:{server.server_port}/qbwc"
    finally:
        server.shutdown()
        server.server_close()


def updated(url: str, timeout: float = 30.0, **switches: Any) -> Cycle:
    connector = WebConnector(CompanyFile(), pause=0.0, timeout=timeout, switches=ConnectorSwitches(**switches))
    connector.connect(url, "acme-co-1", "s3cret")
    cycle = connector.cycle()
    assert "s3cret" not in f"{cycle.status}{cycle.error}"
    return cycle


@pytest.mark.parametrize("operation", CODES)
@pytest.mark.parametrize("broken", BREAKS)
def test_each_broken_answer_ends_the_update_with_the_code_of_its_call(
    service: ScriptedService, url: str, operation: str, broken: str
) -> None:
    reaching(service, operation)
    service.answers[operation] = BREAKS[broken]
    cycle = updated(url)
    assert (cycle.code, cycle.completed) == (CODES[operation], False)
    assert service.operations[-1] == operation
    assert cycle.error


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_server_version_is_passed_over(service: ScriptedService, url: str, broken: str) -> None:
    service.answers |= {"serverVersion": BREAKS[broken], "sendRequestXML": READ}
    assert updated(url).completed


def test_a_call_that_takes_too_long_is_given_up(service: ScriptedService, url: str) -> None:
    over = threading.Event()
    service.answers["clientVersion"] = lambda _parameters: fault("Server", str(over.wait(60)))
    cycle = updated(url, timeout=0.2)
    over.set()
    assert (cycle.code, cycle.error) == ("QBWC1036", "The operation has timed out")
    assert (cycle.operations[-1], cycle.calls[-1].status) == ("clientVersion", 0)


def test_a_fault_may_be_followed_by_close_connection(service: ScriptedService, url: str) -> None:
    service.answers["sendRequestXML"] = fault("Server", "it broke")
    assert updated(url, close_after_fault=True).code == "QBWC1041"
    assert service.operations[-2:] == ["sendRequestXML", "closeConnection"]


def array(items: str, namespace: str = TNS) -> Reply:
    result = f'<authenticateResult xmlns:a="http://schemas.example/Arrays">{items}</authenticateResult>'
    return enveloped(f'<authenticateResponse xmlns="{namespace}">{result}</authenticateResponse>')


NIL = '<string xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'


@pytest.mark.parametrize(
    "reply",
    [
        array(""),
        array("<string>t</string>"),
        array("<string>t</string>" + "<string/>" * 4),
        array("<a:string>t</a:string><a:string>none</a:string>"),
        array("<item>t</item><item>none</item>"),
        array(f"<string>t</string>{NIL}"),
        array("<string>t</string><string>none</string><string>soon</string>"),
        array("<string>t</string><string>none</string><string>1.5</string>"),
        array("<string>t</string><string>none</string>", "http://localhost:8000/"),
        enveloped(f'<authenticateResponse xmlns="{TNS}"/>'),
        reply_to("authenticate", "t"),
    ],
)
def test_an_array_that_is_not_as_the_contract_says_is_a_failed_sign_in(
    service: ScriptedService, url: str, reply: Reply
) -> None:
    service.answers["authenticate"] = reply
    assert updated(url).code == "QBWC1012"
    assert service.operations[-1] == "authenticate"


@pytest.mark.parametrize("items", ["<string/>", "<string></string>", f"<string/>{NIL}<string/>"])
def test_empty_items_count(service: ScriptedService, url: str, items: str) -> None:
    service.answers |= {"authenticate": array(f"<string>t</string>{items}"), "sendRequestXML": READ}
    assert updated(url).completed


@pytest.mark.parametrize("answer", ["", "42.0", "42.5", "100%", "done", "101", "0x2A", "99999999999", "4_2", "４２"])
def test_a_percentage_is_an_integer_up_to_100(service: ScriptedService, url: str, answer: str) -> None:
    service.answers |= {"sendRequestXML": READ, "receiveResponseXML": answer}
    cycle = updated(url)
    assert (cycle.code, cycle.percents, cycle.round_trips) == ("QBWC1042", [], 1)


def test_a_missing_percentage_or_one_of_another_namespace_is_none(service: ScriptedService, url: str) -> None:
    service.answers["sendRequestXML"] = READ
    inner = '<receiveResponseXMLResult xmlns="">100</receiveResponseXMLResult>'
    for content in ("", inner):
        response = f'<receiveResponseXMLResponse xmlns="{TNS}">{content}</receiveResponseXMLResponse>'
        service.answers["receiveResponseXML"] = enveloped(response)
        assert updated(url).code == "QBWC1042"


def test_qbxml_that_is_not_escaped_is_no_string(service: ScriptedService, url: str) -> None:
    result = "<sendRequestXMLResult><QBXML/></sendRequestXMLResult>"
    service.answers["sendRequestXML"] = enveloped(
        f'<sendRequestXMLResponse xmlns="{TNS}">{result}</sendRequestXMLResponse>'
    )
    assert updated(url).code == "QBWC1041"


def test_a_missing_string_is_a_fault_or_empty(service: ScriptedService, url: str) -> None:
    service.answers["sendRequestXML"] = enveloped(f'<sendRequestXMLResponse xmlns="{TNS}"/>')
    service.answers["getLastError"] = "nothing to do"
    assert updated(url).code == "QBWC1041"
    assert updated(url, missing_text="empty").status == "nothing to do"


@pytest.mark.parametrize("percent", [None, -1])
@pytest.mark.parametrize("text", ["", "  ", enveloped(f'<getLastErrorResponse xmlns="{TNS}"/>')])
def test_a_blank_last_error_is_an_error_without_explanation(
    service: ScriptedService, url: str, text: Any, percent: int | None
) -> None:
    service.answers["getLastError"] = text
    if percent:
        service.answers |= {"sendRequestXML": READ, "receiveResponseXML": percent}
    assert updated(url).code == "QBWC1031"
    assert service.operations[-2:] == ["getLastError", "closeConnection"]


def test_ending_with_nothing_and_a_text_looks_like_an_error(service: ScriptedService, url: str) -> None:
    service.answers["getLastError"] = "No work today"
    cycle = updated(url)
    assert (cycle.status, cycle.code, cycle.completed) == ("No work today", "", False)


def test_a_service_that_is_not_there(service: ScriptedService) -> None:
    free = listening()
    cycle = updated(f"http://127.0.0.1:{free.getsockname()[1]}/qbwc", timeout=5)
    free.close()
    assert (cycle.code, cycle.error) == ("QBWC1036", "Unable to connect to the remote server")
    assert service.operations == []


class Mute(CompanyFile):
    """A company file whose QuickBooks does not say what it is."""

    def greeting(self, owner_id: str) -> str:
        raise ProcessorError("0x80040402", f"no greeting for {owner_id}")


def test_quickbooks_does_not_answer_the_first_queries(service: ScriptedService, url: str) -> None:
    connector = WebConnector(Mute())
    connector.connect(url, "acme-co-1", "s3cret")
    assert connector.cycle().code == "QBWC1014"
    assert service.parameters("connectionError")[0]["hresult"] == "0x80040402"


def test_a_certificate_that_windows_does_not_trust() -> None:
    with unknown_to_windows() as url:
        assert updated(url).code == "QBWC1048"


def test_localhost_that_cannot_be_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    def unresolved(*_address: Any, **_options: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "no such host")

    monkeypatch.setattr(socket, "getaddrinfo", unresolved)
    assert updated("http://localhost:1/qbwc").code == "QBWC1035"
    assert updated("http://sync.example:1/qbwc").code == "QBWC1036"


def test_without_a_password_nothing_is_called(service: ScriptedService, url: str) -> None:
    connector = WebConnector(CompanyFile())
    connector.connect(url, "acme-co-1", "")
    cycle = connector.cycle()
    assert (cycle.code, cycle.calls, service.operations) == ("QBWC1030", [], [])


def test_after_any_failure_the_company_file_is_free_again(service: ScriptedService, url: str) -> None:
    company = CompanyFile()
    service.answers |= {"sendRequestXML": Turns(fault("Server", "it broke"), READ)}
    for machine, code in (("PC-01", "QBWC1041"), ("PC-02", "")):
        connector = WebConnector(company, machine=machine)
        connector.connect(url, "acme-co-1", "s3cret")
        assert connector.cycle().code == code
