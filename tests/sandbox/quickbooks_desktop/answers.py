"""What one request achieved, and how objects are shown in its answer."""

from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.kinds import KINDS
from tests.sandbox.quickbooks_desktop.notation import Sequence
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.rendering import rendered, tagged
from tests.sandbox.quickbooks_desktop.views import expanded, view


@dataclass
class Pages:
    """What is left of an iterator, and the query that it belongs to."""

    query: str
    rows: list[tuple[str, Record]]


@dataclass
class Session:
    """The time between opening and closing the company file; iterators do not outlive it."""

    application: str = ""
    iterators: dict[str, Pages] = field(default_factory=dict)


@dataclass
class Asking:
    """What a request may look at: the books, the host, its own attributes, its session."""

    books: Books
    host: dict[str, Record]  # HostRet and CompanyRet
    message: str
    attributes: dict[str, str]
    session: Session


@dataclass
class Answer:
    """The content and further attributes of an answer, and which object was written."""

    body: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    identity: dict[str, Any] = field(default_factory=dict)


def written(books: Books, kind: str, record: Record, only: list[str]) -> Answer:
    """Returns the answer to an Add or Mod."""
    names = (KINDS[kind].key, "TxnNumber", "EditSequence", "ExternalGUID")
    identity = {name: record[name] for name in names if name in record}
    return Answer(shown(books, kind, record, only, lines=True, links=False), kind=kind, identity=identity)


def shown(books: Books, kind: str, record: Record, only: list[str], *, lines: bool, links: bool) -> str:
    """Returns the Ret of an object.

    Raises:
        Refusal: 3210 for an unknown IncludeRetElement, where a switch says so.
    """
    seen = view(books, kind, record, lines=lines, links=links)
    return tagged(f"{kind}Ret", {}, rendered(KINDS[kind].ret, seen, only))


def plain(books: Books, name: str, content: Sequence, record: Record, only: list[str]) -> str:
    """Returns an element that is no stored object."""
    return tagged(name, {}, rendered(content, expanded(books, content, record), only))


def check_elements(books: Books, contents: list[Sequence], only: list[str]) -> None:
    """Passes when every IncludeRetElement is one of a Ret, or nobody minds.

    Raises:
        Refusal: 3210.
    """
    if books.switches.unknown_ret_element == "ignored":
        return
    known = {element.name for content in contents for element in content.elements}
    for name in only:
        if name not in known:
            raise refusals.rule("IncludeRetElement", name, "There is no such element.")
