"""What a person does in BILL's web app; it needs no session and no second factor."""

import copy
from typing import Any

from tests.sandbox.bill.approvals import Approvals
from tests.sandbox.bill.bills import Bills
from tests.sandbox.bill.books import Books
from tests.sandbox.bill.fields import Findings
from tests.sandbox.bill.ledger import move
from tests.sandbox.bill.payment_checks import checked_splits
from tests.sandbox.bill.payments import Payments
from tests.sandbox.bill.recurring import RecurringBills
from tests.sandbox.bill.seeding import Seeds, finished
from tests.sandbox.bill.vendors import Vendors
from tests.sandbox.bill.wire import Record, exact, refusal

_KINDS = {
    "vendors": "vendor",
    "bills": "bill",
    "vendor-credits": "vendor-credit",
    "recurring-bills": "recurring-bill",
}
_TOLD = frozenset({"vendor", "bill"})  # kinds whose archiving BILL tells subscribers of


class People(Seeds):
    """Does by hand what the API would do for a client."""

    def __init__(
        self,
        books: Books,
        vendors: Vendors,
        bills: Bills,
        recurring: RecurringBills,
        payments: Payments,
        approvals: Approvals,
    ) -> None:
        """Works on the same books as the API."""
        super().__init__(books, vendors, bills, recurring)
        self._payments = payments
        self._approvals = approvals

    def edit_vendor(self, vendor_id: str, **fields: Any) -> Record:
        """Changes these fields of a vendor and returns it; None empties one, and parts of an address may be said."""
        vendor = self._vendors.change(self.books.found("vendor", vendor_id), exact(fields))
        return finished(vendor, fields)

    def edit_bill(self, bill_id: str, **fields: Any) -> Record:
        """Changes these fields of a bill and returns it; None empties one.

        `billLineItems` says all lines, and those with an id keep what is not said of them; `amount` alone changes
        the first line by the difference.
        """
        bill, given = self.books.found("bill", bill_id), exact(fields)
        if "amount" in given and "billLineItems" not in given:
            first, *others = bill["billLineItems"]
            amount = first["amount"] + given.pop("amount") - bill["amount"]
            given["billLineItems"] = [{"id": first["id"], "amount": amount}, *others]
        return finished(self._bills.edit(bill, given), fields)

    def produce(self, recurring_id: str, times: int = 1) -> list[Record]:
        """Makes the next bills of a recurring bill, as on the days they are due, and returns them."""
        recurring = self.books.found("recurring-bill", recurring_id)
        return copy.deepcopy(self._recurring.produce(recurring, times))

    def pay(
        self,
        splits: list[Record],
        status: str = "SCHEDULED",
        processDate: str | None = None,
        disbursementType: str = "ACH",
    ) -> Record:
        """Makes one payment of one vendor's bills and moves it to a singleStatus; returns it."""
        findings = Findings()
        checked = checked_splits(self.books, exact(splits), findings)
        findings.settle()
        vendors = {self.books.bills[split["billId"]]["vendorId"] for split in checked}
        if len(vendors) != 1:
            raise refusal("BDC_1143", "payments: one payment is for one vendor")
        payment = self._payments.enter(
            vendors.pop(),
            checked,
            processDate=processDate,
            disbursementType=disbursementType,
            onlinePayment=disbursementType != "OFFLINE",
        )
        return copy.deepcopy(payment if status == "SCHEDULED" else move(self.books, payment, status))

    def advance(self, paymentId: str, singleStatus: str) -> Record:
        """Moves a payment to a singleStatus, known or not, and returns it."""
        return copy.deepcopy(move(self.books, self.books.found("payment", paymentId), singleStatus))

    def void(self, paymentId: str) -> Record:
        """Voids a payment at once and returns it."""
        return self.advance(paymentId, "VOIDED")

    def archive(self, kind: str, id: str) -> Record:
        """Archives a vendor, a bill, a recurring bill, a credit or a classification, and returns it."""
        return self._archive(kind, id, True)

    def restore(self, kind: str, id: str) -> Record:
        """Restores an archived record and returns it."""
        return self._archive(kind, id, False)

    def deny(self, billId: str) -> Record:
        """Denies a bill and returns it."""
        return copy.deepcopy(self._approvals.decide(self.books.found("bill", billId), "DENY"))

    def approve(self, billId: str) -> Record:
        """Gives every approval that a bill still waits for, and returns it."""
        return copy.deepcopy(self._approvals.decide(self.books.found("bill", billId), "APPROVE"))

    def _archive(self, kind: str, identifier: str, archived: bool) -> Record:
        entity = _KINDS.get(kind, _KINDS.get(f"{kind}s", kind))
        event = entity if entity in _TOLD else None
        return copy.deepcopy(self.books.archive(self.books.found(entity, identifier), event, archived))
