"""What people do in Procurify's web app: reference data, orders and receipts.

Records are returned as the API tells them. Amounts and quantities may be texts or decimals, days texts such as
"2026-11-17" or dates; an order is named by its integer id or uuid, a bill by its uuid.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.procurify import account_codes, order_views, orders, receipts, reference, vendors
from tests.sandbox.procurify.clerks import Clerks
from tests.sandbox.procurify.records import CANCELLED, CLOSED, PAID, REOPENED
from tests.sandbox.procurify.tenant import found
from tests.sandbox.procurify.times import day_of
from tests.sandbox.procurify.wire import Record

Amount = Decimal | str | int
Day = date | str
_KINDS = {  # account_type by the type of a chart's row; the rest are expenses
    "BANK": 0, "ACCOUNTS_RECEIVABLE": 0, "OTHER_CURRENT_ASSET": 0, "FIXED_ASSET": 0, "OTHER_ASSET": 0,
    "ACCOUNTS_PAYABLE": 1, "OTHER_CURRENT_LIABILITY": 1, "CREDIT_CARD": 1, "LONG_TERM_LIABILITY": 1, "INCOME": 3,
    "OTHER_INCOME": 3, "EQUITY": 4,
}  # fmt: skip


class People(Clerks):
    """The office of one tenant."""

    def add_currency(self, name: str, rate: Amount = "1.000000", base: bool = False, active: bool = True) -> Record:
        """Adds a currency."""
        return reference.add_currency(self.books, name, orders.amount(rate), base, active)

    def add_location(self, name: str, external_id: str | None = None, zone: str | None = None) -> Record:
        """Adds a location, in the tenant's zone unless it has its own."""
        row = reference.add_location(self.books, name, external_id, zone or self.books.zone_name)
        return reference.location(self.books, row)

    def add_department(self, name: str, external_id: str | None = None, location: int | None = None) -> Record:
        """Adds a department at a location, by default the first."""
        body = {"name": name, "external_id": external_id, "branch": location or next(iter(self.books.locations))}
        return reference.department(self.books, reference.add_department(self.books, body))

    def seed_departments(self, rows: Iterable[Mapping[str, str]]) -> list[Record]:
        """Adds departments {name, code}, where the code becomes the external id."""
        return [self.add_department(row["name"], row.get("code")) for row in rows]

    def add_account_code(
        self,
        code: str,
        description: str,
        account_type: int = 2,
        departments: Sequence[int] | None = None,
        parent: int | None = None,
        active: bool = True,
    ) -> Record:
        """Adds an account code, and an account for each department (None: for all there are)."""
        places = list(self.books.departments if departments is None else departments)
        body = {"code": code, "description": description, "account_type": account_type, "parent": parent}
        row = account_codes.add_account_code(self.books, {**body, "departments": places})
        return row if active else self.edit_account_code(row["id"], active=False)

    def edit_account_code(self, account_code: int, **fields: Any) -> Record:
        """Changes some fields of an account code, `active` too."""
        row = found(self.books.account_codes, account_code)
        row.update(fields)
        return account_codes.told(self.books, row)

    def seed_chart(self, rows: Iterable[Mapping[str, str]]) -> list[Record]:
        """Adds account codes of a chart {number, name, type}, for all departments there are."""
        return [self.add_account_code(row["number"], row["name"], _KINDS.get(row["type"], 2)) for row in rows]

    def account(self, code: str, department: str | int | None = None) -> int:
        """Returns the id of the account (code and department); the department by id, name or external_id."""
        return self.books.account(code, department)

    def add_vendor(self, name: str, external_id: str | None = None, type: int = 3, **fields: Any) -> Record:
        """Adds a vendor; `currency` may be its name."""
        body = {"name": name, "external_id": external_id, "type": type, "email": [], "overall_score": None, **fields}
        vendor = vendors.add_vendor(self.books, self._with_currency(body), past_the_api=True)
        return vendors.told(self.books, vendor)

    def edit_vendor(self, vendor: int, **fields: Any) -> Record:
        """Changes some fields of a vendor, such as `active=False`."""
        kept = found(self.books.vendors, vendor)
        vendors.change_vendor(self.books, kept, self._with_currency(fields), past_the_api=True)
        return vendors.told(self.books, kept)

    def raise_po(
        self,
        vendor: int,
        lines: Sequence[Mapping[str, Any]],
        *,
        PO_Num: str | None = None,
        currency: str | None = None,
        freight: Amount = 0,
        other: Amount = 0,
        discount: Amount | Record = 0,
        tax: Amount | Record | None = None,
        promise_date: Day | None = None,
        **header: Any,
    ) -> Record:
        """Turns approved requests into an order, and returns its detail.

        A line has name, quantity, price, and account (an id) or code and department; it may have sku, unit, num,
        tax_amount or tax_percentage, shipping_amount, receive_method (1: by amount, which is then its quantity),
        type, custom_fields, and allocations [{account or code and department, amount}]. Without `tax` the order's is
        that of its lines. `header` may have date, comment, payment_terms, shipping_terms, custom_fields.
        """
        told = {"PO_Num": PO_Num, "freight": freight, "other": other, "discount": discount, "tax": tax}
        header = {**told, "promise_date": promise_date, **header}
        return self._order(orders.raise_order(self.books, vendor, lines, currency, header))

    def revise_po(
        self,
        po: int | str,
        *,
        lines: Sequence[Mapping[str, Any]] = (),
        add_lines: Sequence[Mapping[str, Any]] = (),
        remove_lines: Sequence[int] = (),
        **header: Any,
    ) -> Record:
        """Changes lines {id, ...}, adds and removes some, changes header fields; the version rises."""
        order = self.books.order(po)
        return self._order(orders.revise(self.books, order, header, lines, add_lines, remove_lines))

    def cancel_po(self, po: int | str) -> Record:
        """Cancels an order: state 1."""
        return self._order(orders.move(self.books, self.books.order(po), CANCELLED))

    def close_po(self, po: int | str) -> Record:
        """Closes an order: state 3."""
        return self._order(orders.move(self.books, self.books.order(po), CLOSED))

    def reopen_po(self, po: int | str) -> Record:
        """Opens a closed order again: state 5."""
        return self._order(orders.move(self.books, self.books.order(po), REOPENED))

    def pay_po(self, po: int | str) -> Record:
        """Says that an order is paid: state 4."""
        return self._order(orders.move(self.books, self.books.order(po), PAID))

    def touch_po(self, po: int | str) -> Record:
        """Saves an order without a change: its last_modified moves, its version does not."""
        order = self.books.order(po)
        order.modified = self.books.now()
        return self._order(order)

    def delete_po(self, po: int | str) -> Record:
        """Makes an order vanish with its lines, as if support had removed it; its address answers 404."""
        order = self.books.order(po)
        told = self._order(order)
        for line in order.lines:
            del self.books.lines[line]
        del self.books.orders[order.id], self.books.order_ids[order.uuid]
        return told

    def receive(
        self, order_item: int, pass_quantity: Amount, fail_quantity: Amount = 0, on: Day | None = None
    ) -> Record:
        """Receives some of a line; an order that is fully received closes by itself."""
        line, quantities = found(self.books.lines, order_item), (pass_quantity, fail_quantity)
        passed, failed = (orders.amount(each) for each in quantities)
        return receipts.told(self.books, receipts.receive(self.books, line, passed, failed, day_of(on)))

    def receive_all(self, po: int | str, on: Day | None = None) -> Record:
        """Receives what is missing on every line, and returns the order."""
        order = self.books.order(po)
        for line in self.books.lines_of(order):
            if line.active and not line.full:
                self.receive(line.id, line.quantity - line.arrived, on=on)
        return self._order(order)

    def edit_receipt(
        self, receipt: int, pass_quantity: Amount | None = None, fail_quantity: Amount | None = None
    ) -> Record:
        """Corrects a receipt; a closed order is reopened for it."""
        kept = found(self.books.receipts, receipt)
        passed = kept.passed if pass_quantity is None else orders.amount(pass_quantity)
        failed = kept.failed if fail_quantity is None else orders.amount(fail_quantity)
        return receipts.told(self.books, receipts.edit(self.books, kept, passed, failed))

    def delete_receipt(self, receipt: int) -> Record:
        """Takes a receipt back without a trace, and returns the order; a closed one is reopened for it."""
        line = receipts.delete(self.books, found(self.books.receipts, receipt))
        return self._order(self.books.orders[line.order or 0])

    def order(self, po: int | str) -> Record:
        """Returns an order's detail."""
        return self._order(self.books.order(po))

    def _order(self, order: Any) -> Record:
        return order_views.detail(self.books, order)

    def _with_currency(self, fields: Record) -> Record:
        named = isinstance(fields.get("currency"), str)
        return {**fields, "currency": self.books.currency(fields["currency"])} if named else fields
