"""Whether QAD holds exactly the orders of Procurify: own arithmetic on both sandboxes, independent of the product."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from tests.e2e.procurify import Purchasing
from tests.e2e.procurify_desk import number_of, qad_lines
from tests.sandbox.procurify.records import CANCELLED, Line, Order
from tests.sandbox.procurify.tenant import Tenant

WITHOUT_CENTS = {"JPY"}
COST_PLACES = 5  # of a unit cost in QAD


class Part(NamedTuple):
    """What one line in QAD must be."""

    line: Line
    account: str
    cost_center: str
    amount: Decimal
    is_share: bool


def cents(amount: Decimal, currency: str) -> Decimal:
    """Returns the amount in the currency's smallest unit, halves up."""
    return amount.quantize(Decimal(1) if currency in WITHOUT_CENTS else Decimal("0.01"), ROUND_HALF_UP)


def currency_of(books: Tenant, order: Order) -> str:
    """Returns the code of an order's currency."""
    return str(books.currencies[order.currency]["name"])


def parts_of(it: Purchasing, order: Order) -> list[Part]:
    """Returns the lines that QAD must have of an order, in their order; a split one is several."""
    books = it.procurify.books
    parts = []
    for one in sorted(books.lines_of(order), key=lambda one: one.number):
        if not one.active:
            continue
        whole = cents(one.total, currency_of(books, order))
        shares = [(share.account, share.amount) for share in one.shares] or [(one.account, whole)]
        parts += [Part(one, *coded(it, account), amount, bool(one.shares)) for account, amount in shares]
    return parts


def coded(it: Purchasing, account: int) -> tuple[str, str]:
    """Returns QAD's account and cost center of an account of Procurify."""
    books = it.procurify.books
    row = books.accounts[account]
    code = str(books.account_codes[row["account_code"]]["code"])
    department = books.departments[row["department"]]
    return code, str(department["external_id"]) if it.qad.accounts[code]["isCostCenterAccount"] else ""


def assert_orders(it: Purchasing) -> int:
    """Fails unless every order that counts is in QAD once, whole, and equal to the cent; returns how many lines."""
    books = it.procurify.books
    wanted = {number_of(order): order for order in books.orders.values() if order.state != CANCELLED}
    there = Counter(str(header["purchaseOrderNumber"]) for header in it.qad.orders.values())
    marks = Counter(str(header["remarks"]).split()[0] for header in it.qad.orders.values())
    assert not [mark for mark, times in marks.items() if times > 1], "an order is there under two numbers"
    missing = wanted.keys() - there.keys()
    assert not missing, f"{len(missing)} orders are missing in QAD, for example {min(missing)}"
    assert not there.keys() - wanted.keys(), f"QAD has orders that Procurify does not know: {there.keys() - wanted}"
    for number, order in wanted.items():
        header = it.qad.orders[it.qad.books.domain, number]
        supplier = books.vendors[order.vendor].fields["external_id"]
        assert (header["supplierCode"], header["currencyCode"]) == (supplier, currency_of(books, order)), number
        assert_lines(it, order)
    return sum(len(qad_lines(it, order)) for order in wanted.values())


def assert_lines(it: Purchasing, order: Order) -> None:
    """Fails unless QAD's lines of an order are Procurify's, each to the cent."""
    number, currency = number_of(order), currency_of(it.procurify.books, order)
    wanted, held = parts_of(it, order), qad_lines(it, order)
    shown = [(one["purchaseAccount"], one["purchaseCostCenter"], amount_of(one, currency)) for one in held]
    assert shown == [(part.account, part.cost_center, part.amount) for part in wanted], number
    for part, one in zip(wanted, held, strict=True):
        if is_told_by_quantity(part):
            asked = (part.line.quantity, part.line.price)
            assert (one["quantityOrdered"], one["purchaseCost"]) == asked, f"{number}: {part.line.name}"


def amount_of(held: dict[str, Any], currency: str) -> Decimal:
    """Returns what a line of QAD comes to."""
    return cents(held["quantityOrdered"] * held["purchaseCost"], currency)


def is_told_by_quantity(part: Part) -> bool:
    """Tells whether QAD can hold quantity and price of a line exactly as they are."""
    price = part.line.price
    return not part.is_share and part.line.receive_method == 0 and round(price, COST_PLACES) == price
