"""SOAP 1.1 as a .NET client writes and reads it: one wrapped call out, one result in.

Source: WSDL of Intuit's Web Connector troubleshooting service; requests recorded by operators of such services.
"""

import re
from collections.abc import Sequence

from lxml import etree

NAMESPACE = "http://developer.intuit.com/"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>'
    f'<soap:Envelope xmlns:soap="{ENVELOPE}" xmlns:xsi="{_XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
_TAIL = "</soap:Body></soap:Envelope>"
_SPECIAL = re.compile(r"[&<>]|[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

PARAMETERS: dict[str, Sequence[str]] = {
    "serverVersion": (),
    "clientVersion": ("strVersion",),
    "authenticate": ("strUserName", "strPassword"),
    "sendRequestXML": (
        "ticket", "strHCPResponse", "strCompanyFileName", "qbXMLCountry", "qbXMLMajorVers", "qbXMLMinorVers",
    ),
    "receiveResponseXML": ("ticket", "response", "hresult", "message"),
    "connectionError": ("ticket", "hresult", "message"),
    "getLastError": ("ticket",),
    "closeConnection": ("ticket",),
}  # fmt: skip


class SoapAnswerError(Exception):
    """The answer is not what the contract says."""


class SoapFaultError(SoapAnswerError):
    """The answer is a fault; `code` is the fault code without its prefix."""

    def __init__(self, code: str, text: str) -> None:
        """Keeps the fault's code and text."""
        super().__init__(text)
        self.code = code


def question(operation: str, *values: str) -> bytes:
    """Returns the envelope of one call; every parameter is there, an empty one as an empty element."""
    names = PARAMETERS[operation]
    if len(names) != len(values):
        raise TypeError(f"{operation} takes {', '.join(names) or 'nothing'}")
    inner = "".join(_element(name, _escaped(value)) for name, value in zip(names, values, strict=True))
    return (_HEAD + _element(f'{operation} xmlns="{NAMESPACE}"', inner) + _TAIL).encode()


def result(operation: str, body: bytes) -> etree._Element | None:
    """Returns the result element of an answer; None if the answer has none under its qualified name.

    Raises:
        SoapFaultError: the answer is a fault.
        SoapAnswerError: it is no SOAP 1.1 answer to this operation.
    """
    content = _content(body)
    if content.tag == f"{{{ENVELOPE}}}Fault":
        code = (content.findtext("faultcode") or "").rpartition(":")[2].strip()
        raise SoapFaultError(code, (content.findtext("faultstring") or "").strip())
    if content.tag != f"{{{NAMESPACE}}}{operation}Response":
        raise SoapAnswerError(f"the body holds {content.tag}, not {operation}Response of {NAMESPACE}")
    return content.find(f"{{{NAMESPACE}}}{operation}Result")


def text_of(found: etree._Element | None) -> str | None:
    """Returns the text of a string; None if it is missing or nil.

    Raises:
        SoapAnswerError: it has elements inside, so it is no string.
    """
    if found is None or found.get(f"{{{_XSI}}}nil") in ("true", "1"):
        return None
    if any(isinstance(child.tag, str) for child in found):
        raise SoapAnswerError(f"{found.tag} has elements inside, and should be a string")
    return "".join(map(str, found.itertext()))


def strings_of(found: etree._Element | None) -> list[str | None]:
    """Returns the items of an array of strings; elements of another name or namespace are passed over."""
    return [] if found is None else [text_of(item) for item in found.findall(f"{{{NAMESPACE}}}string")]


def integer_of(found: etree._Element | None) -> int:
    """Returns the 32-bit integer.

    Raises:
        SoapAnswerError: it is missing, or anything else.
    """
    text = (text_of(found) or "").strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,10}", text) or not -(2**31) <= int(text) < 2**31:
        raise SoapAnswerError(f"{text!r} is no integer: Input string was not in a correct format.")
    return int(text)


def _element(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name.partition(' ')[0]}>" if inner else f"<{name} />"


def _escaped(value: str) -> str:
    # .NET writes control characters as references, although XML 1.0 has no such characters
    return _SPECIAL.sub(lambda one: _ESCAPES.get(one[0], f"&#x{ord(one[0]):X};"), value)


def _content(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SoapAnswerError(f"the answer is no XML: {error}") from error
    if b"<!DOCTYPE" in body[:1000]:
        raise SoapAnswerError("for security reasons DTD is prohibited in this XML document")
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise SoapAnswerError(f"the answer is {root.tag}, not an Envelope of SOAP 1.1")
    inside = root.find(f"{{{ENVELOPE}}}Body")
    first = next((child for child in inside if isinstance(child.tag, str)), None) if inside is not None else None
    if first is None:
        raise SoapAnswerError("the answer has no Body, or nothing in it")
    return first
