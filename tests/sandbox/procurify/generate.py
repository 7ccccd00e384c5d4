"""A plausible season of orders, receipts, bills and payments, the same for the same seed, with flaws on request."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.sandbox.procurify.generate_bills import KINDS, BillWriter
from tests.sandbox.procurify.generate_orders import GOODS, SELLERS, line_of
from tests.sandbox.procurify.people import People
from tests.sandbox.procurify.records import OPEN_STATES, Line, Order
from tests.sandbox.procurify.vendors import OTHER
from tests.sandbox.procurify.wire import Record
from tests.sandbox.sample import CHART, DEPARTMENTS

SPENDING = frozenset({"EXPENSE", "COST_OF_GOODS_SOLD", "OTHER_EXPENSE", "FIXED_ASSET", "OTHER_CURRENT_ASSET"})
FLAWS = ("placeholder_vendor", "vendor_without_external_id", "bill_without_number", "total_off_by_a_cent")
FATES = (
    "whole", "part", "nothing", "whole", "failed", "revised", "whole", "twice", "reopened", "part", "cancelled",
)  # fmt: skip
_MONEY = ("USD", "USD", "USD", "EUR", "GBP", "USD", "JPY", "CAD")


class Generator:
    """Writes history as people would have; all chance comes from one seed."""

    def __init__(self, people: People, seed: int, days: int) -> None:
        """Spreads what happened over this many days until now."""
        self.people, self.books = people, people.books
        self.chance = random.Random(seed)
        self.began = self.books.clock.now() - timedelta(days=max(days, 1))
        self.days = max(days, 1)
        self.sellers: list[int] = []
        self.accounts: list[int] = []

    def add_reference(self) -> None:
        """Leaves the sample chart and departments in the tenant; what is there already is used."""
        if not self.books.departments:
            self.people.seed_departments(DEPARTMENTS)
        known = {row["code"] for row in self.books.account_codes.values()}
        self.people.seed_chart([row for row in CHART if row["number"] not in known])
        spending = {row["number"] for row in CHART if row["type"] in SPENDING}
        codes = {key for key, row in self.books.account_codes.items() if row["code"] in spending}
        self.accounts = [key for key, row in self.books.accounts.items() if row["account_code"] in codes]

    def add_vendors(self, count: int, sellers: list[int]) -> None:
        """Leaves this many vendors more, or uses those that are named."""
        self.sellers = [*sellers]
        for index in range(count):
            name = SELLERS[index % len(SELLERS)] + (f" {index // len(SELLERS) + 1}" if index >= len(SELLERS) else "")
            vendor = self.people.add_vendor(
                name, f"V-{10001 + len(self.books.vendors)}", currency=_MONEY[index % len(_MONEY)],
                addressLineOne=f"{12 + index} Mill Road", city="Burnaby", country="Canada",
                email=[f"orders{index}@seller.example"],
            )  # fmt: skip
            self.sellers.append(vendor["id"])

    def add(self, orders: int, lines: int, bills: int, flawed: int) -> Record:
        """Adds the documents and returns their uuids, and what is wrong with the flawed ones."""
        raised = []
        for index in range(orders if self.sellers else 0):
            with self._when(0.6 * index / orders):
                raised.append(self._raise(self.sellers[index % len(self.sellers)], index, lines))
        for index, order in enumerate(raised):
            with self._when(0.6 + 0.2 * index / len(raised)):
                self._go_on(order, index)
        writer = BillWriter(self.people, self.chance, self.accounts, raised)
        billed = []
        for index in range(bills if raised else 0):
            with self._when(0.8 + 0.15 * index / bills):
                billed.append(writer.write(KINDS[index % len(KINDS)]))
        with self._when(0.96):
            paid = writer.pay(billed)
        with self._when(0.98):
            wrong = [self._spoil(FLAWS[index % len(FLAWS)], lines) for index in range(flawed)]
        uuids = [each.uuid for each in raised]
        return {"purchase_orders": uuids, "bills": billed, "payments": paid, "flawed": wrong}

    def _raise(self, seller: int, index: int, lines: int) -> Order:
        fields = self.books.vendors[seller].fields
        money = self.books.currencies[self.books.currency(fields["currency"])]["name"]
        told = [line_of(self.chance, self.accounts, money, index + each) for each in range(1 + index % max(lines, 1))]
        header: dict[str, Any] = {}
        if index % 5 == 1:
            header = {"freight": "15" if money == "JPY" else "15.50", "other": "3", "discount": "8"}
        order = self.people.raise_po(
            seller, told, PO_Num=f"ACME-{2200 + index}" if index % 3 == 0 else None,
            promise_date=(self.books.now() + timedelta(days=14)).date(), comment=self.chance.choice(GOODS), **header,
        )  # fmt: skip
        return self.books.order(order["uuid"])

    def _go_on(self, order: Order, index: int) -> None:
        """Gives an order its turn of what happens to orders."""
        fate = FATES[index % len(FATES)]
        if fate == "whole":
            self.people.receive_all(order.id)
        elif fate == "cancelled":
            self.people.cancel_po(order.id)
        elif fate == "reopened":
            self.people.close_po(order.id)
            self.people.reopen_po(order.id)
        elif fate == "revised":
            line = self.books.lines_of(order)[0]
            self.people.revise_po(order.id, lines=[{"id": line.id, "quantity": line.quantity + 1}], comment="One more")
        elif fate != "nothing":
            self._receive_some(self.books.lines_of(order)[0], order, fate)

    def _receive_some(self, line: Line, order: Order, fate: str) -> None:
        half = max((line.quantity / 2).quantize(Decimal(1)), Decimal(1))
        failed = Decimal(1) if fate == "failed" and half > 1 else Decimal(0)
        receipt = self.people.receive(line.id, half - failed, failed)
        if fate == "twice" and order.state in OPEN_STATES and half > 1:
            self.people.edit_receipt(receipt["id"], half - 1, 0)
            self.people.receive(line.id, 1)

    def _spoil(self, flaw: str, lines: int) -> Record:
        if flaw in ("placeholder_vendor", "vendor_without_external_id"):
            seller = OTHER if flaw == "placeholder_vendor" else self.people.add_vendor("Unknown Trading Co")["id"]
            order = self._raise(seller, 0, lines)
            return {"purchase_order": order.uuid, "flaw": flaw}
        told = {"description": "Consulting", "cost": "120.00", "account": self.accounts[0]}
        number = "" if flaw == "bill_without_number" else f"INV-{self.books.next_id('item')}"
        off = Decimal("120.01") if flaw == "total_off_by_a_cent" else None
        bill = self.people.bill([told], vendor=self.sellers[0], currency="USD", invoice_number=number,
                                invoice_total=off)  # fmt: skip
        return {"bill": bill["uuid"], "flaw": flaw}

    @contextmanager
    def _when(self, part: float) -> Iterator[None]:
        """While the block runs, the tenant believes that this part of the days has passed."""
        offset = self.chance.randrange(1, 86_400_000) / 1000 if self.days > 3 else 0
        self.books.past = self.began + timedelta(days=self.days * part, milliseconds=offset)
        try:
            yield
        finally:
            self.books.past = None
