"""What one QAD tenant holds: its records, its setup tables and its calendar."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.qad.options import Options
from tests.sandbox.qad.wire import NOT_VALID, PERIOD_CLOSED, Record, RejectedError, date_of, day

SUPPLIER_SET, ACCOUNT_SET, COST_CENTER_SET = "QMS-SUPP", "QMS-COA", "QMS-CC"

WORKSPACES = {  # workspace -> the row that the browse of domains shows
    "10USA_10USACO": {
        "domainContext": "10USA", "entityContext": "10USACO", "domainName": "US Manufacturing",
        "currencyCode": "USD", "isActive": True,
    },
    "20EUR_20EURCO": {
        "domainContext": "20EUR", "entityContext": "20EURCO", "domainName": "European Assembly",
        "currencyCode": "EUR", "isActive": True,
    },
}  # fmt: skip

STATUSES = {  # code -> description, lock, approved, allocation, initial, receiver matching, status after match
    "AP-INITIAL": ("Initial, header only", True, False, "No Allocation", True, True, "AP-RMALLOC"),
    "AP-NOALLOC": ("Entered, not allocated", False, False, "No Allocation", False, True, "AP-RMALLOC"),
    "AP-RMALLOC": ("Matched and approved", False, True, "Allocation", False, True, ""),
    "AP-GLALLOC": ("Allocated and approved", False, True, "Allocation", False, False, ""),
    "AR-ALLOC": ("Receivable, allocated", False, True, "Allocation", False, False, ""),
    "AR-CONTESTED": ("Receivable, contested", False, False, "No Allocation", False, False, ""),
}

CREDIT_TERMS = {"0": 0, "10": 10, "15": 15, "30": 30, "45": 45, "60": 60}  # code -> days
CURRENCIES = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "CAD": 2, "MXN": 2}  # code -> decimal places
DAYBOOKS = {"SI": "INVOICE", "SC": "CREDITNOTE"}  # code -> the documents it numbers
BANK_ACCOUNTS = frozenset({"1010-01", "1010-02"})
GL_PROFILES = frozenset({"AP-CTRL", "AP-CRED", "AP-PREP", "AP-PURCH"})
SITES, DAYBOOK_SETS = frozenset({"10-100", "10-200", "20-100"}), frozenset({"STD", "ALT"})
SUB_ACCOUNTS, PROJECTS = frozenset({"01", "02"}), frozenset({"P100", "P200"})


class Table(dict[Any, Record]):
    """Records of one kind by key, with a number that grows whenever one of them changes."""

    version = 0
    _sorted: tuple[int, list[Any]] = (-1, [])

    def __setitem__(self, key: Any, record: Record) -> None:
        """Stores a record."""
        super().__setitem__(key, record)
        self.version += 1

    def __delitem__(self, key: Any) -> None:
        """Forgets a record."""
        super().__delitem__(key)
        self.version += 1

    def in_order(self) -> list[Any]:
        """Returns the keys in ascending order."""
        if self._sorted[0] != self.version or len(self._sorted[1]) != len(self):
            self._sorted = (self.version, sorted(self))
        return self._sorted[1]


@dataclass
class Books:
    """One tenant's records and rules of the calendar."""

    clock: Clock
    options: Options = field(default_factory=Options)
    tables: dict[str, Table] = field(default_factory=lambda: defaultdict(Table))  # by resource
    counters: dict[tuple[Any, ...], int] = field(default_factory=lambda: defaultdict(int))
    workspace: str = "10USA_10USACO"  # of the request under way

    def __post_init__(self) -> None:
        """Fills the tables that a tenant has from the start."""
        self.reset()

    def reset(self) -> None:
        """Leaves only the setup: no supplier, account, cost center, invoice or payment."""
        self.tables.clear()
        self.counters.clear()
        for row in WORKSPACES.values():
            self.tables["domainV3s"][row["domainContext"]] = dict(row)
        for code in STATUSES:
            self.tables["invoiceStatuss"][code] = self.stamped(_status(code), "qad")

    @property
    def domain(self) -> str:
        """The domain that the request under way works in."""
        return self.workspace.split("_", 1)[0]

    @property
    def entity(self) -> str:
        """The legal entity that the request under way works in."""
        return self.workspace.split("_", 1)[1]

    def next(self, *series: Any) -> int:
        """Returns the next number of a series; the first is 1."""
        self.counters[series] += 1
        return self.counters[series]

    def unused(self, resource: str, *series: Any) -> int:
        """Returns the next number of a series of documents that no document has."""
        while (number := self.next(resource, *series)) and (*series, number) in self.tables[resource]:
            continue
        return number

    def now(self) -> datetime:
        """Returns the time on the server's wall."""
        return self.clock.now() + timedelta(hours=self.options.utc_offset_hours)

    def stamped(self, record: Record, user: str) -> Record:
        """Returns the record, dated as changed now."""
        now = self.now()
        record["lastModifiedDate"] = day(now.date())
        record["lastModifiedTime"] = now.hour * 3600 + now.minute * 60 + now.second
        record["lastModifiedUser"] = user
        return record

    def changed(self, resource: str, key: Any, values: Mapping[str, Any], user: str = "qad") -> Record:
        """Returns the stored record after these values were set and the change was dated."""
        record = self.tables[resource][key]
        record.update(values)
        self.tables[resource][key] = self.stamped(record, user)
        return record

    def require(self, known: Iterable[Any], field_name: str, value: Any, what: str) -> None:
        """Lets a value pass that refers to something known.

        Raises:
            RejectedError: it does not.
        """
        if value not in known:
            raise RejectedError(NOT_VALID, f"{what} {value!r} does not exist.", field_name, value)

    def require_open_period(self, field_name: str, text: str | None) -> date:
        """Returns the date, which falls in an open period: one of last year, this year or the next.

        Raises:
            RejectedError: there is no date, or its period is closed.
        """
        if not text:
            raise RejectedError("11", f"{field_name} must be entered.", field_name)
        at = date_of(text)
        this_year = self.now().year
        if f"{at:%Y-%m}" in self.options.closed_periods or not this_year - 1 <= at.year <= this_year + 1:
            raise RejectedError(PERIOD_CLOSED, f"GL period of {at.isoformat()} is closed.", field_name, text)
        return at


def status_flags(status: Mapping[str, Any]) -> Record:
    """Returns what an invoice inherits from its status."""
    return {
        "invoiceStatusCode": status["invoiceStatusCode"],
        "isApproved": status["isApproved"],
        "isLockPayment": status["isLockPayment"],
        "isInitialStatus": status["isInitialStatus"],
        "allocationStatus": status["allocationStatus"],
    }


def money(value: Any) -> Decimal:
    """Returns an exact amount of what a person typed; a float counts by its shortest form."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _status(code: str) -> Record:
    text, lock, approved, allocation, initial, matching, after = STATUSES[code]
    return {
        "invoiceStatusCode": code, "description": text, "isActive": True, "isLockPayment": lock,
        "isApproved": approved, "allocationStatus": allocation, "isInitialStatus": initial,
        "isReceiverMatching": matching, "statusAfterMatch": after,
    }  # fmt: skip
