"""What a Procurify bill comes to, account by account: pure, and exact to the cent."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from blocks.exact import minor_units
from blocks.procurify.bills import Bill, BillItem
from blocks.procurify.lists import OrderAccount
from flows.procurify_qad.order_lines import rounded
from flows.unfit import UnfitError

ONE, NOTHING = Decimal(1), Decimal(0)


class Share(NamedTuple):
    """A part of a bill that one account bears."""

    account: OrderAccount | None
    net: Decimal
    description: str
    is_order: bool  # it bills an order's line, and is matched with receipts
    tax: Decimal = NOTHING
    shipping: Decimal = NOTHING


def total_of(bill: Bill) -> Decimal:
    """Returns what the supplier gets.

    Raises:
        UnfitError: the bill does not say, or says two things.
    """
    currency = bill.currency_code
    said = [rounded(one, currency) for one in (bill.total_cost_with_tax, bill.invoice_total) if one is not None]
    if not said:
        raise UnfitError("has no total")
    if len(said) == 2 and said[1] not in (said[0], NOTHING):
        raise UnfitError(f"comes to {said[0]}, but the supplier's invoice is over {said[1]}")
    return said[0]


def shares_of(bill: Bill) -> list[Share]:
    """Returns what each account bears; with taxes and shipping they are the bill's total, to the cent.

    Taxes and shipping follow the lines that they were charged on, as far as these tell.

    Raises:
        UnfitError: the parts do not add up.
    """
    currency = bill.currency_code
    shares = [*_items(bill, currency), *_costs(bill, currency)]
    net = sum((one.net for one in shares), NOTHING)
    shipping = rounded(bill.shipping_amount or NOTHING, currency)
    tax = total_of(bill) - net - shipping
    # What prices include is tax as well, but is not added to them.
    if tax not in {rounded(one or NOTHING, currency) for one in (bill.tax_amount, bill.exclusive_tax_amount)}:
        raise UnfitError(
            f"does not add up: lines and costs come to {net}, tax to {bill.tax_amount}, shipping to {shipping},"
            f" and the whole to {total_of(bill)}"
        )
    taxes = spread(tax, [one.tax for one in shares] if any(one.tax for one in shares) else _nets(shares), currency)
    shippings = spread(shipping, _nets(shares), currency)
    rows = zip(shares, taxes, shippings, strict=True)
    return [one._replace(tax=its_tax, shipping=its_shipping) for one, its_tax, its_shipping in rows]


def _nets(shares: Sequence[Share]) -> list[Decimal]:
    return [one.net for one in shares]


def _items(bill: Bill, currency: str) -> Iterator[Share]:
    for item in bill.items:
        if not item.archived:
            yield from _of_item(item, currency)


def _of_item(item: BillItem, currency: str) -> Iterator[Share]:
    net, tax = rounded(item.total_cost or NOTHING, currency), item.tax_amount or NOTHING
    said, is_order = item.description or item.sku, item.orderitem is not None
    allocations = item.cost_allocations
    if not allocations:
        yield Share(item.orderitem.account if item.orderitem else None, net, said, is_order, tax)
        return
    nets = spread(net, [one.amount or NOTHING for one in allocations], currency)
    taxes = spread(tax, nets, currency)
    for one, its_net, its_tax in zip(allocations, nets, taxes, strict=True):
        yield Share(one.budget, its_net, said, is_order, its_tax)


def _costs(bill: Bill, currency: str) -> Iterator[Share]:
    for cost in bill.costs:
        account = cost.cost_allocation.budget if cost.cost_allocation else None
        yield Share(account, rounded(cost.amount or NOTHING, currency), cost.name, False)


def spread(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Returns the amount in parts by weight, each in whole minor units; the largest takes what is left over."""
    whole, unit = sum(weights, NOTHING), ONE.scaleb(-minor_units(currency))
    if whole == NOTHING:
        return [amount, *([NOTHING] * (len(weights) - 1))] if weights else []
    parts = [(amount * weight / whole).quantize(unit, ROUND_DOWN) for weight in weights]
    largest = max(range(len(parts)), key=lambda place: abs(weights[place]))
    parts[largest] += amount - sum(parts, NOTHING)
    return parts
