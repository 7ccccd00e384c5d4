"""Unit costs that QAD can hold and that keep a line's total to the cent."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

from blocks.exact import minor_units

DIGITS = 60  # more than any quantity, cost and total have together


def line_total(quantity: Decimal, cost: Decimal, currency: str) -> Decimal:
    """Returns quantity times cost, rounded half up to the currency's minor units, as QAD does."""
    with localcontext(prec=DIGITS):
        return (quantity * cost).quantize(_unit(minor_units(currency)), ROUND_HALF_UP)


def cost_for(
    quantity: Decimal, total: Decimal, scale: int, currency: str, price: Decimal | None = None
) -> Decimal | None:
    """Returns a unit cost of at most `scale` decimal places whose line total is exactly `total`; None if there is none.

    `price` is the source's own unit price, which is kept if it fits. Otherwise it is the cost nearest to the exact
    quotient, without superfluous zeros.
    """
    with localcontext(prec=DIGITS):
        below = [] if quantity == 0 else [_nearest(total / quantity, scale)]
        near = [one + step for one in below for step in (Decimal(0), -_unit(scale), _unit(scale))]
        wanted = [price] if price is not None and price == round(price, scale) else []
        fitting = (cost for cost in [*wanted, *near, Decimal(0)] if line_total(quantity, cost, currency) == total)
        found = next(fitting, None)
        return None if found is None else _plain(found)


def _nearest(cost: Decimal, scale: int) -> Decimal:
    return cost.quantize(_unit(scale), ROUND_HALF_UP)


def _unit(scale: int) -> Decimal:
    return Decimal(1).scaleb(-scale)


def _plain(cost: Decimal) -> Decimal:
    """Returns the cost without zeros at its end, and without an exponent."""
    short = cost.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short
