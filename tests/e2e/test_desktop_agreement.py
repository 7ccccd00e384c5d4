"""What `check` tells of a company file that nobody can call, and what `reconcile` finds when somebody comes for it."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from sqlalchemy import create_engine, text

from tests.e2e.bookkeeping import enter, enter_vendor, line, listed
from tests.e2e.desktop import Desktop, completed
from tests.e2e.desktop_keeping import begin, cycled, documents, later, ruled, vendors, written
from tests.e2e.patience import until
from tests.sandbox.quickbooks_desktop.connector import WebConnector

CHECKING = "Checking"


def test_check_tells_how_to_connect_and_after_a_visit_what_the_company_is(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    enter(it, enter_vendor(it, "Erie Tool Works"), "E-1")
    ruled(it, payables_account="2010")

    verdict, said = checked(it, expect=1)["QuickBooks Desktop", "Web Connector"]
    assert verdict == "error"
    assert "has never called" in said
    assert f"ml-connector qwc {it.connection}" in said

    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        rows = checked(it, expect=0)
        assert [row for row, (verdict, _said) in rows.items() if verdict != "ok"] == []
        assert rows["QuickBooks Desktop", "Web Connector"][1].startswith("last heard of at ")
        assert rows["QuickBooks Desktop", "last session"][1].startswith("complete")
        assert rows["QuickBooks Desktop", "company"][1] == "Acme Co (QuickBooks Enterprise Solutions 24.0)"
        assert rows["QuickBooks Desktop", "company file"][1] == r"C:\QB\Acme.qbw, the one of this connection"
        assert rows["rules", "accounts in both"][1] == "42 of 42 BILL accounts are matched"
        assert it.secrets()["QBD_PASSWORD"] not in str(rows)

        [application] = pc.applications.values()
        it.company.stamp(application.owner_id, "{11111111-2222-3333-4444-555555555555}")
        pc.cycle()
        verdict, said = checked(it, expect=1)["QuickBooks Desktop", "last session"]
        assert verdict == "error"
        assert "is not the company file of this connection" in said


def test_reconcile_waits_for_the_web_connector_and_lists_what_differs_on_either_side(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    vendor = enter_vendor(it, "Erie Tool Works", phone="814-555-0100")
    bills = {number: enter(it, vendor, number, line(it, "60.00"), line(it, "40.50", "6010")) for number in NUMBERS}
    paying = pay(it, bills["PAID"], "100.50"), pay(it, bills["VOIDED"], "100.50"), pay(it, bills["SHORT"], "40.00")
    ruled(it, new_expense_accounts="create")
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        assert documents(it).keys() == set(NUMBERS)
        later(it)
        since = len(it.company.executed)

        assert reconciled(it, pc) == []
        assert written(it, since) == []

        there = documents(it)
        edited, gone, whole = (there[one]["TxnID"] for one in ("EDITED", "DELETED", "TWICE"))
        it.company.edit_bill(edited, [("Maintenance and Repair", "60.00"), ("Rent", "40.51")], DueDate="2030-01-01")
        it.company.delete("Bill", gone)
        it.company.add_bill(there["TWICE"]["VendorRef"]["ListID"], [("Rent", "100.50")], RefNumber="TWICE")
        made = {one["Memo"].split()[2].rstrip(":"): one["TxnID"] for one in it.company.payments.values()}
        it.company.void("BillPaymentCheck", made[paying[1]])
        it.company.add_payment({whole: "100.50"}, CHECKING, RefNumber="77")
        it.company.edit_vendor(vendors(it)["Erie Tool Works"]["ListID"], Phone="999")
        it.company.add_account("Drone Rental", AccountNumber="6990")
        it.bill.archive("bills", bills["ARCHIVED"])
        it.bill.seed_chart([{"number": "6991", "name": "Balloon Rental", "type": "EXPENSE"}])
        account = it.bill.classifications["chart-of-accounts"][listed(it, "chartOfAccountId", "6040")]
        account["name"] = "Calibrating"
        enter(it, vendor, "NEW")
        enter_vendor(it, "Dayton Freight")
        since = len(it.company.executed)

        found = reconciled(it, pc)

        assert written(it, since) == []
        said = {(one["stream"], one["record"]): [] for one in found}
        for one in found:
            said[one["stream"], one["record"]].append(one["what"])
            assert one["remedy"], one
        assert said == {
            ("bills", "EDITED"): [
                "total is 100.51, and 100.50 in BILL",
                f"due date is 2030-01-01, and {it.bill.bills[bills['EDITED']]['dueDate']} in BILL",
                f"the lines differ: only BILL has {OURS}; only QuickBooks Desktop has {THEIRS}",
            ],
            ("bills", "DELETED"): ["was deleted in QuickBooks Desktop, but is in use in BILL"],
            ("bills", "TWICE"): [
                "QuickBooks Desktop has another bill of the same vendor, number and amount, 100.50",
                "100.50 of it are paid in QuickBooks Desktop, and 0.00 in BILL",
            ],
            ("bills", "ARCHIVED"): ["is archived in BILL, but in use in QuickBooks Desktop"],
            ("bills", "NEW"): ["is in BILL, but QuickBooks Desktop has no bill for it"],
            ("vendors", "Erie Tool Works"): ["phone is 999, and 814-555-0100 in BILL"],
            ("vendors", "Dayton Freight"): ["is in BILL, but not in QuickBooks Desktop"],
            ("payments", number_of(it, paying[1])): ["is paid in BILL, but voided in QuickBooks Desktop"],
            ("accounts", "6040"): ["name is Calibration Services, and Calibrating in BILL"],
            ("accounts", "6990"): ["is an expense account in QuickBooks Desktop, but not in BILL"],
            ("accounts", "6991"): ["is an expense account in BILL, but not in QuickBooks Desktop"],
        }


def test_reconcile_says_so_when_the_web_connector_does_not_come(desktop: Desktop) -> None:
    it = desktop
    ruled(it, wait_for_web_connector_seconds=0.3)
    told = it.command("reconcile", it.connection, expect=3)
    assert "QuickBooks is read when its Web Connector comes next" in told.stderr
    assert "has never called" in told.stderr
    assert "Auto-Run" in told.stderr


OURS, THEIRS = "6010 Production Supplies 40.50", "6100 Rent 40.51"
NUMBERS = ("EDITED", "DELETED", "TWICE", "ARCHIVED", "PAID", "VOIDED", "SHORT")


def checked(it: Desktop, expect: int) -> dict[tuple[str, str], tuple[str, str]]:
    """Returns what `check` tells by system and question: how good it is, and the rest in words."""
    rows = json.loads(it.command("check", it.connection, "--json", expect=expect).stdout)
    return {(row["system"], row["what"]): (row["verdict"], row["detail"]) for row in rows}


def reconciled(it: Desktop, pc: WebConnector) -> list[dict[str, Any]]:
    """Returns what `reconcile` found, with one visit of the Web Connector, behind which no other run began."""
    assert it.runner is not None
    runs = len(it.runner.runs)
    with ThreadPoolExecutor(1) as pool:
        telling = pool.submit(it.command, "reconcile", it.connection, "--json", expect=None)
        until(lambda: asks(it) or telling.done())
        completed(pc)
        told = telling.result(120)
    assert len(it.runner.runs) == runs
    found: list[dict[str, Any]] = json.loads(told.stdout)
    assert told.returncode == (1 if found else 0), told.stderr
    return found


def asks(it: Desktop) -> bool:
    """Tells whether somebody waits for the Web Connector."""
    engine = create_engine(it.database_url)
    waiting = text("SELECT count(*) FROM message_set WHERE state = 'waiting' AND asker <> ''")
    try:
        with engine.connect() as connection:
            return bool(connection.execute(waiting).scalar())
    finally:
        engine.dispose()


def pay(it: Desktop, bill_id: str, amount: str) -> str:
    """BILL pays this much of a bill; returns the payment's id."""
    return str(it.bill.pay([{"billId": bill_id, "amount": Decimal(amount)}], "CLEARED")["id"])


def number_of(it: Desktop, payment_id: str) -> str:
    """Returns what people know a payment by."""
    return str(it.bill.payments[payment_id]["confirmationNumber"])
