"""Reads Procurify and QAD for their comparison, each for itself and in pages; writes nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from blocks.procurify.bills import ORDER
from blocks.procurify.models import Bill, Payment, PurchaseOrder, Vendor
from blocks.procurify.pages import Page
from blocks.qad.models import SupplierInvoice
from blocks.qad.pages import Filter
from blocks.qad.purchasing import PurchaseOrder as QadOrder
from blocks.qad.purchasing import PurchaseOrderLine
from blocks.qad.receipts import close_together
from flows.procurify_qad.bills import NAME as BILLS
from flows.procurify_qad.comparison.books import Books, marked
from flows.procurify_qad.comparison.differences import compare
from flows.procurify_qad.comparison.orders import amount_of, there
from flows.procurify_qad.comparison.tables import leave_tables
from flows.procurify_qad.orders import NAME as ORDERS
from flows.procurify_qad.rounding import rounded
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.procurify_qad.suppliers import NAME as SUPPLIERS
from flows.reconcile.differences import Comparison, Reading, Sides
from flows.reconcile.exceptions import exceptions_of

EARLIER = timedelta(days=35)  # a document is dated later than it was last changed only by so much
NOTHING = Decimal(0)


async def read_state(sides: Sides, books: Books) -> str:
    """The books hold our links, and the records that are held, refused, failed or in doubt."""
    ledger = sides.ledger
    books.order_links, books.bill_links = ledger.all_links(ORDERS), ledger.all_links(BILLS)
    books.supplier_links = {link.target_id: code for code, link in ledger.all_links(SUPPLIERS).items()}
    books.exceptions = exceptions_of(ledger)
    return f"{len(books.order_links):,} orders and {len(books.bill_links):,} bills sent"


async def read_ordered(sides: Sides, books: Books) -> str:
    """The books hold Procurify's vendors, and its orders without their lines, from the start date on."""
    async for row in _each(sides.source.vendors()):
        vendor = Vendor.model_validate(row)
        books.vendors[vendor.id] = vendor
    since = _since(sides.rules)
    async for row in _each(sides.source.purchase_orders(since)):
        order = PurchaseOrder.model_validate(row)
        books.orders[order.uuid] = order
    for uuid in [one for one, link in books.order_links.items() if link.state == "live" and one not in books.orders]:
        if (row := await sides.source.purchase_order(uuid)) is None:
            books.gone.add(uuid)
        else:
            books.orders[uuid] = PurchaseOrder.model_validate(row)
    return f"{len(books.orders):,} read"


async def read_bills(sides: Sides, books: Books) -> str:
    """The books hold Procurify's bills of suppliers, from the start date on."""
    day = _since(sides.rules)
    async for row in _each(sides.source.bills(datetime.combine(day, time(), UTC) if day else None)):
        bill = Bill.model_validate(row)
        if bill.type == ORDER and not _is_older(bill, sides.rules):
            books.bills[bill.uuid] = bill
    for uuid in [one for one in books.bill_links if one not in books.bills]:
        if (found := await sides.source.bill(uuid)) is None:
            books.gone.add(uuid)
        else:
            books.bills[uuid] = Bill.model_validate(found)
    return f"{len(books.bills):,} read"


async def read_payments(sides: Sides, books: Books) -> str:
    """The books hold Procurify's payments by the bills that they pay, the last one last."""
    day, count = _since(sides.rules), 0
    async for row in _each(sides.source.payments(datetime.combine(day, time(), UTC) if day else None)):
        payment, count = Payment.model_validate(row), count + 1
        for group in payment.bill_groups:
            books.payments.setdefault(group, []).append(payment)
    return f"{count:,} read"


async def read_placed(sides: Sides, books: Books) -> str:
    """The books hold those of QAD's orders that bear a mark of Procurify's."""
    found = [QadOrder.model_validate(row) async for row in _each(sides.target.browse("purchase_order", _MARKED))]
    here = sides.target.account.domain
    books.placed = marked([one for one in found if one.domain in {"", here}])
    return f"{sum(map(len, books.placed.values())):,} of Procurify's"


async def read_lines(sides: Sides, books: Books) -> str:
    """The books hold what the lines of these orders come to; Procurify is asked for the lines of those that differ."""
    if not sides.deep:
        return "left out"
    currency = {one.number: one.currency for some in books.placed.values() for one in some}
    lists = await asyncio.gather(*(_lines(sides, some) for some in close_together(currency)))
    for line in (one for some in lists for one in some if one.number in currency):
        amount = rounded((line.quantity or NOTHING) * (line.cost or NOTHING), currency[line.number])
        books.amounts[line.number] = books.amounts.get(line.number, NOTHING) + amount
    for order in [one for one in books.orders.values() if _differs(one, books)]:
        whole = await sides.source.purchase_order(order.uuid)
        items = PurchaseOrder.model_validate(whole).order_items if whole else ()
        amounts = [rounded(one.total_cost or NOTHING, order.currency_code) for one in items if one.counts]
        books.exact[order.uuid] = sum(amounts, NOTHING)
    return f"{len(books.amounts):,} orders, {len(books.exact):,} looked up"


async def _lines(sides: Sides, numbers: Sequence[str]) -> list[PurchaseOrderLine]:
    start, comma, _ = numbers[0].partition(",")  # which a browse has no escape for
    by: Filter = ("number", "starts" if comma else "eq", start)
    if len(numbers) > 1:
        by = ("number", "range", (numbers[0], numbers[-1]))
    rows = _each(sides.target.browse("purchase_order_line", [by]))
    lines = [PurchaseOrderLine.model_validate(row) async for row in rows]
    return [one for one in lines if one.domain in {"", sides.target.account.domain}]


def _differs(order: PurchaseOrder, books: Books) -> bool:
    amounts = [books.amounts.get(one.number) for one in there(order, books)]
    return any(one is not None and one != amount_of(order, books) for one in amounts)


async def read_invoices(sides: Sides, books: Books) -> str:
    """The books hold QAD's invoices of the suppliers that Procurify has bills of."""
    codes = {books.code_of(bill.vendor) for bill in books.bills.values()} - {""}
    for code in sorted(one for one in codes if "," not in one):
        async for row in _each(sides.target.browse("supplier_invoice", [("supplier", "eq", code)])):
            invoice = SupplierInvoice.model_validate(row)
            if invoice.entity == sides.target.account.entity:
                books.invoices.setdefault((code, invoice.reference.strip().casefold()), []).append(invoice)
    return f"{sum(map(len, books.invoices.values())):,} of {len(codes):,} suppliers"


async def _each(pages: AsyncIterator[Page]) -> AsyncIterator[dict[str, Any]]:
    async for page in pages:
        for row in page.rows:
            yield row


def _since(rules: ProcurifyQadConnection) -> date | None:
    return rules.start_date - EARLIER if rules.start_date else None


def _is_older(bill: Bill, rules: ProcurifyQadConnection) -> bool:
    return bool(rules.start_date and bill.invoice_date and bill.invoice_date < rules.start_date)


_MARKED: list[Filter] = [("remarks", "starts", "PF")]
PROCURIFY_QAD = Comparison(
    books=Books,
    readings=(
        Reading("our links", read_state),
        Reading("Procurify's orders", read_ordered),
        Reading("Procurify's bills", read_bills),
        Reading("Procurify's payments", read_payments),
        Reading("QAD's orders", read_placed),
        Reading("QAD's order lines", read_lines),
        Reading("QAD's invoices", read_invoices),
        Reading("payments beside balances", leave_tables),
    ),
    compare=compare,
)
