"""What people change in QuickBooks Online alone: listed with what differs, until one of the two is corrected."""

from decimal import Decimal

from tests.e2e.bookkeeping import (
    assert_nothing_left,
    begin,
    clear_logs,
    documents,
    enter,
    enter_vendor,
    later,
    line,
    listed_as,
    told,
    vendors,
    writes,
)
from tests.e2e.books import Books

NUMBERS = ("LINE", "DELETED", "NOTED", "KEPT")


def test_what_people_change_in_quickbooks_is_listed_until_it_is_mended_there_or_replayed(books: Books) -> None:
    it = books
    begin(it)
    vendor = enter_vendor(it, "Erie Tool Works", email="ar@erie.example")
    for number in NUMBERS:
        enter(it, vendor, number, line(it, "60.25"), line(it, "40.25", "6020"))
    it.apply()
    it.run()
    deleted = documents(it)["DELETED"]["Id"]
    later(it)
    meddle(it)
    clear_logs(it)

    first = it.run(expect=1)

    said = {
        "Erie Tool Works": "differs from BILL: e-mail is typo@erie.example, and ar@erie.example in BILL",
        "LINE": "differs from BILL: total is 95.01, and 100.50 in BILL; the lines' accounts, classes or amounts differ",
        deleted: "was deleted in QuickBooks Online, but bill DELETED is in use in BILL",
    }
    assert told(first, "refused") == said
    assert told(first, "held") == {"Only There Inc": "is in QuickBooks Online, but not in BILL"}
    assert writes(it) == []
    again = it.run()
    assert (again["state"], again["exceptions"], writes(it)) == ("Completed", [], [])
    assert listed_as(it, "refused") == said

    later(it)
    mended = {"Address": "ar@erie.example"}
    it.quickbooks.edit("Vendor", vendors(it)["Erie Tool Works"]["Id"], PrimaryEmailAddr=mended)
    it.run()
    assert listed_as(it, "refused").keys() == said.keys() - {"Erie Tool Works"}
    assert writes(it) == []

    it.command("replay", it.connection, "--record-id", "LINE", "--record-id", "DELETED")
    assert documents(it).keys() == set(NUMBERS)
    assert {one["TotalAmt"] for one in documents(it).values()} == {Decimal("100.50")}
    assert documents(it)["DELETED"]["Id"] != deleted
    it.quickbooks.edit("Vendor", vendors(it)["Only There Inc"]["Id"], Active=False)
    assert_nothing_left(it)


def meddle(it: Books) -> None:
    """People change a vendor and three orders in QuickBooks, one order harmlessly, and enter a vendor of their own."""
    orders = documents(it)
    it.quickbooks.edit(
        "Vendor", vendors(it)["Erie Tool Works"]["Id"], PrimaryEmailAddr={"Address": "typo@erie.example"}
    )
    first, second = orders["LINE"]["Line"]
    it.quickbooks.edit("PurchaseOrder", orders["LINE"]["Id"], Line=[{**first, "Amount": Decimal("54.76")}, second])
    it.quickbooks.delete("PurchaseOrder", orders["DELETED"]["Id"])
    note = f"Came on Monday.\n{orders['NOTED']['PrivateNote']}"
    it.quickbooks.edit("PurchaseOrder", orders["NOTED"]["Id"], PrivateNote=note)
    it.quickbooks.add_vendor(DisplayName="Only There Inc")
