"""Bills that cannot go yet say what they wait for, and go by themselves; classes as the rules say."""

from datetime import date
from decimal import Decimal

from tests.e2e.bookkeeping import enter, enter_vendor, line, listed_as
from tests.e2e.desktop import Desktop
from tests.e2e.desktop_keeping import assert_at_rest, begin, cycled, documents, later, ruled, written


def test_bills_wait_for_approval_an_account_or_an_open_period_and_then_go_by_themselves(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    it.bill.options(approval_bumps_bill=False)
    costly = {"key": "BILL_AMOUNT", "op": "gte", "values": ["1000"]}
    it.bill._approvals.add_policy({"policyName": "Costly", "approvers": [it.bill.user_id], "rules": [costly]})
    it.bill.seed_chart([{"number": "6990", "name": "Drone Rental", "type": "EXPENSE"}])
    it.company.set_closing_date(date(2026, 6, 30))
    vendor = enter_vendor(it, "Erie Tool Works")
    waits = enter(it, vendor, "UNAPPROVED", line(it, "5000.00"))
    denied = enter(it, vendor, "DENIED", line(it, "6000.00"))
    enter(it, vendor, "UNKNOWN ACCOUNT", line(it, "100.50", "6990"))
    enter(it, vendor, "CLOSED", invoice={"invoiceDate": "2026-06-30"})
    enter(it, vendor, "FINE")
    it.bill.deny(denied)
    it.apply()
    with it.serving():
        pc = it.pc()

        cycled(it, pc)

        assert documents(it).keys() == {"FINE"}
        held = listed_as(it, "held")
        assert held["UNAPPROVED"].startswith("waits for approval in BILL (ASSIGNED)")
        assert held["DENIED"].startswith("waits for approval in BILL (DENIED)")
        assert held["UNKNOWN ACCOUNT"].startswith("waits for account ")
        assert "closed until 2026-06-30" in held["CLOSED"]

        later(it)
        it.bill.approve(waits)
        it.company.add_account("Drone Rental", AccountNumber="6990")
        it.company.set_closing_date(None)
        cycled(it, pc)

        assert documents(it).keys() == {"FINE", "UNAPPROVED", "UNKNOWN ACCOUNT", "CLOSED"}
        assert documents(it)["UNAPPROVED"]["AmountDue"] == Decimal("5000.00")
        assert listed_as(it, "held").keys() == {"DENIED"}
        later(it)
        since = len(it.company.executed)
        cycled(it, pc)
        assert written(it, since) == []


def test_a_line_has_the_class_that_the_rules_say_and_none_where_the_company_uses_no_classes(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    it.company.add_class("Plant")
    vendor = enter_vendor(it, "Erie Tool Works")
    its_lines = [line(it, "60.00", department="Final Assembly", named="Automotive"), line(it, "40.50")]
    first = enter(it, vendor, "BY CLASS", *its_lines)
    ruled(it, withdrawn_bills="list")
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        assert classes(it, "BY CLASS") == ["Automotive", ""]

        later(it)
        it.bill.archive("bills", first)
        enter(it, vendor, "BY DEPARTMENT", *its_lines)
        ruled(it, class_from="department", classes={"120": "Plant"})
        since = len(it.company.executed)
        cycled(it, pc)
        assert classes(it, "BY DEPARTMENT") == ["Plant", ""]
        assert written(it, since) == ["BillAdd"]
        assert "QuickBooks Desktop still owes it" in listed_as(it, "held")["BY CLASS"]

        later(it)
        it.company.set_preference("IsUsingClassTracking", False)
        it.company.void("Bill", documents(it)["BY CLASS"]["TxnID"])
        enter(it, vendor, "WITHOUT", *its_lines)
        cycled(it, pc)
        assert classes(it, "WITHOUT") == ["", ""]
        assert_at_rest(it, pc)


def classes(it: Desktop, number: str) -> list[str]:
    """Returns the classes of a bill's lines."""
    lines = documents(it)[number]["ExpenseLineRet"]
    return [one["ClassRef"]["FullName"] if one.get("ClassRef") else "" for one in lines]
