"""QuickBooks Desktop applies payments and credits to open bills, and opens them again."""

import pytest

from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.driver import Desk, add, applied, fields, line, mod, payment, query, request
from tests.sandbox.quickbooks_desktop.refusals import Refusal


@pytest.fixture
def desk() -> Desk:
    return Desk(CompanyFile())


@pytest.fixture
def vendor(desk: Desk) -> str:
    return desk.vendor()


def open_of(desk: Desk, *bills: str) -> list[str]:
    return [str(desk.company.bills[each]["OpenAmount"]) for each in bills]


def linked(desk: Desk, bill: str) -> list[str]:
    return desk.ask(query("Bill", TxnID=bill, IncludeLinkedTxns="true")).all("LinkedTxn/Amount")


def test_one_check_pays_several_bills_in_full_or_in_part(desk: Desk, vendor: str) -> None:
    first, second = desk.bill(vendor, "150.00", "12.50"), desk.bill(vendor, "40.00", number="INV-2")
    paid = desk.pay(vendor, {first: "162.50", second: "15.00"})
    assert (paid.get("Amount"), paid.get("RefNumber"), paid.get("IsToBePrinted")) == ("177.50", "ACH-1", "false")
    assert paid.all("AppliedToTxnRet/BalanceRemaining") == ["0.00", "25.00"]
    assert paid.all("AppliedToTxnRet/TxnType") == ["Bill", "Bill"]
    assert [desk.company.bills[each]["IsPaid"] for each in (first, second)] == [True, False]
    assert open_of(desk, first, second) == ["0.00", "25.00"]
    assert linked(desk, second) == ["-15.00"]
    assert desk.company.vendors[vendor]["Balance"] == 25
    balances = {each["Name"]: each["Balance"] for each in desk.company.accounts.values()}
    assert (balances["Checking"], balances["Accounts Payable"]) == (-177.5, 25)


def test_a_payment_is_refused_for_what_is_not_open_to_it(desk: Desk, vendor: str) -> None:
    other = desk.vendor("Contoso")
    bill, others = desk.bill(vendor, "129.42"), desk.bill(other, "5.00")
    over = desk.pay(vendor, {bill: "129.43"})
    assert over.code == 3210
    assert over.text == (
        'The "AppliedToTxnAdd payment amount" field has an invalid value "129.43".'
        "  QuickBooks error message: You cannot pay more than the amount due."
    )
    assert desk.pay(vendor, {others: "5.00"}).code == 3120
    assert desk.pay(vendor, {"3A1-1785959100": "5.00"}).code == 3120
    assert desk.pay(vendor, {"abc": "5.00"}).code == 3000
    assert desk.pay(vendor, {bill: "-1.00"}).code == 3210
    assert desk.ask(payment(vendor, {bill: "1.00"}, bank="Accounts Payable")).code == 3140
    assert desk.ask(payment("=Nobody", {bill: "1.00"})).code == 3140
    twice = applied({bill: "100.00"}) + applied({bill: "100.00"})
    header = {"PayeeEntityRef": vendor, "BankAccountRef": "=Checking", "IsToBePrinted": "true"}
    assert desk.ask(add("BillPaymentCheck", twice, **header)).code == 3210
    assert not desk.company.payments and open_of(desk, bill) == ["129.42"]
    assert desk.pay(vendor, {bill: "129.42"}).code == 0
    assert desk.pay(vendor, {bill: "1.00"}).code == 3120  # it is paid


def test_a_payment_is_of_one_payable_account(desk: Desk, vendor: str) -> None:
    desk.company.add_account("Trade Payables", "AccountsPayable")
    bill = desk.company.add_bill(vendor, [("Checking", "5.00")], APAccountRef="Trade Payables")["TxnID"]
    assert desk.pay(vendor, {bill: "5.00"}).code == 3120
    header = {"PayeeEntityRef": vendor, "APAccountRef": "=Trade Payables", "BankAccountRef": "=Checking"}
    answer = desk.ask(add("BillPaymentCheck", applied({bill: "5.00"}), **header, IsToBePrinted="true"))
    assert (answer.code, answer.get("RefNumber"), answer.get("IsToBePrinted")) == (0, "", "true")


@pytest.mark.parametrize("removal", ["TxnDel", "TxnVoid"])
def test_removing_a_payment_opens_its_bills_again(desk: Desk, vendor: str, removal: str) -> None:
    bill = desk.bill(vendor, "10.00")
    paid = desk.pay(vendor, {bill: "10.00"}).get("TxnID")
    verb = removal.removeprefix("Txn")
    answer = desk.ask(request(removal, fields(**{f"Txn{verb}Type": "BillPaymentCheck"}, TxnID=paid)))
    assert answer.code == 0 and answer.node.findtext("TxnID") == paid
    assert open_of(desk, bill) == ["10.00"] and desk.company.vendors[vendor]["Balance"] == 10
    if removal == "TxnDel":
        assert not desk.company.payments
        gone = desk.ask(query("TxnDeleted", TxnDelType="BillPaymentCheck"))
        assert (gone.get("TxnID"), gone.get("RefNumber")) == (paid, "ACH-1")
    else:
        voided = desk.company.payments[paid]
        assert (voided["Amount"], voided["Memo"], voided["AppliedToTxnRet"]) == (0, "VOID:", [])


