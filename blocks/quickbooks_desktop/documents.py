"""The messages of one document that writes, and the ids of documents that are made of parts of it."""

import hashlib
from collections.abc import Iterable
from typing import Any

from lxml import etree

from blocks.quickbooks_desktop.answers import root

SET_ID = 20  # characters of a message set's id; QuickBooks takes up to 23 or 24


def set_id_of(*names: str) -> str:
    """Returns the id of the message set of this name; always the same one for the same name."""
    return hashlib.sha256("/".join(names).encode()).hexdigest()[:SET_ID]


def part_id(set_id: str, request_ids: Iterable[str]) -> str:
    """Returns the id of the document that holds only these messages of another one."""
    return set_id_of(set_id, *request_ids)


def messages_of(document: str) -> dict[str, str]:
    """Returns the messages of a document by their request ids, in order, each written in one certain way.

    Raises:
        TransientError: it is no qbXML.
    """
    found = root(document).find("QBXMLMsgsRq")
    return {} if found is None else {one.get("requestID", ""): _written(one) for one in found}


def anonymous(message: str) -> str:
    """Returns the message without its request id, so that equal questions are equal texts."""
    element = root(message)
    element.attrib.pop("requestID", None)
    return _written(element)


def _written(element: Any) -> str:
    written: bytes = etree.tostring(element, encoding="ascii", with_tail=False)
    return written.decode()
