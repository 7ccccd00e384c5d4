"""Three-way match: an invoice's lines against receipts that no other invoice was matched with."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.sandbox.qad.books import CURRENCIES, Books, status_flags
from tests.sandbox.qad.orders import ORDERS
from tests.sandbox.qad.receipts import RECEIPTS, open_quantity
from tests.sandbox.qad.wire import MANDATORY, NOT_VALID, Record, RejectedError


def check_orders(books: Books, invoice: Record) -> None:
    """Lets an invoice pass whose purchase orders exist and are its supplier's.

    Raises:
        RejectedError: one does not exist, or is another supplier's.
    """
    for named in invoice["supplierInvoicePOs"]:
        number = named["purchaseOrderNumber"]
        order = books.tables[ORDERS].get((named["domainCode"], number))
        if order is None:
            raise RejectedError(NOT_VALID, f"Purchase order {number!r} does not exist.", "purchaseOrderNumber", number)
        if order["supplierCode"] != invoice["supplierCode"]:
            message = f"Purchase order {number} is of supplier {order['supplierCode']}."
            raise RejectedError(NOT_VALID, message, "purchaseOrderNumber", number)


def match(books: Books, invoice: Record) -> None:
    """Leaves an invoice that has matching lines with its status after match, and what is too dear on hold.

    Raises:
        RejectedError: a receiver is not the invoice's or not open for so much, or the status takes no matching.
    """
    lines = invoice["receiverMatchingLines"]
    if not lines:
        return
    receipts = [_receipt(books, invoice, line) for line in lines]
    status = books.tables["invoiceStatuss"][invoice["invoiceStatusCode"]]
    if not status["isReceiverMatching"]:
        message = f"Status {status['invoiceStatusCode']} takes no part in receiver matching."
        raise RejectedError(NOT_VALID, message, "invoiceStatusCode", status["invoiceStatusCode"])
    _check_quantities(books, invoice)
    excess = (_excess(line, receipt) for line, receipt in zip(lines, receipts, strict=True))
    invoice["holdAmountTC"] = sum(excess, Decimal(0))
    after = status["statusAfterMatch"] or status["invoiceStatusCode"]
    invoice.update(status_flags(books.tables["invoiceStatuss"][after]))


def matched_amount(invoice: Record) -> Decimal:
    """Returns how much of an invoice its matching lines explain."""
    return sum((line["matchedAmountTC"] for line in invoice["receiverMatchingLines"]), Decimal(0))


def use_up(books: Books, invoice: Record) -> None:
    """Leaves the receipts that an invoice was matched with open for so much less."""
    for line in invoice["receiverMatchingLines"]:
        key = _key(books, invoice, line)
        receipt = books.tables[RECEIPTS][key]
        matched = receipt["quantityMatched"] + line["matchedQuantity"]
        finished = receipt["isFinished"] or line["isFinished"]
        books.changed(RECEIPTS, key, {"quantityMatched": matched, "isFinished": finished})


def open_receipts(books: Books, invoice: Record) -> list[Record]:
    """Returns the receipts of an invoice's orders that are still open for matching, oldest first."""
    orders = {(named["domainCode"], named["purchaseOrderNumber"]) for named in invoice["supplierInvoicePOs"]}
    rows = books.tables[RECEIPTS].values()
    mine = [row for row in rows if (row["domainCode"], row["purchaseOrderNumber"]) in orders and open_quantity(row)]
    return sorted(mine, key=lambda row: (row["receiptDate"], row["receiverNumber"], row["purchaseOrderLine"]))


def usual_lines(receipts: list[Record], amount: Decimal) -> list[Record]:
    """Returns matching lines for these receipts in turn, as far as an amount reaches; the last has what is left."""
    lines: list[Record] = []
    left = amount
    for receipt in receipts:
        quantity = open_quantity(receipt)
        value = value_of(quantity, receipt)
        if left <= 0 < quantity:
            break
        if 0 < left < value:
            quantity, value = (left / receipt["purchaseCost"]).quantize(Decimal("1e-10")), left
        lines.append(_line(receipt, quantity, value))
        left -= value
    if lines:
        lines[-1]["matchedAmountTC"] += left
    return lines


def _line(receipt: Record, quantity: Decimal, amount: Decimal) -> Record:
    named = {name: receipt[name] for name in ("receiverNumber", "purchaseOrderNumber", "purchaseOrderLine")}
    return {**named, "matchedQuantity": quantity, "matchedAmountTC": amount, "isFinished": False}


def value_of(quantity: Decimal, receipt: Record) -> Decimal:
    """Returns what a quantity costs by the order, in the currency's smallest unit."""
    unit = Decimal(1).scaleb(-CURRENCIES[receipt["currencyCode"]])
    value: Decimal = (quantity * receipt["purchaseCost"]).quantize(unit, ROUND_HALF_UP)
    return value


def _key(books: Books, invoice: Record, line: Record) -> tuple[str, str, str, int]:
    """Returns where the receipt of a matching line is stored."""
    number = line["purchaseOrderNumber"]
    domains = {named["purchaseOrderNumber"]: named["domainCode"] for named in invoice["supplierInvoicePOs"]}
    return domains.get(number, books.domain), line["receiverNumber"], number, line["purchaseOrderLine"]


def _receipt(books: Books, invoice: Record, line: Record) -> Record:
    """Returns the receipt that a matching line names, which the invoice may be matched with."""
    number, receiver = line["purchaseOrderNumber"], line["receiverNumber"]
    receipt = books.tables[RECEIPTS].get(_key(books, invoice, line))
    if receipt is None:
        message = f"Receiver {receiver!r} of {number}/{line['purchaseOrderLine']} does not exist."
        raise RejectedError(NOT_VALID, message, "receiverNumber", receiver)
    if all(named["purchaseOrderNumber"] != number for named in invoice["supplierInvoicePOs"]):
        message = f"Purchase order {number} is not one of the invoice's."
        raise RejectedError(NOT_VALID, message, "purchaseOrderNumber", number)
    for name in ("supplierCode", "currencyCode"):
        if receipt[name] != invoice[name]:
            raise RejectedError(NOT_VALID, f"Receiver has another {name}: {receipt[name]}.", name, invoice[name])
    return receipt


def _check_quantities(books: Books, invoice: Record) -> None:
    wanted: dict[Any, Decimal] = defaultdict(Decimal)
    for line in invoice["receiverMatchingLines"]:
        quantity, amount = line["matchedQuantity"], line["matchedAmountTC"]
        if quantity == 0:
            raise RejectedError(MANDATORY, "matchedQuantity must be entered.", "matchedQuantity", quantity)
        if quantity * amount < 0:
            raise RejectedError(NOT_VALID, "Quantity and amount have different signs.", "matchedAmountTC", amount)
        wanted[_key(books, invoice, line)] += quantity
    for key, quantity in wanted.items():
        left = open_quantity(books.tables[RECEIPTS][key])
        if quantity * left < 0 or abs(quantity) > abs(left):
            message = f"Receiver {key[1]} is open for {left}."
            raise RejectedError(NOT_VALID, message, "matchedQuantity", quantity)


def _excess(line: Record, receipt: Record) -> Decimal:
    """Returns by how much a matching line is dearer than the order."""
    if line["matchedQuantity"] < 0:
        return Decimal(0)
    excess: Decimal = line["matchedAmountTC"] - value_of(line["matchedQuantity"], receipt)
    return max(Decimal(0), excess)
