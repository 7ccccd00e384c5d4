"""What a Procurify bill comes to, account by account: pure, and exact to the cent."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from blocks.procurify.bills import Bill, BillItem
from blocks.procurify.lists import OrderAccount
from flows.procurify_qad.rounding import NOTHING, rounded, spread
from flows.unfit import UnfitError


class Share(NamedTuple):
    """A part of a bill that one account bears."""

    account: OrderAccount | None
    net: Decimal
    description: str
    is_order: bool  # it bills an order's line, and is matched with receipts
    tax: Decimal = NOTHING
    shipping: Decimal = NOTHING
    is_tax_inside: bool = False  # its price has the tax in it


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
        UnfitError: the parts do not add up, or there are none.
    """
    currency = bill.currency_code
    shares = [*_items(bill, currency), *_costs(bill, currency)]
    net = sum((one.net for one in shares), NOTHING)
    if not shares:
        raise UnfitError("has no lines")
    shipping = rounded(bill.shipping_amount or NOTHING, currency)
    tax = total_of(bill) - net - shipping
    # What prices include is tax as well, but is not added to them.
    if tax not in {rounded(one or NOTHING, currency) for one in (bill.tax_amount, bill.exclusive_tax_amount)}:
        raise UnfitError(
            f"does not add up: lines and costs come to {net}, tax to {bill.tax_amount}, shipping to {shipping},"
            f" and the whole to {total_of(bill)}"
        )
    taxes = spread(tax, _told(_added_taxes(bill, tax, shares)) or _nets(shares), currency)
    shippings = spread(shipping, _told([one.shipping for one in shares]) or _nets(shares), currency)
    rows = zip(shares, taxes, shippings, strict=True)
    return [one._replace(tax=its_tax, shipping=its_shipping) for one, its_tax, its_shipping in rows]


def _nets(shares: Sequence[Share]) -> list[Decimal]:
    return [one.net for one in shares]


def _added_taxes(bill: Bill, tax: Decimal, shares: Sequence[Share]) -> list[Decimal]:
    """Returns the tax of each share, as far as it is among the tax that comes on top of the lines."""
    on_top_alone = tax != rounded(bill.tax_amount or NOTHING, bill.currency_code)
    return [NOTHING if on_top_alone and one.is_tax_inside else one.tax for one in shares]


def _told(weights: list[Decimal]) -> list[Decimal]:
    """Returns the weights, if they tell anything."""
    return weights if sum(weights, NOTHING) else []


def _items(bill: Bill, currency: str) -> Iterator[Share]:
    for item in bill.items:
        if not item.archived:
            yield from _of_item(item, currency)


def _of_item(item: BillItem, currency: str) -> Iterator[Share]:
    net, tax = rounded(item.total_cost or NOTHING, currency), item.tax_amount or NOTHING
    shipping, said = item.shipping_amount or NOTHING, item.description or item.sku
    is_order, is_inside, allocations = item.orderitem is not None, bool(item.tax_is_inclusive), item.cost_allocations
    if not allocations:
        account = item.orderitem.account if item.orderitem else None
        yield Share(account, net, said, is_order, tax, shipping, is_inside)
        return
    amounts = [one.amount or NOTHING for one in allocations]
    if len(amounts) > 1 and not sum(amounts, NOTHING) and net:
        raise UnfitError(f"does not tell how {net} of {said!r} are split over {len(amounts)} accounts")
    nets = spread(net, amounts, currency)
    rows = zip(allocations, nets, spread(tax, nets, currency), spread(shipping, nets, currency), strict=True)
    for one, its_net, its_tax, its_shipping in rows:
        yield Share(one.budget, its_net, said, is_order, its_tax, its_shipping, is_inside)


def _costs(bill: Bill, currency: str) -> Iterator[Share]:
    for cost in bill.costs:
        account = cost.cost_allocation.budget if cost.cost_allocation else None
        yield Share(account, rounded(cost.amount or NOTHING, currency), cost.name, False)
