"""Carries one call at a time to the service, over a connection that is kept open."""

import socket
import ssl
import time
from collections.abc import Iterator

import httpx
from lxml import etree

from tests.sandbox.quickbooks_desktop.connector_cycle import Call, CallFailedError, Exchange
from tests.sandbox.quickbooks_desktop.soap import NAMESPACE, SoapAnswerError, SoapFaultError, question, result

USER_AGENT = "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 2.0.50727.9151)"
LOST = "The underlying connection was closed: The connection was closed unexpectedly."
UNVERIFIED, UNRESOLVED = "QBWC1048", "QBWC1035"


class SoapWire:
    """A .NET client of one service: `calls` says what was asked, `exchanges` the whole of it if that is wanted."""

    def __init__(self, url: str, timeout: float, verify: ssl.SSLContext | bool = True, record: bool = False) -> None:
        """Connects at the first call; `timeout` in seconds."""
        self.url, self.record = url, record
        self.calls: list[Call] = []
        self.exchanges: list[Exchange] = []
        verify = verify and url.startswith("https:")  # reading the trusted certificates is slow, and useless for http
        self._http = httpx.Client(timeout=timeout, verify=verify, trust_env=False, headers={"User-Agent": USER_AGENT})

    def close(self) -> None:
        """Hangs up."""
        self._http.close()

    def lose(self, operation: str) -> None:
        """Notes a call that never reaches the service.

        Raises:
            CallFailedError: always.
        """
        self.calls.append(Call(operation))
        raise CallFailedError(operation, LOST)

    def ask(self, operation: str, *values: str) -> etree._Element | None:
        """Returns the result element of one call.

        Raises:
            CallFailedError: no answer, a status other than 200, a fault, or an answer that breaks the contract.
        """
        response = self._post(operation, question(operation, *values))
        try:
            return _read(operation, response)
        except SoapFaultError as fault:
            # SOAP 1.1: `Client` means that the message was not one that the service knows
            raise CallFailedError(operation, str(fault), unknown=fault.code.partition(".")[0] == "Client") from fault
        except SoapAnswerError as error:
            raise CallFailedError(operation, str(error)) from error

    def _post(self, operation: str, body: bytes) -> httpx.Response:
        call = Call(operation, request_bytes=len(body))
        self.calls.append(call)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}{operation}"'}
        request = self._http.build_request("POST", self.url, content=body, headers=headers)
        exchange = Exchange(operation, self.url, dict(request.headers), body)
        if self.record:
            self.exchanges.append(exchange)
        started = time.monotonic()
        try:
            response = self._http.send(request)
        except httpx.HTTPError as error:
            raise _failure(operation, error) from error
        finally:
            call.seconds = time.monotonic() - started
        exchange.response = response.content
        call.status, call.response_bytes = response.status_code, len(response.content)
        return response


def _read(operation: str, response: httpx.Response) -> etree._Element | None:
    kind = response.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "text/xml":
        raise SoapAnswerError(
            f"HTTP status {response.status_code}; response content type of {kind!r}, but expected 'text/xml'"
        )
    if response.status_code == httpx.codes.OK:
        return result(operation, response.content)
    if response.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
        result(operation, response.content)  # raises if it is a fault
    raise SoapAnswerError(f"The request failed with HTTP status {response.status_code}: {response.reason_phrase}.")


def _failure(operation: str, error: httpx.HTTPError) -> CallFailedError:
    if isinstance(error, httpx.ConnectError):
        causes = list(_causes(error))
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            text = "Could not establish trust relationship for the SSL/TLS secure channel."
            return CallFailedError(operation, text, code=UNVERIFIED)
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            local = error.request.url.host == "localhost"
            return CallFailedError(operation, "The remote name could not be resolved", code=UNRESOLVED if local else "")
        return CallFailedError(operation, "Unable to connect to the remote server")
    if isinstance(error, httpx.TimeoutException):
        return CallFailedError(operation, "The operation has timed out")
    return CallFailedError(operation, LOST)


def _causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__ or at.__context__
