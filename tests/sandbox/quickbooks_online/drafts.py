"""A record that is about to be written."""

from dataclasses import dataclass

from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.fields import IGNORED, Fields
from tests.sandbox.quickbooks_online.wire import Record


@dataclass(frozen=True)
class Draft:
    """What was sent, and what it is to change."""

    company: Company
    kind: str
    given: Record  # None clears
    before: Record | None = None  # None creates
    sparse: bool = False
    allowed: frozenset[str] = frozenset()  # the words of `include=` or `optionsData`

    @property
    def id(self) -> str:
        """The record's Id; empty while it has none."""
        return str(self.before["Id"]) if self.before else ""

    def merged(self, fields: Fields, kept: frozenset[str] = frozenset()) -> Record:
        """Returns the record after the request: a full update clears what it leaves out, but not what is `kept`."""
        before = self.before or {}
        record = {
            name: value
            for name, value in before.items()
            if self.sparse or name in kept or fields.get(name, IGNORED).kind == "ignored"
        }
        for name, value in self.given.items():
            if value is not None:
                record[name] = value
            elif name not in kept:
                record.pop(name, None)
        return record
