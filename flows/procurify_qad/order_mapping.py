"""How a Procurify order reads in QAD: pure."""

from collections.abc import Sequence

from blocks.procurify.models import OrderItem, PurchaseOrder
from blocks.source import content_hash
from blocks.target import Body
from flows.procurify_qad.order_lines import OrderLine
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.procurify_qad.supplied import Supplied
from flows.unfit import UnfitError

REMARKS = 40  # characters that QAD keeps


def number_of(order: PurchaseOrder, rules: ProcurifyQadConnection) -> str:
    """Returns QAD's number of an order.

    Raises:
        UnfitError: it is longer than QAD takes.
    """
    internal = f"PF{order.procurify_po}"
    number = (order.po_num.strip() or internal) if rules.order_number == "external" else internal
    if len(number) > rules.order_number_length:
        said = f"has the number {number}, which is longer than the {rules.order_number_length} characters of QAD"
        raise UnfitError(said, remedy='Set order_number to "internal", or order_number_length, in the connection file.')
    return number


def mark_of(order: PurchaseOrder) -> str:
    """Returns what tells in QAD that an order is this one, whatever its number."""
    return f"PF{order.procurify_po} {order.uuid.replace('-', '')}"[:REMARKS]


def asked_for(order: PurchaseOrder) -> str:
    """Returns a hash of what buyers asked for, whatever QAD and the rules make of it."""
    header = [order.po_num, order.payment_terms, order.currency_code, order.date, order.promise_date]
    lines = [
        [one.id, one.po_line_num, one.name, one.sku, one.unit, one.quantity, one.price, one.total_cost, _coding(one)]
        for one in sorted(order.order_items, key=lambda one: one.id)
        if one.counts
    ]
    return content_hash([header, lines])


def _coding(item: OrderItem) -> list[list[object]]:
    splits = [(split.account, split.amount) for split in item.spend_allocation] or [(item.account, None)]
    return [[one.id if one else "", amount] for one, amount in splits]


def to_order(
    order: PurchaseOrder, supplier: Supplied, lines: Sequence[OrderLine], domain: str, rules: ProcurifyQadConnection
) -> Body:
    """Returns the order, with its lines, as QAD shall hold it; what is None of a line is left to QAD.

    Raises:
        UnfitError: something that QAD insists on is missing or too long.
    """
    if not lines:
        raise UnfitError("has no lines that are in use")
    day = order.date
    if day is None:
        raise UnfitError("has no date")
    if not order.currency_code:
        raise UnfitError("has no currency")
    due = order.promise_date or day
    return {
        "number": number_of(order, rules),
        "domain": domain,
        "supplier": supplier.code,
        "currency": order.currency_code,
        "credit_terms": rules.credit_terms.get(order.payment_terms, supplier.credit_terms),
        "daybook_set": rules.daybook_set,
        "ship_to_site": rules.site or lines[0].site,
        "bill_to": rules.bill_to,
        "order_date": day,
        "due_date": due,
        "remarks": mark_of(order),
        "lines": [
            {
                "part": line.part,
                "site": line.site or None,
                "item": line.code or None,
                "description": line.description,
                "quantity": line.measured.quantity,
                "unit": line.unit or None,
                "cost": line.measured.cost,
                "due_date": due,
                "account": line.account,
                "cost_center": line.cost_center or None,
            }
            for line in lines
        ],
    }
