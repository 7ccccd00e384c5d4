"""What QAD makes of a purchase order line each time that one of its fields changes; nothing is stored here."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from tests.sandbox.qad.books import SITES, Books
from tests.sandbox.qad.orders import open_order
from tests.sandbox.qad.wire import NOT_VALID, Record, RejectedError


def _at_site(books: Books, line: Record) -> None:
    books.require(SITES, "siteCode", line["siteCode"], "Site")
    line["dueDate"] = line["dueDate"] or open_order(books, line)["dueDate"]


def _of_item(books: Books, line: Record) -> None:
    item = item_of(books, line)
    line["itemDescription"] = item["description"] or line["itemDescription"] or line["itemCode"]
    line["unitOfMeasure"], line["purchaseCost"] = item["unitOfMeasure"], item["purchaseCost"]
    account = item["purchaseAccount"] or books.options.purchase_account
    line["purchaseAccount"] = account if account in books.tables["accounts"] else ""
    line["purchaseCostCenter"] = item["purchaseCostCenter"]


def _of_quantity(books: Books, line: Record) -> None:
    item = item_of(books, line)
    if item["purchaseCost"]:  # the price list speaks last
        line["purchaseCost"] = item["purchaseCost"]


def require_scale(books: Books, line: Record) -> None:
    """Leaves a line's unit cost with no more decimal places than the tenant keeps.

    Raises:
        RejectedError: it has more, and the tenant does not round.
    """
    line["purchaseCost"] = _in_scale(books, line["purchaseCost"])


STEPS: Mapping[str, Callable[[Books, Record], None]] = {  # field -> what its change makes of the line
    "siteCode": _at_site, "itemCode": _of_item, "quantityOrdered": _of_quantity, "purchaseCost": require_scale,
}  # fmt: skip


def item_of(books: Books, line: Record) -> Record:
    """Returns the item of a line; one that nobody keeps is a memo item, where the tenant allows that.

    Raises:
        RejectedError: the tenant does not, or the line names no item.
    """
    code, items = line["itemCode"], books.tables["items"]
    if code not in items and not (books.options.memo_items and code):
        books.require(items, "itemCode", code, "Item")
    memo = {"description": "", "unitOfMeasure": "EA", "purchaseCost": Decimal(0), "purchaseAccount": "",
            "purchaseCostCenter": ""}  # fmt: skip
    return items.get(code, memo)


def _in_scale(books: Books, cost: Decimal) -> Decimal:
    places = books.options.purchase_cost_scale
    rounded = cost.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if rounded != cost and not books.options.purchase_cost_rounded:
        raise RejectedError(NOT_VALID, f"A unit cost has at most {places} decimal places.", "purchaseCost", cost)
    return cost if rounded == cost else rounded