def test_a_changed_payment_replaces_its_allocations(desk: Desk, vendor: str) -> None:
    first, second = desk.bill(vendor, "10.00"), desk.bill(vendor, "20.00", number="INV-2")
    paid = desk.pay(vendor, {first: "10.00"})
    known = {"TxnID": paid.get("TxnID"), "EditSequence": paid.get("EditSequence")}
    too_much = desk.ask(mod("BillPaymentCheck", applied({first: "10.01"}, "Mod"), **known))
    assert (too_much.code, open_of(desk, first)) == (3210, ["0.00"])
    assert desk.ask(mod("BillPaymentCheck", **known, Amount="11.00")).code == 3210
    moved = desk.ask(mod("BillPaymentCheck", applied({first: "4.00", second: "20.00"}, "Mod"), **known))
    assert (moved.code, moved.get("Amount"), open_of(desk, first, second)) == (0, "24.00", ["6.00", "0.00"])
    assert desk.ask(mod("BillPaymentCheck", **known, Memo="late")).code == 3200
    header = desk.ask(mod("BillPaymentCheck", TxnID=known["TxnID"], EditSequence=moved.get("EditSequence"), Memo="m"))
    assert (header.get("Memo"), header.get("Amount")) == ("m", "24.00")


def test_credits_are_set_against_bills(desk: Desk, vendor: str) -> None:
    bill = desk.bill(vendor, "50.00")
    credit = desk.ask(add("VendorCredit", line("20.00"), VendorRef=vendor, RefNumber="CR-1"))
    assert (credit.get("CreditAmount"), desk.company.vendors[vendor]["Balance"]) == ("20.00", 30)
    used = f"<SetCredit>{fields(CreditTxnID=credit.get('TxnID'), AppliedAmount='15.00')}</SetCredit>"
    more = fields(DiscountAmount="1.00", DiscountAccountRef="=Purchase Discounts")
    row = f"<AppliedToTxnAdd>{fields(TxnID=bill, PaymentAmount='30.00')}{used}{more}</AppliedToTxnAdd>"
    header = {"PayeeEntityRef": vendor, "BankAccountRef": "=Checking", "RefNumber": "1"}
    paid = desk.ask(add("BillPaymentCheck", row, **header))
    assert (paid.code, paid.get("Amount"), open_of(desk, bill)) == (0, "30.00", ["4.00"])
    assert linked(desk, bill) == ["-31.00", "-15.00"]
    to_pay = desk.ask(query("BillToPay", PayeeEntityRef=vendor))
    assert (to_pay.all("BillToPay/AmountDue"), to_pay.all("CreditToApply/CreditRemaining")) == (["4.00"], ["5.00"])
    assert desk.ask(add("BillPaymentCheck", row, **header)).code == 3210  # more than is left of either
    with pytest.raises(Refusal, match="3160"):
        desk.company.delete("VendorCredit", credit.get("TxnID"))
    desk.company.void("BillPaymentCheck", paid.get("TxnID"))
    assert desk.company.vendor_credits[credit.get("TxnID")]["OpenAmount"] == 20
    balances = {each["Name"]: each["Balance"] for each in desk.company.accounts.values()}
    assert (balances["Checking"], balances["Accounts Payable"], balances["Purchase Discounts"]) == (0, 30, 0)


def test_a_card_pays_too(desk: Desk, vendor: str) -> None:
    bill = desk.bill(vendor, "10.00")
    card = add(
        "BillPaymentCreditCard", applied({bill: "10.00"}), PayeeEntityRef=vendor, CreditCardAccountRef="=Company Card"
    )
    assert desk.ask(card).get("Amount") == "10.00"
    assert desk.ask(query("BillPaymentCreditCard", IncludeLineItems="true")).all("AppliedToTxnRet/TxnID") == [bill]
    assert desk.ask(query("Bill", TxnID=bill, IncludeLinkedTxns="true")).all("LinkedTxn/TxnType") == [
        "BillPaymentCreditCard"
    ]


def test_a_paid_bill_keeps_its_vendor_and_at_least_what_was_paid(desk: Desk, vendor: str) -> None:
    other, bill = desk.vendor("Contoso"), desk.bill(vendor, "10.00")
    desk.pay(vendor, {bill: "6.00"})
    for changes in ({"lines": [("Checking", "5.99")]}, {"VendorRef": other}):
        with pytest.raises(Refusal, match="3210"):
            desk.company.edit_bill(bill, **changes)
    desk.company.edit_bill(bill, [("Checking", "6.00")], Memo="less")
    assert (desk.company.bills[bill]["IsPaid"], open_of(desk, bill)) == (True, ["0.00"])


