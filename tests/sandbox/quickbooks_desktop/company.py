"""The company file as the Web Connector and the tests see it."""

import copy
from collections.abc import Sequence
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.quickbooks_desktop import ledger
from tests.sandbox.quickbooks_desktop.answers import Asking, Session
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.errors import QuickBooksDiedError, no_session
from tests.sandbox.quickbooks_desktop.generate import Generator
from tests.sandbox.quickbooks_desktop.greeting import greeting, host
from tests.sandbox.quickbooks_desktop.kinds import PAYABLES, PAYMENTS, TERMS
from tests.sandbox.quickbooks_desktop.people import People
from tests.sandbox.quickbooks_desktop.processor import Executed, Processor
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.starting import account_type, add_starting_lists
from tests.sandbox.quickbooks_desktop.state import State
from tests.sandbox.quickbooks_desktop.switches import Switches
from tests.sandbox.quickbooks_desktop.views import view

_TICKS_BEFORE_1970 = 62_135_596_800  # seconds from .NET's year 1


class CompanyFile(People):
    """One company file, open in QuickBooks: its request processor, and what people do with it."""

    def __init__(
        self,
        *,
        path: str = r"C:\QB\Acme.qbw",
        name: str = "Acme Co",
        file_id: str = "",
        owner_id: str = "",
        clock: Clock | None = None,
        switches: Switches | None = None,
        product: str = "QuickBooks Enterprise Solutions 24.0",
        major_version: str = "34",
        starting_lists: bool = True,
    ) -> None:
        """Opens a company without vendors or transactions; with both GUIDs the Web Connector has been there."""
        self.path, self.name, self.clock = path, name, clock or Clock()
        self.switches = switches or Switches()
        super().__init__(Books(self.clock, self.switches))
        self._about = (product, major_version)
        self._processor = Processor(self.books)
        self._session: Session | None = None
        self._machine = ""
        if starting_lists:
            add_starting_lists(self)
        if file_id and owner_id:
            self.stamp(owner_id, file_id)

    def process(self, qbxml: str) -> str:
        """Returns the responses to one document; requests are executed one at a time.

        Raises:
            ProcessorError: the document as a whole was refused, nothing of it executed.
            QuickBooksDiedError: QuickBooks ended in the middle; what was executed stays.
        """
        with self.lock_of_file:
            if self._session is None and self.switches.session_required:
                raise no_session()
            asking = Asking(self.books, self._host(), "", {}, self._session or Session())
            try:
                return self._processor.process(qbxml, asking)
            except QuickBooksDiedError:
                self.end_session()
                raise

    def begin_session(self, application: str = "") -> None:
        """An application has the file open; message sets are remembered under its name."""
        with self.lock_of_file:
            self._session = Session(application)

    def end_session(self) -> None:
        """The application has closed the file; its iterators are gone."""
        with self.lock_of_file:
            self._session = None

    def greeting(self, owner_id: str) -> str:
        """Returns host, company and preferences, with FileID and AppLock as this owner's private fields."""
        with self.lock_of_file:
            return greeting(self.books, self._host(), owner_id)

    def stamp(self, owner_id: str, file_id: str) -> None:
        """The company record holds the FileID for this owner."""
        with self.lock_of_file:
            self.books.state.private.setdefault(owner_id, {})["FileID"] = file_id
            self._show_lock()

    def stamped(self, owner_id: str) -> str:
        """Returns the FileID that this owner has stamped on the file, or nothing."""
        return self.books.state.private.get(owner_id, {}).get("FileID", "")

    @property
    def file_id(self) -> str:
        """The FileID that was stamped last, or nothing."""
        return next((fields["FileID"] for fields in reversed(self.books.state.private.values())), "")

    @property
    def qbxml_version(self) -> tuple[int, int]:
        """The highest qbXML that this QuickBooks knows."""
        major, minor = self.switches.highest_version.split(".")
        return int(major), int(minor)

    def lock(self, machine: str) -> bool:
        """Tells whether the Web Connector of this machine has the file now; that of another may have it."""
        with self.lock_of_file:
            if self._machine not in ("", machine):
                return False
            self._machine = machine
            self._show_lock()
            return True

    def unlock(self) -> None:
        """No Web Connector has the file."""
        with self.lock_of_file:
            self._machine = ""
            for fields in self.books.state.private.values():
                fields.pop("AppLock", None)

    @property
    def locked_by(self) -> str:
        """The machine whose Web Connector has the file, or nothing."""
        return self._machine

    def backup(self) -> State:
        """Returns a copy of all that is in the file, remembered message sets among it."""
        with self.lock_of_file:
            return copy.deepcopy(self.books.state)

    def restore(self, backup: State) -> None:
        """The file is as it was; who has it open, loses iterators."""
        with self.lock_of_file:
            self.books.state = copy.deepcopy(backup)
            self.books.windows.clear()
            if self._session is not None:
                self._session.iterators.clear()

    def options(self, **switches: Any) -> None:
        """Sets the named switches."""
        self.switches.change(**switches)

    def seed_chart(self, chart: Sequence[dict[str, str]]) -> list[Record]:
        """Returns the accounts of a sample chart, which now exist; those that did are left as they are."""
        table = self.books.table("Account")
        for row in chart:
            if not table.having("FullName", row["name"][:31]):
                self.add_account(row["name"][:31], account_type(row["type"]), AccountNumber=row["number"])
        return [table.having("FullName", row["name"][:31])[0] for row in chart]

    def generate(self, vendors: int = 40, bills: int = 200, seed: int = 1, days: int = 180) -> None:
        """The company has a history of its own over these days until today, the same for the same seed."""
        with self.lock_of_file:
            Generator(self, seed, days).fill(vendors, bills)

    @property
    def executed(self) -> list[Executed]:
        """Every request that was executed, in order."""
        return self._processor.executed

    @property
    def vendors(self) -> dict[str, Record]:
        """All vendors by ListID, as a query shows them."""
        return self._seen("Vendor")

    @property
    def customers(self) -> dict[str, Record]:
        """All customers by ListID."""
        return self._seen("Customer")

    @property
    def accounts(self) -> dict[str, Record]:
        """All accounts by ListID."""
        return self._seen("Account")

    @property
    def classes(self) -> dict[str, Record]:
        """All classes by ListID."""
        return self._seen("Class")

    @property
    def terms(self) -> dict[str, Record]:
        """All terms by ListID."""
        return self._seen(*TERMS)

    @property
    def bills(self) -> dict[str, Record]:
        """All bills by TxnID, with OpenAmount."""
        return self._seen("Bill")

    @property
    def vendor_credits(self) -> dict[str, Record]:
        """All vendor credits by TxnID, with OpenAmount."""
        return self._seen("VendorCredit")

    @property
    def payments(self) -> dict[str, Record]:
        """All bill payments by TxnID, by check and by card."""
        return self._seen(*PAYMENTS)

    def _seen(self, *kinds: str) -> dict[str, Record]:
        with self.lock_of_file:
            return {
                identifier: view(self.books, kind, record) | self._unpaid(kind, identifier)
                for kind in kinds
                for identifier, record in self.books.rows(kind).items()
            }

    def _unpaid(self, kind: str, identifier: str) -> Record:
        return {"OpenAmount": ledger.open_of(self.books.state, identifier)} if kind in PAYABLES else {}

    def _show_lock(self) -> None:
        if self._machine:
            ticks = (int(self.clock.now().timestamp()) + _TICKS_BEFORE_1970) * 10**7
            for fields in self.books.state.private.values():
                fields["AppLock"] = f"LOCKED:{self._machine}:{ticks}"

    def _host(self) -> dict[str, Record]:
        return host(self.name, *self._about, self.switches)
