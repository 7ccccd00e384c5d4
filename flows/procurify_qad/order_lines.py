"""How the lines of a Procurify order read in QAD: pure, and exact to the cent."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from blocks.procurify.lists import OrderAccount
from blocks.procurify.orders import BY_AMOUNT, OrderItem, PurchaseOrder
from blocks.qad.costs import cost_for
from flows.procurify_qad.levels import AMOUNT, QUANTITY
from flows.procurify_qad.rounding import rounded, spread
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.unfit import UnfitError

DESCRIPTION = 255  # characters
ONE, NOTHING = Decimal(1), Decimal(0)


class Measured(NamedTuple):
    """How a line is ordered, and what is received of it measured."""

    measure: str
    quantity: Decimal
    cost: Decimal


class OrderLine(NamedTuple):
    """A line as QAD gets it."""

    part: str  # the source line's id, and a slash and the allocation's if it is split
    item: str  # the source line's id
    measured: Measured
    total: Decimal  # in the order's currency
    account: str
    cost_center: str
    site: str
    code: str  # QAD's item
    description: str
    unit: str


@dataclass(frozen=True)
class Coding:
    """Says lines in QAD's terms."""

    rules: ProcurifyQadConnection
    with_cost_center: Collection[str]  # accounts
    cost_scale: int  # decimal places of a unit's cost

    def lines(self, order: PurchaseOrder) -> list[OrderLine]:
        """Returns the lines that QAD shall hold, in the order's own order; split ones are several.

        Raises:
            UnfitError: a line has no account, or no amount that adds up.
        """
        used = [one for one in order.order_items if one.counts]
        ordered = sorted(used, key=lambda one: (one.po_line_num or 0, one.id))
        return [line for item in ordered for line in self._lines(item, order.currency_code)]

    def cost_center(self, account: OrderAccount) -> str:
        """Returns the cost center of an account's department, if postings to that account carry one."""
        department = account.department
        if department is None or account.code not in self.with_cost_center:
            return ""
        known_as = (department.external_id, department.name, department.id)
        mapping = self.rules.cost_centers
        return next((mapping[one] for one in known_as if one in mapping), department.external_id)

    def _lines(self, item: OrderItem, currency: str) -> Iterator[OrderLine]:
        total = _total(item, currency)
        if not item.spend_allocation:
            yield self._line(item, item.id, item.account, total, self._measured(item, total, currency))
            return
        amounts = [one.amount or NOTHING for one in item.spend_allocation]
        if rounded(sum(amounts, NOTHING), currency) != total:
            raise UnfitError(f"{_called(item)} comes to {total}, but its allocations to {sum(amounts, NOTHING)}")
        shares = spread(total, amounts, currency)  # Procurify keeps them to eight places, such as thirds
        for split, share in zip(item.spend_allocation, shares, strict=True):
            # Nobody can say how many pieces a part of the money buys.
            yield self._line(item, f"{item.id}/{split.id}", split.account, share, Measured(AMOUNT, ONE, share))

    def _measured(self, item: OrderItem, total: Decimal, currency: str) -> Measured:
        quantity = item.quantity or NOTHING
        if item.receive_method != BY_AMOUNT and quantity > 0:
            cost = cost_for(quantity, total, self.cost_scale, currency, item.price)
            if cost is not None:
                return Measured(QUANTITY, quantity, cost)
        return Measured(AMOUNT, ONE, total)

    def _line(
        self, item: OrderItem, part: str, account: OrderAccount | None, total: Decimal, measured: Measured
    ) -> OrderLine:
        if account is None or not account.code:
            raise UnfitError(f"{_called(item)} has no account code")
        return OrderLine(
            part=part,
            item=item.id,
            measured=measured,
            total=total,
            account=account.code,
            cost_center=self.cost_center(account),
            site=self._site(account),
            code=self.rules.items.get(item.sku, self.rules.memo_item),
            description=(item.name or item.sku)[:DESCRIPTION],
            unit=item.unit,
        )

    def _site(self, account: OrderAccount) -> str:
        branch = account.department.branch if account.department else None
        known_as = (branch.id, branch.name) if branch else ()
        return next((self.rules.sites[one] for one in known_as if one in self.rules.sites), self.rules.site)


def _total(item: OrderItem, currency: str) -> Decimal:
    """Returns the line's amount without tax; Procurify's own figure, or price times quantity."""
    if item.total_cost is not None:
        return rounded(item.total_cost, currency)
    if item.quantity is None or item.price is None:
        raise UnfitError(f"{_called(item)} has no amount")
    return rounded(item.quantity * item.price, currency)


def _called(item: OrderItem) -> str:
    return f"line {item.po_line_num or item.id} ({item.name})"
