"""What the accounts-payable clerks of a tenant do: bills and payments."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.procurify import bill_views, bills, payment_views, payments
from tests.sandbox.procurify.orders import amount as exactly
from tests.sandbox.procurify.records import APPROVED, CONFIRMED, DENIED, DRAFT, WITHDRAWN, Bill, Payment
from tests.sandbox.procurify.tenant import Tenant, found
from tests.sandbox.procurify.times import day_of
from tests.sandbox.procurify.wire import Record, not_found

Amount = Decimal | str | int
Day = date | str


class Clerks:
    """The accounts-payable desk of one tenant."""

    def __init__(self, books: Tenant) -> None:
        """Works in this tenant."""
        self.books = books

    def bill(
        self,
        items: Sequence[Mapping[str, Any]],
        *,
        vendor: int | None = None,
        costs: Sequence[Mapping[str, Any]] = (),
        invoice_number: str = "",
        invoice_date: Day | None = None,
        due_date: Day | None = None,
        gl_post_date: Day | None = None,
        currency: str | None = None,
        status: int = APPROVED,
        type: int = bills.ORDER,
        group: int | None = None,
        invoice_total: Amount | None = None,
        **header: Any,
    ) -> Record:
        """Enters a bill and returns its detail; the vendor and the currency are by default those of its lines.

        An item is {order_item, quantity[, unit_cost]}, {order_item, cost}, {po, description, cost} or
        {description, cost, account}; it may have tax_percentage or tax_amount, tax_name, tax_is_inclusive (then
        `cost` has the tax in it), shipping_amount and allocations [{account or code and department, amount}].
        A cost is {name, amount, account}. `invoice_total` is what the paper says, where it differs; `header` may
        have note, payment_terms, attachments.
        """
        today = self.books.now().astimezone(self.books.zone).date()
        told: Record = {
            "invoice_number": invoice_number, "invoice_date": invoice_date or today, "due_date": due_date,
            "gl_post_date": gl_post_date, "group": group, "type": type, **header,
            "invoice_total": None if invoice_total is None else exactly(invoice_total),
        }  # fmt: skip
        bill = bills.enter(self.books, vendor, currency, items, costs, told)
        for step in dict.fromkeys((CONFIRMED, status) if status != DRAFT else (DRAFT,)):
            bills.put(self.books, bill, step)
        return self._bill(bill)

    def submit_bill(self, bill: str) -> Record:
        """Sends a draft for approval: status 1."""
        return self._bill(bills.move(self.books, self.books.bill(bill), CONFIRMED))

    def approve_bill(self, bill: str) -> Record:
        """Approves a bill: status 2."""
        return self._bill(bills.move(self.books, self.books.bill(bill), APPROVED))

    def deny_bill(self, bill: str) -> Record:
        """Denies a bill: status 3."""
        return self._bill(bills.move(self.books, self.books.bill(bill), DENIED))

    def withdraw_bill(self, bill: str) -> Record:
        """Withdraws a bill: status 5."""
        return self._bill(bills.move(self.books, self.books.bill(bill), WITHDRAWN))

    def fix_bill(self, bill: str) -> Record:
        """Pulls an approved bill back to draft, as "Fix Bill" does."""
        return self._bill(bills.pull_back(self.books, self.books.bill(bill)))

    def edit_bill(self, bill: str, **changes: Any) -> Record:
        """Changes header fields, or `items` and `costs` as a whole; the version rises."""
        return self._bill(bills.change(self.books, self.books.bill(bill), changes))

    def touch_bill(self, bill: str) -> Record:
        """Saves a bill without a change: its last_modified_datetime moves, its version does not."""
        kept = self.books.bill(bill)
        kept.modified = self.books.now()
        return self._bill(kept)

    def set_bill_status(self, bill: str, status: int) -> Record:
        """Gives a bill any status, one that nobody knows too."""
        return self._bill(bills.put(self.books, self.books.bill(bill), status))

    def delete_bill(self, bill: str) -> Record:
        """Deletes a bill, pulled back first if it is approved; nothing of it stays."""
        kept = self.books.bill(bill)
        told = self._bill(kept)
        bills.delete(self.books, kept)
        return told

    def pay(
        self,
        bills: Sequence[str],
        *,
        amount: Amount | None = None,
        status: str = "paid",
        processing_date: Day | None = None,
        **fields: Any,
    ) -> Record:
        """Pays approved bills in one payment; their own status follows the payment's."""
        kept = [self.books.bill(each) for each in bills]
        total = None if amount is None else exactly(amount)
        return self._payment(payments.pay(self.books, kept, total, status, day_of(processing_date), **fields))

    def set_payment(self, payment: int | str, status: str | None) -> Record:
        """Moves a payment on or back; the bills follow, and are approved again where it failed or was denied.

        A cancelled payment has the status None.
        """
        return self._payment(payments.move(self.books, self._found(payment), status))

    def mark_as_paid(self, bills: Sequence[str], payment_date: Day) -> list[Record]:
        """Says by hand that approved bills are paid; there is no payment then."""
        day_of(payment_date)
        return [self._bill(each) for each in payments.mark_as_paid(self.books, bills)]

    def read_bill(self, bill: str) -> Record:
        """Returns a bill's detail."""
        return self._bill(self.books.bill(bill))

    def _bill(self, bill: Bill) -> Record:
        return bill_views.detail(self.books, bill)

    def _payment(self, payment: Payment) -> Record:
        return payment_views.row(self.books, payment)

    def _found(self, name: int | str) -> Payment:
        if isinstance(name, int):
            return found(self.books.payments, name)
        for each in self.books.payments.values():
            if each.uuid == name:
                return each
        raise not_found()
