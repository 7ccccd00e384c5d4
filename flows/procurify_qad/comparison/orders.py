"""In which points the orders of both systems do not agree: pure, and exact to the cent."""

from collections.abc import Iterator
from decimal import Decimal

from blocks.procurify.models import PurchaseOrder
from blocks.procurify.orders import CANCELLED
from blocks.qad.purchasing import CANCELLED as CANCELLED_THERE
from blocks.qad.purchasing import PurchaseOrder as QadOrder
from flows.procurify_qad.comparison.books import Books, mark_fits
from flows.procurify_qad.order_mapping import number_of
from flows.procurify_qad.orders import NAME as ORDERS
from flows.procurify_qad.orders import PLACED
from flows.procurify_qad.rounding import rounded
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN
from flows.unfit import UnfitError

CORRECT = "Correct the order in QAD, or revise it in Procurify, and run the connection."
END = "Close or cancel the order in QAD, or place it anew in Procurify."


def of_orders(books: Books, rules: ProcurifyQadConnection) -> Iterator[Difference]:
    """Yields the differences of orders: of those of Procurify, and of those that only QAD has."""
    for order in books.orders.values():
        yield from _of_order(order, books, rules)
    yield from _strays(books)


def there(order: PurchaseOrder, books: Books) -> list[QadOrder]:
    """Returns the orders in QAD that bear this order's mark."""
    return [one for one in books.placed.get(order.procurify_po, ()) if mark_fits(one, order.uuid)]


def amount_of(order: PurchaseOrder, books: Books) -> Decimal | None:
    """Returns what the lines of an order in Procurify come to without tax; None if it is not told."""
    said = books.exact.get(order.uuid, order.subtotal)
    return None if said is None else rounded(said, order.currency_code)


def is_older(order: PurchaseOrder, rules: ProcurifyQadConnection) -> bool:
    """Tells whether the order is dated before what the connection carries."""
    return bool(rules.start_date and order.date and order.date < rules.start_date)


def _of_order(order: PurchaseOrder, books: Books, rules: ProcurifyQadConnection) -> Iterator[Difference]:
    found, known = there(order, books), books.knows(ORDERS, order.uuid)
    if not found:
        sent = order.uuid in books.order_links
        if not known and order.state != CANCELLED and (sent or (order.state in PLACED and not is_older(order, rules))):
            what = "was sent, but QAD does not have it" if sent else "placed in Procurify, but QAD has no order for it"
            yield _at(order, f"{order.subtotal} {order.currency_code}", NONE, what, RUN)
        return
    if len(found) > 1:
        numbers = ", ".join(one.number for one in found)
        yield _at(order, order.shown_number, numbers, "QAD has more than one order for it", END)
    if not known:
        yield from _contents(order, found[0], books, rules)


def _contents(
    order: PurchaseOrder, other: QadOrder, books: Books, rules: ProcurifyQadConnection
) -> Iterator[Difference]:
    if order.state == CANCELLED:
        if other.is_open:
            yield _at(order, "cancelled", other.status or "open", "cancelled in Procurify, but open in QAD", RUN)
        return
    if other.status == CANCELLED_THERE:
        yield _at(order, f"state {order.state}", other.status, "cancelled in QAD, but not in Procurify", CORRECT)
    code, ours = books.code_of(order.pref_vendor), amount_of(order, books)
    if code != other.supplier:
        yield _at(order, code or NONE, other.supplier or NONE, "another supplier", CORRECT)
    if order.currency_code != other.currency:
        yield _at(order, order.currency_code, other.currency, "another currency", CORRECT)
    if (number := _number(order, rules)) and number != other.number:
        yield _at(order, number, other.number, "another number", CORRECT)
    theirs = books.amounts.get(other.number)
    if theirs is not None and ours is not None and ours != theirs:
        what = f"another total of the lines in {order.currency_code}, without tax"
        yield _at(order, str(ours), str(theirs), what, CORRECT)


def _number(order: PurchaseOrder, rules: ProcurifyQadConnection) -> str:
    try:
        return number_of(order, rules)
    except UnfitError:
        return ""


def _strays(books: Books) -> Iterator[Difference]:
    """Yields orders of QAD that were sent, and are not in Procurify any more."""
    for uuid in sorted(books.gone & books.order_links.keys()):
        link = books.order_links[uuid]
        still = [one for some in books.placed.values() for one in some if mark_fits(one, uuid) and one.is_open]
        if still and not books.knows(ORDERS, uuid):
            what = "vanished from Procurify, but open in QAD"
            yield Difference(ORDERS, link.source_ref or uuid, NONE, still[0].number, what, END)


def _at(order: PurchaseOrder, ours: str, theirs: str, what: str, remedy: str) -> Difference:
    return Difference(ORDERS, order.shown_number, ours, theirs, what, remedy)
