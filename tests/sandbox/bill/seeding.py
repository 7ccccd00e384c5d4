"""Records that people enter in BILL's web app, one by one or a quarter's worth at once."""

import copy
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.sandbox.bill.bills import Bills
from tests.sandbox.bill.books import Books
from tests.sandbox.bill.classifications import Classifications
from tests.sandbox.bill.generate import Generator
from tests.sandbox.bill.recurring import LINES, RecurringBills
from tests.sandbox.bill.vendors import Vendors
from tests.sandbox.bill.wire import Record, exact

_ADDRESS = {"line1": "500 Pine St", "city": "San Francisco", "zipOrPostalCode": "94108", "country": "US"}
WRITTEN_BY_BILL = (
    "createdTime",
    "updatedTime",
    "archived",
    "recordStatus",
    "approvalStatus",
    "createdBy",
    "networkStatus",
)


class Seeds:
    """Enters records by hand, with defaults for whatever is not said."""

    def __init__(self, books: Books, vendors: Vendors, bills: Bills, recurring: RecurringBills) -> None:
        """Works on the same books as the API."""
        self.books = books
        self._vendors = vendors
        self._bills = bills
        self._recurring = recurring
        self._classifications = Classifications(books)

    def seed_chart(self, accounts: list[Record]) -> list[Record]:
        """Creates chart accounts from number, name and type, and returns them."""
        return [
            self._classified(
                "chart-of-accounts",
                {
                    "name": row["name"],
                    "account": {"number": str(row["number"]), "type": row.get("type", "EXPENSE")},
                },
            )
            for row in accounts
        ]

    def seed_departments(self, names: list[str | Record]) -> list[Record]:
        """Creates departments from names, or from objects with a name and a short name, and returns them."""
        return [self._classified("departments", {"name": row} if isinstance(row, str) else row) for row in names]

    def seed_locations(self, names: list[str | Record]) -> list[Record]:
        """Creates locations from names, or from objects with a name and a short name, and returns them."""
        return [self._classified("locations", {"name": row} if isinstance(row, str) else row) for row in names]

    def seed_classes(self, names: list[str | Record]) -> list[Record]:
        """Creates accounting classes from names, or from objects with a name and a short name, and returns them."""
        return [self._classified("accounting-classes", {"name": row} if isinstance(row, str) else row) for row in names]

    def seed_vendor(self, **fields: Any) -> Record:
        """Creates a vendor and returns it; read-only fields may be given and are taken as they are."""
        number = len(self.books.vendors) + 1
        vendor = self._vendors.create({"name": f"Vendor {number}", "address": _ADDRESS, **exact(fields)})
        return finished(vendor, fields)

    def seed_bill(self, **fields: Any) -> Record:
        """Creates a bill and returns it; `amount` without lines makes one line, without a vendor the first is used."""
        given = exact(fields)
        today = self.books.frame.clock.now().date().isoformat()
        number = f"INV-{len(self.books.bills) + 1}"
        body = {
            "dueDate": today,
            "billLineItems": [{"amount": given.get("amount", Decimal("100.00"))}],
            **given,
            "vendorId": given.get("vendorId") or self._first_vendor(),
            "invoice": {"invoiceNumber": number, "invoiceDate": today, **given.get("invoice", {})},
        }
        return finished(self._bills.create(body), {name: v for name, v in given.items() if name != "amount"})

    def seed_recurring(self, **fields: Any) -> Record:
        """Creates a recurring bill, monthly from a month on unless said otherwise, and returns it.

        `amount` without lines makes one line, without a vendor the first is used; parts of the schedule may be said
        by themselves. Bills whose day has come already are made at once.
        """
        given = exact(fields)
        following = self.books.frame.clock.now().date() + timedelta(days=30)
        usual = {"period": "MONTHLY", "frequency": 1, "nextDueDate": following.isoformat()}
        body = {
            LINES: [{"amount": given.pop("amount", Decimal("100.00"))}],
            **given,
            "vendorId": given.get("vendorId") or self._first_vendor(),
            "schedule": {**usual, **given.get("schedule", {})},
        }
        return copy.deepcopy(self._recurring.create(body))

    def generate(
        self,
        vendors: int = 120,
        bills: int = 1000,
        lines: int = 3,
        seed: int = 1,
        days: int = 90,
        mixed_departments: float = 0,
        flawed: int = 0,
        silent: bool = False,
    ) -> list[Record]:
        """Adds a plausible quarter of payables and returns the flawed bills: id, number and flaw of each.

        Args:
            vendors: how many to add; bills are spread over them.
            bills: how many sound bills to add.
            lines: how many lines each bill has.
            seed: the same seed gives the same records.
            days: how many days, until today, invoices are dated over.
            mixed_departments: the share, 0 to 1, of sound bills whose lines differ in their department.
            flawed: how many unsound bills to add, the flaws in rotation.
            silent: tells no subscription, as if all had happened before.
        """
        switches = self.books.switches
        before, switches.silent = switches.silent, silent or switches.silent
        try:
            with self.books.crowded():
                generator = Generator(self.books, self._vendors, self._bills, self._classifications, seed, days)
                generator.add_ledger()
                generator.add_vendors(vendors)
                generator.add_bills(bills, lines, mixed_departments)
                return generator.add_flawed(flawed, lines)
        finally:
            switches.silent = before

    def _first_vendor(self) -> str:
        return str(next(iter(self.books.vendors), None) or self.seed_vendor()["id"])

    def _classified(self, kind: str, body: Record) -> Record:
        return copy.deepcopy(self._classifications.create(kind, body))


def finished(record: Record, fields: Record) -> Record:
    """Returns a copy of the record after the fields that only BILL writes were set as asked."""
    record.update({name: fields[name] for name in WRITTEN_BY_BILL if name in fields})
    return copy.deepcopy(record)
