"""Bills of orders that exist, one kind after another, and the payments of some."""

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from tests.sandbox.procurify.people import People
from tests.sandbox.procurify.records import APPROVED, CANCELLED, CONFIRMED, Line, Order
from tests.sandbox.procurify.wire import Record, rounded

KINDS = (
    "whole", "part", "by_cost", "several_orders", "non_po", "costs", "tax_on_top", "tax_inside", "split", "shipping",
    "rest", "po_freight", "waiting", "expense",
)  # fmt: skip


class BillWriter:
    """Bills what is left of orders; what is billed is remembered by line."""

    def __init__(self, people: People, chance: random.Random, accounts: list[int], orders: list[Order]) -> None:
        """Looks at these orders."""
        self.people, self.books, self.chance, self.accounts = people, people.books, chance, accounts
        self.orders = [each for each in orders if each.state != CANCELLED]
        self.billed: Counter[int] = Counter()  # in hundred-thousandths, by line
        self._turn = 0

    def write(self, kind: str) -> str:
        """Enters one bill and returns its uuid; a kind for which nothing is left becomes a bill without an order."""
        order = self._next(kind)
        items, more = self._items(order, kind) if order else ([], {})
        if not items:
            items, more = [self._plain("Consulting")], {"vendor": (order or self.orders[0]).vendor}
        now = self.books.now()
        bill = self.people.bill(
            items, invoice_number=f"INV-{88_000 + len(self.books.bills)}", due_date=(now + timedelta(days=30)).date(),
            gl_post_date=now.date(), status=CONFIRMED if kind == "waiting" else APPROVED,
            type=1 if kind == "expense" else 0, **more,
        )  # fmt: skip
        return str(bill["uuid"])

    def pay(self, uuids: list[str]) -> list[str]:
        """Pays every third approved bill, and marks one by hand; returns the payments' uuids."""
        approved = [each for each in uuids if self.books.bill(each).status == APPROVED]
        paid = [self.people.pay([each], status=("paid", "processing", "failed")[index % 3])
                for index, each in enumerate(approved[::3])]  # fmt: skip
        if len(approved) > 1:
            self.people.mark_as_paid([approved[1]], self.books.now().date())
        return [str(each["uuid"]) for each in paid]

    def _next(self, kind: str) -> Order | None:
        """Returns the next order of which something is not billed."""
        for _ in self.orders if kind not in ("non_po", "expense") else []:
            order = self.orders[self._turn % len(self.orders)]
            self._turn += 1
            if self._left(order):
                return order
        return None

    def _left(self, order: Order) -> list[tuple[Line, Decimal]]:
        lines = [each for each in self.books.lines_of(order) if each.active]
        left = [(each, each.quantity - Decimal(self.billed[each.id]).scaleb(-5)) for each in lines]
        return [(line, quantity) for line, quantity in left if quantity > 0]

    def _items(self, order: Order, kind: str) -> tuple[list[Record], dict[str, Any]]:
        left, more = self._left(order), {}
        if kind == "several_orders":
            alike = (each for each in self.orders if (each.vendor, each.currency) == (order.vendor, order.currency))
            left += [one for each in islice(alike, 3) if each is not order for one in self._left(each)[:1]]
        items = [self._item(line, quantity, kind) for line, quantity in left]
        if kind == "split":
            items[0] = {**items[0], **self._split(left[0][0], items[0])}
        if kind == "costs":
            more = {"costs": [{"name": "Freight", "amount": "15", "account": self.accounts[1]}]}
        if kind == "po_freight":
            items.append({"po": order.id, "description": "Freight of the order", "cost": "12"})
        if kind == "tax_inside":
            items.append({**self._plain("Handling"), "tax_percentage": "10", "tax_is_inclusive": True})
        return items, more

    def _item(self, line: Line, left: Decimal, kind: str) -> Record:
        if line.receive_method == 1 or kind == "by_cost":
            self.billed[line.id] = int(line.quantity.scaleb(5))
            cost = left if line.receive_method == 1 else rounded(left * line.price, self._places(line))
            return {"order_item": line.id, "cost": cost}
        quantity = left if kind != "part" or left < 2 else (left / 2).quantize(Decimal(1))
        self.billed[line.id] += int(quantity.scaleb(5))
        item: Record = {"order_item": line.id, "quantity": quantity}
        if kind in ("tax_on_top", "tax_inside"):
            item |= {"tax_percentage": "5", "tax_is_inclusive": kind == "tax_inside"}
        if kind == "shipping":
            item["shipping_amount"] = "4"
        return item

    def _split(self, line: Line, item: Record) -> Record:
        """Returns how the whole of an item is coded to two accounts."""
        amount = item.get("cost") or item["quantity"] * line.price
        total = rounded(amount, self._places(line))
        first = rounded(total * 3 / 10, self._places(line))
        other = next(each for each in self.accounts if each != line.account)
        return {
            "allocations": [{"account": line.account, "amount": first}, {"account": other, "amount": total - first}]
        }

    def _places(self, line: Line) -> int:
        return 0 if self.books.currencies[line.currency]["name"] == "JPY" else 2

    def _plain(self, description: str) -> Record:
        cost = 100 * self.chance.randrange(1, 50)
        return {"description": description, "cost": str(cost), "account": self.chance.choice(self.accounts)}
