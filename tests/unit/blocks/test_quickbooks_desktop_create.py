"""Creating records in QuickBooks Desktop: each once, whatever is lost, and the right thing said of what is refused."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocks.errors import AnswerLostError, BusyRecordError, RefusedError
from blocks.quickbooks_desktop.account import OWNER_ID
from blocks.quickbooks_desktop.bill_target import BillTarget
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.documents import messages_of
from blocks.quickbooks_desktop.markers import marker
from blocks.quickbooks_desktop.payment_target import BillPaymentTarget
from blocks.quickbooks_desktop.vendor_target import VendorTarget
from blocks.quickbooks_desktop.writing import RecordTarget
from blocks.target import Body, ChangesTogether, Found, Key, Target
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.unit.blocks.desktop_company import (
    FILE_ID,
    LONG_AGO,
    Way,
    a_bill,
    a_payment,
    a_vendor,
    client_of,
    made,
    new_keys,
    refused,
)


class Books:
    """A company with a vendor and accounts, and bills to write."""

    def __init__(self, **switches: Any) -> None:
        self.company = CompanyFile(file_id=FILE_ID, owner_id=OWNER_ID)
        self.company.options(**switches)
        self.vendor = self.company.add_vendor("Northwind")["ListID"]
        self.office = self.company.add_account("Office")["ListID"]
        self.bank = self.company.find_account("Checking")
        self.way = Way(self.company)
        self.client = client_of(self.way)
        self.bills = BillTarget(self.client)

    def bodies(self, count: int) -> list[Body]:
        return [a_bill(self.vendor, self.office, f"INV-{place}", "10.00", f"{place}.05") for place in range(count)]

    @property
    def numbers(self) -> list[str]:
        return sorted(bill["RefNumber"] for bill in self.company.bills.values())


@pytest.fixture
def books() -> Books:
    return Books()


async def posted(target: RecordTarget, bodies: Sequence[Body], keys: Sequence[Key], tries: int = 20) -> list[Any]:
    """Writes as the engine does: after a lost answer all are looked up, and the rest is written again."""
    results: dict[int, Found | RefusedError] = {}
    for _ in range(tries):
        left = [place for place in range(len(bodies)) if place not in results]
        try:
            done = await target.create([bodies[at] for at in left], [keys[at] for at in left])
            results |= dict(zip(left, done, strict=True))
        except AnswerLostError:
            seen = await target.find([bodies[at] for at in left], LONG_AGO)
            results |= {at: one for at, one in zip(left, seen, strict=True) if one}
        if len(results) == len(bodies):
            return [results[place] for place in range(len(bodies))]
    raise AssertionError("it never ends")


def test_the_targets_are_targets(books: Books) -> None:
    targets: list[Target] = [kind(books.client, 7) for kind in (VendorTarget, BillTarget, BillPaymentTarget)]
    assert all(isinstance(one, ChangesTogether) and (one.at_once, one.changes_at_once) == (7, 7) for one in targets)
    assert books.bills.at_once == 100


async def test_a_hundred_bills_go_by_one_message(books: Books) -> None:
    bodies = books.bodies(100)
    found = made(await books.bills.create(bodies, new_keys(100)))
    assert [one.record["RefNumber"] for one in found] == [body["RefNumber"] for body in bodies]
    assert all(one.version and one.changed_at and not one.wrong for one in found)
    assert len(books.way.sent) == 1


async def test_every_record_carries_its_mark(books: Books) -> None:
    with_mark, without = books.bodies(2)
    del without["ExternalGUID"]
    keys = new_keys(2)
    found = made(await books.bills.create([with_mark, without], keys))
    assert [one.record["ExternalGUID"] for one in found] == [marker("INV-0"), marker(keys[1].item)]


async def test_what_never_arrived_goes_out_again_as_it_was(books: Books) -> None:
    bodies, keys = books.bodies(3), new_keys(3)
    bodies[0]["Memo"] = 'BILL bill "INV-0" <Müller & Söhne>'
    books.way.lose_before = 1
    with pytest.raises(AnswerLostError):
        await books.bills.create(bodies, keys)
    assert await books.bills.find(bodies, LONG_AGO) == [None] * 3
    made(await books.bills.create(bodies, keys))
    first, *_found, second, _verified = books.way.sent
    assert first == second
    assert books.numbers == ["INV-0", "INV-1", "INV-2"]


@pytest.mark.parametrize("reply", ["ret", "error_recovery"])
async def test_what_was_done_is_not_done_again_when_it_is_repeated(reply: str) -> None:
    books = Books(repeated_reply=reply)
    bodies, keys = books.bodies(3), new_keys(3)
    books.way.lose_after = 1
    with pytest.raises(AnswerLostError):
        await books.bills.create(bodies, keys)
    again = made(await books.bills.create(bodies, keys))
    assert [one.id for one in again] == list(books.company.bills)
    assert [one.record["RefNumber"] for one in again] == books.numbers == ["INV-0", "INV-1", "INV-2"]
    assert books.way.sent[0] == books.way.sent[1]


async def test_what_was_done_is_found_by_its_mark_though_people_changed_it(books: Books) -> None:
    bodies, keys = books.bodies(3), new_keys(3)
    books.way.lose_after = 1
    with pytest.raises(AnswerLostError):
        await books.bills.create(bodies, keys)
    first, second, third = books.company.bills
    books.company.edit_bill(first, RefNumber="OTHER", Memo="")
    found = await books.bills.find([*bodies, a_bill(books.vendor, books.office, "INV-9", "1.00")], LONG_AGO)
    assert [one and one.id for one in found] == [first, second, third, None]


async def test_another_bill_of_the_same_number_is_not_taken_for_ours(books: Books) -> None:
    [body] = books.bodies(1)
    books.company.add_bill(books.vendor, [(books.office, "10.05")], RefNumber="INV-0")
    assert await books.bills.find([body], LONG_AGO) == [None]


async def test_a_bill_without_a_mark_is_known_by_number_total_and_memo(books: Books) -> None:
    body = a_bill(books.vendor, books.office, "INV-0", "10.05")
    books.company.add_bill(books.vendor, [(books.office, "10.05")], RefNumber="INV-0", Memo="paid twice?")
    ours = books.company.add_bill(books.vendor, [(books.office, "10.05")], RefNumber="INV-0", Memo="BILL bill INV-0 !")
    found = await books.bills.find([body], LONG_AGO)
    assert [one and one.id for one in found] == [ours["TxnID"]]


@pytest.mark.parametrize("count", [1, 2, 4])
async def test_when_quickbooks_dies_in_the_middle_only_the_rest_goes_out(count: int) -> None:
    books = Books(die_after=count)
    bodies, keys = books.bodies(5), new_keys(5)
    results = await posted(books.bills, bodies, keys)
    assert len({one.id for one in made(results)}) == 5
    assert books.numbers == [f"INV-{place}" for place in range(5)]
    first, second = books.way.written
    assert first != second
    rest = next(document for document, set_id in books.way.sent if set_id == second)
    assert list(messages_of(rest)) == [key.item for key in keys[count:]]


async def test_a_rest_that_is_lost_too_is_the_same_message_set_again(books: Books) -> None:
    books.company.options(die_after=2)
    bodies, keys = books.bodies(5), new_keys(5)
    with pytest.raises(AnswerLostError):
        await books.bills.create(bodies, keys)
    books.way.lose_before = 1
    with pytest.raises(AnswerLostError):
        await books.bills.create(bodies[2:], keys[2:])
    made(await books.bills.create(bodies[2:], keys[2:]))
    assert books.way.written[1] == books.way.written[2]
    assert books.numbers == [f"INV-{place}" for place in range(5)]


async def test_what_was_deleted_after_it_was_posted_is_not_made_anew(books: Books) -> None:
    bodies, keys = books.bodies(2), new_keys(2)
    books.way.lose_after = 1
    with pytest.raises(AnswerLostError):
        await books.bills.create(bodies, keys)
    for known in list(books.company.bills):
        books.company.delete("Bill", known)
    results = await books.bills.create(bodies, keys)
    assert ["was deleted in QuickBooks Desktop after it was posted" in str(refused(one)) for one in results] == [
        True
    ] * 2
    assert books.numbers == []


async def test_a_set_that_quickbooks_knows_without_an_answer_is_for_a_person() -> None:
    books = Books(die_after=0, dead_set_known=True)
    bodies, keys = books.bodies(2), new_keys(2)
    with pytest.raises(AnswerLostError):
        await books.bills.create(bodies, keys)
    for error in map(refused, await books.bills.create(bodies, keys)):
        assert error.code == "9002"
        assert "knows the message set and has kept no answer to it, and the record was not found there" in str(error)
        assert error.remedy
    assert len(books.way.written) == 2
    assert books.numbers == []


async def test_a_set_id_that_stands_for_something_else_is_for_a_person_unless_it_is_found(books: Books) -> None:
    bodies, keys = books.bodies(2), new_keys(2)
    made(await books.bills.create(bodies[:1], keys[:1]))
    books.way.sets.clear()  # as after our own database was restored
    first, second = await books.bills.create(bodies, keys)
    assert isinstance(first, Found)
    assert refused(second).code == "9001"
    assert books.numbers == ["INV-0"]


async def test_a_set_that_could_not_be_noted_was_done_all_the_same() -> None:
    books = Books(cannot_store_responses=True)
    assert len(made(await books.bills.create(books.bodies(2), new_keys(2)))) == 2


async def test_what_is_asked_for_otherwise_now_is_changed_after_the_repeat(books: Books) -> None:
    bodies, keys = books.bodies(2), new_keys(2)
    books.way.lose_before = 1
    with pytest.raises(AnswerLostError):
        await books.bills.create(bodies, keys)
    now = [bodies[0], {**bodies[1], "Memo": "BILL bill INV-1, corrected"}]
    found = made(await books.bills.create(now, keys))
    assert [bill["Memo"] for bill in books.company.bills.values()] == ["BILL bill INV-0", "BILL bill INV-1, corrected"]
    assert found[1].record["Memo"] == "BILL bill INV-1, corrected"


async def test_a_bad_bill_stops_none_of_its_neighbours(books: Books) -> None:
    bodies = books.bodies(5)
    bodies[1]["VendorRef"] = {"ListID": "80000FFF-1"}
    bodies[2]["RefNumber"] = "x" * 21
    bodies[3]["ExpenseLineAdd"][0]["Amount"] = Decimal("0.001")
    results = await books.bills.create(bodies, new_keys(5))
    assert isinstance(results[0], Found)
    assert isinstance(results[4], Found)
    assert refused(results[1]).code == "3140"
    assert "RefNumber" in str(refused(results[2]))
    assert "ExpenseLineAdd.Amount is no amount of money in cents" in str(refused(results[3]))
    assert books.numbers == ["INV-0", "INV-4"]


async def test_a_bill_that_cannot_be_read_stops_none_of_its_neighbours(books: Books) -> None:
    books.way.unreadable = "INV-2"
    bodies, keys = books.bodies(5), new_keys(5)
    books.way.lose_before = 1
    results = await posted(books.bills, bodies, keys)
    assert "cannot read it" in str(refused(results[2]))
    assert books.numbers == ["INV-0", "INV-1", "INV-3", "INV-4"]


async def test_a_closed_period_is_for_an_accountant(books: Books) -> None:
    books.company.set_closing_date(date(2026, 1, 31))
    [result] = await books.bills.create(books.bodies(1), new_keys(1))
    assert "closing date" in refused(result).remedy


async def test_a_vendor_that_is_open_in_a_window_is_tried_in_the_next_run() -> None:
    books = Books(vendor_window_blocks=True)
    books.company.open_in_window(books.vendor)
    [result] = await books.bills.create(books.bodies(1), new_keys(1))
    assert isinstance(result, BusyRecordError)


async def test_one_payment_pays_several_bills_and_is_found_again(books: Books) -> None:
    first, second = (one.id for one in made(await books.bills.create(books.bodies(2), new_keys(2))))
    target, keys = BillPaymentTarget(books.client), new_keys(3)
    bodies = [
        a_payment(books.vendor, books.bank, "ACH-1", {first: "10.05", second: "1.00"}),
        a_payment(books.vendor, books.bank, "", {second: "2.00"}),
        a_payment(books.vendor, books.bank, "", {second: "3.00"}),
    ]
    bodies[2]["ExternalGUID"] = marker("the third")
    books.way.lose_after = 1
    results = await posted(target, bodies, keys)
    assert [str(bill["OpenAmount"]) for bill in books.company.bills.values()] == ["0.00", "5.05"]
    assert [one.id for one in made(results)] == list(books.company.payments)
    assert len(books.company.payments) == 3


async def test_a_payment_that_does_not_fit_names_its_bill(books: Books) -> None:
    [bill] = made(await books.bills.create(books.bodies(1), new_keys(1)))
    target = BillPaymentTarget(books.client)
    paid = a_payment(books.vendor, books.bank, "1", {bill.id: "10.05"})
    too_much = a_payment(books.vendor, books.bank, "2", {bill.id: "99.00"})
    over, ok, again = await target.create([too_much, paid, {**paid, "ExternalGUID": marker("x")}], new_keys(3))
    assert isinstance(ok, Found)
    assert refused(over).code == "3210"
    assert refused(again).code == "3120"
    assert all(str(one).startswith(f"cannot pay bill {bill.id} with ") for one in (over, again))
    assert "paid" in refused(again).remedy


async def test_a_name_of_a_customer_gets_a_suffix_and_that_of_a_vendor_is_left_alone(books: Books) -> None:
    books.company.add_customer("Acme")
    books.company.add_employee("acme (V)")
    target = VendorTarget(books.client)
    acme, northwind, other = await target.create(
        [a_vendor("ACME"), a_vendor("NORTHWIND"), a_vendor("Öl: 北京")], new_keys(3)
    )
    assert isinstance(acme, Found)
    assert acme.record["Name"] == "ACME (V2)"
    assert f"has a vendor named Northwind already, with the ListID {books.vendor}" in str(refused(northwind))
    assert isinstance(other, Found)
    assert other.record["Name"] == "Öl - BeiJing"


async def test_a_vendor_whose_name_stands_for_another_gets_a_suffix(books: Books) -> None:
    target = VendorTarget(books.client, is_another=lambda known: known == books.vendor)
    [result] = made(await target.create([a_vendor("Northwind")], new_keys(1)))
    assert result.record["Name"] == "Northwind (V)"


async def test_a_renamed_vendor_whose_answer_is_lost_is_made_once(books: Books) -> None:
    books.company.add_customer("Acme")
    target = VendorTarget(books.client)
    bodies, keys = [a_vendor("Acme"), a_vendor("Beta")], new_keys(2)
    original = books.way.exchange

    async def lose_second(document: str, set_id: str = "") -> str:
        if set_id and len(books.way.written) == 1:
            books.way.lose_after = 1
        return await original(document, set_id)

    books.way.exchange = lose_second  # type: ignore[method-assign]
    results = await posted(target, bodies, keys)
    assert sorted(one.record["Name"] for one in made(results)) == ["Acme (V)", "Beta"]
    assert len(books.company.vendors) == 3


async def test_a_vendor_that_was_made_already_is_taken_for_itself(books: Books) -> None:
    target, body = VendorTarget(books.client), a_vendor("Acme")
    [first] = made(await target.create([body], new_keys(1)))
    [second] = made(await target.create([body], new_keys(1)))  # as if the lookup had missed it
    assert first.id == second.id


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    count=st.integers(1, 9),
    at_once=st.sampled_from([1, 2, 4, 100]),
    faults=st.lists(st.sampled_from(["before", "after", "die", "none"]), max_size=6),
    dying=st.integers(1, 8),
    reply=st.sampled_from(["ret", "error_recovery"]),
    bad=st.sampled_from(["", "INV-0", "INV-3"]),
)
async def test_nothing_is_posted_twice_and_nothing_is_lost(
    count: int, at_once: int, faults: list[str], dying: int, reply: str, bad: str
) -> None:
    books = Books(repeated_reply=reply)
    books.way.unreadable = bad
    original, left = books.way.exchange, list(faults)

    async def troubled(document: str, set_id: str = "") -> str:
        fault = left.pop(0) if set_id and left else "none"
        books.way.lose_before, books.way.lose_after = int(fault == "before"), int(fault == "after")
        books.company.options(die_after=dying if fault == "die" else None)
        try:
            return await original(document, set_id)
        finally:
            books.way.lose_before = books.way.lose_after = 0
            books.company.options(die_after=None)

    books.way.exchange = troubled  # type: ignore[method-assign]
    target = BillTarget(books.client, at_once)
    bodies = books.bodies(count)
    for start in range(0, count, at_once):
        some = bodies[start : start + at_once]
        await posted(target, some, new_keys(len(some)))
    assert books.numbers == sorted({body["RefNumber"] for body in bodies} - {bad})


async def test_nothing_to_create_asks_nothing(books: Books) -> None:
    assert await books.bills.create([], []) == []
    assert await books.bills.find([], LONG_AGO) == []
    assert await books.bills.change([], []) == []
    assert books.way.sent == []


def test_a_client_needs_no_more_than_a_channel(books: Books) -> None:
    assert isinstance(books.client, QuickBooksDesktopClient)
