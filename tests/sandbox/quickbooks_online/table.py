"""The records of one entity, found by Id, by name or number, and by time of change."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from tests.sandbox.quickbooks_online.wire import Record

INDEXED = ("DisplayName", "Name", "FullyQualifiedName", "DocNumber", "VendorRef")


def folded(value: Any) -> str:
    """Returns what QuickBooks compares of a name or reference: no case, no blanks around it."""
    return str(value["value"] if isinstance(value, dict) else value).strip().casefold()


class Table:
    """The stored JSON by Id; a record is replaced as a whole, so that the indexes stay right."""

    def __init__(self, next_id: Callable[[], str]) -> None:
        """Starts empty."""
        self.next_id = next_id
        self.rows: dict[str, Record] = {}
        self.touched: dict[str, datetime] = {}  # LastUpdatedTime, of the deleted ones too
        self.deleted: dict[str, Record] = {}  # the stubs of deleted transactions
        self._index: dict[str, dict[str, dict[str, None]]] = {name: {} for name in INDEXED}

    def put(self, record: Record, moment: datetime) -> None:
        """Stores a record under its Id, in place of the one before it."""
        self._unindex(record["Id"])
        self.rows[record["Id"]] = record
        self.touched[record["Id"]] = moment
        for name in INDEXED:
            if record.get(name) is not None:
                self._index[name].setdefault(folded(record[name]), {})[record["Id"]] = None

    def remove(self, identifier: str, stub: Record, moment: datetime) -> None:
        """Takes a record out and keeps its stub."""
        self._unindex(identifier)
        del self.rows[identifier]
        self.deleted[identifier], self.touched[identifier] = stub, moment

    def having(self, name: str, value: Any) -> list[Record]:
        """Returns the records whose indexed property is this value, whatever the case of its letters."""
        return [self.rows[identifier] for identifier in list(self._index[name].get(folded(value), ()))]

    def having_any(self, name: str, values: Iterable[Any]) -> list[Record]:
        """Returns the records whose Id or indexed property is one of these values."""
        wanted = dict.fromkeys(folded(value) for value in values)
        if name == "Id":
            return [self.rows[value] for value in wanted if value in self.rows]
        found = {identifier: None for value in wanted for identifier in list(self._index[name].get(value, ()))}
        return [self.rows[identifier] for identifier in found]

    def _unindex(self, identifier: str) -> None:
        before = self.rows.get(identifier, {})
        for name in INDEXED:
            if before.get(name) is not None:
                self._index[name][folded(before[name])].pop(identifier, None)
