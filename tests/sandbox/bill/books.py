"""The organization's records, and what every part of the emulator needs to write them."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from tests.sandbox.bill.fields import Fields
from tests.sandbox.bill.ids import Ids, entity_of
from tests.sandbox.bill.switches import Switches
from tests.sandbox.bill.wire import Record, refusal
from tests.sandbox.frame import Frame

KINDS = ("chart-of-accounts", "departments", "locations", "accounting-classes", "items", "jobs", "employees")
CLASSIFIED_BY = {
    "chartOfAccountId": "chart-of-accounts",
    "accountingClassId": "accounting-classes",
    "departmentId": "departments",
    "locationId": "locations",
    "itemId": "items",
    "employeeId": "employees",
    "jobId": "jobs",
    "customerId": "customer",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Notify = Callable[[str, Record], None]


class Books:
    """All state of one organization, in BILL's own JSON shapes; money is Decimal."""

    def __init__(self, frame: Frame, organization_id: str, user_id: str) -> None:
        """Opens empty books, with one verified and one unusable bank account."""
        self.frame = frame
        self.organization_id = organization_id
        self.user_id = user_id
        self.switches = Switches()
        self.ids = Ids()
        self.vendors: dict[str, Record] = {}
        self.bills: dict[str, Record] = {}
        self.payments: dict[str, Record] = {}
        self.recurring_bills: dict[str, Record] = {}
        self.vendor_credits: dict[str, Record] = {}
        self.classifications: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}
        self.approvers: dict[str, list[Record]] = {}  # by bill
        self.policies: dict[str, Record] = {}
        self.banks: dict[str, Record] = {}
        self.payments_of: dict[str, list[str]] = {}  # payment ids by bill
        self.notify: Notify = lambda _event, _record: None
        self._last = 0
        self._apart = 1  # milliseconds between one stamp and the next, at least
        for name, status in (("Closed", "PENDING"), ("Operating", "VERIFIED")):
            self._open_bank(name, status)

    def stamp(self) -> str:
        """Returns the time in BILL's format, later than every stamp before it (unless times are coarse or crowded)."""
        now = (self.frame.clock.now() - _EPOCH) // _MILLISECOND
        if self.switches.coarse_time:
            return _written(now - now % 1000)
        self._last = max(now, self._last + self._apart)
        return _written(self._last)

    @contextmanager
    def crowded(self) -> Iterator[None]:
        """Stamps of one millisecond are equal within the block, so that a great many do not run into the future."""
        self._apart = 0
        try:
            yield
        finally:
            self._apart = 1

    def now(self) -> str:
        """Returns the time in BILL's format without using it up."""
        return _written((self.frame.clock.now() - _EPOCH) // _MILLISECOND)

    def found(self, entity: str, identifier: str) -> Record:
        """Returns the record with this identifier.

        Raises:
            Refusal: BDC_1302 for another entity's identifier, BDC_1205 for an unknown one.
        """
        record = self._store(entity).get(identifier)
        if record is not None:
            return record
        if entity_of(identifier) not in (None, entity):
            raise refusal("BDC_1302", f"{identifier}: the id belongs to another kind of object")
        raise refusal("BDC_1205", f"{identifier}: no object has this id", 404)

    def reference(self, fields: Fields, path: str, entity: str, *, required: bool = False) -> Record | None:
        """Returns the record that a field refers to; None when it is missing or was noted as wrong."""
        identifier = fields.text(path, required=required)
        if identifier is None:
            return None
        record = self._store(entity).get(identifier)
        if record is None and entity_of(identifier) not in (None, entity):
            fields.wrong(path, f"{identifier} belongs to another kind of object", "BDC_1302")
        elif record is None:
            fields.wrong(path, f"no object has the id {identifier}", "BDC_1205", 404)
        return record

    def classified(self, fields: Fields, path: str) -> Record | None:
        """Returns the classifications at a path; ids that do not exist are noted as wrong."""
        given = fields.at(path)
        if given is None:
            return None
        if not isinstance(given, dict):
            fields.wrong(path, "must be an object", "BDC_1124")
            return None
        kept = {name: given[name] for name in CLASSIFIED_BY if given.get(name) is not None}
        for name in kept:
            record = self.reference(fields, f"{path}.{name}", CLASSIFIED_BY[name])
            if record is not None and record.get("archived") and self.switches.refuse_archived_accounts:
                fields.wrong(f"{path}.{name}", "the record is archived", "BDC_1143")
        return kept

    def archive(self, record: Record, event: str | None, archived: bool) -> Record:
        """Archives or restores a record, once; a repeat changes nothing and tells nobody."""
        if record["archived"] != archived:
            record["archived"] = archived
            if "recordStatus" in record:
                record["recordStatus"] = "INACTIVE" if archived else "ACTIVE"
            record["updatedTime"] = self.stamp()
            if event is not None:
                self.notify(f"{event}.{'archived' if archived else 'restored'}", record)
        return record

    def rewrite(self, record: Record, names: Collection[str], changed: Record) -> None:
        """Leaves the record with these of its writable fields and no others, dated now; nobody sees it without."""
        record.update(changed, updatedTime=self.stamp())
        for name in names:
            if name not in changed:
                record.pop(name, None)

    def _store(self, entity: str) -> dict[str, Record]:
        stores = {
            "vendor": self.vendors,
            "bill": self.bills,
            "payment": self.payments,
            "recurring-bill": self.recurring_bills,
            "vendor-credit": self.vendor_credits,
            "bank": self.banks,
            "customer": {},
        }
        return stores[entity] if entity in stores else self.classifications[entity]

    def _open_bank(self, name: str, status: str) -> None:
        identifier, now = self.ids.new("bank"), self.now()
        self.banks[identifier] = {
            "id": identifier,
            "archived": False,
            "bankName": name,
            "nameOnAccount": name,
            "accountNumber": "******1234",
            "type": "CHECKING",
            "ownerType": "BUSINESS",
            "status": status,
            "createdTime": now,
            "updatedTime": now,
        }


def _written(milliseconds: int) -> str:
    return (_EPOCH + milliseconds * _MILLISECOND).isoformat(timespec="milliseconds")
