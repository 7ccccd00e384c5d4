"""All that one customer of Procurify has: its records by id, its zone, its user and its switches."""

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tests.sandbox.clock import Clock
from tests.sandbox.procurify.records import Bill, Line, Order, Payment, Receipt, Vendor
from tests.sandbox.procurify.switches import Switches
from tests.sandbox.procurify.times import Times
from tests.sandbox.procurify.wire import Record, not_found

_FIRST = {
    "order": 1200, "line": 58100, "receipt": 20400, "bill": 7700, "item": 15500, "share": 33000, "cost": 880,
    "payment": 900, "group": 6100, "vendor": 1, "account": 200, "code": 80, "history": 1, "term": 10,
    "attachment": 4400, "custom": 9000,
}  # fmt: skip
_NAMES = uuid.UUID("5b0f6a70-6f1c-4c43-9d6a-0b6a3a1f2c11")

Kept = TypeVar("Kept")


class Tenant:
    """One tenant, in memory."""

    def __init__(self, subdomain: str, zone: str, client_id: str, client_secret: str, clock: Clock) -> None:
        """Opens an empty tenant."""
        self.subdomain, self.client_id, self.client_secret = subdomain, client_id, client_secret
        self.zone_name, self.zone, self.clock = zone, ZoneInfo(zone), clock
        self.switches = Switches()
        self.times = Times(self.zone, self.switches)
        self.past: datetime | None = None  # while a generator writes history, its moment
        self.user: Record = {
            "id": 31, "firstName": "Dana", "lastName": "Ito", "email": f"erp-sync@{subdomain}.example",
            "is_active": True, "role": {"id": 1, "name": "Superuser", "type": 0},
        }  # fmt: skip
        self.currencies: dict[int, Record] = {}
        self.locations: dict[int, Record] = {}
        self.departments: dict[int, Record] = {}
        self.account_codes: dict[int, Record] = {}
        self.accounts: dict[int, Record] = {}  # {id, account_code, department, active}, the two as ids
        self.terms: dict[int, Record] = {}  # payment and shipping terms and methods
        self.vendors: dict[int, Vendor] = {}
        self.orders: dict[int, Order] = {}
        self.order_ids: dict[str, int] = {}  # by uuid
        self.lines: dict[int, Line] = {}
        self.receipts: dict[int, Receipt] = {}
        self.bills: dict[str, Bill] = {}
        self.payments: dict[int, Payment] = {}
        self.marked: list[Record] = []  # the bodies of mark-as-paid that came over the API
        self._last: Counter[str] = Counter(_FIRST)

    def now(self) -> datetime:
        """Returns the tenant's current moment."""
        return self.past or self.clock.now()

    def next_id(self, kind: str) -> int:
        """Returns the next number of a kind of record."""
        self._last[kind] += 1
        return self._last[kind]

    def take_group(self, number: int) -> None:
        """Says that a bill group has this number, so that no other one gets it."""
        self._last["group"] = max(self._last["group"], number)

    def next_uuid(self, kind: str, number: int) -> str:
        """Returns the uuid of a record; the same for the same tenant and number."""
        return str(uuid.uuid5(_NAMES, f"{self.subdomain}/{kind}/{number}"))

    def lines_of(self, order: Order) -> list[Line]:
        """Returns an order's lines in their order, removed ones too."""
        return [self.lines[each] for each in order.lines]

    def currency(self, name: str | int | None) -> int:
        """Returns the id of a currency that is named by its code or id; the base currency for None.

        Raises:
            Refusal: there is none.
        """
        for each in self.currencies.values():
            if name in (each["id"], each["name"]) or (name is None and each["base"]):
                return int(each["id"])
        raise not_found(f"There is no currency {name}.")

    def account(self, code: str, department: str | int | None = None) -> int:
        """Returns the id of the account of a code and a department (by id, name or external_id; None: the first).

        Raises:
            Refusal: there is none.
        """
        for each in self.accounts.values():
            place = self.departments[each["department"]]
            known = (None, place["id"], place["name"], place["external_id"])
            if self.account_codes[each["account_code"]]["code"] == code and department in known:
                return int(each["id"])
        raise not_found(f"There is no account of {code} and {department}.")

    def coded(self, told: Mapping[str, Any]) -> int:
        """Returns the account that a line, item or share names: `account`, or `code` and `department`."""
        if told.get("account") is not None:
            return int(found(self.accounts, told["account"])["id"])
        return self.account(told["code"], told.get("department"))

    def order(self, name: int | str) -> Order:
        """Returns the order with this integer id or uuid.

        Raises:
            Refusal: there is none.
        """
        if isinstance(name, int) or name.isdigit():
            return found(self.orders, int(name))
        return found(self.orders, self.order_ids.get(_dashed(name), 0))

    def bill(self, name: str) -> Bill:
        """Returns the bill with this uuid, with dashes or without.

        Raises:
            Refusal: there is none; an integer id is none.
        """
        return found(self.bills, _dashed(name))


def _dashed(name: str) -> str:
    try:
        return str(uuid.UUID(name))
    except ValueError:
        raise not_found() from None


def found(rows: dict[Any, Kept], key: Any) -> Kept:
    """Returns the record with this key.

    Raises:
        Refusal: 404, there is none.
    """
    if key not in rows:
        raise not_found()
    return rows[key]
