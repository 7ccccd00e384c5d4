"""Purchase order headers: what they refer to, and the statuses they go through together with their lines."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.sandbox.qad.books import CREDIT_TERMS, CURRENCIES, DAYBOOK_SETS, SITES, Books
from tests.sandbox.qad.entity import Browse, Entity
from tests.sandbox.qad.wire import NOT_VALID, TOO_LONG, Record, RejectedError, day

ORDERS, LINES = "purchaseOrderHeaders", "purchaseOrderLinesGrid"
CLOSED, CANCELLED = "C", "X"
OPEN = ("", "O")  # of an order; a line's is blank
CLASSIC = {
    "po_mstr.po_nbr": "purchaseOrderNumber", "po_mstr.po_vend": "supplierCode", "po_mstr.po_ord_date": "orderDate",
    "po_mstr.po_due_date": "dueDate", "po_mstr.po_stat": "orderStatus", "po_mstr.po_curr": "currencyCode",
    "po_mstr.po_domain": "domainCode", "po_mstr.po_ship": "shipToSite", "po_mstr.po_cr_terms": "creditTermsCode",
    "po_mstr.po_rmks": "remarks", "po_mstr.po_contact": "contact",
}  # fmt: skip


def order_of(books: Books, key: Mapping[str, Any]) -> Record:
    """Returns the header that `key`, such as one of its lines, names.

    Raises:
        RejectedError: there is no such order in this domain.
    """
    books.require({books.domain}, "domainCode", key["domainCode"], "In this workspace domain")
    number = key["purchaseOrderNumber"]
    order = books.tables[ORDERS].get((books.domain, number))
    if order is None:
        raise RejectedError(NOT_VALID, f"Purchase order {number!r} does not exist.", "purchaseOrderNumber", number)
    return order


def open_order(books: Books, key: Mapping[str, Any]) -> Record:
    """Returns the header that `key` names; it is open.

    Raises:
        RejectedError: there is no such order in this domain, or it is closed or cancelled.
    """
    order = order_of(books, key)
    if order["orderStatus"] not in OPEN:
        message = "The purchase order is closed or cancelled."
        raise RejectedError(NOT_VALID, message, "purchaseOrderNumber", key["purchaseOrderNumber"])
    return order


def lines_of(books: Books, order: Record) -> list[Record]:
    """Returns an order's lines by number."""
    domain, number = order["domainCode"], order["purchaseOrderNumber"]
    numbers = range(1, books.counters["line", domain, number] + 1)
    table = books.tables[LINES]
    return [table[key] for key in ((domain, number, line) for line in numbers) if key in table]


def is_received(books: Books, order: Record) -> bool:
    """Whether anything of an order was received."""
    return any(line["quantityReceived"] != 0 for line in lines_of(books, order))


def has_receipts(books: Books, line: Record) -> bool:
    """Whether a line ever was received, even if all of it went back."""
    return ("receipts", *line_key(line)) in books.counters


def end_lines(books: Books, order: Record, status: str) -> None:
    """Leaves the order's lines closed, or cancelled, as the order is.

    Raises:
        RejectedError: something of an order that is to be cancelled was received.
    """
    if status == CANCELLED and is_received(books, order):
        raise RejectedError(NOT_VALID, "Something of the order was received; close it.", "orderStatus", status)
    for line in lines_of(books, order):
        if line["lineStatus"] == "" or status == CANCELLED:
            books.changed(LINES, line_key(line), {"lineStatus": status})


def line_key(line: Record) -> tuple[str, str, int]:
    """Returns where a line is stored."""
    return line["domainCode"], line["purchaseOrderNumber"], line["purchaseOrderLine"]


def _create(books: Books, order: Record) -> list[str]:
    limit, number = books.options.order_number_length, order["purchaseOrderNumber"]
    if len(number) > limit:
        raise RejectedError(TOO_LONG, f"Value is too long: at most {limit} characters.", "purchaseOrderNumber", number)
    books.require(OPEN, "orderStatus", order["orderStatus"], "Starting status")
    _check_references(books, order)
    _keep_status(books, order)
    order["orderDate"] = order["orderDate"] or day(books.now().date())
    order["dueDate"] = order["dueDate"] or order["orderDate"]
    return []


