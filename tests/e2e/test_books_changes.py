"""What changes in BILL after it was sent, what people added in QuickBooks Online, and who is whom."""

from collections.abc import Mapping
from decimal import Decimal

from tests.e2e.bookkeeping import (
    assert_nothing_left,
    audit_of,
    begin,
    documents,
    enter,
    enter_vendor,
    later,
    line,
    listed_as,
    vendors,
)
from tests.e2e.books import Books

VENDORS = ("Renamed Tools", "Moved Tools", "Silent Tools", "Retired Tools")
NUMBERS = ("AMOUNT", "LINES", "DATES", "GONE", "BILLED", "KEPT")
NOTE, FAX = "Ask Maria before this is received.", "814-555-0199"


def test_what_changes_in_bill_changes_in_quickbooks_and_what_people_added_there_stays(books: Books) -> None:
    it = books
    begin(it)
    ids = {name: enter_vendor(it, name, email="ar@erie.example", phone="814-555-0100") for name in VENDORS}
    both = [line(it, "60.25"), line(it, "40.25", "6020")]
    bills = {number: enter(it, ids["Renamed Tools"], number, *both) for number in NUMBERS}
    it.apply()
    it.run()
    people = {name: one["Id"] for name, one in vendors(it).items()}
    orders = {number: one["Id"] for number, one in documents(it).items()}
    later(it)
    add_to_all(it)
    it.quickbooks.bill_from_order(orders["BILLED"], [documents(it)["BILLED"]["Line"][0]["Id"]])
    change(it, ids, bills)

    it.run()

    assert_vendors_changed(it, people)
    assert_orders_changed(it, orders)
    later(it)
    it.bill.restore("vendors", ids["Retired Tools"])
    for number in ("GONE", "BILLED"):
        it.bill.restore("bills", bills[number])
    it.run()
    retired = it.quickbooks.vendors[people["Retired Tools"]]
    assert (retired["DisplayName"], retired["Active"]) == ("Retired Tools", True)
    assert len(it.quickbooks.vendors) == len(ids)
    assert {one["POStatus"] for one in documents(it).values()} == {"Open"}
    assert documents(it)["BILLED"]["Id"] == orders["BILLED"]
    assert documents(it)["GONE"]["TotalAmt"] == Decimal("100.50")
    assert_nothing_left(it)


def test_a_vendor_that_quickbooks_has_is_adopted_with_the_evidence_kept_and_a_taken_name_gets_a_suffix(
    books: Books,
) -> None:
    it = books
    begin(it)
    same = {"PrimaryEmailAddr": {"Address": "AR@known.example"}}
    known = it.quickbooks.add_vendor(DisplayName="Known Plating  Inc", WebAddr={"URI": "http://known.example"}, **same)
    asleep = it.quickbooks.add_vendor(DisplayName="Dormant Dies LLC")
    it.quickbooks.edit("Vendor", asleep["Id"], Active=False)
    other = it.quickbooks.add_vendor(DisplayName="Doubtful Dies", PrimaryEmailAddr={"Address": "else@dies.example"})
    it.quickbooks.add_customer("Both Sides Inc")
    ids = {
        name: enter_vendor(it, name, email=email)
        for name, email in (
            ("KNOWN Plating Inc", "ar@known.example"),
            ("Dormant Dies LLC", "ar@dormant.example"),
            ("Both Sides Inc", "ar@both.example"),
            ("Doubtful Dies", "ar@doubtful.example"),
        )
    }
    twins = [enter_vendor(it, "Twin Castings", email=f"{place}@twin.example") for place in ("erie", "york")]
    for number, vendor in (("K-1", ids["KNOWN Plating Inc"]), ("D-1", ids["Doubtful Dies"]), ("T-2", twins[1])):
        enter(it, vendor, number)
    it.apply()

    it.run()

    now = it.quickbooks.vendors
    adopted = now[known["Id"]]
    assert (adopted["DisplayName"], adopted["WebAddr"]["URI"]) == ("KNOWN Plating Inc", "http://known.example")
    assert (now[asleep["Id"]]["DisplayName"], now[asleep["Id"]]["Active"]) == ("Dormant Dies LLC", True)
    assert vendors(it)["Both Sides Inc (Vendor)"]["PrimaryEmailAddr"]["Address"] == "ar@both.example"
    assert len(now) == 3 + 1 + 2  # three were there; nobody was made twice
    assert documents(it).keys() == {"K-1", "T-2"}
    assert_apart(it, "Twin Castings")
    held = listed_as(it, "held")
    doubt = f"QuickBooks Online has the name 'Doubtful Dies' already ({other['Id']}); e-mail differ"
    assert held["Doubtful Dies"].startswith(doubt)
    assert held["D-1"] == f"waits for vendor {ids['Doubtful Dies']} in QuickBooks Online"
    said = audit_of(it, "KNOWN Plating Inc")
    assert f"adopted: QuickBooks Online vendor {known['Id']} has the same name and the same e-mail" in said
    assert "adopted: the same name, and nothing else to compare" in audit_of(it, "Dormant Dies LLC")

    it.rules = {"vendors": {ids["Doubtful Dies"]: other["Id"]}}
    it.apply()
    it.run()
    assert documents(it)["D-1"]["VendorRef"]["value"] == other["Id"]
    assert_nothing_left(it)


