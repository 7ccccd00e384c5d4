"""The envelope of qbXML: reads a document of requests, and writes one of responses.

Source: qbXML 13.0, QBXMLMsgsRq and QBXMLMsgsRs; recorded answers for the declaration.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.errors import no_rollback, unparsed, unsupported_version
from tests.sandbox.quickbooks_desktop.messages import MESSAGES, Message
from tests.sandbox.quickbooks_desktop.reading import Node, Reading, Record, fits
from tests.sandbox.quickbooks_desktop.refusals import Refusal
from tests.sandbox.quickbooks_desktop.rendering import tagged
from tests.sandbox.quickbooks_desktop.state import Response
from tests.sandbox.quickbooks_desktop.switches import Switches

_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?(?:encoding\s*=\s*[\"'](?P<encoding>[^\"']*)[\"'][^>]*)?\?>")
_VERSION = re.compile(r"\bversion\s*=\s*[\"'](\d{1,2}\.\d)[\"']")
_SET_ATTRIBUTES = frozenset({"onError", "newMessageSetID", "oldMessageSetID", "responseData"})
_WORDS = {
    "onError": ("stopOnError", "continueOnError", "rollbackOnError"),
    "responseData": ("includeAll", "includeNone"),
    "metaData": ("NoMetaData", "MetaDataOnly", "MetaDataAndResponseData"),
    "iterator": ("Start", "Continue", "Stop"),
}
_LONGEST_REQUEST_ID = 50


@dataclass(frozen=True)
class Request:
    """One request of a document: its content, or how it fails for a value that is wrong."""

    message: Message
    attributes: dict[str, str]
    draft: Record
    refusal: Refusal | None

    @property
    def id(self) -> str | None:
        """The requestID, if there is one."""
        return self.attributes.get("requestID")


@dataclass(frozen=True)
class Document:
    """One message set of requests."""

    attributes: dict[str, str]
    requests: list[Request]
    checksum: str

    @property
    def writes(self) -> bool:
        """Tells whether any of the requests changes the company file."""
        return any(request.message.writes for request in self.requests)


def parse(text: str, switches: Switches) -> Document:
    """Returns what a document asks.

    Raises:
        ProcessorError: it is not what the schema says, or in a version that this QuickBooks does not know.
    """
    root = _tree(text, switches)
    version = _version(root, switches)
    sets = [child for child in root if isinstance(child.tag, str)]
    if root.tag != "QBXML" or root.attrib or len(sets) != 1 or sets[0].tag != "QBXMLMsgsRq":
        raise unparsed("not one QBXMLMsgsRq in QBXML")
    attributes = _attributes(sets[0], _SET_ATTRIBUTES)
    if "onError" not in attributes:
        raise unparsed("onError is missing")
    if attributes["onError"] == "rollbackOnError":
        raise no_rollback()
    nodes = [child for child in sets[0] if isinstance(child.tag, str)]
    requests = [_request(node, Reading(version, switches)) for node in nodes]
    content = text.encode() if switches.checksum_of == "document" else b"".join(etree.tostring(each) for each in nodes)
    return Document(attributes, requests, hashlib.sha256(content).hexdigest())


def rendered(attributes: dict[str, str], responses: Iterable[Response], switches: Switches, with_data: bool) -> str:
    """Returns the document of responses: a declaration without encoding, and no line for the qbXML version."""
    body = "\n".join(_response(response, switches, with_data) for response in responses)
    answer = tagged("QBXMLMsgsRs", attributes, f"\n{body}\n" if body else "")
    return f'<?xml version="1.0" ?>\n<QBXML>\n{answer}\n</QBXML>\n'


def _response(response: Response, switches: Switches, with_data: bool) -> str:
    asked = response.request_id if response.request_id is not None or not switches.blank_request_id else ""
    attributes = {} if asked is None else {"requestID": asked}
    attributes |= {"statusCode": str(response.code), "statusSeverity": refusals.severity(response.code)}
    attributes |= {"statusMessage": response.text, **dict(response.attributes)}
    return tagged(f"{response.message}Rs", attributes, response.body if with_data else "")


def _tree(text: str, switches: Switches) -> Node:
    declaration = _DECLARATION.match(text)
    encoding = (declaration["encoding"] or "").lower() if declaration else ""
    latin = encoding in ("iso-8859-1", "latin-1", "windows-1252") and switches.non_latin == "raw_refused"
    strange = not text.isascii() and not all(fits(letter, switches) for letter in text)
    if strange and not latin and switches.non_latin != "all_stored":
        raise unparsed("a character that QuickBooks does not know")
    bare = text[declaration.end() :] if declaration else text.lstrip()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(bare.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise unparsed(str(error)) from None
    if "<!DOCTYPE" in bare[: bare.find("<QBXML")]:
        raise unparsed("a document type")
    return root


def _version(root: Node, switches: Switches) -> int:
    """Returns the major version that the line above the root names."""
    before = root.getprevious()
    while before is not None and getattr(before, "target", "") != "qbxml":
        before = before.getprevious()
    found = _VERSION.search(before.text or "") if before is not None else None
    if found is None:
        raise unparsed("no qbxml version")
    given, known = (tuple(int(each) for each in text.split(".")) for text in (found[1], switches.highest_version))
    if given > known:
        raise unsupported_version(found[1])
    return given[0]


def _attributes(node: Node, allowed: frozenset[str]) -> dict[str, str]:
    given = {str(name): str(value) for name, value in node.attrib.items()}
    for name, value in given.items():
        if name not in allowed or value not in _WORDS.get(name, (value,)):
            raise unparsed(f"{name}={value} in {node.tag}")
    return given


def _request(node: Node, reading: Reading) -> Request:
    message = MESSAGES.get(str(node.tag).removesuffix("Rq"))
    if message is None or not str(node.tag).endswith("Rq"):
        raise unparsed(f"no such message: {node.tag}")
    attributes = _attributes(node, message.attributes | {"requestID"})
    identifier = attributes.get("requestID", "")
    bad_id = refusals.bad_request_id(identifier) if len(identifier) > _LONGEST_REQUEST_ID else None
    draft = reading.record(message.content, node)
    return Request(message, attributes, draft, bad_id or reading.refusal)
