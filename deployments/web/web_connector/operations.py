"""The operations: what they are given, what they answer, and who carries them out."""

from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Literal, NamedTuple

from deployments.web.web_connector.cycle import Cycle
from deployments.web.web_connector.soap import Call, FaultError
from deployments.web.web_connector.words import Said

Given = Mapping[str, str]
INTEGERS = frozenset({"qbXMLMajorVers", "qbXMLMinorVers"})  # the parameters that are numbers, and never left out


class Operation(NamedTuple):
    """One operation of the service."""

    parameters: tuple[str, ...]  # in order
    answers: Literal["string", "int", "ArrayOfString"]
    carry_out: Callable[[Cycle, str, Given], Awaitable[Said]]


async def _server_version(_cycle: Cycle, _connection: str, _given: Given) -> Said:
    return Said(version("ml-connector"), "told")


async def _client_version(_cycle: Cycle, _connection: str, _given: Given) -> Said:
    return Said("", "accepted")  # every version will do


OPERATIONS = {
    "serverVersion": Operation((), "string", _server_version),
    "clientVersion": Operation(("strVersion",), "string", _client_version),
    "authenticate": Operation(
        ("strUserName", "strPassword"),
        "ArrayOfString",
        lambda cycle, name, given: cycle.authenticate(name, given["strUserName"], given["strPassword"]),
    ),
    "sendRequestXML": Operation(
        ("ticket", "strHCPResponse", "strCompanyFileName", "qbXMLCountry", "qbXMLMajorVers", "qbXMLMinorVers"),
        "string",
        lambda cycle, name, given: cycle.send_request(
            name, given["ticket"], given["strHCPResponse"], given["strCompanyFileName"]
        ),
    ),
    "receiveResponseXML": Operation(
        ("ticket", "response", "hresult", "message"),
        "int",
        lambda cycle, name, given: cycle.receive_response(
            name, given["ticket"], given["response"], given["hresult"].strip(), given["message"].strip()
        ),
    ),
    "connectionError": Operation(
        ("ticket", "hresult", "message"),
        "string",
        lambda cycle, name, given: cycle.connection_error(
            name, given["ticket"], given["hresult"].strip(), given["message"].strip()
        ),
    ),
    "getLastError": Operation(
        ("ticket",), "string", lambda cycle, name, given: cycle.get_last_error(name, given["ticket"])
    ),
    "closeConnection": Operation(
        ("ticket",), "string", lambda cycle, name, given: cycle.close_connection(name, given["ticket"])
    ),
}


async def carried_out(cycle: Cycle, connection: str, call: Call) -> Said:
    """Returns the answer to a call.

    Raises:
        FaultError: there is no such operation.
    """
    operation = OPERATIONS.get(call.operation)
    if operation is None:
        raise FaultError(f"there is no operation {call.operation[:60]}")
    # Some stacks leave empty parameters out; what we do not know is passed over.
    given = {name: call.parameters.get(name, "") for name in operation.parameters}
    return await operation.carry_out(cycle, connection, given)
