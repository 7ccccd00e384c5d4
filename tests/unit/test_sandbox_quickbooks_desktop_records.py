"""QuickBooks Desktop keeps vendors, accounts and bills by its own rules."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.driver import Desk, add, bill, fields, line, mod, query, request
from tests.sandbox.quickbooks_desktop.people import Lines
from tests.sandbox.quickbooks_desktop.refusals import Refusal

GUID = "{74D5A1E0-F284-5652-BC70-8263F1E9AF4D}"
NOT_IN_LIST = "  QuickBooks error message: Invalid argument.  The specified record does not exist in the list."


@pytest.fixture
def desk() -> Desk:
    return Desk(CompanyFile())


@pytest.fixture
def vendor(desk: Desk) -> str:
    return desk.vendor(Email="ap@northwind.example", TermsRef="=Net 30")


def sequence(desk: Desk, vendor: str) -> str:
    return str(desk.company.vendors[vendor]["EditSequence"])


def test_a_vendor_comes_back_whole(desk: Desk) -> None:
    address = "<VendorAddress><Addr1>12 Mill Rd</Addr1><City>Dayton</City><State>OH</State></VendorAddress>"
    more = address + fields(Phone="937-555-0100", TermsRef="=Net 30", ExternalGUID=GUID)
    made = desk.ask(add("Vendor", more, Name=" Northwind "))
    assert (made.get("Name"), made.get("IsActive"), made.get("Balance")) == ("Northwind", "true", "0.00")
    assert (made.get("TermsRef/FullName"), made.get("ExternalGUID")) == ("Net 30", GUID)
    assert made.get("VendorAddressBlock/Addr2") == "Dayton, OH"
    assert made.get("TimeCreated") == made.get("TimeModified")
    assert [each.tag for each in made.node[0]] == [
        "ListID", "TimeCreated", "TimeModified", "EditSequence", "Name", "IsActive", "VendorAddress",
        "VendorAddressBlock", "Phone", "TermsRef", "IsVendorEligibleFor1099", "Balance", "ExternalGUID",
    ]  # fmt: skip


def test_names_are_unique_over_all_name_lists(desk: Desk, vendor: str) -> None:
    desk.company.add_customer("Contoso")
    desk.company.add_employee("Dana Field")
    desk.company.add_named("OtherName", "Petty Cash")
    for name in ("northwind PAPER co", "CONTOSO", " Dana Field ", "petty cash"):
        assert desk.ask(add("Vendor", Name=name)).code == 3100
    assert desk.ask(add("Vendor", Name="Northwind: West")).code == 3090
    assert desk.ask(add("Vendor", Name=" ")).code == 3150
    with pytest.raises(Refusal, match="3100"):
        desk.company.add_customer("Northwind Paper Co")
    desk.company.delete("Vendor", vendor)
    assert desk.ask(add("Vendor", Name="Northwind Paper Co")).code == 0


def test_a_vendor_is_changed_only_by_who_saw_it_last(desk: Desk, vendor: str) -> None:
    before = sequence(desk, vendor)
    changed = desk.ask(mod("Vendor", ListID=vendor, EditSequence=before, Name="Northwind Ltd", Email=""))
    assert (changed.get("Name"), changed.get("Email"), changed.get("TermsRef/FullName")) == (
        "Northwind Ltd",
        "",
        "Net 30",
    )
    assert changed.get("EditSequence") != before
    again = desk.ask(mod("Vendor", ListID=vendor, EditSequence=before, Name="Northwind Inc"))
    assert (again.code, again.text) == (3200, f'The provided edit sequence "{before}" is out-of-date.')
    assert again.get("Name") == ""
    desk.company.options(stale_reply_has_ret=True)
    assert desk.ask(mod("Vendor", ListID=vendor, EditSequence=before, Name="X")).get("Name") == "Northwind Ltd"
    missing = desk.ask(mod("Vendor", ListID="8000FFFF-1785959100", EditSequence="1"))
    assert missing.text == f'Object "8000FFFF-1785959100" specified in the request cannot be found.{NOT_IN_LIST}'
    assert desk.ask(mod("Vendor", ListID="north", EditSequence="1")).code == 3000


def test_an_empty_element_clears_or_by_a_switch_says_nothing(desk: Desk, vendor: str) -> None:
    emptied = {"IsActive": "", "Email": "", "TermsRef": ""}
    cleared = desk.ask(mod("Vendor", ListID=vendor, EditSequence=sequence(desk, vendor), **emptied))
    assert (cleared.code, cleared.get("IsActive"), cleared.get("Email")) == (0, "true", "")
    assert cleared.get("TermsRef/FullName") == ""
    identifier = desk.bill(vendor, "5.00")
    known = {"TxnID": identifier, "EditSequence": desk.company.bills[identifier]["EditSequence"]}
    undated = desk.ask(mod("Bill", **known, TxnDate="", DueDate="", RefNumber=""))
    assert (undated.get("TxnDate"), undated.get("DueDate"), undated.get("RefNumber")) == (
        "2026-01-05",
        "2026-01-15",
        "",
    )
    assert desk.ask(query("Bill", RefNumber="INV-1")).code == 500
    desk.company.options(empty_clears=False)
    kept_ = desk.ask(mod("Vendor", ListID=vendor, EditSequence=sequence(desk, vendor), Phone="1"))
    assert desk.ask(mod("Vendor", ListID=vendor, EditSequence=kept_.get("EditSequence"), Phone="")).get("Phone") == "1"


def test_an_address_is_merged_or_replaced_by_a_switch(desk: Desk) -> None:
    vendor = desk.company.add_vendor("A", VendorAddress={"Addr1": "12 Mill Rd", "City": "Dayton"})
    city = "<VendorAddress><City>Erie</City></VendorAddress>"
    merged = desk.ask(mod("Vendor", city, ListID=vendor["ListID"], EditSequence=vendor["EditSequence"]))
    assert (merged.get("VendorAddress/Addr1"), merged.get("VendorAddress/City")) == ("12 Mill Rd", "Erie")
    desk.company.options(address_mod="replaced")
    replaced = desk.ask(mod("Vendor", city, ListID=vendor["ListID"], EditSequence=merged.get("EditSequence")))
    assert replaced.get("VendorAddress/Addr1") == ""


def test_accounts_have_parents(desk: Desk) -> None:
    office = desk.ask(add("Account", Name="Office", AccountType="Expense"))
    paper = desk.ask(
        add("Account", Name="Paper", ParentRef=office.get("ListID"), AccountType="Expense", AccountNumber="6100")
    )
    assert (paper.get("FullName"), paper.get("Sublevel"), paper.get("AccountNumber")) == ("Office:Paper", "1", "6100")
    assert desk.ask(add("Account", Name="Paper", ParentRef="=office", AccountType="Expense")).code == 3100
    assert desk.ask(add("Account", Name="Paper", AccountType="Expense")).code == 0
    lost = desk.ask(add("Account", Name="A", ParentRef="=Nowhere", AccountType="Expense"))
    assert lost.code == 3130
    assert lost.text == f'There is an invalid reference to a parent "Nowhere" in the Accounts list.{NOT_IN_LIST}'


def test_a_bill_is_the_sum_of_its_lines(desk: Desk, vendor: str) -> None:
    made = desk.ask(bill(vendor, "150.00", "12.50", "-2.50", number="INV-1001"))
    assert (made.get("AmountDue"), made.get("IsPaid"), made.get("OpenAmount")) == ("160.00", "false", "")
    assert (made.get("DueDate"), made.get("TermsRef/FullName")) == ("2026-02-04", "Net 30")
    assert made.get("APAccountRef/FullName") == "Accounts Payable"
    assert made.all("ExpenseLineRet/Amount") == ["150.00", "12.50", "-2.50"]
    assert len({made.get("TxnID"), *made.all("ExpenseLineRet/TxnLineID")}) == 4
    assert desk.company.vendors[vendor]["Balance"] == 160
    assert desk.ask(query("Account", FullName="Uncategorized Expenses")).get("Balance") == "160.00"
    twin = desk.ask(bill(vendor, "1.00", number="INV-1001"))
    assert twin.code == 0  # numbers need not differ
    assert twin.get("TxnID") != made.get("TxnID")


def test_without_terms_a_bill_is_due_by_the_preference_and_today_is_the_pcs(desk: Desk) -> None:
    other = desk.vendor("Contoso")
    assert desk.ask(bill(other, "1.00")).get("DueDate") == "2026-01-15"
    made = desk.ask(add("Bill", line("1.00"), VendorRef=other, TermsRef="=Day 20 of the month"))
    assert made.get("TxnDate") == str(desk.company.books.today())
    assert made.get("DueDate")[-2:] == "20"


def expense(**values: str) -> str:
    return f"<ExpenseLineAdd>{fields(**values)}</ExpenseLineAdd>"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (add("Bill", line("1.00"), VendorRef="=Nobody"), 3140),
        (add("Bill", line("1.00"), VendorRef="8000FFFF-1785959100"), 3140),
        (add("Bill", line("1.00"), VendorRef="nonsense"), 3000),
        (request("BillAdd", f"<BillAdd><VendorRef/>{line('1.00')}</BillAdd>"), 3150),
        (add("Bill", line("1.00", "Nowhere"), VendorRef="=Northwind"), 3140),
        (add("Bill", expense(Amount="1.00"), VendorRef="=Northwind"), 3270),
        (add("Bill", expense(AccountRef="=Checking", ClassRef="=Ops"), VendorRef="=Northwind"), 3140),
        (add("Bill", line("1.00"), VendorRef="=Northwind", APAccountRef="=Checking"), 3140),
        (add("Bill", line("1.00"), VendorRef="=Northwind", TermsRef="=Net 31"), 3140),
        (add("Bill", line("-1.00"), VendorRef="=Northwind"), 3180),
        (add("Bill", line("1.00"), VendorRef="=Northwind", ExchangeRate="1.1"), 3250),
        (add("Bill", VendorRef="=Northwind", LinkToTxnID="1-1"), 3120),
        (add("Bill", "<ItemLineAdd><Quantity>1</Quantity></ItemLineAdd>", VendorRef="=Northwind"), 3150),
        (add("Bill", f"<ItemLineAdd>{fields(ItemRef='=Bolt')}</ItemLineAdd>", VendorRef="=Northwind"), 3140),
        (add("Vendor", Name="A", TermsRef="=Net 31"), 3140),
        (add("Vendor", Name="A", CurrencyRef="=Euro"), 3250),
        (add("VendorCredit", line("-1.00"), VendorRef="=Northwind"), 3180),
    ],
)  # fmt: skip
def test_what_a_reference_leads_to_must_exist(desk: Desk, wrong: str, code: int) -> None:
    desk.vendor("Northwind")
    refused = desk.ask(wrong)
    assert refused.code == code
    assert not desk.company.bills and not desk.company.vendor_credits and len(desk.company.vendors) == 1


def test_the_text_of_a_bad_reference_names_it(desk: Desk) -> None:
    expected = f'There is an invalid reference to QuickBooks Vendor "Nobody" in the Bill.{NOT_IN_LIST}'
    assert desk.ask(add("Bill", line("1.00"), VendorRef="=Nobody")).text == expected


def test_classes_work_only_while_they_are_switched_on(desk: Desk, vendor: str) -> None:
    desk.company.add_class("Ops")
    request_ = add("Bill", expense(AccountRef="=Checking", Amount="1.00", ClassRef="=ops"), VendorRef=vendor)
    assert desk.ask(request_).get("ExpenseLineRet/ClassRef/FullName") == "Ops"
    desk.company.set_preference("IsUsingClassTracking", False)
    refused = desk.ask(request_)
    assert refused.code == 3250
    assert refused.text == "This feature is not enabled or not available in this version of QuickBooks."
    desk.company.options(class_when_off="ignored")
    assert desk.ask(request_).get("ExpenseLineRet/ClassRef/FullName") == ""


def modified(desk: Desk, identifier: str, *lines: str, **values: str) -> tuple[int, list[str]]:
    known = desk.company.bills[identifier]["EditSequence"]
    answer = desk.ask(mod("Bill", "".join(lines), TxnID=identifier, EditSequence=known, **values))
    return answer.code, [str(row["Amount"]) for row in desk.company.bills[identifier]["ExpenseLineRet"]]


def kept(identifier: str, **values: str) -> str:
    return f"<ExpenseLineMod>{fields(TxnLineID=identifier, **values)}</ExpenseLineMod>"


def test_a_mod_leaves_the_lines_that_it_lists(desk: Desk, vendor: str) -> None:
    identifier = desk.bill(vendor, "1.00", "2.00", "3.00")
    first, second, third = [row["TxnLineID"] for row in desk.company.bills[identifier]["ExpenseLineRet"]]
    new = kept("-1", AccountRef="=Uncategorized Expenses", Amount="9.00")
    assert modified(desk, identifier, Memo="changed") == (0, ["1.00", "2.00", "3.00"])
    assert modified(desk, identifier, kept(third), kept(first)) == (3290, ["1.00", "2.00", "3.00"])
    assert modified(desk, identifier, kept("3A3-1785959100")) == (3120, ["1.00", "2.00", "3.00"])
    assert modified(desk, identifier, kept("-1", Amount="9.00")) == (3270, ["1.00", "2.00", "3.00"])
    assert modified(desk, identifier, kept(first), new, kept(third, Amount="5.00")) == (0, ["1.00", "9.00", "5.00"])
    assert desk.company.bills[identifier]["AmountDue"] == 15
    assert modified(desk, identifier, kept(second)) == (3120, ["1.00", "9.00", "5.00"])  # it is gone
    assert modified(desk, identifier, ClearExpenseLines="true") == (0, [])
    assert desk.company.bills[identifier]["Memo"] == "changed"
    assert modified(desk, identifier, new, ClearExpenseLines="true") == (0, ["9.00"])


@pytest.mark.parametrize(("separate", "left"), [(False, 0), (True, 1)])
def test_sending_expense_lines_takes_item_lines_with_it(desk: Desk, vendor: str, separate: bool, left: int) -> None:
    desk.company.options(line_kinds_separate=separate)
    desk.company.add_named("ItemService", "Bolt")
    lines: Lines = [("Checking", "1.00"), {"ItemRef": "Bolt", "Quantity": "3", "Cost": "0.335"}]
    identifier = desk.company.add_bill("Northwind Paper Co", lines)["TxnID"]
    assert desk.company.bills[identifier]["AmountDue"] == Decimal("2.01")
    first = desk.company.bills[identifier]["ExpenseLineRet"][0]["TxnLineID"]
    assert modified(desk, identifier, kept(first))[0] == 0
    assert len(desk.company.bills[identifier]["ItemLineRet"]) == left


def test_the_books_are_closed_up_to_a_date(desk: Desk, vendor: str) -> None:
    identifier = desk.bill(vendor, "5.00")
    desk.company.set_closing_date(date(2026, 1, 5))
    closed = desk.ask(bill(vendor, "1.00"))
    assert (closed.code, "closing date" in closed.text) == (3171, True)
    assert modified(desk, identifier, Memo="x")[0] == 3171
    assert desk.ask(request("TxnDel", fields(TxnDelType="Bill", TxnID=identifier))).code == 3171
    desk.company.options(removal_in_closed_period="3161")
    assert desk.ask(request("TxnDel", fields(TxnDelType="Bill", TxnID=identifier))).code == 3161
    later = add("Bill", line("1.00"), VendorRef=vendor, TxnDate="2026-01-06")
    assert desk.ask(later).code == 0
    assert "<ClosingDate>2026-01-05</ClosingDate>" in desk.company.greeting(GUID)


def test_what_is_open_in_a_window_cannot_be_changed(desk: Desk, vendor: str) -> None:
    identifier = desk.bill(vendor, "5.00")
    desk.company.open_in_window(identifier)
    assert modified(desk, identifier, Memo="x")[0] == 3175
    assert desk.pay(vendor, {identifier: "1.00"}).code == 3176
    desk.company.close_window(identifier)
    assert desk.pay(vendor, {identifier: "1.00"}).code == 0
    desk.company.open_in_window(next(iter(desk.company.payments)))
    assert modified(desk, identifier, Memo="x")[0] == 3176
    desk.company.open_in_window(vendor)
    assert desk.ask(mod("Vendor", ListID=vendor, EditSequence=sequence(desk, vendor), Name="B")).code == 3175
    assert desk.ask(bill(vendor, "1.00")).code == 0
    desk.company.options(vendor_window_blocks=True)
    assert desk.ask(bill(vendor, "1.00")).code == 3176


def test_every_save_changes_the_edit_sequence_even_within_a_second(desk: Desk, vendor: str) -> None:
    seen = {sequence(desk, vendor)}
    for number in range(5):
        desk.company.edit_vendor(vendor, Notes=str(number))
        seen.add(sequence(desk, vendor))
    assert len(seen) == 6
    assert all(len(each) <= 16 for each in seen)


def test_an_edit_sequence_is_no_time(desk: Desk) -> None:
    desk.company.options(edit_sequence_ahead=1580)
    made = desk.ask(add("Vendor", Name="A"))
    assert int(made.get("EditSequence")) - datetime.fromisoformat(made.get("TimeModified")).timestamp() == 1580


def test_by_switches_inactive_references_and_repeated_guids_are_refused(desk: Desk, vendor: str) -> None:
    guided = add("Bill", line("1.00"), VendorRef=vendor, ExternalGUID=GUID)
    assert [desk.ask(guided).code for _ in range(2)] == [0, 0]
    desk.company.options(external_guid_unique=True, inactive_references="refused")
    assert desk.ask(guided).code == 3180
    desk.company.make_inactive("Vendor", vendor)
    assert desk.ask(bill(vendor, "1.00")).code == 3140


def test_with_several_currencies_a_bill_has_its_vendors(desk: Desk) -> None:
    desk.company.set_preference("IsMultiCurrencyOn", True)
    desk.company.set_preference("HomeCurrencyRef", desk.company.add_named("Currency", "US Dollar")["ListID"])
    desk.company.add_named("Currency", "Euro")
    vendor = desk.vendor("Müller", CurrencyRef="=Euro")
    made = desk.ask(add("Bill", line("10.00"), VendorRef=vendor, ExchangeRate="1.125"))
    assert (made.get("CurrencyRef/FullName"), made.get("AmountDueInHomeCurrency")) == ("Euro", "11.25")
    assert desk.ask(bill(desk.vendor("Contoso"), "1.00")).get("CurrencyRef/FullName") == "US Dollar"
