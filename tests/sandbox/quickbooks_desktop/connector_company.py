"""What the Web Connector needs of a company file, and reads from its greeting."""

from typing import Protocol

from lxml import etree

from tests.sandbox.clock import Clock


class Dying(Protocol):
    """The switch by which a company's QuickBooks dies while it executes a document."""

    die_after: int | None


class Company(Protocol):
    """A company file with its QuickBooks: one qbXML document in, one out."""

    path: str
    clock: Clock

    @property
    def switches(self) -> Dying:
        """How it misbehaves."""

    def process(self, qbxml: str) -> str:
        """Executes one document."""

    def greeting(self, owner_id: str) -> str:
        """Returns the answers to the Host, Company and Preferences queries."""

    def stamp(self, owner_id: str, file_id: str) -> None:
        """The company record bears the FileID."""

    @property
    def locked_by(self) -> str:
        """The machine whose update is under way, or nothing."""

    def stamped(self, owner_id: str) -> str:
        """Returns the FileID that this owner has stamped on the file, or nothing."""

    def lock(self, machine: str) -> bool:
        """Tells whether the company record now says that this machine's update is under way."""

    def unlock(self) -> None:
        """The company record says that no update is under way."""

    def begin_session(self, application: str = "") -> None:
        """A session of QuickBooks is open for this application."""

    def end_session(self) -> None:
        """No session is open; iterators are gone."""


class Greeting:
    """What the Web Connector itself reads from a company's greeting."""

    def __init__(self, text: str) -> None:
        """Reads the greeting of one owner."""
        self._root = etree.fromstring(text.encode())

    @property
    def country(self) -> str:
        """Returns the edition's country."""
        return next((found.text or "US" for found in self._root.iter("Country")), "US")

    @property
    def version(self) -> tuple[str, str]:
        """Returns the highest qbXML version that QuickBooks speaks, as major and minor."""
        spoken = [found.text or "" for found in self._root.iter("SupportedQBXMLVersion")]
        newest = max(spoken, key=lambda version: [int(part) for part in version.split(".")])
        major, _dot, minor = newest.partition(".")
        return major, minor or "0"
