"""Bills that cannot go to QuickBooks Online: each named with its own reason, and gone when its cause is."""

from decimal import Decimal
from typing import Any

from tests.e2e.bookkeeping import begin, enter, enter_vendor, later, line, listed, listed_as
from tests.e2e.books import Books

PLATING, TEST = "Machine Shop", "Test Engineering"  # two departments
SAID = {  # by bill, how its reason begins
    "NO-ACCOUNT": "line 2 has no account in BILL",
    "STRANGE": "waits for account {strange} in QuickBooks Online",
    "MAPPED": "waits for account {mapped} in QuickBooks Online",
    "DRAFT": "is a draft in BILL",
    "MIXED": "its lines belong to 2 departments, and a document has one",
    "CLOSED": "is of 2020-12-31, but QuickBooks Online's books are closed until 2020-12-31",
    "EURO": "is in EUR, but the company keeps its books in USD alone",
    "CENT": "is 100.51 USD, but its lines add up to 100.50",
}
GOOD = {f"GOOD-{number}" for number in range(12)}


def test_each_bill_that_cannot_go_is_named_with_its_reason_and_goes_when_its_cause_is_gone(books: Books) -> None:
    it = books
    begin(it)
    ids = enter_all(it)
    it.rules = {"mixed_departments": []}
    it.apply()

    first = it.run()

    assert arrived(it) == GOOD, "one bill that cannot go blocked a good one"
    assert first["state"] == "Completed"
    strange, mapped = (listed(it, "chartOfAccountId", number) for number in ("7999", "7998"))
    reasons = {number: said.format(strange=strange, mapped=mapped) for number, said in SAID.items()}
    held = listed_as(it, "held")
    assert {number: held[number] for number in SAID} == reasons
    assert held["7999"] == "QuickBooks Online has no account with number 7999 or name 'Suspense, plant 2'"

    later(it)
    mend(it, ids)
    it.run()
    assert arrived(it) - GOOD == {"STRANGE", "NO-ACCOUNT", "DRAFT", "CLOSED"}

    it.rules = {"mixed_departments": ["class"], "accounts": {"7998": "6030"}}
    it.quickbooks.seed_classes([PLATING, TEST])
    it.apply()
    it.run()
    assert classes(it, "MIXED") == {PLATING, TEST}
    again = it.command("replay", it.connection, "--outcome", "held")
    assert "bills: 2 held" in again.stdout, "what a person asked for is told, though it is known"
    assert listed_as(it, "held").keys() == {"EURO", "CENT"}
    assert arrived(it) == GOOD | SAID.keys() - {"EURO", "CENT"}


def test_lines_of_several_departments_become_one_order_for_each_and_what_leaves_one_leaves_its_order(
    books: Books,
) -> None:
    it = books
    begin(it)
    vendor = enter_vendor(it, "Erie Tool Works")
    lines = [line(it, "60.00", department=PLATING), line(it, "40.00", department=TEST), line(it, "0.50")]
    bill = enter(it, vendor, "SPLIT", *lines)
    it.rules = {"mixed_departments": ["split"]}
    it.apply()

    it.run()

    assert split(it) == {PLATING: Decimal("60.00"), TEST: Decimal("40.00"), "": Decimal("0.50")}
    later(it)
    it.bill.edit_bill(bill, billLineItems=[line(it, "75.00", department=PLATING), line(it, "25.50")])
    it.run()
    assert split(it) == {PLATING: Decimal("75.00"), "": Decimal("25.50")}
    later(it)
    it.bill.archive("bills", bill)
    it.run()
    assert split(it) == {}


def enter_all(it: Books) -> dict[str, str]:
    """Enters good bills, and one for each reason in `SAID`; returns their ids by number."""
    it.bill.seed_chart([{"number": "7999", "name": "Suspense, plant 2"}, {"number": "7998", "name": "Suspense"}])
    it.quickbooks.set_preference(BookCloseDate="2020-12-31")
    us, eu = enter_vendor(it, "Erie Tool Works"), enter_vendor(it, "Werkzeuge Ulm", billCurrency="EUR")
    uncoded = {"amount": Decimal("40.00")}
    mixed = [line(it, "60.00", department=PLATING), line(it, "40.00", department=TEST)]
    ids = {number: enter(it, us, number) for number in GOOD}
    ids |= {
        "NO-ACCOUNT": enter(it, us, "NO-ACCOUNT", line(it, "60.00"), uncoded),
        "STRANGE": enter(it, us, "STRANGE", line(it, "100.50", "7999")),
        "MAPPED": enter(it, us, "MAPPED", line(it, "100.50", "7998")),
        "DRAFT": enter(it, us, "DRAFT", recordStatus="DRAFT", archived=True),
        "MIXED": enter(it, us, "MIXED", *mixed),
        "CLOSED": enter(it, us, "CLOSED", invoice={"invoiceDate": "2020-12-31"}),
        "EURO": enter(it, eu, "EURO"),
        "CENT": enter(it, us, "CENT"),
    }
    it.bill.bills[ids["CENT"]]["amount"] += Decimal("0.01")
    return ids


def mend(it: Books, ids: dict[str, str]) -> None:
    """Does what the remedies of four bills say: an account is added, another named, a draft saved, the books opened."""
    it.quickbooks.add("Account", Name="Suspense, plant 2", AcctNum="7999", AccountType="Expense")
    first, second = it.bill.bills[ids["NO-ACCOUNT"]]["billLineItems"]
    second = {"id": second["id"], "classifications": line(it, "40.00")["classifications"]}
    it.bill.edit_bill(ids["NO-ACCOUNT"], billLineItems=[{"id": first["id"]}, second])
    it.bill.edit_bill(ids["DRAFT"], recordStatus="ACTIVE", archived=False)
    it.quickbooks.set_preference(BookCloseDate=None)


def arrived(it: Books) -> set[str]:
    """Returns the numbers of the orders in QuickBooks."""
    numbers = [str(one["DocNumber"]) for one in it.quickbooks.purchase_orders.values()]
    assert len(numbers) == len(set(numbers)), "an order is there more than once"
    return set(numbers)


def classes(it: Books, number: str) -> set[str]:
    """Returns the names of the classes of an order's lines."""
    (order,) = [one for one in it.quickbooks.purchase_orders.values() if one["DocNumber"] == number]
    details: list[dict[str, Any]] = [one["AccountBasedExpenseLineDetail"] for one in order["Line"]]
    return {str(it.quickbooks.classes[one["ClassRef"]["value"]]["Name"]) for one in details}


def split(it: Books) -> dict[str, Decimal]:
    """Returns the totals of all orders by the name of their location."""
    orders = list(it.quickbooks.purchase_orders.values())
    names = [_location(it, one) for one in orders]
    assert len(names) == len(set(names))
    return dict(zip(names, (one["TotalAmt"] for one in orders), strict=True))


def _location(it: Books, order: dict[str, Any]) -> str:
    return str(it.quickbooks.departments[order["DepartmentRef"]["value"]]["Name"]) if "DepartmentRef" in order else ""
