"""Whether QAD has received what a bill bills, and which receipts that is."""

from decimal import Decimal
from typing import Any

import pytest

from blocks.qad.purchasing import Receipt
from blocks.qad.receipts import Received
from flows.procurify_qad.coverage import Before, Billed, Ordered, Short, Sums, billed_by, shortfalls
from flows.procurify_qad.levels import AMOUNT, QUANTITY, Level, orders_of
from flows.procurify_qad.matching import OpenReceipts
from flows.procurify_qad.receipts import decide
from tasks.outcomes import Adopt, Keep
from tests.unit.flows.procurify_records import UUID, bill, billed, row

ORDERED = {"101": Ordered(("PO-1/1",), QUANTITY)}
NONE = Before({}, {})


def came(quantity: str, amount: str | None = None) -> dict[str, Received]:
    return {"PO-1/1": Received(Decimal(quantity), None if amount is None else Decimal(amount), None)}


def sums(quantity: str, amount: str = "0") -> Sums:
    return Sums(Decimal(quantity), Decimal(amount))


def short(
    *items: dict[str, Any],
    there: dict[str, Received],
    before: Before = NONE,
    ordered: Any = None,
    currency: str = "USD",
) -> list[Short]:
    return shortfalls(billed_by(bill(*items)), ordered or ORDERED, before, there, currency)


def test_what_is_billed_of_a_line_counts_together_by_quantity_and_amount() -> None:
    [one] = billed_by(bill(billed(), billed(orderitem={"id": 101}, quantity="1", total_cost="2.5")))
    assert (one.item, one.order, one.measure, one.sums) == ("101", UUID, QUANTITY, sums("5", "12.50")._replace(parts=2))


def test_what_rounding_adds_to_a_line_that_qad_counts_in_money_is_not_waited_for() -> None:
    line = {"101": Ordered(("PO1/1",), AMOUNT, Decimal("111.11"))}
    half = Billed("101", UUID, QUANTITY, Sums(Decimal(4500), Decimal("55.56"), 1), None)
    there = {"PO1/1": Received(Decimal(1), Decimal("111.11"), None)}
    posted = Before({"101": half.sums}, {})
    assert shortfalls([half], line, posted, there, "USD") == []
    assert shortfalls([half], line, posted, {"PO1/1": there["PO1/1"]._replace(amount=Decimal("111.10"))}, "USD")
    more = half._replace(sums=half.sums._replace(amount=Decimal("55.58")))
    assert shortfalls([more], line, posted, there, "USD")


def test_lines_of_no_order_and_archived_ones_are_none_of_it() -> None:
    freight = billed(orderitem=None)  # of an order, but of none of its lines
    assert billed_by(bill(freight, billed(archived=True), billed(orderitem=None, po=None))) == []


def test_a_line_is_its_order_s_even_if_the_bill_does_not_tell_the_order() -> None:
    line = {"id": 101, "purchase_order_uuid": UUID}
    assert [(one.item, one.order) for one in billed_by(bill(billed(po=None, orderitem=line)))] == [("101", UUID)]
    assert [(one.item, one.order) for one in billed_by(bill(billed(po=None)))] == [("101", "")]


@pytest.mark.parametrize(
    "fields", [{"bill_by_cost": True}, {"quantity": None}, {"orderitem": {"id": 101, "receive_method": 1}}]
)
def test_what_is_billed_or_received_by_amount_is_compared_by_amount(fields: dict[str, Any]) -> None:
    assert [one.measure for one in billed_by(bill(billed(), billed(**fields)))] == [AMOUNT]


def test_a_bill_is_short_until_all_that_was_billed_is_received() -> None:
    before = Before({"101": sums("3")}, {})
    assert short(billed(), there=came("7"), before=before) == []
    [one] = short(billed(), there=came("6.99999"), before=before)
    assert str(one) == "PO-1/1: billed 7, QAD received 6.99999, Procurify 6"
    assert one.level == Level(("PO-1/1",), QUANTITY, Decimal(7))


def test_a_line_without_receipts_is_short_and_one_that_qad_does_not_have_is_none_of_it() -> None:
    assert [one.now for one in short(billed(), there={})] == [Decimal(0)]
    assert short(billed(), there={}, ordered={"999": Ordered(("PO-9/1",), QUANTITY)}) == []


def test_bills_that_go_at_the_same_time_count_but_are_not_waited_for() -> None:
    [one] = short(billed(), there=came("7"), before=Before({"101": sums("1")}, {"101": sums("4")}))
    assert (one.billed, one.level.needed) == (Decimal(9), Decimal(5))


