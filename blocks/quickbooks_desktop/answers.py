"""QuickBooks Desktop's answers, read: one for each message, with its records as dicts in QuickBooks' names."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from lxml import etree

from blocks.errors import TransientError
from blocks.exact import Record
from blocks.quickbooks_desktop.channel import SYSTEM

MANY = frozenset({  # what may come several times, and so is a list even where it comes once
    "LinkedTxn", "ExpenseLineRet", "AppliedToTxnRet", "DataExtRet", "AdditionalContactRef", "ContactsRet",
    "AdditionalNotesRet", "PrefillAccountRef", "SupportedQBXMLVersion",
})  # fmt: skip
ITEMS = "ItemLines"  # where lines by item and by group of items stand, in their common order, each under its own name
EITHER = frozenset({"ItemLineRet", "ItemGroupLineRet"})
RECOVERY = "ErrorRecovery"
UNSAID = -1  # the code of an answer that has none
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


class Answer(NamedTuple):
    """What QuickBooks answered to one message."""

    request_id: str
    message: str  # such as `BillAdd`
    code: int
    severity: str = ""
    text: str = ""
    records: Sequence[Record] = ()
    recovery: Record | None = None  # which record an earlier sending of the same message has made
    iterator_id: str = ""
    remaining: int = 0  # records that an iterator has not given yet


class AnswerSet(NamedTuple):
    """What QuickBooks answered to one document."""

    status: int | None  # the `messageSetStatusCode`, of what was sent with a set id
    set_id: str
    answers: list[Answer]


class Ids(NamedTuple):
    """How a record is known to QuickBooks: its TxnID or ListID, and which state of it this is."""

    id: str
    sequence: str  # the EditSequence; empty if it was not told


def parsed(text: str) -> AnswerSet:
    """Returns what a document answers.

    Raises:
        TransientError: it is no whole qbXML.
    """
    found = root(text).find("QBXMLMsgsRs")
    if found is None:
        raise TransientError(f"{SYSTEM} answered without a QBXMLMsgsRs", system=SYSTEM, remedy=_REMEDY)
    status = found.get("messageSetStatusCode")
    answers = [_answer(one) for one in found if isinstance(one.tag, str)]
    return AnswerSet(None if status is None else _whole(status), found.get("newMessageSetID", ""), answers)


def root(text: str) -> Any:
    """Returns the root element of qbXML; nothing is fetched, and no entity is resolved.

    Raises:
        TransientError: it is not well formed, or declares a document type.
    """
    plain = _DECLARATION.sub("", _REFERENCE.sub(_legal, _ILLEGAL.sub("", text)), count=1)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        found = etree.fromstring(plain.encode(), parser)
    except etree.XMLSyntaxError as error:
        said = f"{SYSTEM}'s answer cannot be read: {error.msg}"
        raise TransientError(said, system=SYSTEM, remedy=_REMEDY) from None
    tree: Any = found.getroottree()
    if tree.docinfo.doctype:
        raise TransientError(f"{SYSTEM}'s answer declares a document type", system=SYSTEM, remedy=_REMEDY)
    return found


def ids_of(answer: Answer) -> Ids:
    """Returns what the record is known by that was written, by this sending of the message or by an earlier one."""
    held = answer.records[0] if answer.records else answer.recovery or {}
    known = held.get("TxnID") or held.get("ListID") or ""
    return Ids(str(known), str(held.get("EditSequence") or ""))


def record_of(element: Any) -> Record:
    """Returns the element's content; fields that may come several times are lists."""
    record: Record = {}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        value: Any = record_of(child) if len(child) else (child.text or "")
        if child.tag in EITHER:
            record.setdefault(ITEMS, []).append({child.tag: value})
        elif child.tag in MANY:
            record.setdefault(child.tag, []).append(value)
        elif child.tag in record:
            held = record[child.tag]
            record[child.tag] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            record[child.tag] = value
    return record


def _answer(element: Any) -> Answer:
    children = [child for child in element if isinstance(child.tag, str)]
    rows = [record_of(child) for child in children if child.tag.endswith("Ret")]
    if not rows and any(child.tag in ("TxnID", "ListID") for child in children):
        rows = [record_of(element)]  # what was deleted or voided stands in the answer itself
    recovery = element.find(RECOVERY)
    return Answer(
        request_id=element.get("requestID", ""),
        message=element.tag.removesuffix("Rs"),
        code=_whole(element.get("statusCode")),
        severity=element.get("statusSeverity", ""),
        text=element.get("statusMessage", ""),
        records=rows,
        recovery=None if recovery is None else record_of(recovery),
        iterator_id=element.get("iteratorID", ""),
        remaining=max(0, _whole(element.get("iteratorRemainingCount"))),
    )


def _whole(text: str | None) -> int:
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdecimal() else UNSAID


def _legal(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    return found[0] if code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF else ""


_REMEDY = (
    "The next cycle asks again. If it stays so, send the Web Connector's log (QWCLog.txt, level VERBOSE) of that"
    " machine to whoever runs this program."
)
