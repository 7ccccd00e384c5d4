"""One company's books, and what every rule needs to read and write them."""

from datetime import date, datetime, timedelta
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.quickbooks_desktop import ledger, refusals, times
from tests.sandbox.quickbooks_desktop.kinds import KINDS, NAMES
from tests.sandbox.quickbooks_desktop.preferences import starting_preferences
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.state import Deleted, State
from tests.sandbox.quickbooks_desktop.switches import Switches
from tests.sandbox.quickbooks_desktop.table import Table, folded


class Books:
    """The state of a company file with its clock; references hold ids alone, money is Decimal, times are UTC."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        """Opens books without any list element or transaction."""
        self.clock, self.switches = clock, switches
        self.state = State(preferences=starting_preferences())
        self.windows: set[str] = set()  # ids of objects that somebody has open
        self.behind = timedelta()  # how long ago it is while a history is entered

    def table(self, kind: str) -> Table:
        """Returns the records of one kind."""
        return self.state.tables[kind]

    def rows(self, kind: str) -> dict[str, Record]:
        """Returns the records of one kind by id."""
        return self.state.tables[kind].rows

    def prefers(self, name: str) -> Any:
        """Returns one preference by its element's name, or None."""
        return next((group[name] for group in self.state.preferences.values() if name in group), None)

    def now(self) -> datetime:
        """Returns the moment, in whole seconds."""
        return self.clock.now().replace(microsecond=0) - self.behind

    def today(self) -> date:
        """Returns the PC's date."""
        return times.today(self.now(), self.switches)

    def insert(self, kind: str, body: Record) -> Record:
        """Stores a new object with its id and EditSequence, and returns it."""
        now = self.now()
        opening: Record = {"TimeCreated": now, "TimeModified": now, "EditSequence": self._sequence(now, "")}
        if KINDS[kind].key == "ListID":
            self.state.next_list += 1
            record = {"ListID": _id(self.state.next_list, now), **opening, **body}
        else:
            self.state.next_number += 1
            record = {"TxnID": self.transaction_id(), **opening, "TxnNumber": self.state.next_number, **body}
        self._put(kind, record)
        return record

    def replace(self, kind: str, body: Record, *, touch: bool = True) -> Record:
        """Stores a changed object, as saved now unless told otherwise, and returns it."""
        before = self.rows(kind)[body[KINDS[kind].key]]
        self._withdraw(kind, before)
        now = self.now()
        saved = {"TimeModified": now, "EditSequence": self._sequence(now, before["EditSequence"])} if touch else {}
        record = {**body, **saved}
        self._put(kind, record)
        return record

    def remove(self, kind: str, identifier: str) -> Deleted:
        """Takes an object out, and keeps that and when it was deleted."""
        record = self.rows(kind)[identifier]
        self._withdraw(kind, record)
        self.table(kind).remove(identifier)
        name = record.get("FullName" if KINDS[kind].key == "ListID" else "RefNumber", "")
        deleted = Deleted(kind, identifier, name, record["TimeCreated"], self.now())
        self.state.deleted.append(deleted)
        return deleted

    def transaction_id(self) -> str:
        """Returns a new id for a transaction or one of its lines."""
        self.state.next_transaction += 1
        return _id(self.state.next_transaction, self.now())

    def check_period(self, what: str, *dates: date, code: int = 3171) -> None:
        """Passes when none of the dates is in the closed part of the books.

        Raises:
            Refusal: 3171, or another code for a deletion.
        """
        closing = self.prefers("ClosingDate")
        if closing is not None and any(each <= closing for each in dates):
            raise refusals.period_closed(what, code)

    def _put(self, kind: str, record: Record) -> None:
        self.table(kind).put(record[KINDS[kind].key], record)
        if kind in NAMES:
            self.state.names[folded(record["FullName"])] = record["ListID"]
        ledger.enter(self.state, kind, record)

    def _withdraw(self, kind: str, record: Record) -> None:
        if kind in NAMES:
            self.state.names.pop(folded(record["FullName"]), None)
        ledger.withdraw(self.state, kind, record)

    def _sequence(self, now: datetime, before: str) -> str:
        moment = int((now + timedelta(seconds=self.switches.edit_sequence_ahead)).timestamp())
        return str(max(moment, int(before or 0) + 1))


def _id(number: int, now: datetime) -> str:
    return f"{number:X}-{int(now.timestamp())}"
