"""A bill's lines that change: what is taken off a line in the source is not left on it in QuickBooks."""

from decimal import Decimal

from blocks.exact import Record
from blocks.quickbooks_desktop.kinds import BILL
from blocks.quickbooks_desktop.lines import ADDED, CHANGED, changed_lines
from blocks.target import Body

SHAPE = next(field.parts for field in BILL.shape if field.name == ADDED)


def stored(line_id: str, amount: str, its_class: str = "") -> Record:
    named = {"ClassRef": {"ListID": its_class, "FullName": its_class}} if its_class else {}
    return {"TxnLineID": line_id, "AccountRef": {"ListID": "A1"}, "Amount": amount, **named}


def wanted(amount: str, its_class: str = "") -> Body:
    named = {"ListID": its_class} if its_class else {}
    return {"AccountRef": {"ListID": "A1"}, "Amount": Decimal(amount), "ClassRef": named}


def changed(held: list[Record], ours: list[Body]) -> Body:
    return changed_lines(SHAPE, {"ExpenseLineRet": held}, ours)


def test_a_line_that_has_no_class_any_more_becomes_a_new_line() -> None:
    held = [stored("1-1", "10.00", "C1"), stored("1-2", "20.00", "C2")]
    assert changed(held, [wanted("10.00"), wanted("20.00", "C2")])[CHANGED] == [
        {"TxnLineID": "1-2"},
        {"TxnLineID": "-1", "AccountRef": {"ListID": "A1"}, "Amount": Decimal("10.00")},
    ]


def test_lines_that_never_had_a_class_stay_as_they_are() -> None:
    assert changed([stored("1-1", "10.00")], [wanted("10.00")]) == {}


def test_a_line_that_gets_a_class_stays_the_same_line() -> None:
    held, ours = [stored("1-1", "10.00")], [wanted("10.00", "C1")]
    assert changed(held, ours)[CHANGED] == [{"TxnLineID": "1-1", "ClassRef": {"ListID": "C1"}}]
