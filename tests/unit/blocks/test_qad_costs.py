"""A unit cost that QAD can hold keeps the line's total to the cent, or there is none."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.qad.costs import cost_for, line_total

QUANTITIES = st.decimals("0.001", 100_000, places=3)
TOTALS = st.decimals(-1_000_000, 1_000_000, places=2)


@pytest.mark.parametrize(
    ("quantity", "total", "scale", "currency", "cost"),
    [
        ("3", "10.00", 5, "USD", "3.33333"),
        ("4", "10.00", 5, "USD", "2.5"),
        ("10", "10.00", 5, "USD", "1"),
        ("3", "10.00", 2, "USD", None),  # 3.33 and 3.34 make 9.99 and 10.02
        ("100000", "12345.67", 5, "USD", None),
        ("100000", "12346.00", 5, "USD", "0.12346"),
        ("0.5", "0.01", 2, "USD", "0.02"),
        ("2", "0.01", 2, "USD", None),
        ("2", "0.01", 3, "USD", "0.005"),
        ("1000", "0.01", 5, "USD", "0.00001"),
        ("2000", "0.01", 5, "USD", None),
        ("200", "1.00", 2, "USD", None),
        ("3", "100", 5, "JPY", "33.33333"),
        ("7", "1.001", 5, "KWD", "0.143"),
        ("3", "-10.00", 5, "USD", "-3.33333"),
        ("0", "0.00", 5, "USD", "0"),
        ("0", "1.00", 5, "USD", None),
        ("300", "15000.00", 5, "USD", "50"),
    ],
)
def test_the_cost_keeps_the_total(quantity: str, total: str, scale: int, currency: str, cost: str | None) -> None:
    found = cost_for(Decimal(quantity), Decimal(total), scale, currency)
    assert (found is None and cost is None) or format(found or Decimal(0), "f") == cost


def test_the_sources_own_price_is_kept_where_it_fits() -> None:
    three, ten = Decimal(3), Decimal("10.00")
    assert cost_for(three, ten, 5, "USD", price=Decimal("3.3333")) == Decimal("3.3333")
    assert cost_for(three, ten, 5, "USD", price=Decimal("3.33333333")) == Decimal("3.33333")
    assert cost_for(three, ten, 5, "USD", price=Decimal("3.33")) == Decimal("3.33333")


def test_halves_are_rounded_up_as_qad_does() -> None:
    assert line_total(Decimal(1), Decimal("0.125"), "USD") == Decimal("0.13")
    assert line_total(Decimal(-1), Decimal("0.125"), "USD") == Decimal("-0.13")
    assert line_total(Decimal("0.5"), Decimal(1), "JPY") == Decimal(1)
    assert cost_for(Decimal(1), Decimal("0.12"), 3, "USD", price=Decimal("0.125")) == Decimal("0.12")


@given(QUANTITIES, TOTALS, st.integers(0, 6))
def test_what_is_found_is_exact_and_none_means_that_there_is_none(
    quantity: Decimal, total: Decimal, scale: int
) -> None:
    found = cost_for(quantity, total, scale, "USD")
    if found is not None:
        assert line_total(quantity, found, "USD") == total
        assert found == round(found, scale)
        return
    exact, unit = total / quantity, Decimal(1).scaleb(-scale)
    nearest = exact.quantize(unit, ROUND_HALF_UP)
    for step in range(-3, 4):
        assert line_total(quantity, nearest + step * unit, "USD") != total


@given(QUANTITIES, st.decimals("0.00001", 10_000, places=5))
def test_a_price_that_qad_can_hold_always_has_a_cost(quantity: Decimal, price: Decimal) -> None:
    assert cost_for(quantity, line_total(quantity, price, "USD"), 5, "USD", price) == price
