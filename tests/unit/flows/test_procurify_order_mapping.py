"""How an order of Procurify reads in QAD: its lines, to the cent, and its header."""

from decimal import Decimal
from typing import Any

import pytest

from flows.procurify_qad.order_lines import Coding, OrderLine
from flows.procurify_qad.order_mapping import asked_for, mark_of, number_of, to_order
from flows.procurify_qad.supplied import Supplied
from flows.unfit import UnfitError
from tests.unit.flows.procurify_records import UUID, account, order, ordered, rules

NORTHWIND = Supplied("10S1001", "30", "USD")


def lines_of(*lines: dict[str, Any], scale: int = 5, currency: str = "USD", **by: Any) -> list[OrderLine]:
    made = order(*lines, purchased_currency={"id": 1, "name": currency})
    return Coding(rules(**by), {"6010"}, scale).lines(made)


def measures(lines: list[OrderLine]) -> list[tuple[str, Decimal, Decimal]]:
    return [tuple(one.measured) for one in lines]  # type: ignore[misc]


def test_a_line_keeps_quantity_and_price() -> None:
    [line] = lines_of(ordered())
    assert measures([line]) == [("quantity", Decimal(10), Decimal("2.5"))]
    assert (line.part, line.item, line.account, line.cost_center, line.site) == ("101", "101", "6010", "100", "10-100")


@pytest.mark.parametrize(
    ("quantity", "price", "total", "scale", "measure"),
    [
        ("3", "0.33333333", "1.00", 5, "quantity"),  # 3 x 0.33333 is a dollar, rounded
        ("1000", "0.00333", "3.33", 2, "amount"),  # no price of two places comes to that
        ("0", "5", "7.00", 5, "amount"),
        (None, None, "7.00", 5, "amount"),
    ],
)
def test_a_price_that_qad_can_not_hold_never_changes_what_the_line_comes_to(
    quantity: str | None, price: str | None, total: str, scale: int, measure: str
) -> None:
    [line] = lines_of(ordered(quantity=quantity, price=price, total_cost=total), scale=scale)
    [(measured, pieces, cost)] = measures([line])
    assert measured == measure
    assert round(pieces * cost, 2) == Decimal(total)


def test_a_line_without_a_total_comes_to_price_times_quantity_and_one_without_either_is_unfit() -> None:
    assert [one.total for one in lines_of(ordered(total_cost=None))] == [Decimal("25.00")]
    with pytest.raises(UnfitError, match="no amount"):
        lines_of(ordered(total_cost=None, price=None))


def test_amounts_in_a_currency_without_cents_are_whole() -> None:
    assert measures(lines_of(ordered(quantity="3", price="33.4", total_cost="100.2"), currency="JPY")) == [
        ("quantity", Decimal(3), Decimal("33.4"))
    ]
    assert [one.total for one in lines_of(ordered(total_cost="100.5"), currency="JPY")] == [Decimal(101)]


def test_a_line_that_is_received_by_amount_is_ordered_by_amount() -> None:
    assert measures(lines_of(ordered(receive_method=1))) == [("amount", Decimal(1), Decimal("25.00"))]


def test_a_split_line_is_a_line_for_each_account_and_thirds_add_up() -> None:
    split = [
        {"id": n, "amount": "8.33333333", "account": account(code)} for n, code in enumerate(("6010", "6150", "x"))
    ]
    lines = lines_of(ordered(spend_allocation=split))
    assert [(one.part, one.item, one.account) for one in lines] == [
        ("101/0", "101", "6010"), ("101/1", "101", "6150"), ("101/2", "101", "x"),
    ]  # fmt: skip
    assert {one.measured.measure for one in lines} == {"amount"}
    assert sum(one.total for one in lines) == sum(one.measured.cost for one in lines) == Decimal("25.00")


def test_allocations_that_come_to_something_else_are_unfit() -> None:
    split = [{"id": n, "amount": "12.00", "account": account()} for n in (1, 2)]
    with pytest.raises(UnfitError, match=r"comes to 25\.00, but its allocations to 24"):
        lines_of(ordered(spend_allocation=split))


def test_a_line_without_an_account_is_unfit_and_a_removed_one_is_left_out() -> None:
    with pytest.raises(UnfitError, match="no account code"):
        lines_of(ordered(account=None))
    assert [one.item for one in lines_of(ordered(1), ordered(2, active=False), ordered(3, is_active=False))] == ["101"]


def test_lines_come_in_the_order_of_their_numbers_whatever_the_answer_says() -> None:
    assert [one.item for one in lines_of(ordered(3), ordered(1), ordered(2))] == ["101", "102", "103"]


def test_cost_centers_sites_and_items_are_the_rules() -> None:
    by: dict[str, Any] = {
        "cost_centers": {"Assembly": "777"},
        "sites": {"2": "10-200"},
        "items": {"NP-A4": "02-0010"},
        "site": "",
    }
    [mapped, plain] = lines_of(ordered(1, sku="NP-A4"), ordered(2, account=account("6150")), **by)
    assert (mapped.cost_center, mapped.site, mapped.code) == ("777", "10-200", "02-0010")
    assert (plain.cost_center, plain.code) == ("", "MEMO")


def test_an_order_reads_as_its_header_says_in_its_own_days() -> None:
    made = order(payment_terms="Net 30")
    body = to_order(made, NORTHWIND, lines_of(ordered()), "10USA", rules(credit_terms={"Net 30": "N30"}))
    assert (body["number"], body["supplier"], body["currency"], body["credit_terms"]) == (
        "ACME-7", "10S1001", "USD", "N30",
    )  # fmt: skip
    assert (str(body["order_date"]), str(body["due_date"])) == ("2026-11-12", "2026-11-25")
    assert [one["part"] for one in body["lines"]] == ["101"]


def test_the_number_is_the_external_one_if_there_is_one_and_none_that_qad_cuts() -> None:
    assert number_of(order(PO_Num=None), rules()) == "PF1204"
    assert number_of(order(), rules(order_number="internal")) == "PF1204"
    with pytest.raises(UnfitError, match="longer than the 8 characters") as unfit:
        number_of(order(PO_Num="ACME-2026-7"), rules())
    assert "order_number" in unfit.value.remedy


def test_the_mark_tells_orders_of_one_number_apart_within_what_qad_keeps() -> None:
    assert mark_of(order()) == f"PF1204 {UUID.replace('-', '')}"
    assert len(mark_of(order(procurify_PO=123456789))) == 40


@pytest.mark.parametrize(
    ("flaw", "why"),
    [({"date": None}, "no date"), ({"purchased_currency": None}, "no currency"), ({"order_items": []}, "no lines")],
)
def test_an_order_without_what_qad_insists_on_is_unfit(flaw: dict[str, Any], why: str) -> None:
    made = order(**flaw)
    with pytest.raises(UnfitError, match=why):
        to_order(made, NORTHWIND, Coding(rules(), (), 5).lines(made), "10USA", rules())


def test_what_buyers_asked_for_does_not_change_with_receipts_the_state_or_the_order_of_lines() -> None:
    asked = asked_for(order(ordered(1), ordered(2)))
    assert asked_for(order(ordered(2, receivedPassQty="4", status=5), ordered(1), state=5)) == asked
    assert asked_for(order(ordered(1), ordered(2, quantity="11"))) != asked
    assert asked_for(order(ordered(1), ordered(2, account=account("6150")))) != asked
    assert asked_for(order(ordered(1), ordered(2, active=False))) != asked
