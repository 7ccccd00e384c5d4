"""What people delete and void in QuickBooks Desktop is listed; an older copy of the company file is not written to."""

from decimal import Decimal

from tests.e2e.bookkeeping import enter, enter_vendor, listed_as
from tests.e2e.desktop import Desktop
from tests.e2e.desktop_keeping import after_runs, begin, cycled, documents, joined, later, ruled, vendors, written

NUMBERS = ("DELETED", "VOIDED", "UNPAID", "KEPT")


def test_what_people_delete_void_or_put_out_of_use_in_quickbooks_is_listed_and_nothing_is_written(
    desktop: Desktop,
) -> None:
    it = desktop
    begin(it)
    vendor = enter_vendor(it, "Erie Tool Works")
    enter_vendor(it, "Gone Tools")
    bills = {number: enter(it, vendor, number) for number in NUMBERS}
    payment = it.bill.pay([{"billId": bills["UNPAID"], "amount": Decimal("100.50")}], "CLEARED")
    it.apply()
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        later(it)
        ids = {number: one["TxnID"] for number, one in documents(it).items()}
        it.company.delete("Bill", ids["DELETED"])
        it.company.void("Bill", ids["VOIDED"])
        it.company.void("BillPaymentCheck", next(iter(it.company.payments)))
        it.company.delete("Vendor", vendors(it)["Gone Tools"]["ListID"])
        it.company.make_inactive("Vendor", vendors(it)["Erie Tool Works"]["ListID"])
        since = len(it.company.executed)

        told = cycled(it, pc)

        assert written(it, since) == []
        refused = " | ".join(listed_as(it, "refused").values())
        assert "was deleted in QuickBooks, but bill DELETED is in use in BILL" in refused
        assert "the lines add up to 100.50 and to 0.00 there" in refused
        assert f"was voided in QuickBooks, but BILL has paid {payment['confirmationNumber']}" in refused
        assert "was deleted in QuickBooks, but is in use in BILL" in refused
        assert "is inactive in QuickBooks, but is in use in BILL" in refused
        assert len(told["exceptions"]) == 5


def test_an_older_copy_of_the_company_file_stops_all_writing_until_a_person_says_go_on(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    vendor = enter_vendor(it, "Erie Tool Works")
    enter(it, vendor, "BEFORE")
    it.apply()
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        backup = it.company.backup()
        later(it)
        lost = [enter(it, vendor, f"LOST-{number}") for number in range(8)]
        lost.append(it.bill.pay([{"billId": lost[0], "amount": Decimal("100.50")}], "CLEARED")["id"])
        cycled(it, pc)
        assert (len(documents(it)), len(it.company.payments)) == (9, 1)
        it.company.restore(backup)
        enter(it, vendor, "AFTER")
        later(it)
        since = len(it.company.executed)

        pc.cycle()

        assert len(after_runs(it, begun=3)) == 2, "the run went on"
        assert "9 of the latest 10 records that were sent are gone from the company file" in it.logged()
        assert "after_restore" in it.logged()
        assert written(it, since) == []

        ruled(it, after_restore="go_on")
        joined(it, pc, "replay", it.connection, *(word for one in lost for word in ("--record-id", one)))
        assert documents(it).keys() == {"BEFORE", "AFTER", *(f"LOST-{number}" for number in range(8))}
        assert [number for number, one in documents(it).items() if not one["OpenAmount"]] == ["LOST-0"]
        assert len(it.company.payments) == 1
