"""What accountants do in QAD's own screens with invoices, suppliers and accounts; each method is a control route."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.qad.books import Books, money, status_flags
from tests.sandbox.qad.entry import typed
from tests.sandbox.qad.invoices import INVOICE, check_lines, signed
from tests.sandbox.qad.ledger import ACCOUNT
from tests.sandbox.qad.matching import match, open_receipts, use_up, usual_lines
from tests.sandbox.qad.payments import PAYMENT
from tests.sandbox.qad.suppliers import BUSINESS_RELATION, SUPPLIER
from tests.sandbox.qad.wire import MANDATORY, NOT_VALID, Record, RejectedError

Rows = Iterable[Mapping[str, Any]]


class Accountants:
    """Matches, approves and pays supplier invoices, and keeps suppliers and accounts."""

    books: Books

    def match(self, invoice: Mapping[str, Any], lines: Rows | None = None, postingLines: Rows = ()) -> Record:
        """Returns the invoice, matched with these receivers and given its status after match.

        Args:
            invoice: any mapping with the four fields of the invoice's key.
            lines: receiverMatchingLines; without them the open receivers of its orders are taken in turn, as far
                as the amount reaches, and what is left of it is on the last of them.
            postingLines: what explains the rest of the amount, such as freight.

        Raises:
            RejectedError: a receiver is not the invoice's or not open for so much, or the amounts do not add up.
        """
        before = self.books.tables[INVOICE.resource][INVOICE.key(invoice)]
        if before["receiverMatchingLines"]:
            raise RejectedError(NOT_VALID, "The invoice is matched already.", "receiverMatchingLines")
        after = {**deepcopy(before), **typed(INVOICE, {"postingLines": postingLines})}
        rest = signed(after) - sum((line["debitTC"] - line["creditTC"] for line in after["postingLines"]), Decimal(0))
        wanted = usual_lines(open_receipts(self.books, after), rest) if lines is None else lines
        after.update(typed(INVOICE, {"receiverMatchingLines": wanted}))
        if not after["receiverMatchingLines"]:
            raise RejectedError(MANDATORY, "No receiver of the invoice's orders is open.", "receiverMatchingLines")
        match(self.books, after)
        check_lines(self.books, after)
        use_up(self.books, after)
        return self.books.changed(INVOICE.resource, INVOICE.key(before), after)

    def approve(self, invoice: Mapping[str, Any], invoiceStatusCode: str = "") -> Record:
        """Returns the invoice in an approved status, and with nothing on hold; nothing is checked."""
        key = INVOICE.key(invoice)
        ordered = self.books.tables[INVOICE.resource][key]["supplierInvoicePOs"]
        code = invoiceStatusCode or ("AP-RMALLOC" if ordered else "AP-GLALLOC")
        flags = status_flags(self.books.tables["invoiceStatuss"][code])
        return self.books.changed(INVOICE.resource, key, {**flags, "holdAmountTC": Decimal(0)})

    def pay(self, invoice: Mapping[str, Any], amount: Any = None, on: date | str | None = None) -> Record:
        """Returns the payment that now exists and is paid; it takes the whole balance unless an amount is given.

        Raises:
            RejectedError: the invoice cannot be paid, or not so much of it.
        """
        known = self.books.tables[INVOICE.resource][INVOICE.key(invoice)]
        paid = known["balanceTC"] if amount is None else money(amount)
        payment = PAYMENT.new(typed(PAYMENT, {
            "entityCode": known["entityCode"], "paymentInstrument": "CHECK", "supplierCode": known["supplierCode"],
            "bankAccountCode": "1010-01", "currencyCode": known["currencyCode"], "amountTC": paid,
            "paymentDate": on or self.books.now().date(), "paymentStatusCode": "PAID",
            "allocations": [{**{name: known[name] for name in INVOICE.keys}, "allocatedAmountTC": paid}],
        }))  # fmt: skip
        PAYMENT.on_create(self.books, payment)
        self.books.tables[PAYMENT.resource][PAYMENT.key(payment)] = self.books.stamped(payment, "qad")
        PAYMENT.after_create(self.books, payment)
        return payment

    def edit_account(self, accountCode: str, **fields: Any) -> Record:
        """Returns the account with these fields, dated as changed now."""
        return self.books.changed(ACCOUNT.resource, accountCode, typed(ACCOUNT, fields))

    def rename_account(self, accountCode: str, description: str) -> Record:
        """Returns the account under another description."""
        return self.edit_account(accountCode, description=description)

    def deactivate_account(self, accountCode: str) -> Record:
        """Returns the account, which takes no postings any more."""
        return self.edit_account(accountCode, isActive=False)

    def rename_supplier(self, supplierCode: str, name: str) -> Record:
        """Returns the supplier under another name, which its business relation bears too."""
        relation = self.books.tables[SUPPLIER.resource][supplierCode]["businessRelationCode"]
        self.books.changed(BUSINESS_RELATION.resource, relation, {"businessRelationName1": name})
        names = {"businessRelationName": name, "addressName": name, "addressSearchName": name[:28]}
        return self.books.changed(SUPPLIER.resource, supplierCode, names)

    def deactivate_supplier(self, supplierCode: str) -> Record:
        """Returns the supplier, which takes no orders and invoices any more."""
        return self.books.changed(SUPPLIER.resource, supplierCode, {"isActive": False})
