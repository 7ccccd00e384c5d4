"""Receipts of purchase orders: what arrived, what was taken back, and what no invoice has been matched with yet."""

from datetime import date
from decimal import Decimal

from tests.sandbox.qad.books import Books
from tests.sandbox.qad.entity import Browse, Entity
from tests.sandbox.qad.orders import CANCELLED, CLOSED, LINES, ORDERS, line_key, lines_of, open_order, order_of
from tests.sandbox.qad.wire import EXISTS, MANDATORY, NOT_VALID, Record, RejectedError, day

RECEIPTS = "receipts"
FROM_LINE = (
    "domainCode", "purchaseOrderNumber", "purchaseOrderLine", "itemCode", "unitOfMeasure", "siteCode", "purchaseCost",
)  # fmt: skip
CLASSIC = {
    "prh_hist.prh_domain": "domainCode", "prh_hist.prh_receiver": "receiverNumber",
    "prh_hist.prh_nbr": "purchaseOrderNumber", "prh_hist.prh_line": "purchaseOrderLine",
    "prh_hist.prh_part": "itemCode", "prh_hist.prh_um": "unitOfMeasure", "prh_hist.prh_vend": "supplierCode",
    "prh_hist.prh_rcp_date": "receiptDate", "prh_hist.prh_rcvd": "quantityReceived",
    "prh_hist.prh_ps_qty": "packingSlipQuantity", "prh_hist.prh_pur_cost": "purchaseCost",
    "prh_hist.prh_curr": "currencyCode", "prh_hist.prh_site": "siteCode",
}  # fmt: skip
PENDING = {"pvo_mstr.pvo_trans_qty": "quantityReceived", "pvo_mstr.pvo_vouchered_qty": "quantityMatched"}


def open_quantity(receipt: Record) -> Decimal:
    """Returns how much of a receipt no invoice was matched with; it is negative where goods went back."""
    open_now: Decimal = receipt["quantityReceived"] - receipt["quantityMatched"]
    return Decimal(0) if receipt["isFinished"] else open_now


def receive(books: Books, line: Record, quantity: Decimal, on: date, receiver: str) -> Record:
    """Returns the receipt that now exists; the line has so much more, and closes when it has all.

    Raises:
        RejectedError: the line or its order is not open, or has less to receive.
    """
    open_order(books, line)
    if line["lineStatus"] != "":
        raise RejectedError(NOT_VALID, "The line is closed or cancelled.", "purchaseOrderLine", line_key(line)[2])
    if quantity <= 0:
        raise RejectedError(MANDATORY, "The quantity must be greater than zero.", "quantityReceived", quantity)
    most = line["quantityOrdered"] * (100 + Decimal(str(books.options.over_receipt_percent))) / 100
    if line["quantityReceived"] + quantity > most:
        message = f"{line['quantityOrdered']} was ordered, {line['quantityReceived']} received before."
        raise RejectedError(NOT_VALID, message, "quantityReceived", quantity)
    return _posted(books, line, quantity, on, receiver)


def take_back(books: Books, receipt: Record, quantity: Decimal, on: date) -> Record:
    """Returns the negative receipt that now exists; the line has so much less, and opens again.

    Raises:
        RejectedError: so much of the receipt was not received, or was taken back before.
    """
    left = receipt["quantityReceived"] - receipt["quantityCorrected"]
    if not 0 < quantity <= left:
        raise RejectedError(NOT_VALID, f"{left} is left of the receipt.", "quantityReceived", quantity)
    line = books.tables[LINES][line_key(receipt)]
    correction = _posted(books, line, -quantity, on, "")
    corrected = receipt["quantityCorrected"] + quantity
    books.changed(RECEIPTS, RECEIPT.key(receipt), {"quantityCorrected": corrected})
    return correction


def _posted(books: Books, line: Record, quantity: Decimal, on: date, receiver: str) -> Record:
    order = order_of(books, line)
    receipt = RECEIPT.new({
        **{name: line[name] for name in FROM_LINE},
        "receiverNumber": receiver or f"RC{1000 + books.next('receiver'):06}", "supplierCode": order["supplierCode"],
        "currencyCode": order["currencyCode"], "receiptDate": day(on), "quantityReceived": quantity,
        "packingSlipQuantity": quantity,
    })  # fmt: skip
    key, table = RECEIPT.key(receipt), books.tables[RECEIPTS]
    if key in table:
        number = receipt["receiverNumber"]
        raise RejectedError(EXISTS, f"Receiver {number} already exists for this line.", "receiverNumber", number)
    table[key] = books.stamped(receipt, "qad")
    books.next("receipts", *line_key(line))
    _count(books, order, line, quantity)
    return receipt


def _count(books: Books, order: Record, line: Record, quantity: Decimal) -> None:
    """Leaves line and order with the status that goes with what is received now."""
    before, ordered = line["quantityReceived"], line["quantityOrdered"]
    received, status = before + quantity, line["lineStatus"]
    if received >= ordered and status == "":
        status = CLOSED
    elif received < ordered <= before and status == CLOSED:
        status = ""
    books.changed(LINES, line_key(line), {"quantityReceived": received, "lineStatus": status})
    over = all(each["lineStatus"] in (CLOSED, CANCELLED) for each in lines_of(books, order))
    if over or (order["orderStatus"] == CLOSED and status == ""):
        key = (order["domainCode"], order["purchaseOrderNumber"])
        books.changed(ORDERS, key, {"orderStatus": CLOSED if over else ""})


RECEIPT = Entity(
    resource=RECEIPTS,
    interface="com.qad.purchasing.receipts.IPurchaseReceipt",
    keys=("domainCode", "receiverNumber", "purchaseOrderNumber", "purchaseOrderLine"),
    blank={
        "domainCode": "", "receiverNumber": "", "purchaseOrderNumber": "", "purchaseOrderLine": 0, "itemCode": "",
        "unitOfMeasure": "", "supplierCode": "", "currencyCode": "", "siteCode": "", "receiptDate": None,
        "quantityReceived": Decimal(0), "packingSlipQuantity": Decimal(0), "purchaseCost": Decimal(0),
        "quantityMatched": Decimal(0), "quantityCorrected": Decimal(0), "isFinished": False,
    },
    deletable=False,
    domestic=True,
    browses=(
        Browse("urn:browse:mfg:po501", columns=CLASSIC),
        Browse("urn:browse:mfg:ap007", columns={**CLASSIC, **PENDING}, only=lambda row: open_quantity(row) != 0),
    ),
)  # fmt: skip
