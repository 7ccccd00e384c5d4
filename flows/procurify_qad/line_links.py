"""The links of orders' and bills' lines, by which a bill finds what of an order's line was received and billed."""

from collections.abc import Sequence

from blocks.procurify.bills import Bill
from flows.procurify_qad.coverage import billed_by
from flows.procurify_qad.order_lines import OrderLine
from tasks.outcomes import Line, Lines

ORDERED, BILLED = "purchase_order_lines", "bill_lines"  # streams; both are labelled by Procurify's order line


def ordered_lines(lines: Sequence[OrderLine]) -> Lines:
    """Returns the links of an order's lines to QAD's."""
    return Lines(
        ORDERED,
        [Line(one.part, one.item, {"measure": one.measured.measure, "total": one.total}) for one in lines],
    )


def billed_lines(bill: Bill) -> Lines:
    """Returns the links of what a bill bills; an order's line may be billed by several."""
    return Lines(
        BILLED,
        [
            Line(f"{bill.uuid}/{one.item}", one.item, {"quantity": one.sums.quantity, "amount": one.sums.amount})
            for one in billed_by(bill)
        ],
    )
