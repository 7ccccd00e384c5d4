"""Orders and bills of both systems together, by supplier and currency: pure, and exact to the cent."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from blocks.procurify.bills import APPROVED_OR_LATER
from blocks.procurify.orders import CANCELLED
from flows.procurify_qad.bills import NAME as BILLS
from flows.procurify_qad.comparison.books import Books
from flows.procurify_qad.comparison.orders import amount_of, is_older, there
from flows.procurify_qad.rules import ProcurifyQadConnection

NOTHING = Decimal(0)
COLUMNS = (
    "orders", "order total", "QAD orders", "QAD order total", "bills", "bill total", "QAD invoices",
    "QAD invoice total", "bills held",
)  # fmt: skip
Sums = defaultdict[str, Decimal]


def totals(books: Books, rules: ProcurifyQadConnection) -> list[dict[str, Any]]:
    """Returns a row for each supplier and currency; totals of orders are those of their lines, without tax."""
    sums = defaultdict[tuple[str, str], Sums](lambda: Sums(Decimal))
    for order in books.orders.values():
        if order.state != CANCELLED and not is_older(order, rules):
            mine = sums[books.code_of(order.pref_vendor), order.currency_code]
            _add(mine, "orders", "order total", amount_of(order, books))
            for one in there(order, books)[:1]:
                _add(mine, "QAD orders", "QAD order total", books.amounts.get(one.number))
    for bill in books.bills.values():
        if bill.status in APPROVED_OR_LATER:
            mine = sums[books.code_of(bill.vendor), bill.currency_code]
            _add(mine, "bills", "bill total", bill.total_cost_with_tax)
            for invoice in books.invoices_of(bill)[:1]:
                _add(mine, "QAD invoices", "QAD invoice total", invoice.total)
            kept = books.exceptions.get((BILLS, bill.uuid))
            mine["bills held"] += kept is not None and kept.outcome == "held"
    return [
        {"supplier": supplier or "none", "currency": currency, **{name: str(one[name]) for name in COLUMNS}}
        for (supplier, currency), one in sorted(sums.items())
    ]


def _add(sums: Sums, count: str, total: str, amount: Decimal | None) -> None:
    sums[count] += 1
    sums[total] += amount or NOTHING
