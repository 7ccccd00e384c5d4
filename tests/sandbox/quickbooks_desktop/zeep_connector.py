"""A second Web Connector, on the SOAP client `zeep`: it believes the service's own description, and nothing else."""

import time
from typing import Any
from urllib.parse import urlsplit

import requests
import zeep

from tests.sandbox.quickbooks_desktop.connector_company import Company, Greeting
from tests.sandbox.quickbooks_desktop.connector_cycle import Call, Cycle
from tests.sandbox.quickbooks_desktop.errors import ProcessorError

OWNER_ID = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"


class ZeepConnector:
    """Calls a service by its description; `cycle` says what was called and answered."""

    def __init__(self, wsdl_url: str, timeout: float = 100.0) -> None:
        """Fetches the description, which must name the address that it was fetched from."""
        session = requests.Session()
        session.trust_env = False
        soap: Any = zeep  # its constructors have no types
        self._transport = soap.Transport(session=session, timeout=timeout, operation_timeout=timeout)
        self._service = soap.Client(wsdl_url, transport=self._transport).service
        self.address = str(self._service._binding_options["address"])
        if urlsplit(self.address)[:3] != urlsplit(wsdl_url)[:3]:
            raise AssertionError(f"the description of {wsdl_url} sends its readers to {self.address}")
        self.cycle = Cycle()

    def ask(self, operation: str, *values: Any) -> Any:
        """Returns the result of one call, "" for an empty text."""
        call = Call(operation)
        self.cycle.calls.append(call)
        started = time.monotonic()
        result = getattr(self._service, operation)(*values)
        call.seconds, call.status = time.monotonic() - started, 200
        return "" if result is None else result

    def close(self) -> None:
        """Hangs up."""
        self._transport.session.close()


def zeep_cycle(
    wsdl_url: str, username: str, password: str, company: Company, *, pause: float = 0.05, owner_id: str = OWNER_ID
) -> Cycle:
    """Returns what one update did, from serverVersion to closeConnection.

    Raises:
        zeep.exceptions.Error: the service or its answers do not fit its description.
    """
    connector = ZeepConnector(wsdl_url)
    try:
        connector.ask("serverVersion")
        connector.ask("clientVersion", "2.3.0.215")
        ticket, word = (item or "" for item in connector.ask("authenticate", username, password)[:2])
        if word in ("none", "nvu", "busy"):
            connector.cycle.error = word
        else:
            company.begin_session(owner_id)
            _exchange(connector, company, ticket, pause, company.greeting(owner_id))
            company.end_session()
        connector.cycle.status = connector.ask("closeConnection", ticket)
    finally:
        connector.close()
    return connector.cycle


def _exchange(connector: ZeepConnector, company: Company, ticket: str, pause: float, greeting: str) -> None:
    cycle, read = connector.cycle, Greeting(greeting)
    versions = [int(part) for part in read.version]
    while True:
        document = connector.ask("sendRequestXML", ticket, greeting, company.path, read.country, *versions)
        greeting = ""
        if not document:
            cycle.error = connector.ask("getLastError", ticket)
            if cycle.error != "NoOp":
                return
            cycle.error = ""
            cycle.waits += 1
            time.sleep(pause)
            continue
        cycle.round_trips += 1
        percent = connector.ask("receiveResponseXML", ticket, *_processed(company, document))
        cycle.percents.append(percent)
        if percent < 0:
            cycle.error = connector.ask("getLastError", ticket)
            return
        if percent == 100:
            cycle.completed = True
            return


def _processed(company: Company, document: str) -> tuple[str, str, str]:
    try:
        return company.process(document), "", ""
    except ProcessorError as failure:
        return "", failure.hresult, failure.message
