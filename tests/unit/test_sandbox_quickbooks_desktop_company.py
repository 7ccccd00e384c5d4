"""A company file of QuickBooks Desktop: who has stamped and locked it, its history, and many callers at once."""

import threading
from decimal import Decimal

from lxml import etree

from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_desktop import CompanyFile, Switches
from tests.sandbox.quickbooks_desktop.driver import Desk, add, bill, query, request
from tests.sandbox.sample import CHART

OWNER, OTHER = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}", "{00000000-86F1-4FCC-B1EE-566DE1813D20}"
FILE = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"


def private(text: str) -> dict[str, str]:
    rows = etree.fromstring(text.encode()).iter("DataExtRet")
    return {row.findtext("DataExtName") or "": row.findtext("DataExtValue") or "" for row in rows}


def test_the_greeting_tells_of_the_file_and_the_lock_to_their_owner_alone() -> None:
    company = CompanyFile()
    assert company.file_id == "" and private(company.greeting(OWNER)) == {}
    company.stamp(OWNER, FILE)
    assert company.lock("PC-01") and not company.lock("PC-02") and company.lock("PC-01")
    told = private(company.greeting(OWNER))
    assert told["FileID"] == FILE == company.file_id
    assert told["AppLock"].startswith("LOCKED:PC-01:6")
    assert private(company.greeting(OTHER)) == {}
    company.unlock()
    assert private(company.greeting(OWNER)) == {"FileID": FILE}
    assert company.lock("PC-02") and company.locked_by == "PC-02"
    root = etree.fromstring(company.greeting(OWNER).encode())
    assert [(each.tag, each.get("requestID")) for each in root[0]] == [
        ("HostQueryRs", "0"), ("CompanyQueryRs", "1"), ("PreferencesQueryRs", "2"),
    ]  # fmt: skip


def test_a_copied_file_has_the_same_file_id_under_another_name() -> None:
    first = CompanyFile(owner_id=OWNER, file_id=FILE)
    copied = CompanyFile(path=r"D:\Test\Acme.qbw", name="Acme Co (test)")
    copied.restore(first.backup())
    assert copied.stamped(OWNER) == FILE
    assert "<CompanyName>Acme Co (test)</CompanyName>" in copied.greeting(OWNER)


def test_a_newer_quickbooks_knows_more_versions() -> None:
    company = CompanyFile(switches=Switches(highest_version="16.0"))
    assert company.qbxml_version == (16, 0)
    assert Desk(company).ask(request("HostQuery")).all("SupportedQBXMLVersion")[-3:] == ["14.0", "15.0", "16.0"]


def test_the_sample_chart_becomes_accounts() -> None:
    company = CompanyFile()
    made = company.seed_chart(CHART)
    assert [row["AccountNumber"] for row in made] == [row["number"] for row in CHART]
    assert {row["AccountType"] for row in made} >= {"CostOfGoodsSold", "AccountsPayable", "LongTermLiability"}
    assert company.seed_chart(CHART) == made


def shape(company: CompanyFile) -> list[tuple[str, ...]]:
    return [
        (each["VendorRef"]["FullName"], each.get("RefNumber", ""), str(each["AmountDue"]), str(each["OpenAmount"]))
        for each in company.bills.values()
    ]


def test_a_history_is_the_same_for_the_same_seed() -> None:
    first, second, other = CompanyFile(), CompanyFile(), CompanyFile()
    first.generate(vendors=30, bills=80, seed=7)
    second.generate(vendors=30, bills=80, seed=7)
    other.generate(vendors=30, bills=80, seed=8)
    assert shape(first) == shape(second) != shape(other)
    assert (len(first.vendors), len(first.bills)) == (30, 80)


def test_a_history_is_plausible_and_adds_up() -> None:
    company = CompanyFile()
    company.generate(vendors=60, bills=200)
    bills, payments = company.bills.values(), company.payments.values()
    assert {each["IsPaid"] for each in bills} == {True, False}
    assert any(0 < each["OpenAmount"] < each["AmountDue"] for each in bills)
    assert {(each.get("BankAccountRef") or each["CreditCardAccountRef"])["FullName"] for each in payments} == {
        "Checking", "Company Card",
    }  # fmt: skip
    assert len({each["TimeModified"][:10] for each in bills}) > 50  # not all entered today
    assert company.vendor_credits and company.customers
    owed = sum((each["OpenAmount"] for each in bills), Decimal(0))
    owed -= sum((each["OpenAmount"] for each in company.vendor_credits.values()), Decimal(0))
    assert sum(each["Balance"] for each in company.vendors.values()) == owed
    assert next(each for each in company.accounts.values() if each["Name"] == "Accounts Payable")["Balance"] == owed
    assert all(len(each["Name"]) <= 41 and ":" not in each["Name"] for each in company.vendors.values())


def test_some_of_its_vendors_are_bills_too() -> None:
    company, bill_sandbox = CompanyFile(), BillSandbox()
    company.generate(vendors=60, bills=0, seed=3)
    bill_sandbox.generate(vendors=60, bills=0, seed=3)
    there = {vendor["name"] for vendor in bill_sandbox.vendors.values()}
    here = {vendor["Name"] for vendor in company.vendors.values()}
    assert 10 < len(here & there) < 40
    assert {customer["Name"] for customer in company.customers.values()} & there


def test_many_callers_are_served_one_at_a_time() -> None:
    company = CompanyFile()
    vendor = company.add_vendor("Northwind")["ListID"]
    desk = Desk(company)

    def work(number: int) -> None:
        for each in range(20):
            desk.send(bill(vendor, "1.00", number=f"{number}-{each}"), query("Bill", RefNumber=f"{number}-{each}"))
            company.edit_vendor(vendor, Notes=str(each))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each["RefNumber"] for each in company.bills.values()}) == 80
    assert company.vendors[vendor]["Balance"] == 80


def test_people_may_name_an_object_by_id_or_name_and_reopen_it() -> None:
    company = CompanyFile()
    vendor = company.add_vendor("Northwind", TermsRef="Net 15", VendorAddress={"City": "Dayton"})
    company.add_class("Ops")
    company.add_class("West", parent="Ops")
    made = company.add_bill(
        "northwind", [{"AccountRef": "Checking", "Amount": "2.50", "ClassRef": "Ops:West"}], TxnDate="2026-01-05"
    )
    assert company.bills[made["TxnID"]]["ExpenseLineRet"][0]["ClassRef"]["FullName"] == "Ops:West"
    assert company.kind_of(made["TxnID"]) == "Bill" and company.kind_of("1-1") is None
    company.make_inactive("Vendor", vendor["ListID"])
    assert company.make_inactive("Vendor", vendor["ListID"], active=True)["IsActive"] is True
    assert Desk(company).ask(add("Vendor", Name="Contoso")).code == 0
