"""What people enter in BILL and QuickBooks between two updates: at random, the same for the same seed."""

import random
from decimal import Decimal
from typing import Any

from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_desktop import CompanyFile

ADDRESS = {"line1": "9 Dock Rd", "city": "Erie", "stateOrProvince": "PA", "zipOrPostalCode": "16501", "country": "US"}
SPENDING = ("EXPENSE", "COST_OF_GOODS_SOLD", "OTHER_EXPENSE")


class Office:
    """Works in both systems; no two people ever change the same field of a record on both sides."""

    def __init__(self, bill: BillSandbox, company: CompanyFile, chance: random.Random) -> None:
        """Has entered nothing; the chart of accounts and the classes are there."""
        self.bill, self.company, self.chance = bill, company, chance
        lists = bill.classifications
        accounts = lists["chart-of-accounts"].values()
        self._accounts = [one["id"] for one in accounts if one["account"]["type"] in SPENDING]
        self._classes = list(lists["accounting-classes"])
        self._counted = 0
        self._paid: set[str] = set()  # bills that were paid once, whatever became of the payment

    def begin(self, vendors: int, bills: int, payments: int) -> None:
        """BILL has so many records, as when the pair is connected."""
        for _ in range(vendors):
            self.enter_vendor()
        for _ in range(bills):
            self.enter_bill()
        for _ in range(payments):
            self.pay()

    def work(self, deeds: int) -> list[str]:
        """People do so many things; returns what."""
        kinds = (
            self.enter_vendor, self.enter_bill, self.enter_bill, self.edit_vendor, self.edit_bill, self.archive_bill,
            self.pay, self.pay, self.void, self.enter_quickbooks_vendor, self.edit_quickbooks_vendor,
        )  # fmt: skip
        chosen = [self.chance.choice(kinds) for _ in range(deeds)]
        for one in chosen:
            one()
        return [one.__name__ for one in chosen]

    def enter_vendor(self) -> None:
        """Somebody enters a vendor in BILL."""
        number = self._next()
        self.bill.seed_vendor(
            name=f"Lakeside Tools {number}", address=ADDRESS, phone=self._phone(), email=f"ap{number}@lakeside.example"
        )

    def enter_bill(self) -> None:
        """Somebody enters a bill in BILL."""
        self.bill.seed_bill(
            vendorId=self.chance.choice([one["id"] for one in self.bill.vendors.values() if not one["archived"]]),
            invoice={"invoiceNumber": f"L-{self._next():04d}"},
            billLineItems=[self._line() for _ in range(self.chance.randint(1, 3))],
        )

    def edit_vendor(self) -> None:
        """Somebody corrects a phone number in BILL."""
        self.bill.edit_vendor(self.chance.choice(list(self.bill.vendors)), phone=self._phone())

    def edit_bill(self) -> None:
        """Somebody codes a bill in BILL anew, if one is not paid."""
        if unpaid := self._unpaid():
            lines = [self._line() for _ in range(self.chance.randint(1, 3))]
            self.bill.edit_bill(self.chance.choice(unpaid)["id"], billLineItems=lines)

    def archive_bill(self) -> None:
        """Somebody archives a bill in BILL, if one is not paid."""
        if unpaid := self._unpaid():
            self.bill.archive("bill", self.chance.choice(unpaid)["id"])

    def pay(self) -> None:
        """BILL pays one to three bills of one vendor, if any are open."""
        if unpaid := self._unpaid():
            vendor = self.chance.choice(unpaid)["vendorId"]
            some = [one for one in unpaid if one["vendorId"] == vendor][: self.chance.randint(1, 3)]
            self._paid |= {one["id"] for one in some}
            splits = [{"billId": one["id"], "amount": one["dueAmount"]} for one in some]
            self.bill.pay(splits=splits, status="CLEARED")

    def void(self) -> None:
        """Somebody voids a payment in BILL, if there is one."""
        if made := [one["id"] for one in self.bill.payments.values() if one["singleStatus"] == "CLEARED"]:
            self.bill.void(self.chance.choice(made))

    def enter_quickbooks_vendor(self) -> None:
        """Somebody enters a vendor in QuickBooks."""
        address = {"Addr1": "4 Mill Rd", "City": "Dayton", "State": "OH", "PostalCode": "45402", "Country": "USA"}
        number = self._next()
        self.company.add_vendor(
            f"Valley Freight {number}", VendorAddress=address, Phone=self._phone(), Email=f"{number}@valley.example"
        )

    def edit_quickbooks_vendor(self) -> None:
        """Somebody corrects an e-mail address in QuickBooks, if a vendor is there."""
        if there := list(self.company.vendors):
            self.company.edit_vendor(self.chance.choice(there), Email=f"new{self._next()}@office.example")

    def _unpaid(self) -> list[dict[str, Any]]:
        open_ones = [one for one in self.bill.bills.values() if not one["archived"]]
        return [one for one in open_ones if one["id"] not in self._paid]

    def _line(self) -> dict[str, Any]:
        coded = {"chartOfAccountId": self.chance.choice(self._accounts)}
        if self.chance.random() < 0.7:
            coded["accountingClassId"] = self.chance.choice(self._classes)
        return {"amount": Decimal(self.chance.randint(1000, 250_000)).scaleb(-2), "classifications": coded}

    def _phone(self) -> str:
        return f"814-555-{self.chance.randint(0, 9999):04d}"

    def _next(self) -> int:
        self._counted += 1
        return self._counted
