"""One company's books, and what every rule needs to read and write them."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.quickbooks_online import refusals, times
from tests.sandbox.quickbooks_online.preferences import preference, starting_company, starting_preferences
from tests.sandbox.quickbooks_online.switches import Switches
from tests.sandbox.quickbooks_online.table import Table
from tests.sandbox.quickbooks_online.wire import Record

PERSONS = ("Vendor", "Customer", "Employee")
LISTS = ("Account", "Class", "Department", "Term", "Item", *PERSONS)
TRANSACTIONS = ("PurchaseOrder", "Bill", "BillPayment")
_RICH_EDITIONS = ("Plus", "Advanced", "Enterprise")
_FIRST_IDS = {"Class": 5000000000000000001, "Account": 33, "Vendor": 56, "Address": 95}
_FIRST_TRANSACTION = 145


@dataclass(frozen=True)
class Event:
    """One change, as a webhook tells it."""

    realm_id: str
    name: str  # the entity
    id: str
    operation: str  # created, updated, deleted, merged, void, emailed
    time: datetime
    deleted_id: str | None = None


class Company:
    """All state of one company, in QuickBooks' own JSON; references hold ids alone, money is Decimal."""

    def __init__(self, realm_id: str, name: str, edition: str, environment: str, clock: Clock, switches: Switches):
        """Opens books without any list or transaction."""
        self.realm_id, self.edition, self.environment = realm_id, edition, environment
        self.clock, self.switches = clock, switches
        transactions = _counting(_FIRST_TRANSACTION)
        self.tables = {
            kind: Table(transactions if kind in TRANSACTIONS else _counting(_FIRST_IDS.get(kind, 1)))
            for kind in (*LISTS, *TRANSACTIONS, "Preferences", "CompanyInfo")
        }
        self.address_id = _counting(_FIRST_IDS["Address"])
        self.order_number = _counting(1001)
        self.last_line: dict[str, int] = {}  # the highest line Id that a transaction ever had
        self.linked: dict[str, dict[str, dict[str, Decimal]]] = {}  # order -> bill -> order line -> amount
        self.paid: dict[str, dict[str, Decimal]] = {}  # bill -> payment -> amount
        self.notify: Callable[[Event], None] = lambda _event: None
        self.insert("CompanyInfo", starting_company(name, edition))
        self.insert("Preferences", starting_preferences())

    def rows(self, kind: str) -> dict[str, Record]:
        """Returns the stored records of one entity by Id."""
        return self.tables[kind].rows

    def only(self, kind: str) -> Record:
        """Returns the one record of Preferences or CompanyInfo."""
        return next(iter(self.rows(kind).values()))

    def prefers(self, name: str) -> Any:
        """Returns one setting by its own name."""
        return preference(self.only("Preferences"), name)

    @property
    def home_currency(self) -> str:
        """The currency of the books."""
        return str(self.prefers("HomeCurrency")["value"])

    def today(self) -> str:
        """Returns the server's date."""
        return times.today(self.clock.now())

    def require(self, kind: str, *, writing: bool = False) -> None:
        """Passes when the edition has this entity and, for a write, the settings have it too.

        Raises:
            Refusal: 5020, they have not.
        """
        if kind not in ("PurchaseOrder", "Class", "Department"):
            return
        rich = any(word in self.edition for word in _RICH_EDITIONS)
        if not rich or (writing and not self._switched_on(kind)):
            raise refusals.not_included(kind)

    def _switched_on(self, kind: str) -> bool:
        if kind == "Class":
            return bool(self.prefers("ClassTrackingPerTxn") or self.prefers("ClassTrackingPerTxnLine"))
        if kind == "Department":
            return bool(self.prefers("TrackDepartments"))
        return bool(self.prefers("PurchaseOrderEnabled")) or not self.switches.orders_need_preference

    def insert(self, kind: str, body: Record) -> Record:
        """Stores a new record, tells of it, and returns it."""
        now = self.clock.now().replace(microsecond=0)
        table = self.tables[kind]
        stamp = times.whole_seconds(now)
        record = {
            **body,
            "domain": "QBO",
            "sparse": False,
            "Id": table.next_id(),
            "SyncToken": "0",
            "MetaData": {"CreateTime": stamp, **self._writer(kind), "LastUpdatedTime": stamp},
        }
        table.put(record, now)
        self.tell(kind, record["Id"], "created")
        return record

    def replace(self, kind: str, body: Record, operation: str = "updated") -> Record:
        """Stores a changed record with its next SyncToken, tells of it, and returns it."""
        now = self.clock.now().replace(microsecond=0)
        before = self.rows(kind)[body["Id"]]
        metadata = {**before["MetaData"], "LastUpdatedTime": times.whole_seconds(now)}
        record = {**body, "SyncToken": str(int(before["SyncToken"]) + 1), "MetaData": metadata}
        self.tables[kind].put(record, now)
        self.tell(kind, record["Id"], operation)
        return record

    def retire(self, kind: str, identifier: str) -> Record:
        """Deletes a transaction, tells of it, and returns its stub."""
        now = self.clock.now().replace(microsecond=0)
        stub = {"status": "Deleted", "domain": "QBO", "Id": identifier}
        metadata = {"LastUpdatedTime": times.whole_seconds(now)}
        self.tables[kind].remove(identifier, {**stub, "MetaData": metadata}, now)
        self.tell(kind, identifier, "deleted")
        return stub

    def tell(self, kind: str, identifier: str, operation: str, deleted_id: str | None = None) -> None:
        """Raises the event of a change."""
        self.notify(Event(self.realm_id, kind, identifier, operation, self.clock.now(), deleted_id))

    def _writer(self, kind: str) -> Record:
        return {"LastModifiedByRef": {"value": f"{self.realm_id[:-2]}34"}} if kind in TRANSACTIONS else {}


def _counting(first: int) -> Callable[[], str]:
    numbers: Iterator[int] = itertools.count(first)
    return lambda: str(next(numbers))