def assert_apart(it: Books, name: str) -> None:
    """Fails unless two vendors of one name are two in QuickBooks, and the second one's order is its own."""
    mails = {one: held["PrimaryEmailAddr"]["Address"] for one, held in vendors(it).items() if one.startswith(name)}
    assert sorted(mails) == [name, f"{name} (Vendor)"]
    assert sorted(mails.values()) == ["erie@twin.example", "york@twin.example"]
    mine = it.quickbooks.vendors[documents(it)["T-2"]["VendorRef"]["value"]]
    assert mine["PrimaryEmailAddr"]["Address"] == "york@twin.example"


def add_to_all(it: Books) -> None:
    """People have written something of their own on every vendor and order in QuickBooks."""
    for vendor in list(it.quickbooks.vendors):
        it.quickbooks.edit("Vendor", vendor, Fax={"FreeFormNumber": FAX}, PrintOnCheckName="As We Print It")
    for order in list(it.quickbooks.purchase_orders.values()):
        note = f"{order['PrivateNote']}\n{NOTE}"
        it.quickbooks.edit("PurchaseOrder", order["Id"], PrivateNote=note, Memo="Deliver to gate 4")


def change(it: Books, ids: Mapping[str, str], bills: Mapping[str, str]) -> None:
    """Does in BILL to each vendor and bill what its name says."""
    it.bill.edit_vendor(ids["Renamed Tools"], name="Renamed: Works")
    it.bill.edit_vendor(ids["Moved Tools"], address={"line1": "77 New Pier", "line2": None, "zipOrPostalCode": "16507"})
    it.bill.edit_vendor(ids["Silent Tools"], email=None, phone=None)
    it.bill.archive("vendors", ids["Retired Tools"])
    it.bill.edit_bill(bills["AMOUNT"], amount=Decimal("111.11"))
    three = [line(it, "70.00", "6040", named="Automotive"), line(it, "60.25"), line(it, "40.25", "6020")]
    it.bill.edit_bill(bills["LINES"], billLineItems=three)
    it.bill.edit_bill(bills["DATES"], dueDate="2026-12-24", invoice={"invoiceDate": "2026-11-24"})
    for number in ("GONE", "BILLED"):
        it.bill.archive("bills", bills[number])


def assert_vendors_changed(it: Books, ids: Mapping[str, str]) -> None:
    """Fails unless each vendor is what BILL says now, and has what people added."""
    now = it.quickbooks.vendors
    assert now[ids["Renamed Tools"]]["DisplayName"] == "Renamed Works"
    address = now[ids["Moved Tools"]]["BillAddr"]
    assert (address["Line1"], address["City"], address["PostalCode"]) == ("77 New Pier", "Erie", "16507")
    assert not {"PrimaryEmailAddr", "PrimaryPhone"} & now[ids["Silent Tools"]].keys()
    assert [one["DisplayName"] for one in now.values() if not one["Active"]] == ["Retired Tools (deleted)"]
    added = {(one["Fax"]["FreeFormNumber"], one["PrintOnCheckName"]) for one in now.values()}
    assert added == {(FAX, "As We Print It")}


def assert_orders_changed(it: Books, ids: Mapping[str, str]) -> None:
    """Fails unless each order is what BILL says now, and has what people added."""
    now = documents(it)
    assert {number: one["Id"] for number, one in now.items()} == {n: one for n, one in ids.items() if n != "GONE"}
    assert now["AMOUNT"]["TotalAmt"] == Decimal("111.11")
    assert [one["Amount"] for one in now["LINES"]["Line"]] == [Decimal("70.00"), Decimal("60.25"), Decimal("40.25")]
    assert "ClassRef" in now["LINES"]["Line"][0]["AccountBasedExpenseLineDetail"]
    assert (now["DATES"]["TxnDate"], now["DATES"]["DueDate"]) == ("2026-11-24", "2026-12-24")
    assert {number for number, one in now.items() if one["POStatus"] == "Closed"} == {"BILLED"}
    assert "closed, because other transactions are linked" in now["BILLED"]["PrivateNote"]
    assert {one["Memo"] for one in now.values()} == {"Deliver to gate 4"}
    assert [number for number, one in now.items() if NOTE not in one["PrivateNote"].splitlines()] == []
