"""Changing and withdrawing records of QuickBooks Desktop: what is asked for, and nothing else of them."""

from decimal import Decimal
from typing import Any

import pytest

from blocks.errors import AnswerLostError, BusyRecordError, RefusedError
from blocks.quickbooks_desktop.account import OWNER_ID
from blocks.quickbooks_desktop.bill_target import BillTarget
from blocks.quickbooks_desktop.payment_target import BillPaymentTarget
from blocks.quickbooks_desktop.render import Request, document
from blocks.quickbooks_desktop.vendor_target import VendorTarget
from blocks.target import Body, Change, Found, Key
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.unit.blocks.desktop_company import (
    FILE_ID,
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
    """A company with a vendor, accounts and one bill of ours with two lines."""

    def __init__(self, **switches: Any) -> None:
        self.company = CompanyFile(file_id=FILE_ID, owner_id=OWNER_ID)
        self.company.options(**switches)
        self.vendor = self.company.add_vendor("Northwind")["ListID"]
        self.office = self.company.add_account("Office")["ListID"]
        self.bank = self.company.find_account("Checking")
        self.way = Way(self.company)
        self.client = client_of(self.way)
        self.bills = BillTarget(self.client)
        self.vendors = VendorTarget(self.client)
        self.payments = BillPaymentTarget(self.client)

    def body(self, number: str, *amounts: str, **fields: Any) -> Body:
        return a_bill(self.vendor, self.office, number, *amounts, **fields)

    async def bill(self, number: str, *amounts: str) -> str:
        [found] = made(await self.bills.create([self.body(number, *amounts)], new_keys(1)))
        return found.id

    async def update(self, known: str, body: Body) -> Found:
        [found] = made(await self.bills.change([Change("update", known, body)], new_keys(1)))
        return found

    def lines(self, known: str) -> list[tuple[str, str]]:
        return [(line["TxnLineID"], str(line["Amount"])) for line in self.company.bills[known]["ExpenseLineRet"]]


@pytest.fixture
def books() -> Books:
    return Books()


async def test_many_changes_go_by_one_question_and_one_message(books: Books) -> None:
    known = [await books.bill(f"B{place}", "1.00") for place in range(5)]
    books.way.sent.clear()
    changes = [Change("update", one, books.body(f"B{at}", "2.00")) for at, one in enumerate(known)]
    found = made(await books.bills.change(changes, new_keys(5)))
    assert [one.record["AmountDue"] for one in found] == ["2.00"] * 5
    assert [one.version for one in found] == [bill["EditSequence"] for bill in books.company.bills.values()]
    assert len(books.way.sent) == 2


async def test_what_is_as_it_should_be_is_not_written(books: Books) -> None:
    known = await books.bill("B", "1.00", "2.00")
    books.way.sent.clear()
    found = await books.update(known, books.body("B", "1.00", "2.00"))
    assert found.version == books.company.bills[known]["EditSequence"]
    assert books.way.written == []


async def test_a_lost_change_is_not_made_twice(books: Books) -> None:
    known, [key] = await books.bill("B", "1.00"), new_keys(1)
    change = Change("update", known, books.body("B", "5.00", "6.00"))
    books.way.lose_after = 1
    with pytest.raises(AnswerLostError):
        await books.bills.change([change], [key])
    version = books.company.bills[known]["EditSequence"]
    made(await books.bills.change([change], [key]))
    assert [amount for _line, amount in books.lines(known)] == ["5.00", "6.00"]
    assert books.company.bills[known]["EditSequence"] == version


async def test_lines_keep_their_ids_and_only_what_changed_is_changed(books: Books) -> None:
    known = await books.bill("B", "1.00", "2.00", "3.00")
    first, second, third = (line for line, _amount in books.lines(known))
    body = books.body("B", "1.00", "2.50", "3.00", "4.00")
    found = await books.update(known, body)
    assert found.wrong == ""
    assert books.lines(known)[:3] == [(first, "1.00"), (second, "2.50"), (third, "3.00")]
    assert [amount for _line, amount in books.lines(known)] == ["1.00", "2.50", "3.00", "4.00"]


async def test_a_line_that_is_taken_out_takes_no_other_with_it(books: Books) -> None:
    known = await books.bill("B", "1.00", "2.00", "3.00")
    first, _second, third = (line for line, _amount in books.lines(known))
    body = books.body("B", "1.00", "2.00", "3.00")
    del body["ExpenseLineAdd"][1]
    await books.update(known, body)
    assert books.lines(known) == [(first, "1.00"), (third, "3.00")]


async def test_lines_by_item_that_people_added_stay(books: Books) -> None:
    item = books.company.add_named("ItemService", "Mowing")
    known = await books.bill("B", "1.00")
    office = books.office
    books.company.edit_bill(known, lines=[(office, "1.00"), {"ItemRef": {"ListID": item["ListID"]}, "Amount": "7.00"}])
    before = books.company.bills[known]["ItemLineRet"]
    found = await books.update(known, books.body("B", "1.50", "2.50"))
    after = books.company.bills[known]
    assert after["ItemLineRet"] == before
    assert [amount for _line, amount in books.lines(known)] == ["1.50", "2.50"]
    assert after["AmountDue"] == Decimal("11.00")
    assert found.wrong == ""


async def test_heading_fields_are_changed_without_touching_lines(books: Books) -> None:
    known = await books.bill("B", "1.00")
    [sent] = [(await books.update(known, {"DueDate": "2026-03-01", "Memo": "BILL bill B; later"})).record]
    assert (sent["DueDate"], sent["Memo"]) == ("2026-03-01", "BILL bill B; later")
    assert "ExpenseLineMod" not in books.way.sent[-1][0]


@pytest.mark.parametrize("edits", [1, 3])
async def test_a_record_that_a_person_changed_meanwhile_is_read_again(books: Books, edits: int) -> None:
    known, other = await books.bill("B", "1.00"), await books.bill("C", "1.00")
    for number in range(edits):
        books.way.meddling.append(lambda number=number: books.company.edit_bill(known, Memo=f"edit {number}"))
    changes = [Change("update", known, {"DueDate": "2026-03-01"}), Change("update", other, {"DueDate": "2026-03-01"})]
    made(await books.bills.change(changes, new_keys(2)))
    assert books.company.bills[known]["Memo"] == f"edit {edits - 1}"
    assert {str(bill["DueDate"]) for bill in books.company.bills.values()} == {"2026-03-01"}
    assert len(books.way.written) == 2 + 1 + edits  # two creations; the other one is not written again


async def test_a_record_that_changes_all_the_time_is_left_for_the_next_run(books: Books) -> None:
    known = await books.bill("B", "1.00")
    for number in range(9):
        books.way.meddling.append(lambda number=number: books.company.edit_bill(known, Memo=f"edit {number}"))
    [result] = await books.bills.change([Change("update", known, {"DueDate": "2026-03-01"})], new_keys(1))
    assert isinstance(result, BusyRecordError)
    assert len(books.way.written) == 1 + 4


async def test_a_record_that_is_gone_is_not_made_anew(books: Books) -> None:
    known = await books.bill("B", "1.00")
    books.company.delete("Bill", known)
    update, archive = await books.bills.change(
        [Change("update", known, books.body("B", "2.00")), Change("archive", known, {})], new_keys(2)
    )
    assert "is not in QuickBooks Desktop any more" in str(refused(update))
    assert isinstance(archive, Found)


async def test_a_record_that_is_open_in_a_window_is_left_for_the_next_run(books: Books) -> None:
    known = await books.bill("B", "1.00")
    books.company.open_in_window(known)
    [result] = await books.bills.change([Change("update", known, books.body("B", "2.00"))], new_keys(1))
    assert isinstance(result, BusyRecordError)


@pytest.mark.parametrize("withdraw", ["void", "delete"])
async def test_an_unpaid_bill_is_withdrawn_by_the_rule(books: Books, withdraw: Any) -> None:
    known = await books.bill("B", "1.00")
    target = BillTarget(books.client, withdraw=withdraw)
    found = await target.archive(known)
    again = await target.archive(known)
    assert found.id == again.id == known
    assert [bill["AmountDue"] for bill in books.company.bills.values()] == ([0] if withdraw == "void" else [])


async def test_a_paid_bill_is_not_withdrawn(books: Books) -> None:
    known = await books.bill("B", "10.00")
    made(await books.payments.create([a_payment(books.vendor, books.bank, "1", {known: "4.00"})], new_keys(1)))
    [result] = await books.bills.change([Change("archive", known, {})], new_keys(1))
    assert "cannot withdraw bill B: it has payments" in str(refused(result))
    assert books.company.bills[known]["AmountDue"] == Decimal("10.00")


@pytest.mark.parametrize("withdraw", ["void", "delete"])
async def test_a_withdrawn_payment_opens_its_bills_again(books: Books, withdraw: Any) -> None:
    known = await books.bill("B", "10.00")
    target = BillPaymentTarget(books.client, withdraw=withdraw)
    [paid] = made(await target.create([a_payment(books.vendor, books.bank, "1", {known: "4.00"})], new_keys(1)))
    await target.archive(paid.id)
    await target.archive(paid.id)
    assert str(books.company.bills[known]["OpenAmount"]) == "10.00"


async def test_a_voided_record_is_not_brought_back(books: Books) -> None:
    known = await books.bill("B", "1.00")
    books.company.void("Bill", known)
    [result] = await books.bills.change([Change("update", known, books.body("B", "2.00"))], new_keys(1))
    assert "was voided" in str(refused(result))


async def test_a_check_that_was_printed_is_not_printed_again(books: Books) -> None:
    known = await books.bill("B", "10.00")
    body = a_payment(books.vendor, books.bank, "", {known: "4.00"})
    [paid] = made(await books.payments.create([body], new_keys(1)))
    printed = {"TxnID": paid.id, "EditSequence": paid.version, "RefNumber": "1001"}
    assert 'statusCode="0"' in books.company.process(document([Request("BillPaymentCheckMod", printed)]))
    await books.payments.update(paid.id, {**body, "Memo": "BILL payment, later"}, new_keys(1)[0])
    [held] = books.company.payments.values()
    assert (held["RefNumber"], held["Memo"]) == ("1001", "BILL payment, later")


async def test_a_payment_changes_what_it_pays(books: Books) -> None:
    first, second = await books.bill("B", "10.00"), await books.bill("C", "10.00")
    body = a_payment(books.vendor, books.bank, "", {first: "4.00"})
    [paid] = made(await books.payments.create([body], new_keys(1)))
    books.way.sent.clear()
    now = a_payment(books.vendor, books.bank, "", {first: "3.00", second: "2.00"})
    [found] = made(await books.payments.change([Change("update", paid.id, now)], new_keys(1)))
    assert found.record["Amount"] == "5.00"
    assert [str(bill["OpenAmount"]) for bill in books.company.bills.values()] == ["7.00", "8.00"]


async def test_a_payment_does_not_change_its_payee(books: Books) -> None:
    known = await books.bill("B", "10.00")
    [paid] = made(await books.payments.create([a_payment(books.vendor, books.bank, "1", {known: "4.00"})], new_keys(1)))
    other = books.company.add_vendor("Other")["ListID"]
    change = Change("update", paid.id, a_payment(other, books.bank, "1", {known: "4.00"}))
    [result] = await books.payments.change([change], new_keys(1))
    assert "PayeeEntityRef" in str(refused(result))


async def test_a_vendor_is_changed_in_what_the_body_names(books: Books) -> None:
    address = {"Addr1": "Acme", "Addr2": "12 Mill Rd", "City": "Dayton"}
    body = a_vendor("Acme", VendorAddress=address, Phone="1", Contact="Ana")
    [vendor] = made(await books.vendors.create([body], new_keys(1)))
    books.company.edit_vendor(vendor.id, Fax="2")
    change = {"Name": "Acme", "VendorAddress": {"Addr1": "Acme", "City": "Akron"}, "Phone": "", "IsActive": True}
    [found] = made(await books.vendors.change([Change("update", vendor.id, change)], new_keys(1)))
    held = books.company.vendors[vendor.id]
    assert held["VendorAddress"] == {"Addr1": "Acme", "City": "Akron"}
    assert (held.get("Phone"), held["Fax"], held["Contact"]) == (None, "2", "Ana")
    assert found.version == held["EditSequence"]


async def test_where_empty_elements_clear_nothing_none_are_sent() -> None:
    books = Books(empty_clears=False)
    target = VendorTarget(books.client, empties_clear=False)
    [vendor] = made(await target.create([a_vendor("Acme", Phone="1")], new_keys(1)))
    books.way.sent.clear()
    made(await target.change([Change("update", vendor.id, {"Phone": ""})], new_keys(1)))
    assert books.way.written == []


async def test_a_vendor_keeps_the_variant_of_its_name_and_gets_one_where_it_is_renamed(books: Books) -> None:
    books.company.add_customer("Acme")
    books.company.add_customer("Beta")
    [vendor] = made(await books.vendors.create([a_vendor("Acme")], new_keys(1)))
    [kept] = made(await books.vendors.change([Change("update", vendor.id, {"Name": "ACME"})], new_keys(1)))
    [renamed] = made(await books.vendors.change([Change("update", vendor.id, {"Name": "Beta"})], new_keys(1)))
    [taken] = await books.vendors.change([Change("update", vendor.id, {"Name": "Northwind"})], new_keys(1))
    [cased] = made(await books.vendors.change([Change("update", books.vendor, {"Name": "NorthWind"})], new_keys(1)))
    assert cased.record["Name"] == "NorthWind"
    assert (kept.record["Name"], renamed.record["Name"]) == ("Acme (V)", "Beta (V)")
    assert "has a vendor named Northwind already" in str(refused(taken))


async def test_a_vendor_is_taken_out_of_use_once(books: Books) -> None:
    found = await books.vendors.archive(books.vendor)
    again = await books.vendors.archive(books.vendor)
    assert found.version == again.version
    assert len(books.way.written) == 1
    with pytest.raises(RefusedError):
        await books.vendors.update("80000FFF-1", {"Phone": "1"}, Key("a", "b"))
