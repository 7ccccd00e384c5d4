"""What buyers and the people at the dock do in QAD's own screens; each method is a control route too."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.qad.books import Books, money
from tests.sandbox.qad.entry import entered, typed
from tests.sandbox.qad.order_lines import LINE, next_line
from tests.sandbox.qad.orders import CANCELLED, CLOSED, ORDER, end_lines
from tests.sandbox.qad.receipts import RECEIPT, receive, take_back
from tests.sandbox.qad.wire import Record, day

Rows = Iterable[Mapping[str, Any]]
When = date | str | None


class Buyers:
    """Keeps items, purchase orders and receipts by hand, in the domain where people work."""

    books: Books

    def add_item(
        self,
        itemCode: str,
        description: str = "",
        unitOfMeasure: str = "EA",
        purchaseCost: Any = 0,
        purchaseAccount: str = "",
        purchaseCostCenter: str = "",
    ) -> Record:
        """Returns the item that now exists; lines take their defaults from it, and its cost unless that is 0."""
        item = {
            "itemCode": itemCode, "description": description or f"Item {itemCode}", "unitOfMeasure": unitOfMeasure,
            "purchaseCost": money(purchaseCost), "purchaseAccount": purchaseAccount,
            "purchaseCostCenter": purchaseCostCenter,
        }  # fmt: skip
        self.books.tables["items"][itemCode] = item
        return item

    def add_order(self, purchaseOrderNumber: str = "", lines: Rows = (), **fields: Any) -> Record:
        """Returns the header of the order that now exists, with these lines numbered from 1; nothing is checked."""
        suppliers, today = self.books.tables["supplierV2s"], day(self.books.now().date())
        supplier = suppliers.get(fields.get("supplierCode") or next(iter(suppliers), ""), {})
        usual = {
            "purchaseOrderNumber": purchaseOrderNumber or f"PO{10000 + self.books.next('order')}",
            "domainCode": self.books.domain, "supplierCode": supplier.get("supplierCode", ""),
            "currencyCode": supplier.get("currencyCode", "USD"), "daybookSetCode": "STD", "shipToSite": "10-100",
            "creditTermsCode": supplier.get("creditTermsCode", "30"), "billToCode": "10-100", "orderDate": today,
            "dueDate": today,
        }  # fmt: skip
        order = entered(self.books, ORDER, {**usual, **fields})
        for line in lines:
            self._add_line(order, line)
        return order

    def edit_order(self, purchaseOrderNumber: str, **fields: Any) -> Record:
        """Returns the header with these fields, dated as changed now; nothing is checked."""
        return self.books.changed(ORDER.resource, (self.books.domain, purchaseOrderNumber), typed(ORDER, fields))

    def edit_line(self, purchaseOrderNumber: str, purchaseOrderLine: int, **fields: Any) -> Record:
        """Returns the line with these fields, dated as changed now; nothing is checked."""
        key = (self.books.domain, purchaseOrderNumber, int(purchaseOrderLine))
        return self.books.changed(LINE.resource, key, typed(LINE, fields))

    def close_order(self, purchaseOrderNumber: str) -> Record:
        """Returns the header, closed together with its open lines."""
        return self._ended(purchaseOrderNumber, CLOSED)

    def cancel_order(self, purchaseOrderNumber: str) -> Record:
        """Returns the header, cancelled together with its lines.

        Raises:
            RejectedError: something of it was received.
        """
        return self._ended(purchaseOrderNumber, CANCELLED)

    def receive(self, po: str, line: int, quantity: Any, on: When = None, receiver: str | None = None) -> Record:
        """Returns the receipt that now exists; the line's received quantity and the statuses have moved.

        Raises:
            RejectedError: line or order is not open, there is less to receive, or the receiver has this line already.
        """
        ordered = self.books.tables[LINE.resource][self.books.domain, po, int(line)]
        return receive(self.books, ordered, money(quantity), self._on(on), receiver or "")

    def correct_receipt(self, receiver: str, po: str, line: int, quantity: Any, on: When = None) -> Record:
        """Returns the negative receipt that takes `quantity`, a positive number, of an earlier one back.

        It has a receiver number of its own. What is received no longer in full opens again.

        Raises:
            RejectedError: not so much is left of the earlier receipt.
        """
        receipt = self.books.tables[RECEIPT.resource][self.books.domain, receiver, po, int(line)]
        return take_back(self.books, receipt, money(quantity), self._on(on))

    def _add_line(self, order: Record, line: Mapping[str, Any]) -> None:
        usual = {
            "domainCode": order["domainCode"], "purchaseOrderNumber": order["purchaseOrderNumber"],
            "purchaseOrderLine": next_line(self.books, order), "siteCode": order["shipToSite"], "itemCode": "MEMO",
            "itemDescription": "Goods", "unitOfMeasure": "EA", "quantityOrdered": Decimal(1),
            "purchaseCost": Decimal("100.00"), "dueDate": order["dueDate"],
            "purchaseAccount": next(reversed(self.books.tables["accounts"]), ""),
        }  # fmt: skip
        entered(self.books, LINE, {**usual, **line})

    def _ended(self, number: str, status: str) -> Record:
        key = (self.books.domain, number)
        end_lines(self.books, self.books.tables[ORDER.resource][key], status)
        return self.books.changed(ORDER.resource, key, {"orderStatus": status})

    def _on(self, on: When) -> date:
        if on is None:
            return self.books.now().date()
        return date.fromisoformat(on[:10]) if isinstance(on, str) else on