def test_a_paid_bill_is_not_removed_unless_a_switch_unlinks_it(desk: Desk, vendor: str) -> None:
    bill = desk.bill(vendor, "10.00")
    desk.pay(vendor, {bill: "10.00"})
    delete = request("TxnDel", fields(TxnDelType="Bill", TxnID=bill))
    assert desk.ask(delete).code == 3160
    assert desk.ask(request("TxnVoid", fields(TxnVoidType="Bill", TxnID=bill))).code == 3170
    desk.company.options(paid_bill_removal="unlinked")
    assert desk.ask(delete).code == 0
    (left,) = desk.company.payments.values()
    assert (left["Amount"], left["AppliedToTxnRet"], desk.company.vendors[vendor]["Balance"]) == (10, [], 0)


def test_nothing_is_removed_under_the_eyes_of_somebody(desk: Desk, vendor: str) -> None:
    bill = desk.bill(vendor, "10.00")
    paid = desk.pay(vendor, {bill: "4.00"}).get("TxnID")
    desk.company.open_in_window(bill)
    assert desk.ask(request("TxnVoid", fields(TxnVoidType="BillPaymentCheck", TxnID=paid))).code == 3176
    desk.company.close_window(bill)
    desk.company.open_in_window(paid)
    assert desk.ask(request("TxnDel", fields(TxnDelType="BillPaymentCheck", TxnID=paid))).code == 3175
    assert desk.ask(request("TxnDel", fields(TxnDelType="Bill", TxnID=bill))).code == 3176
    assert open_of(desk, bill) == ["6.00"]


@pytest.mark.parametrize("touches", [False, True])
def test_paying_may_change_when_the_bill_was_modified(desk: Desk, vendor: str, touches: bool) -> None:
    desk.company.options(paying_touches_bill=touches)
    bill = desk.bill(vendor, "10.00")
    before = desk.company.bills[bill]
    desk.company.clock.advance(60)
    desk.pay(vendor, {bill: "10.00"})
    after = desk.company.bills[bill]
    assert (after["TimeModified"] != before["TimeModified"]) is touches
    assert (after["EditSequence"] != before["EditSequence"]) is touches


@pytest.mark.parametrize(("switch", "shown"), [("left_out", ""), ("sent", "4.00"), ("wrong", "10.00")])
def test_the_open_amount_is_not_to_be_relied_on(desk: Desk, vendor: str, switch: str, shown: str) -> None:
    desk.company.options(open_amount=switch)
    bill = desk.bill(vendor, "10.00")
    desk.pay(vendor, {bill: "6.00"})
    assert desk.ask(query("Bill", TxnID=bill)).get("OpenAmount") == shown
    assert desk.ask(query("BillToPay", PayeeEntityRef=vendor)).get("BillToPay/AmountDue") == "4.00"


def test_a_voided_bill_is_nothing_and_says_so(desk: Desk, vendor: str) -> None:
    bill = desk.bill(vendor, "10.00")
    desk.company.clock.advance(60)
    desk.company.void("Bill", bill)
    after = desk.company.bills[bill]
    assert (after["AmountDue"], after["Memo"], after["IsPaid"]) == (0, "VOID:", True)
    assert after["TimeModified"] > after["TimeCreated"] and desk.company.vendors[vendor]["Balance"] == 0


def test_a_merged_vendor_leaves_its_bills_to_the_survivor(desk: Desk, vendor: str) -> None:
    other, bill = desk.vendor("Contoso"), desk.bill(vendor, "10.00")
    desk.pay(vendor, {bill: "4.00"})
    desk.company.merge_vendors(vendor, other)
    assert list(desk.company.vendors) == [other] and desk.company.vendors[other]["Balance"] == 6
    assert desk.company.bills[bill]["VendorRef"]["FullName"] == "Contoso"
    assert desk.ask(query("ListDeleted", ListDelType="Vendor")).get("ListID") == vendor
    assert desk.pay(other, {bill: "6.00"}).code == 0


@pytest.mark.parametrize("touches", [False, True])
def test_a_merge_may_change_when_bills_were_modified(desk: Desk, vendor: str, touches: bool) -> None:
    desk.company.options(merging_touches_bills=touches)
    other, bill = desk.vendor("Contoso"), desk.bill(vendor, "10.00")
    before = desk.company.bills[bill]["EditSequence"]
    desk.company.merge_vendors(vendor, other)
    assert (desk.company.bills[bill]["EditSequence"] != before) is touches


def test_a_vendor_with_transactions_is_not_deleted(desk: Desk, vendor: str) -> None:
    bill = desk.bill(vendor, "10.00")
    remove = request("ListDel", fields(ListDelType="Vendor", ListID=vendor))
    assert desk.ask(remove).code == 3160
    account = desk.company.find_account("Accounts Payable")
    assert desk.ask(request("ListDel", fields(ListDelType="Account", ListID=account))).code == 3160
    desk.company.delete("Bill", bill)
    gone = desk.ask(remove)
    assert (gone.code, gone.node.findtext("FullName")) == (0, "Northwind Paper Co")
    assert desk.ask(remove).code == 3120
