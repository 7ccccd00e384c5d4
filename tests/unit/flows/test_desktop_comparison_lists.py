"""Every way in which the vendors and accounts of BILL and QuickBooks Desktop can disagree is found."""

import pytest

from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.unit.flows.desktop_left_by_a_run import Tenants, whats

THEIRS = "QuickBooks Desktop"


@pytest.fixture
def it(bill: tuple[BillSandbox, str], store: Store) -> Tenants:
    return Tenants(bill, store)


async def test_each_field_of_a_vendor_is_compared(it: Tenants) -> None:
    it.company.edit_vendor(
        it.entered, Name="Northwind Paper", Phone="555", Email="other@northwind.example", AccountNumber="A-1",
        VendorAddress={"City": "Akron"},
    )  # fmt: skip
    found = await it.compared()
    assert sorted(one.what.split(" is ")[0] for one in found) == [
        "account number",
        "address",
        "e-mail",
        "name",
        "phone",
    ]
    assert {one.record for one in found} == {"Northwind"}
    assert "phone is 555, and empty in BILL" in {one.what for one in found}
    assert all("Run the connection" in one.remedy for one in found)


async def test_a_name_with_a_namesakes_suffix_and_case_is_the_same(it: Tenants) -> None:
    it.company.edit_vendor(it.entered, Name="NORTHWIND (V)", Email="AR@northwind.example")
    assert await it.compared() == []


async def test_terms_are_compared_where_they_are_mapped(it: Tenants) -> None:
    net = it.company.add_terms("Net 30")
    it.bill.edit_vendor(it.vendor, additionalInfo={"paymentTermId": "T30"})
    it.rules = {"terms": {"T30": "Net 30"}}
    assert whats(await it.compared()) == {"Northwind": ["terms is empty, and Net 30 in BILL"]}
    it.company.edit_vendor(it.entered, TermsRef=net["ListID"])
    assert await it.compared() == []


async def test_vendors_that_are_missing_or_out_of_use_on_one_side(it: Tenants) -> None:
    it.bill.seed_vendor(name="Southwind")
    held = it.bill.seed_vendor(name="Eastwind")["id"]
    it.note("vendors", held, "held", "is not clear", "Eastwind")
    it.company.make_inactive("Vendor", it.entered)
    assert whats(await it.compared()) == {
        "Southwind": [f"is in BILL, but not in {THEIRS}"],
        "Eastwind": ["held: is not clear"],
        "Northwind": ["it is inactive"],
    }
    it.bill.archive("vendors", it.vendor)
    assert "Northwind" not in whats(await it.compared())
    it.company.make_inactive("Vendor", it.entered, active=True)
    assert whats(await it.compared())["Northwind"] == [f"is archived in BILL, but in use in {THEIRS}"]


async def test_a_second_vendor_of_ours_is_found(it: Tenants) -> None:
    twin = it.company.add_vendor("Northwind 2", Notes=f"BILL vendor {it.vendor}")["ListID"]
    [found] = await it.compared()
    assert (found.record, found.what) == ("Northwind", f"{THEIRS} has more than one vendor for it")
    assert (found.ours, found.theirs) == (it.entered, twin)


async def test_a_vendor_in_quickbooks_alone_is_listed_for_as_long_as_it_is_in_use(it: Tenants) -> None:
    alone = it.company.add_vendor("Westwind")["ListID"]
    assert await it.compared() == []
    it.note("quickbooks_vendors", alone, "held", "is in QuickBooks Desktop, but not in BILL", "Westwind")
    assert whats(await it.compared()) == {"Westwind": ["held: is in QuickBooks Desktop, but not in BILL"]}
    it.company.make_inactive("Vendor", alone)
    assert await it.compared() == []


async def test_accounts_that_are_called_otherwise_are_found_unless_they_are_mapped(it: Tenants) -> None:
    ours, theirs = next(iter(it.accounts.items()))
    account = it.company.books.rows("Account")[theirs]
    it.company.books.replace("Account", {**account, "Name": "Paper", "FullName": "Paper", "AccountNumber": "6011"})
    found = whats(await it.compared())
    assert found == {"6010": ["number is 6011, and 6010 in BILL", "name is Paper, and Supplies 6010 in BILL"]}
    it.rules = {"accounts": {ours: "Paper"}}
    assert await it.compared() == []


async def test_expense_accounts_of_one_side_alone_are_found(it: Tenants) -> None:
    it.company.add_account("Drone Rental", AccountNumber="6990")
    it.company.add_account("Savings", "Bank")
    it.bill.seed_chart([{"number": "6991", "name": "Balloons", "type": "EXPENSE"}])
    it.bill.seed_chart([{"number": "1011", "name": "Deposits", "type": "BANK"}])
    assert whats(await it.compared()) == {
        "6990": [f"is an expense account in {THEIRS}, but not in BILL"],
        "6991": [f"is an expense account in BILL, but not in {THEIRS}"],
    }


async def test_an_account_out_of_use_in_quickbooks_is_found(it: Tenants) -> None:
    it.company.make_inactive("Account", next(iter(it.accounts.values())))
    assert whats(await it.compared()) == {"6010": [f"is in use in BILL, but out of use in {THEIRS}"]}
