"""Whatever a bill or an order is made of, its parts come to its total to the cent, or a person is told."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from blocks.procurify.models import Bill
from blocks.qad.receipts import Received
from flows.procurify_qad.bill_amounts import shares_of, total_of
from flows.procurify_qad.bill_mapping import Posting, to_invoice
from flows.procurify_qad.coverage import Before, Ordered, Sums, billed_by, shortfalls
from flows.procurify_qad.levels import AMOUNT, QUANTITY
from flows.procurify_qad.order_lines import Coding
from flows.procurify_qad.rounding import rounded, spread
from flows.procurify_qad.supplied import Supplied
from flows.unfit import UnfitError
from tests.unit.flows.procurify_records import account, bill, billed, order, ordered, rules

CURRENCIES = {"USD": 2, "JPY": 0, "KWD": 3}
currencies = st.sampled_from(sorted(CURRENCIES))
cents = st.integers(-(10**9), 10**9)
weights = st.lists(st.decimals(-(10**6), 10**6, places=8), min_size=1, max_size=6)
quantities = st.decimals("0.00001", 10**5, places=5)


def of(minor: int, currency: str) -> Decimal:
    """Returns an amount by its minor units."""
    return Decimal(minor).scaleb(-CURRENCIES[currency])


@given(cents, weights, currencies)
def test_parts_come_to_the_whole_and_are_whole_minor_units(minor: int, by: list[Decimal], currency: str) -> None:
    amount = of(minor, currency)
    parts = spread(amount, by, currency)
    assert sum(parts) == amount
    assert all(part == rounded(part, currency) for part in parts)


@st.composite
def bills(draw: Any) -> Bill:
    """Returns bills whose total is right more often than not, split, taxed and shipped in every way."""
    currency = draw(currencies)
    items, net, tax, shipping = [], Decimal(0), Decimal(0), Decimal(0)
    for number in range(draw(st.integers(0, 4))):
        cost, own, ship = (of(draw(st.integers(-20000, 20000)), currency) for _ in range(3))
        split = draw(st.lists(st.decimals(0, 1000, places=8), max_size=3))
        shares = [{"id": n, "budget": account(), "amount": str(part)} for n, part in enumerate(split)]
        fields = {"total_cost": str(cost), "tax_amount": str(own), "shipping_amount": str(ship)}
        no_order: dict[str, Any] = {"orderitem": None, "po": None} if draw(st.booleans()) else {}
        items.append(billed(number, **fields, cost_allocations=shares, **no_order))
        net, tax, shipping = net + cost, tax + own, shipping + ship
    total = net + tax + shipping + of(draw(st.sampled_from([0, 0, 0, 1, -1])), currency)
    header = {"total_cost_with_tax": str(total), "tax_amount": str(tax), "shipping_amount": str(shipping)}
    return bill(items=items, currency={"id": 1, "name": currency}, **header)


@given(bills())
def test_shares_with_taxes_and_shipping_are_the_bill_s_total_or_a_person_is_told(made: Bill) -> None:
    try:
        shares = shares_of(made)
    except UnfitError:
        return
    assert sum(one.net + one.tax + one.shipping for one in shares) == total_of(made)


@given(bills(), st.booleans())
def test_what_is_posted_and_matched_is_the_invoice(made: Bill, is_matched: bool) -> None:
    matching = [{"amount": one.sums.amount} for one in billed_by(made)] if is_matched else []
    by = rules(tax_account="2200", shipping_account="6150")
    posting = Posting("10USACO", "10USA", ["PO-1"] if matching else [], matching, Coding(by, (), 0).cost_center)
    try:
        body = to_invoice(made, Supplied("10S1001", "30", "USD"), posting, by)
    except UnfitError:
        return
    lines = sum((one["debit"] - one["credit"] for one in body["posting_lines"]), Decimal(0))
    assert lines + sum(one["amount"] for one in matching) == body["original_credit"] - body["original_debit"]
    assert min(body["original_credit"], body["original_debit"]) == 0


@given(quantities, st.decimals(0, 10**5, places=8), st.integers(0, 5), currencies, st.integers(1, 5))
def test_an_order_s_line_comes_to_the_same_in_qad_split_or_not(
    quantity: Decimal, price: Decimal, scale: int, currency: str, parts: int
) -> None:
    total = rounded(quantity * price, currency)
    split = [{"id": n, "amount": str(round(quantity * price / parts, 8)), "account": account()} for n in range(parts)]
    plain = ordered(quantity=str(quantity), price=str(price), total_cost=str(total))
    for line in (plain, plain | {"spend_allocation": split}):
        made = order(line, purchased_currency={"id": 1, "name": currency})
        try:
            lines = Coding(rules(), (), scale).lines(made)
        except UnfitError:
            assume(line is not plain)
            continue
        unit = Decimal(1).scaleb(-CURRENCIES[currency])
        costs = [(one.measured.quantity * one.measured.cost).quantize(unit, ROUND_HALF_UP) for one in lines]
        assert sum(costs) == sum(one.total for one in lines) == total


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9), st.integers(0, 900)), min_size=1, max_size=5),
    st.dictionaries(st.integers(1, 3), st.tuples(st.integers(0, 9), st.integers(0, 900))),
    st.dictionaries(st.integers(1, 3), st.tuples(st.integers(0, 30), st.integers(0, 3000))),
    st.sets(st.integers(1, 3)),
)
def test_a_bill_goes_exactly_when_all_that_was_billed_and_it_bills_is_received(
    parts: list[tuple[int, int, int]],
    before: dict[int, tuple[int, int]],
    there: dict[int, tuple[int, int]],
    by_amount: set[int],
) -> None:
    made = bill(*(billed(n, quantity=str(pieces), total_cost=str(of(cost, "USD"))) for n, pieces, cost in parts))
    lines = {str(100 + n): Ordered((f"PO-1/{n}",), AMOUNT if n in by_amount else QUANTITY) for n in (1, 2, 3)}
    posted = {str(100 + n): Sums(Decimal(pieces), of(cost, "USD")) for n, (pieces, cost) in before.items()}
    came = {f"PO-1/{n}": Received(Decimal(pieces), of(cost, "USD"), None) for n, (pieces, cost) in there.items()}
    short = shortfalls(billed_by(made), lines, Before(posted, {}), came, "USD")
    lacking = set()
    for number in {n for n, _pieces, _cost in parts}:
        measure = 1 if number in by_amount else 0
        wanted = sum(part[1 + measure] for part in parts if part[0] == number) + before.get(number, (0, 0))[measure]
        if wanted > there.get(number, (0, 0))[measure]:
            lacking.add((f"PO-1/{number}",))
    assert {one.level.lines for one in short} == lacking
    assert all(one.level.now(came) < one.level.needed for one in short)
