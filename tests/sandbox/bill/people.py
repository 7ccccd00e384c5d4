"""What a person does in BILL's web app; it needs no session and no second factor."""

import copy
from decimal import Decimal
from typing import Any

from tests.sandbox.bill.approvals import Approvals
from tests.sandbox.bill.bills import Bills
from tests.sandbox.bill.books import Books
from tests.sandbox.bill.classifications import Classifications
from tests.sandbox.bill.fields import Findings
from tests.sandbox.bill.ledger import move
from tests.sandbox.bill.payment_checks import checked_splits
from tests.sandbox.bill.payments import Payments
from tests.sandbox.bill.vendors import Vendors
from tests.sandbox.bill.wire import Record, refusal

_ADDRESS = {"line1": "500 Pine St", "city": "San Francisco", "zipOrPostalCode": "94108", "country": "US"}
_KINDS = {"vendors": "vendor", "bills": "bill", "vendor-credits": "vendor-credit"}


class People:
    """Does by hand what the API would do for a client, with defaults for whatever is not said."""

    def __init__(self, books: Books, vendors: Vendors, bills: Bills, payments: Payments, approvals: Approvals) -> None:
        """Works on the same books as the API."""
        self.books = books
        self._vendors = vendors
        self._bills = bills
        self._payments = payments
        self._approvals = approvals
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

    def seed_vendor(self, **fields: Any) -> Record:
        """Creates a vendor and returns it; read-only fields may be given and are taken as they are."""
        number = len(self.books.vendors) + 1
        vendor = self._vendors.create({"name": f"Vendor {number}", "address": _ADDRESS, **_exact(fields)})
        return _finished(vendor, fields)

    def seed_bill(self, **fields: Any) -> Record:
        """Creates a bill and returns it; `amount` without lines makes one line, without a vendor the first is used."""
        given = _exact(fields)
        today = self.books.frame.clock.now().date().isoformat()
        vendor = given.get("vendorId") or next(iter(self.books.vendors), None) or self.seed_vendor()["id"]
        number = f"INV-{len(self.books.bills) + 1}"
        body = {
            "dueDate": today,
            "billLineItems": [{"amount": given.get("amount", Decimal("100.00"))}],
            **given,
            "vendorId": vendor,
            "invoice": {"invoiceNumber": number, "invoiceDate": today, **given.get("invoice", {})},
        }
        return _finished(self._bills.create(body), {name: v for name, v in given.items() if name != "amount"})

    def pay(
        self,
        splits: list[Record],
        status: str = "SCHEDULED",
        processDate: str | None = None,
        disbursementType: str = "ACH",
    ) -> Record:
        """Makes one payment of one vendor's bills and moves it to a singleStatus; returns it."""
        findings = Findings()
        checked = checked_splits(self.books, _exact(splits), findings)
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
        """Archives a vendor, a bill, a credit or a classification, and returns it."""
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
        event = entity if entity in ("vendor", "bill") else None
        return copy.deepcopy(self.books.archive(self.books.found(entity, identifier), event, archived))

    def _classified(self, kind: str, body: Record) -> Record:
        return copy.deepcopy(self._classifications.create(kind, body))


def _finished(record: Record, fields: Record) -> Record:
    """Returns a copy of the record after the fields that only BILL writes were set as asked."""
    for name in (
        "createdTime",
        "updatedTime",
        "archived",
        "recordStatus",
        "approvalStatus",
        "createdBy",
        "networkStatus",
    ):
        if name in fields:
            record[name] = fields[name]
    return copy.deepcopy(record)


def _exact(value: Any) -> Any:
    """Returns the value with each float as the decimal that its shortest text says."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    return [_exact(item) for item in value] if isinstance(value, list) else value