def test_amounts_are_compared_in_whole_cents() -> None:
    by_cost = billed(bill_by_cost=True, total_cost="66.67")
    assert short(by_cost, there=came("2", "66.66666")) == []
    [one] = short(by_cost, there=came("2", "66.66499"))
    assert one.level == Level(("PO-1/1",), AMOUNT, Decimal("66.67"), "USD")
    assert short(billed(bill_by_cost=True, total_cost="67"), there=came("2", "66.5"), currency="JPY") == []


def test_an_amount_that_qad_does_not_tell_is_nothing_received() -> None:
    assert len(short(billed(bill_by_cost=True), there=came("100"))) == 1


def test_a_split_line_is_received_when_its_parts_together_are() -> None:
    split = {"101": Ordered(("PO-1/1", "PO-1/2"), AMOUNT)}
    there = {one: Received(Decimal(1), Decimal(5), None) for one in ("PO-1/1", "PO-1/2")}
    assert short(billed(), there=there, ordered=split) == []
    assert len(short(billed(), there=came("1", "5"), ordered=split)) == 1


def test_a_credit_note_waits_for_nothing() -> None:
    assert short(billed(quantity="-4", total_cost="-10"), there={}) == []


@pytest.mark.parametrize(
    "level",
    [
        Level(("PO-1/1",), QUANTITY, Decimal("7.50000")),
        Level(("PO%20A%2B1/1", "PO-1/12"), AMOUNT, Decimal("1E+3"), "JPY"),
    ],
)
def test_a_level_is_the_same_after_it_was_written_down(level: Level) -> None:
    assert Level.is_one(level.id)
    assert Level.of(level.id) == level
    assert Level.of(level.id).id == level.id


@pytest.mark.parametrize("other", ["ACME-7", UUID, "10S1001", "an amount", ""])
def test_what_another_stream_s_record_is_called_is_no_level(other: str) -> None:
    assert not Level.is_one(other)


def test_lines_tell_their_orders() -> None:
    assert orders_of(["PO-1/1", "PO-1/2", "A%2FB/1"]) == ["A/B", "PO-1"]


def test_a_level_that_is_reached_releases_and_one_that_is_not_does_not() -> None:
    waiting = row(Level(("PO-1/1",), QUANTITY, Decimal(7)), "level")
    assert isinstance(decide(waiting, came("7")), Adopt)
    assert isinstance(decide(waiting, came("6")), Keep)
    assert isinstance(decide(waiting, {}), Keep)


def receipt(number: int, quantity: str, matched: str = "0", cost: str = "2.50") -> Receipt:
    return Receipt(
        receiver=f"RC{number}", purchase_order="PO-1", line=1, quantity=Decimal(quantity), cost=Decimal(cost),
        quantity_matched=Decimal(matched),
    )  # fmt: skip


def taken(free: OpenReceipts, quantity: str, amount: str, measure: str = QUANTITY) -> list[tuple[str, str, str, bool]]:
    wanted = [Billed("101", UUID, measure, sums(quantity, amount), None)]
    return [
        (one["receiver"], str(one["quantity"]), str(one["amount"]), one["is_finished"])
        for one in free.matching(wanted, ORDERED, "USD")
    ]


def test_the_oldest_receipts_are_matched_first_and_their_amounts_are_the_bill_s() -> None:
    free = OpenReceipts({"101": [receipt(1, "3"), receipt(2, "4")]})
    assert taken(free, "5", "10.01") == [("RC1", "3", "6.01", True), ("RC2", "2", "4.00", False)]


def test_what_was_matched_before_is_not_matched_again() -> None:
    free = OpenReceipts({"101": [receipt(1, "3", matched="2"), receipt(2, "4")]})
    assert taken(free, "2", "5.00") == [("RC1", "1", "2.50", True), ("RC2", "1", "2.50", False)]
    assert taken(free, "3", "7.50") == [("RC2", "3", "7.50", False)]  # who is posted first is open
    assert taken(free, "1", "2.50") == []


def test_without_open_receipts_for_all_of_it_nothing_is_matched_and_nothing_is_used_up() -> None:
    free = OpenReceipts({"101": [receipt(1, "3")]})
    assert taken(free, "4", "10.00") == []
    assert taken(free, "3", "7.50") == [("RC1", "3", "7.50", True)]


def test_an_amount_takes_as_much_of_a_receipt_as_it_buys() -> None:
    free = OpenReceipts({"101": [receipt(1, "1", cost="1000"), receipt(2, "1", cost="1000")]})
    assert taken(free, "0", "1400", AMOUNT) == [("RC1", "1", "1000.00", True), ("RC2", "0.40000", "400.00", False)]
    assert taken(free, "0", "600", AMOUNT) == [("RC2", "0.60000", "600.00", False)]
    assert taken(free, "0", "0.01", AMOUNT) == []


def test_a_credit_note_is_left_to_people() -> None:
    assert taken(OpenReceipts({"101": [receipt(1, "3")]}), "-1", "-2.50") == []
