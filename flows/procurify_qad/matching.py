"""Which receipts an invoice is matched with when it arrives with its matching lines: pure."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from blocks.qad.purchasing import Receipt
from blocks.target import Body
from flows.procurify_qad.bill_amounts import spread
from flows.procurify_qad.coverage import Billed

NOTHING = Decimal(0)


def matching_lines(billed: Sequence[Billed], open_there: Mapping[str, Sequence[Receipt]], currency: str) -> list[Body]:
    """Returns the matching lines of an invoice, oldest receipts first; their amounts are what the bill bills.

    Args:
        billed: by the bill.
        open_there: the open receipts of each order's line of Procurify, oldest first.
        currency: the bill's.
    """
    return [line for one in billed for line in _of_line(one, list(open_there.get(one.item, ())), currency)]


def _of_line(billed: Billed, receipts: Sequence[Receipt], currency: str) -> Iterator[Body]:
    taken = list(_taken(billed.sums.quantity, receipts))
    amounts = spread(billed.sums.amount, [quantity for _receipt, quantity in taken], currency)
    for (receipt, quantity), amount in zip(taken, amounts, strict=True):
        yield {
            "receiver": receipt.receiver,
            "purchase_order": receipt.purchase_order,
            "purchase_order_line": receipt.line,
            "quantity": quantity,
            "amount": amount,
            "is_finished": quantity == receipt.quantity,
        }


def _taken(wanted: Decimal, receipts: Sequence[Receipt]) -> Iterator[tuple[Receipt, Decimal]]:
    left = wanted
    for receipt in receipts:
        quantity = min(left, receipt.quantity or NOTHING)
        if quantity > NOTHING:
            yield receipt, quantity
            left -= quantity
