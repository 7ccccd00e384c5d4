"""SOAP envelopes in and out: document/literal wrapped, as the Web Connector speaks it."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from lxml import etree

from deployments.web.web_connector.lexing import HostileError, refuse_hostile

NAMESPACE = "http://developer.intuit.com/"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
MEDIA_TYPE = "text/xml; charset=utf-8"
LARGE = frozenset({"response", "strHCPResponse"})  # parameters as long as the body may be
LONGEST = 64 * 1024  # bytes of any other parameter
DEEPEST = 12  # elements within one another; only a header has more than four
LONG = 8 * 1024 * 1024  # bytes from which an envelope is read in pieces
FED = 64 * 1024  # bytes at a time
# The encoding is not the sender's to choose: what was looked at must be what is parsed.
_STRICT: dict[str, Any] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FaultError(Exception):
    """The request is not a call that we answer; `str()` says why."""


class Call(NamedTuple):
    """An operation, and its parameters by name."""

    operation: str
    parameters: Mapping[str, str]


def read(raw: bytes) -> Call:
    """Returns the call that an envelope holds.

    Raises:
        FaultError: it holds none, or one that is not in our namespace, or must not be read.
    """
    envelope = _Envelope()
    try:
        refuse_hostile(raw)
        if len(raw) < LONG:
            _walk(etree.fromstring(raw, etree.XMLParser(remove_comments=True, remove_pis=True, **_STRICT)), envelope)
        else:
            _feed(raw, envelope)
    except HostileError as error:
        raise FaultError(str(error)) from None
    except etree.XMLSyntaxError:
        raise FaultError("the envelope is not well-formed XML") from None
    return envelope.call()


def _walk(element: etree._Element, envelope: "_Envelope") -> None:
    envelope.start(element.tag)
    envelope.data(element.text or "")
    for child in element:
        _walk(child, envelope)
    envelope.end()


def _feed(raw: bytes, envelope: "_Envelope") -> None:
    """Reads without making a tree, for which a text of more than ten million characters would be too long."""
    parser = etree.XMLParser(target=envelope, **_STRICT)
    for at in range(0, len(raw), FED):
        parser.feed(raw[at : at + FED])
    parser.close()


def answer(operation: str, result: str | int | Sequence[str]) -> bytes:
    """Returns the envelope with an operation's result."""
    if isinstance(result, str | int):
        content = _text(str(result))
    else:
        content = "".join(f"<string>{_text(one)}</string>" for one in result)
    return _envelope(
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result>{content}</{operation}Result>'
        f"</{operation}Response>"
    )


def fault(text: str, *, ours: bool = False) -> bytes:
    """Returns the envelope of a fault.

    Args:
        text: what is wrong.
        ours: it is our fault, and the same call may succeed later.
    """
    code = "soap:Server" if ours else "soap:Client"
    return _envelope(f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{_text(text)}</faultstring></soap:Fault>")


def _envelope(body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{SOAP_11}"><soap:Body>{body}</soap:Body>'
        "</soap:Envelope>"
    ).encode()


def _text(text: str) -> str:
    # A parser makes a carriage return a line feed unless it is a reference.
    return escape(_NOT_XML.sub("", text), quote=False).replace("\r", "&#13;")


class _Envelope:
    """What a parser tells while it reads an envelope."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._operation = ""
        self._parameters: dict[str, bytearray] = {}
        self._current: bytearray | None = None

    def start(self, tag: Any, _attributes: Any = None) -> None:
        self._path.append(tag)
        if len(self._path) > DEEPEST:
            raise FaultError("the envelope's elements are nested too deep")
        namespace, _, name = tag.removeprefix("{").rpartition("}")
        if len(self._path) == 1:
            if namespace not in (SOAP_11, SOAP_12) or name != "Envelope":
                raise FaultError("the document is not a SOAP envelope")
        elif self._is_in_body():
            self._start_in_body(namespace, name)

    def _start_in_body(self, namespace: str, name: str) -> None:
        if len(self._path) == 2:
            return
        if namespace != NAMESPACE:
            raise FaultError(f"the element {name[:60]} must be in the namespace {NAMESPACE}")
        if len(self._path) == 3 and not self._operation:
            self._operation = name
        elif len(self._path) == 4 and name not in self._parameters:
            self._current = self._parameters[name] = bytearray()
        else:
            raise FaultError(f"the element {name[:60]} has no place in a call")

    def _is_in_body(self) -> bool:
        return len(self._path) > 1 and self._path[1] in (f"{{{SOAP_11}}}Body", f"{{{SOAP_12}}}Body")

    def end(self, _tag: Any = None) -> None:
        self._path.pop()
        self._current = None

    def data(self, text: Any) -> None:
        if self._current is None:
            return
        self._current += text.encode()
        if len(self._current) > LONGEST and self._path[3].rpartition("}")[2] not in LARGE:
            raise FaultError("a parameter is too long")

    def comment(self, _text: Any) -> None:
        """It says nothing to us."""

    def close(self) -> None:
        """Nothing is left to do."""

    def call(self) -> Call:
        if not self._operation:
            raise FaultError("the envelope holds no call")
        return Call(self._operation, {name: bytes(text).decode() for name, text in self._parameters.items()})
