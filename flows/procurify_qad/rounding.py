"""Amounts in whole minor units, and in parts that add up: pure."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from blocks.exact import minor_units

ONE, NOTHING = Decimal(1), Decimal(0)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Returns the amount in whole minor units, halves up."""
    return amount.quantize(_unit(currency), ROUND_HALF_UP)


def spread(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Returns the amount in parts by weight, each in whole minor units; the largest takes what is left over."""
    whole = sum(weights, NOTHING)
    if whole == NOTHING:
        return [amount, *([NOTHING] * (len(weights) - 1))] if weights else []
    parts = [(amount * weight / whole).quantize(_unit(currency), ROUND_DOWN) for weight in weights]
    largest = max(range(len(parts)), key=lambda place: abs(weights[place]))
    parts[largest] += amount - sum(parts, NOTHING)
    return parts


def _unit(currency: str) -> Decimal:
    return ONE.scaleb(-minor_units(currency))