def _check_references(books: Books, order: Record) -> None:
    suppliers = books.tables["supplierV2s"]
    books.require(suppliers, "supplierCode", order["supplierCode"], "Supplier")
    if not suppliers[order["supplierCode"]]["isActive"]:
        raise RejectedError(NOT_VALID, "Supplier is not active.", "supplierCode", order["supplierCode"])
    books.require(CURRENCIES, "currencyCode", order["currencyCode"], "Currency")
    books.require(CREDIT_TERMS, "creditTermsCode", order["creditTermsCode"], "Credit terms")
    books.require(DAYBOOK_SETS, "daybookSetCode", order["daybookSetCode"], "Daybook set")
    books.require(SITES, "shipToSite", order["shipToSite"], "Site")


def _keep_status(books: Books, order: Record) -> None:
    if books.options.blank_open_status and order["orderStatus"] in OPEN:
        order["orderStatus"] = ""


def _update(books: Books, before: Record, after: Record) -> None:
    old, new = before["orderStatus"], after["orderStatus"]
    books.require((*OPEN, CLOSED, CANCELLED), "orderStatus", new, "Order status")
    if old == CANCELLED:
        raise RejectedError(NOT_VALID, "The order is cancelled.", "orderStatus", new)
    _check_references(books, after)
    if after["currencyCode"] != before["currencyCode"] and lines_of(books, before):
        message = "The currency of an order with lines cannot be changed."
        raise RejectedError(NOT_VALID, message, "currencyCode", after["currencyCode"])
    if after["supplierCode"] != before["supplierCode"] and is_received(books, before):
        message = "The supplier of an order of which something was received cannot be changed."
        raise RejectedError(NOT_VALID, message, "supplierCode", after["supplierCode"])
    _keep_status(books, after)
    if new != old and new in (CLOSED, CANCELLED):
        end_lines(books, after, new)


def _delete(books: Books, order: Record) -> None:
    lines = lines_of(books, order)
    if any(has_receipts(books, line) for line in lines):
        raise RejectedError(NOT_VALID, "The order has receipts.", "purchaseOrderNumber")
    for line in lines:
        del books.tables[LINES][line_key(line)]


ORDER = Entity(
    resource=ORDERS,
    interface="com.qad.purchasing.purchaseorders.IPurchaseOrderHeader",
    keys=("domainCode", "purchaseOrderNumber"),
    blank={
        **dict.fromkeys(("domainCode", "purchaseOrderNumber", "supplierCode", "currencyCode", "creditTermsCode", "daybookSetCode", "shipToSite", "billToCode", "taxEnvironment", "languageCode", "contact", "remarks", "orderStatus", "transmitFlag"), ""),  # noqa: E501
        **dict.fromkeys(("orderDate", "dueDate", "pricingDate", "lastPriceDate", "startEffective", "endEffective", "orderRevisionDate", "taxDateSummary")),  # noqa: E501
        **dict.fromkeys(("isConfirmed", "isFixedPrice", "isPrintPurchaseOrder", "isTaxable", "isDisplayTaxAmounts", "isUsingConsignmentInventory", "isIntrastatUsed"), False),  # noqa: E501
        "exchangeRate": Decimal(1), "exchangeRate2": Decimal(1), "exchangeRateType": "ACCOUNTING",
        "maximumAgingDays": 0, "ERSOption": "1", "ERSPriceListOption": "0",
    },
    children={"POIntrastats": {}},
    mandatory=("domainCode", "purchaseOrderNumber", "supplierCode", "currencyCode", "creditTermsCode",
               "daybookSetCode", "shipToSite", "billToCode"),
    limits={"domainCode": 8, "supplierCode": 8, "currencyCode": 3, "shipToSite": 8},
    domestic=True,
    browses=(Browse("urn:browse:mfg:po803", columns=CLASSIC),),
    on_create=_create,
    on_update=_update,
    on_delete=_delete,
)  # fmt: skip
