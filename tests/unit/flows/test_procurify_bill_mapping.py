"""How a bill of Procurify reads in QAD, account by account and to the cent."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from flows.procurify_qad.bill_amounts import shares_of, total_of
from flows.procurify_qad.bill_mapping import Posting, content_of, to_invoice
from flows.procurify_qad.order_lines import Coding
from flows.procurify_qad.rounding import spread
from flows.procurify_qad.supplied import Supplied
from flows.unfit import UnfitError
from tests.unit.flows.procurify_records import account, bill, billed, rules

NORTHWIND = Supplied("10S1001", "30", "USD")
MATCH = {"receiver": "RC1", "purchase_order": "PO-1", "purchase_order_line": 1, "quantity": 4, "amount": 10}


def rent(number: int = 1, cost: str = "10.00", **fields: Any) -> dict[str, Any]:
    """Returns a line of no order."""
    allocations = [{"id": number, "budget": account(), "amount": cost}]
    plain = {"orderitem": None, "po": None, "quantity": None, "total_cost": cost, "cost_allocations": allocations}
    return billed(number, **{**plain, **fields})


def freight(amount: str, code: str = "6150") -> list[dict[str, Any]]:
    return [{"id": 1, "name": "Freight", "amount": amount, "cost_allocation": {"id": 1, "budget": account(code)}}]


def posted(made: Any, orders: tuple[str, ...] = (), matching: tuple[Any, ...] = (), **by: Any) -> dict[str, Any]:
    posting = Posting("10USACO", "10USA", orders, matching, Coding(rules(), {"6010"}, 0).cost_center)
    return to_invoice(made, NORTHWIND, posting, rules(**by))


def lines(body: dict[str, Any]) -> list[tuple[str, Decimal, Decimal]]:
    return [(one["account"], one["debit"], one["credit"]) for one in body["posting_lines"]]


def test_taxes_and_shipping_go_with_the_lines_they_were_charged_on() -> None:
    made = bill(
        rent(1, "100", tax_amount="5", shipping_amount=None), rent(2, "100", shipping_amount="7"),
        total_cost_with_tax="212", tax_amount="5", shipping_amount="7",
    )  # fmt: skip
    assert [(one.tax, one.shipping) for one in shares_of(made)] == [(Decimal(5), Decimal(0)), (Decimal(0), Decimal(7))]


def test_taxes_that_prices_include_are_not_added_once_more() -> None:
    inside = rent(1, "100", tax_amount="10", tax_is_inclusive=True)
    on_top = rent(2, "100", tax_amount="5")
    made = bill(inside, on_top, total_cost_with_tax="205", tax_amount="15", exclusive_tax_amount="5")
    assert [one.tax for one in shares_of(made)] == [Decimal(0), Decimal(5)]


def test_taxes_that_nothing_tells_of_are_spread_by_the_lines_amounts() -> None:
    made = bill(rent(1, "20"), rent(2, "80"), total_cost_with_tax="105", tax_amount="5")
    assert [one.tax for one in shares_of(made)] == [Decimal(1), Decimal(4)]


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (bill(rent(), total_cost_with_tax="11"), "does not add up"),
        (bill(rent(), total_cost_with_tax=None), "no total"),
        (bill(rent(), invoice_total="12.00"), "the supplier's invoice is over 12.00"),
        (bill(items=[], total_cost_with_tax="5", shipping_amount="5"), "no lines"),
        (bill(rent(cost_allocations=[{"id": 1}, {"id": 2}])), "does not tell how"),
        (bill(rent(archived=True)), "no lines"),
    ],
)
def test_a_bill_whose_parts_do_not_tell_its_total_is_unfit(made: Any, why: str) -> None:
    with pytest.raises(UnfitError, match=why):
        shares_of(made)


def test_the_supplier_s_total_may_be_missing_or_nothing() -> None:
    assert total_of(bill(invoice_total=0)) == total_of(bill(total_cost_with_tax=None, invoice_total="10.00"))


def test_an_item_s_amount_is_split_as_its_accounts_are() -> None:
    split = [{"id": n, "budget": account(code), "amount": "3.33333333"} for n, code in enumerate(("a", "b", "c"))]
    assert [(one.account.code, one.net) for one in shares_of(bill(rent(cost_allocations=split))) if one.account] == [
        ("a", Decimal("3.34")), ("b", Decimal("3.33")), ("c", Decimal("3.33")),
    ]  # fmt: skip


def test_parts_add_up_whatever_the_currency() -> None:
    assert spread(Decimal(100), [Decimal(1)] * 3, "JPY") == [Decimal(34), Decimal(33), Decimal(33)]
    assert spread(Decimal(1), [Decimal(1)] * 3, "KWD") == [Decimal("0.334"), Decimal("0.333"), Decimal("0.333")]
    assert spread(Decimal("-0.05"), [Decimal(2), Decimal(1)], "USD") == [Decimal("-0.04"), Decimal("-0.01")]
    assert spread(Decimal(5), [Decimal(0), Decimal(0)], "USD") == [Decimal(5), Decimal(0)]


def test_an_invoice_of_orders_that_people_match_names_the_orders_and_posts_nothing() -> None:
    body = posted(bill(), orders=("PO-1",))
    assert (body["status"], body["original_credit"]) == ("AP-INITIAL", Decimal("10.00"))
    assert body["purchase_orders"] == [{"domain": "10USA", "number": "PO-1"}]
    assert "posting_lines" not in body


def test_an_invoice_without_orders_posts_all_of_it() -> None:
    made = bill(rent(tax_amount="1"), tax_amount="1", total_cost_with_tax="26", costs=freight("15"))
    body = posted(made)
    assert body["status"] == "AP-GLALLOC"
    assert lines(body) == [("6010", Decimal(11), Decimal(0)), ("6150", Decimal(15), Decimal(0))]
    assert [one["cost_center"] for one in body["posting_lines"]] == ["100", ""]
    assert lines(posted(made, tax_account="2200")) == [
        ("6010", Decimal(10), Decimal(0)), ("6150", Decimal(15), Decimal(0)), ("2200", Decimal(1), Decimal(0)),
    ]  # fmt: skip


def test_a_matched_invoice_posts_only_what_no_receipt_explains() -> None:
    made = bill(billed(tax_amount="1"), tax_amount="1", total_cost_with_tax="26", costs=freight("15"))
    body = posted(made, ("PO-1",), (MATCH,), tax_account="2200")
    assert lines(body) == [("6150", Decimal(15), Decimal(0)), ("2200", Decimal(1), Decimal(0))]
    assert (body["status"], body["matching_lines"]) == ("AP-NOALLOC", [MATCH])
    with pytest.raises(UnfitError, match="account of its own") as unfit:
        posted(made, ("PO-1",), (MATCH,))
    assert "tax_account" in unfit.value.remedy


def test_a_negative_bill_is_a_credit_note() -> None:
    body = posted(bill(rent(cost="-10.00"), total_cost_with_tax="-10.00"))
    assert (body["type"], body["original_debit"], body["original_credit"]) == ("CREDITNOTE", Decimal(10), Decimal(0))
    assert lines(body) == [("6010", Decimal(0), Decimal(10))]


def test_days_are_those_of_the_offset_they_are_written_in_and_the_posting_day_is_the_ledger_s() -> None:
    body = posted(bill(gl_post_date="2027-01-02T00:00:00-08:00"), orders=("PO-1",))
    assert (body["invoice_date"], body["due_date"]) == (date(2026, 11, 17), date(2026, 12, 17))
    assert (body["posting_date"], body["posting_year"]) == (date(2027, 1, 2), 2027)


@pytest.mark.parametrize(
    ("flaw", "why"),
    [
        ({"invoice_date": None}, "no date"),
        ({"currency": None}, "no currency"),
        ({"items": [rent(cost_allocations=[])]}, "no account code"),
    ],
)
def test_a_bill_without_what_qad_insists_on_is_unfit(flaw: dict[str, Any], why: str) -> None:
    with pytest.raises(UnfitError, match=why):
        posted(bill(rent(), **{} if "items" in flaw else flaw) if "items" not in flaw else bill(*flaw["items"]))


def test_what_must_not_change_after_posting_does_not_depend_on_the_order_of_lines() -> None:
    assert content_of(bill(rent(1), rent(2))) == content_of(bill(rent(2), rent(1)))
    assert content_of(bill(rent(1))) != content_of(bill(rent(1, "11")))
