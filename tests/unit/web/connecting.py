"""Calls the web app as the QuickBooks Web Connector does, and plays the flow runs behind it."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

import httpx
import uvicorn
from fastapi import FastAPI
from lxml import etree
from prefect.blocks.core import Block
from pydantic import SecretStr

from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials
from deployments.web import brake
from deployments.web.app import create_app
from deployments.web.flow_runs import NotStartedError
from deployments.web.web_connector.pace import Pace
from flows.qad_bill.rules import QadBillConnection
from flows.registry import Pair
from tasks.state.connector_sessions import Patience
from tasks.state.store import Store
from tests.sandbox.serving import listening
from tests.unit.web.reaching import reached

PAIR, NAME = "bill-quickbooks-desktop", "acme"
USER, PASSWORD = "acme-co", "s3cret-ärger & <more>"
NAMESPACE = "http://developer.intuit.com/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PATH = r"C:\QB\Acme.qbw"
PAIRS = {
    PAIR: Pair(
        lambda: None,  # type: ignore[arg-type]
        QadBillConnection,
        {"quickbooks_desktop": {}, "bill": {"bill.": "bills"}},
        visited=True,
    )
}
QUICK = Pace(hold=0.1, look=0.01, bound=0.5, ask=0.05, patience=Patience(idle=30, working=60, flow=30, opening=60))


class Runs:
    """Begins runs that go on until a test ends them."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, Sequence[str] | None, str]] = []
        self.over: set[str] = set()
        self.trouble = ""
        self.up = True

    async def start(self, pair: str, connection: str, streams: Sequence[str] | None, *, tag: str = "webhook") -> str:
        if self.trouble:
            raise NotStartedError(self.trouble)
        self.started.append((pair, connection, streams, tag))
        return f"run-{len(self.started)}"

    async def is_over(self, run_id: str) -> bool:
        return run_id in self.over

    async def reachable(self) -> bool:
        return self.up

    connected = contextlib.nullcontext


