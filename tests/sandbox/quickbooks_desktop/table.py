"""The records of one kind, found by id and by what else QuickBooks looks them up with."""

from collections.abc import Iterable

from tests.sandbox.quickbooks_desktop.reading import Record


def folded(text: str) -> str:
    """Returns what QuickBooks compares of a name or number: no case, no blanks around it."""
    return text.strip().casefold()


class Table:
    """Records by id; one is replaced as a whole and never changed, so that the indexes stay right."""

    def __init__(self, indexed: tuple[str, ...]) -> None:
        """Starts empty, with an index for each of these elements."""
        self.rows: dict[str, Record] = {}
        self._index: dict[str, dict[str, dict[str, None]]] = {name: {} for name in indexed}

    def put(self, identifier: str, record: Record) -> None:
        """Stores a record under its id, in place of the one before it."""
        self._unindex(identifier)
        self.rows[identifier] = record
        for name, index in self._index.items():
            if record.get(name):
                index.setdefault(folded(record[name]), {})[identifier] = None

    def remove(self, identifier: str) -> Record:
        """Takes a record out and returns it."""
        self._unindex(identifier)
        return self.rows.pop(identifier)

    def having(self, name: str, value: str) -> list[Record]:
        """Returns the records whose indexed element is this, whatever the case of its letters."""
        return [self.rows[identifier] for identifier in self._index[name].get(folded(value), ())]

    def having_any(self, name: str, values: Iterable[str]) -> list[Record]:
        """Returns the records whose indexed element is one of these, each once."""
        found = {identifier: None for value in values for identifier in self._index[name].get(folded(value), ())}
        return [self.rows[identifier] for identifier in found]

    def _unindex(self, identifier: str) -> None:
        before = self.rows.get(identifier, {})
        for name, index in self._index.items():
            if before.get(name):
                index[folded(before[name])].pop(identifier, None)
