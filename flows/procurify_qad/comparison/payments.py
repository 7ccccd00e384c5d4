"""Procurify's payment status of each bill beside QAD's balance: pure."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from blocks.procurify.bills import APPROVED, APPROVED_OR_LATER, BILL_PAID
from blocks.procurify.models import Bill
from blocks.qad.models import SupplierInvoice
from flows.procurify_qad.comparison.books import Books
from flows.procurify_qad.payments import DONE, UNDONE
from flows.procurify_qad.payments import NAME as PAYMENTS
from flows.reconcile.differences import Difference

NOTHING = Decimal(0)
STATUSES = {APPROVED: "approved", BILL_PAID: "paid", 6: "payment confirmed", 7: "payment approved", 8: "in payment"}
POST = "Post the payment in QAD; ml-connector writes no payments between these two."
SETTLE = "Mark the bill as paid in Procurify if QAD is right; ml-connector never does."
VOID = "Void the payment in QAD, or pay again in Procurify; ml-connector writes no payments between these two."


class Beside(NamedTuple):
    """One posted bill: how far it is paid in Procurify, and what QAD has open of it."""

    bill: Bill
    supplier: str
    invoice: SupplierInvoice
    payments: tuple[str, ...]  # statuses of Procurify's payments

    @property
    def paid(self) -> bool:
        """Whether Procurify says that the supplier has the money."""
        return self.bill.status == BILL_PAID or DONE in self.payments

    @property
    def difference(self) -> tuple[str, str]:
        """In what the two do not agree, and what to do; empty if they do, or if QAD does not tell."""
        balance = self.invoice.balance
        if balance is None:
            return "", ""
        if self.paid:
            return ("paid in Procurify, but open in QAD", POST) if balance != NOTHING else ("", "")
        if balance != NOTHING:
            return "", ""
        if self.payments and all(one in UNDONE for one in self.payments):
            return f"{self.payments[-1]} in Procurify, but settled in QAD", VOID
        # A payment on its way may be posted in QAD before it has arrived.
        return ("settled in QAD, but not paid in Procurify", SETTLE) if not self.payments else ("", "")

    def row(self) -> dict[str, Any]:
        """Returns it as people read it."""
        status = self.bill.status
        return {
            "bill": self.bill.invoice_number,
            "supplier": self.supplier,
            "currency": self.bill.currency_code,
            "total": str(self.bill.total_cost_with_tax),
            "Procurify": STATUSES.get(status or 0, f"status {status}"),
            "payments": ", ".join(self.payments),
            "QAD invoice": self.invoice.id,
            "QAD status": self.invoice.status,
            "QAD balance": "not told" if self.invoice.balance is None else str(self.invoice.balance),
            "difference": self.difference[0],
        }


def beside(books: Books) -> Iterator[Beside]:
    """Yields every approved bill that QAD has an invoice for."""
    for bill in books.bills.values():
        found = books.invoices_of(bill)
        if found and bill.status in APPROVED_OR_LATER:
            statuses = tuple(one.status or "without a status" for one in books.payments_of(bill))
            yield Beside(bill, books.code_of(bill.vendor), found[0], statuses)


def of_payments(books: Books) -> Iterator[Difference]:
    """Yields the bills of which Procurify and QAD do not tell the same."""
    for one in beside(books):
        what, remedy = one.difference
        if what:
            row = one.row()
            ours = f"{row['Procurify']}{', payments: ' if one.payments else ''}{row['payments']}"
            theirs = f"{row['QAD balance']} {one.invoice.currency} open"
            yield Difference(PAYMENTS, one.bill.invoice_number, ours, theirs, what, remedy)
