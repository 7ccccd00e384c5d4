"""A SOAP service that answers as it was told, to try the Web Connector against."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree
from starlette.types import Receive, Scope, Send

from tests.sandbox.quickbooks_desktop.connector_description import OPERATIONS, TNS, description

_ENV = "http://schemas.xmlsoap.org/soap/envelope/"
SUFFICIENT: dict[str, Any] = {
    "serverVersion": "1.0", "clientVersion": "", "authenticate": ["ticket-1", ""], "sendRequestXML": "",
    "receiveResponseXML": 100, "connectionError": "done", "getLastError": "NoOp", "closeConnection": "OK",
}  # fmt: skip


@dataclass
class Reply:
    """An answer as it goes out, whatever it is worth."""

    body: str
    status: int = 200
    content_type: str = "text/xml; charset=utf-8"
    location: str = ""


class ScriptedService:
    """Answers each operation with what it was told: a value, a `Reply`, a function of the parameters, or `Turns`.

    `asked` has every call that came in: the operation, and its parameters as text.
    """

    def __init__(self, **answers: Any) -> None:
        """Answers as a service without work does, except for these operations."""
        self.answers = {**SUFFICIENT, **answers}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.support_status = 200

    @property
    def operations(self) -> list[str]:
        """Returns the names of the calls that came in, in order."""
        return [operation for operation, _parameters in self.asked]

    def parameters(self, operation: str) -> list[dict[str, str]]:
        """Returns the parameters of each call of one operation."""
        return [parameters for asked, parameters in self.asked if asked == operation]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if scope["method"] == "POST":
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            reply = await asyncio.to_thread(self._answer, headers, body)
        elif scope["query_string"] == b"wsdl":
            reply = Reply(description(f"http://127.0.0.1:{scope['server'][1]}{scope['path']}"))
        else:
            reply = Reply("Help", self.support_status, "text/plain", "/elsewhere" if self.support_status == 302 else "")
        named = {"content-type": reply.content_type, **({"location": reply.location} if reply.location else {})}
        raw = [(name.encode(), value.encode()) for name, value in named.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": reply.body.encode()})

    def _answer(self, headers: dict[str, str], body: bytes) -> Reply:
        content = etree.fromstring(body).find(f"{{{_ENV}}}Body")
        assert content is not None and len(content) == 1
        operation = str(content[0].tag).removeprefix(f"{{{TNS}}}")
        assert headers["soapaction"] == f'"{TNS}{operation}"'
        assert headers["content-type"] == "text/xml; charset=utf-8"
        names = [str(child.tag).removeprefix(f"{{{TNS}}}") for child in content[0]]
        assert names == list(OPERATIONS[operation])
        parameters = {name: child.text or "" for name, child in zip(names, content[0], strict=True)}
        self.headers.append(headers)
        self.asked.append((operation, parameters))
        answer = self.answers[operation]
        answer = answer.next() if isinstance(answer, Turns) else answer
        answer = answer(parameters) if callable(answer) else answer
        return answer if isinstance(answer, Reply) else reply_to(operation, answer)


class Door:
    """One served address that leads to whichever service stands behind it; starting a server is slow."""

    service: ScriptedService

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        await self.service(scope, receive, send)


class Turns:
    """Answers that are given one after the other, the last one for ever."""

    def __init__(self, *answers: Any) -> None:
        """Starts with the first."""
        self._answers = list(answers)

    def next(self) -> Any:
        """Returns the answer whose turn it is."""
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def reply_to(operation: str, value: Any, namespace: str = TNS) -> Reply:
    """Returns a sound answer with this result: a text, a number, or a list of texts."""
    if isinstance(value, list):
        inner = "".join(f"<string>{escape(item)}</string>" for item in value)
    else:
        inner = escape(str(value))
    outer = f"<{operation}Result>{inner}</{operation}Result>"
    return enveloped(f'<{operation}Response xmlns="{namespace}">{outer}</{operation}Response>')


def enveloped(content: str, namespace: str = _ENV) -> Reply:
    """Returns an answer with this in its body."""
    envelope = f'<s:Envelope xmlns:s="{namespace}"><s:Body>{content}</s:Body></s:Envelope>'
    return Reply(f'<?xml version="1.0" encoding="utf-8"?>{envelope}')


def fault(code: str, text: str) -> Reply:
    """Returns a fault with the HTTP status that SOAP 1.1 gives it."""
    reply = enveloped(f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>{escape(text)}</faultstring></s:Fault>")
    reply.status = 500
    return reply


def script(document: Callable[[int], str], count: int) -> dict[str, Any]:
    """Returns the answers of a service that hands out `count` documents and then says 100."""
    documents = [document(number) for number in range(count)]
    percents = [100 * (number + 1) // count for number in range(count)]
    return {"sendRequestXML": Turns(*documents), "receiveResponseXML": Turns(*percents)}
