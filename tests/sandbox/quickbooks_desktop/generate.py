"""A history of the company's own: vendors, bills, payments and credits, the same for the same seed."""

import contextlib
import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.sandbox.bill.generate_vendors import VendorWriter
from tests.sandbox.quickbooks_desktop.reading import Record, storable
from tests.sandbox.quickbooks_desktop.table import folded
from tests.sandbox.sample import CHART, CLASSES

if TYPE_CHECKING:
    from tests.sandbox.quickbooks_desktop.company import CompanyFile

NAME_LIMIT = 41
_SHARED, _CUSTOMER = 3, 17  # one vendor in three is one of BILL's; one of BILL's names in 17 is a customer here
_OWN = ("Bramble", "Copperfield", "Delancey", "Eastlake", "Fernwood", "Gunnison", "Hatteras", "Ironbridge", "Juniper")
_TRADES = ("Freight", "Tool & Die", "Gauges", "Janitorial", "Packaging", "Heat Treating", "Wire", "Resins", "Café")
_FORMS = ("Inc", "LLC", "Co", "", "Corp.")
_TERMS = ("Due on receipt", "Net 15", "Net 30", "Net 60")
_SPENDING = ("Expense", "CostOfGoodsSold", "FixedAsset")
_PAID, _PART_PAID, _CREDITED, _CLASSED = 0.55, 0.65, 0.04, 0.8


class Generator:
    """Enters a history by hand; all chance comes from one seed."""

    def __init__(self, company: "CompanyFile", seed: int, days: int) -> None:
        """Enters bills over this many days until today."""
        self.company, self.days = company, max(days, 1)
        self.chance = random.Random(seed)
        # BILL's sandbox draws its vendors first, from the same seed, so that these are the names it has.
        self._shared = VendorWriter(random.Random(seed), set())
        self.vendors: list[str] = []

    def fill(self, vendors: int, bills: int) -> None:
        """Leaves so many vendors and bills more, some of the bills paid in full or in part."""
        chart = self.company.seed_chart(CHART)
        self._accounts = [row["ListID"] for row in chart if row["AccountType"] in _SPENDING]
        for name in CLASSES:
            if not self.company.books.table("Class").having("FullName", name):
                self.company.add_class(name)
        with self._ago(self.days):
            for index in range(vendors):
                self._add_vendor(index, self._shared.vendor(index))
        ages = sorted((self.chance.randrange(self.days) for _ in range(bills if self.vendors else 0)), reverse=True)
        for number, age in enumerate(ages):
            self._add_bill(number, age)

    @contextlib.contextmanager
    def _ago(self, days: int) -> Iterator[None]:
        """What is entered meanwhile was entered so many days ago."""
        self.company.books.behind = timedelta(days=days)
        try:
            yield
        finally:
            self.company.books.behind = timedelta()

    def _add_vendor(self, index: int, of_bill: Record) -> None:
        name = stored_name(self.company, of_bill["name"])
        if index % _CUSTOMER == _CUSTOMER - 1 and self._free(name):
            self.company.add_customer(name)
        shared = index % _SHARED == 0 and self._free(name)
        if not shared:
            name = self._own_name()
        fields = self._address(of_bill["address"])
        if shared and "email" in of_bill:
            fields["Email"] = of_bill["email"]
        terms = self.chance.choice((*_TERMS, ""))
        vendor = self.company.add_vendor(name, CompanyName=name, TermsRef=terms, **fields)
        self.vendors.append(vendor["ListID"])

    def _own_name(self) -> str:
        name = " ".join(part for part in (self._one(_OWN), self._one(_TRADES), self._one(_FORMS)) if part)
        number, free = 1, name
        while not self._free(free):
            number += 1
            free = f"{name} {number}"
        return free

    def _free(self, name: str) -> bool:
        return folded(name) not in self.company.books.state.names

    def _address(self, of_bill: Record) -> Record:
        parts = {
            "Addr1": of_bill.get("line1", ""), "Addr2": of_bill.get("line2", ""), "City": of_bill.get("city", "")[:31],
            "State": of_bill.get("stateOrProvince", "")[:21], "PostalCode": of_bill.get("zipOrPostalCode", "")[:13],
        }  # fmt: skip
        return {"VendorAddress": {name: value[:41] for name, value in parts.items() if value}}

    def _add_bill(self, number: int, age: int) -> None:
        """Leaves one bill more, entered so many days ago, and what was paid of it since."""
        vendor = self._one(self.vendors)
        lines = [self._line() for _ in range(self.chance.choice((1, 1, 2, 3, 5)))]
        # Numbers repeat among vendors, and one in twenty bills has none.
        form = self._one(("INV-{}", "{}", "A/{}"))
        numbered = {} if number % 20 == 19 else {"RefNumber": form.format(5000 + number // 3)}
        with self._ago(age):
            bill = self.company.add_bill(vendor, lines, **numbered)
            if self.chance.random() < _CREDITED:
                self.company.add_vendor_credit(vendor, [self._line()], RefNumber=f"CR{number}")
        self._pay(bill, age)

    def _pay(self, bill: Record, age: int) -> None:
        drawn, total = self.chance.random(), bill["AmountDue"]
        paid = total if drawn < _PAID else (total / 2).quantize(Decimal("0.01"))
        if drawn >= _PART_PAID or not paid:
            return
        account = self._one(("Checking", "Checking", "Company Card"))
        with self._ago(self.chance.randrange(age + 1)):
            number = str(self.chance.randrange(1000, 9999))
            self.company.add_payment({bill["TxnID"]: str(paid)}, account, RefNumber=number)

    def _line(self) -> Record:
        amount = Decimal(int(10 ** self.chance.uniform(3, 6))).scaleb(-2)
        coded = {"ClassRef": self._one(CLASSES)} if self.chance.random() < _CLASSED else {}
        return {"AccountRef": self._one(self._accounts), "Amount": amount, **coded}

    def _one(self, choices: "tuple[str, ...] | list[str]") -> str:
        return self.chance.choice(choices)


def stored_name(company: "CompanyFile", name: str) -> str:
    """Returns a vendor's name as somebody would have typed it into QuickBooks: Latin letters, no colon, 41 of them."""
    return storable(" ".join(name.replace(":", " -").split()), company.switches)[:NAME_LIMIT].strip()