class Blocks:
    """Keeps the credentials as Prefect does."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {"username": USER, "password": SecretStr(PASSWORD)}
        self.down = False

    async def __call__(self, pair: Pair, connection: str, system: str) -> Block | None:
        if self.down:
            raise httpx.ConnectError("down")
        return (
            QuickBooksDesktopCredentials(**self.fields)
            if (connection, system) == (NAME, "quickbooks_desktop")
            else None
        )

    @property
    def file_id(self) -> str:
        return QuickBooksDesktopCredentials(**self.fields).account.file_id

    @property
    def owner_id(self) -> str:
        return QuickBooksDesktopCredentials(**self.fields).account.owner_id


class Connector:
    """Speaks as the Web Connector, one call at a time."""

    def __init__(self, client: httpx.AsyncClient, name: str = NAME) -> None:
        self.client, self.name, self.ticket = client, name, ""

    async def post(self, envelope: str | bytes) -> httpx.Response:
        content = envelope.encode() if isinstance(envelope, str) else envelope
        return await self.client.post(f"/qbwc/{self.name}", content=content, headers={"Content-Type": "text/xml"})

    async def ask(self, operation: str, **given: str) -> Any:
        """Returns the result of a call as QBWC reads it: by qualified names, a text or a list of texts."""
        answer = await self.post(envelope_of(operation, **given))
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        wrapper = etree.fromstring(answer.content)[0][0]
        assert wrapper.tag == f"{{{NAMESPACE}}}{operation}Response"
        (result,) = wrapper
        assert result.tag == f"{{{NAMESPACE}}}{operation}Result"
        if operation != "authenticate":
            return result.text or ""
        assert {one.tag for one in result} == {f"{{{NAMESPACE}}}string"}
        return [one.text or "" for one in result]

    async def sign_in(self, username: str = USER, password: str = PASSWORD) -> str:
        """Returns the second string of the answer, and keeps the ticket."""
        self.ticket, word, *_rest = await self.ask("authenticate", strUserName=username, strPassword=password)
        return str(word)

    async def send(self, greeting: str = "", path: str = PATH) -> str:
        given = {"strHCPResponse": greeting, "strCompanyFileName": path, "qbXMLCountry": "US"}
        version = {"qbXMLMajorVers": "13", "qbXMLMinorVers": "0"}
        return str(await self.ask("sendRequestXML", ticket=self.ticket, **given, **version))

    async def receive(self, response: str, hresult: str = "", message: str = "") -> int:
        given = {"response": response, "hresult": hresult, "message": message}
        return int(await self.ask("receiveResponseXML", ticket=self.ticket, **given))

    async def said(self) -> str:
        return str(await self.ask("getLastError", ticket=self.ticket))

    async def failed(self, hresult: str, message: str = "") -> str:
        return str(await self.ask("connectionError", ticket=self.ticket, hresult=hresult, message=message))

    async def close(self) -> str:
        return str(await self.ask("closeConnection", ticket=self.ticket))

    async def sent(self, greeting: str = "") -> str:
        """Returns what QuickBooks is sent, after as many pauses as it is asked for."""
        async with asyncio.timeout(10):
            while not (document := await self.send(greeting)):
                assert await self.said() == "NoOp"
                greeting = ""
        return document


def envelope_of(operation: str, *, namespace: str = NAMESPACE, soap: str = SOAP, **given: str) -> str:
    """Returns a call as .NET writes it."""
    parameters = "".join(f"<{name}>{escape(text)}</{name}>" if text else f"<{name} />" for name, text in given.items())
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{soap}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f'<soap:Body><{operation} xmlns="{namespace}">{parameters}</{operation}></soap:Body></soap:Envelope>'
    )


def greeting_of(owner_id: str, file_id: str, name: str = "Acme Co") -> str:
    """Returns what QuickBooks tells of itself, stamped with this file id by this owner."""
    return (
        '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><HostQueryRs requestID="0" statusCode="0"><HostRet>'
        "<ProductName>QuickBooks Pro \x0b2024</ProductName></HostRet></HostQueryRs>"
        '<CompanyQueryRs requestID="1" statusCode="0"><CompanyRet>'
        f"<CompanyName>{name}</CompanyName><DataExtRet><OwnerID>{owner_id}</OwnerID><DataExtName>FileID</DataExtName>"
        f"<DataExtType>STR255TYPE</DataExtType><DataExtValue>{file_id}</DataExtValue></DataExtRet>"
        "</CompanyRet></CompanyQueryRs></QBXMLMsgsRs></QBXML>"
    ).replace("\x0b", "")


async def none_at_all(_pair: Pair, _system: str) -> dict[str, Block]:
    """Returns no connection, so that each is looked up by its name."""
    return {}


def app_of(store: Store, runs: Runs, blocks: Blocks, pace: Pace = QUICK, **more: Any) -> FastAPI:
    """Returns a web app on this store; several of them are several processes to a Web Connector."""
    more = {"pairs": PAIRS, "public_url": "https://sync.example.com", **more}
    return create_app(store, load=blocks, load_all=none_at_all, runs=runs, connector_pace=pace, **more)


@contextlib.asynccontextmanager
async def connected(
    store: Store, runs: Runs, blocks: Blocks, pace: Pace = QUICK, **more: Any
) -> AsyncIterator[Connector]:
    """Yields a Web Connector that reaches a web app of its own."""
    async with reached(app_of(store, runs, blocks, pace, **more)) as client:
        yield Connector(client)


def unslowed(monkeypatch: Any) -> None:
    """Wrong passwords are answered at once."""
    monkeypatch.setattr(brake, "LONGEST", 0.0)


@contextlib.contextmanager
def listening_apps(*apps: FastAPI) -> Iterator[list[str]]:
    """Serves web apps on loopback, each in a thread with a loop of its own, and yields their addresses."""
    sockets = [listening() for _ in apps]
    servers = [uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)) for app in apps]
    threads = [
        threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        for server, bound in zip(servers, sockets, strict=True)
    ]
    for thread in threads:
        thread.start()
    while not all(server.started for server in servers):
        time.sleep(0.005)
    try:
        yield [f"http://127.0.0.1:{bound.getsockname()[1]}/qbwc/{NAME}" for bound in sockets]
    finally:
        for server in servers:
            server.should_exit = True
        for thread in threads:
            thread.join(timeout=10)
