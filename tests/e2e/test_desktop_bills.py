"""What changes in BILL after it was posted, what people edit in QuickBooks Desktop, and what is withdrawn."""

from collections.abc import Mapping
from decimal import Decimal

from tests.e2e.bookkeeping import audit_of, enter, enter_vendor, line, listed_as
from tests.e2e.desktop import Desktop
from tests.e2e.desktop_keeping import amounts, assert_at_rest, begin, cycled, documents, joined, later, written
from tests.e2e.desktop_meanwhile import meanwhile

LONG = "INVOICE-2026-ERIE-042"  # 21 characters, of which QuickBooks holds 20
WHOLE = Decimal("100.50")


def test_what_changes_in_bill_changes_in_quickbooks_even_if_somebody_edits_the_bill_meanwhile(desktop: Desktop) -> None:
    it = desktop
    bills = entered(it, "AMOUNT", "LINES", "DATES", "MOVED", LONG)
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        before = {number: one["TxnID"] for number, one in documents(it).items()}
        assert LONG[:20] in before
        assert documents(it)[LONG[:20]]["Memo"].endswith(f"invoice {LONG}")
        later(it)
        it.bill.edit_bill(bills["AMOUNT"], amount=Decimal("111.11"))
        three = [line(it, "70.00", "6040", named="Automotive"), line(it, "60.25"), line(it, "40.25", "6020")]
        it.bill.edit_bill(bills["LINES"], billLineItems=three)
        it.bill.edit_bill(bills["DATES"], dueDate="2027-01-24", invoice={"invoiceDate": "2026-12-24"})
        it.bill.edit_bill(bills["MOVED"], amount=Decimal("222.22"))
        it.company.clock.advance(5)
        moved = meanwhile(it, "BillModRq", lambda: it.company.edit_bill(before["MOVED"], TermsRef="Net 60"))
        since = len(it.company.executed)

        cycled(it, pc)

        now = documents(it)
        assert {number: one["TxnID"] for number, one in now.items()} == before
        assert now["AMOUNT"]["AmountDue"] == Decimal("111.11")
        assert amounts(now["LINES"]) == ["70.00", "60.25", "40.25"]
        assert now["LINES"]["ExpenseLineRet"][0]["ClassRef"]["FullName"] == "Automotive"
        assert (str(now["DATES"]["TxnDate"]), str(now["DATES"]["DueDate"])) == ("2026-12-24", "2027-01-24")
        assert len(moved) == 1
        tried = [one.code for one in it.company.executed[since:] if one.message == "BillMod" and one.code]
        assert tried == [3200]
        assert (now["MOVED"]["AmountDue"], now["MOVED"]["TermsRef"]["FullName"]) == (Decimal("222.22"), "Net 60")
        assert_at_rest(it, pc)


def test_a_bill_edited_in_quickbooks_is_listed_and_only_a_replay_makes_it_what_bill_says(desktop: Desktop) -> None:
    it = desktop
    bills = entered(it, "EDITED", "DELETED", "BOTH", "VOIDED", "PAID", "SAME")
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        later(it)
        first = documents(it)
        edit(it, first, "EDITED")
        edit(it, first, "BOTH", {"ItemRef": "Gate fee", "Amount": Decimal("0.00")})
        it.company.delete("Bill", first["DELETED"]["TxnID"])
        it.company.add_payment({first["PAID"]["TxnID"]: "100.50"})
        it.bill.edit_bill(bills["BOTH"], amount=Decimal("333.33"))
        for number in ("VOIDED", "PAID"):
            it.bill.archive("bills", bills[number])
        since = len(it.company.executed)

        cycled(it, pc)

        refused = listed_as(it, "refused")
        assert "add up to 100.50 and to 90.40 there" in refused["EDITED"]
        assert "was deleted in QuickBooks, but bill DELETED is in use" in " ".join(refused.values())
        assert "edited in QuickBooks meanwhile" in listed_as(it, "held")["BOTH"]
        assert "PAID" in refused
        assert written(it, since) == ["TxnVoid"]
        assert documents(it)["VOIDED"]["AmountDue"] == 0
        assert documents(it)["PAID"]["AmountDue"] == WHOLE
        assert documents(it)["EDITED"]["AmountDue"] == Decimal("90.40")

        later(it)
        named = [word for number in ("EDITED", "DELETED", "BOTH") for word in ("--record-id", bills[number])]
        joined(it, pc, "replay", it.connection, *named)

        now = documents(it)
        assert [amounts(now[one]) for one in ("EDITED", "DELETED", "BOTH")] == [["100.50"], ["100.50"], ["333.33"]]
        [fee] = now["BOTH"]["ItemLineRet"]
        assert fee["ItemRef"]["FullName"] == "Gate fee"
        assert now["DELETED"]["TxnID"] != first["DELETED"]["TxnID"]
        assert "edited in QuickBooks before: the lines add up to 100.50 and to 90.40 there" in audit_of(it, "EDITED")
        later(it)
        since = len(it.company.executed)
        cycled(it, pc)
        assert written(it, since) == []
        assert listed_as(it, "refused").keys() == {"PAID", "BOTH"}
        assert listed_as(it, "refused")["BOTH"].endswith("the lines are booked otherwise there")  # by the fee
        assert listed_as(it, "held") == {}


def test_the_rules_restore_what_was_edited_and_delete_what_was_withdrawn(desktop: Desktop) -> None:
    it = desktop
    it.rules = {"edited_in_quickbooks": "bill", "withdrawn_bills": "delete"}
    bills = entered(it, "EDITED", "DELETED", "ARCHIVED", "BACK")
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        later(it)
        first = documents(it)
        edit(it, first, "EDITED")
        it.company.delete("Bill", first["DELETED"]["TxnID"])
        for number in ("ARCHIVED", "BACK"):
            it.bill.archive("bills", bills[number])

        cycled(it, pc)

        assert {number: amounts(one) for number, one in documents(it).items()} == {
            "EDITED": ["100.50"],
            "DELETED": ["100.50"],
        }
        later(it)
        it.bill.restore("bills", bills["BACK"])
        cycled(it, pc)
        assert documents(it).keys() == {"EDITED", "DELETED", "BACK"}
        assert_at_rest(it, pc)


def test_one_bill_that_quickbooks_refuses_stops_none_of_its_hundred_neighbours(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    vendor = enter_vendor(it, "Erie Tool Works")
    for number in range(99):
        enter(it, vendor, f"GOOD-{number}")
    enter(it, vendor, "BAD", line(it, "100.50", "6160"))
    it.apply()
    account = next(one for one, held in it.company.accounts.items() if held.get("AccountNumber") == "6160")
    meanwhile(it, "BillAddRq", lambda: it.company.delete("Account", account))
    with it.serving():
        pc = it.pc()

        told = cycled(it, pc)

        assert len(documents(it)) == 99
        assert told["outcomes"]["bills"]["created"] == 99
        [bad] = [row for row in told["exceptions"] if row["record"] == "BAD"]
        assert "account" in bad["reason"].lower()

        later(it)
        it.company.add_account("Quality Certification", AccountNumber="6160")
        joined(it, pc, "replay", it.connection, "--outcome", "refused")
        assert len(documents(it)) == 100
        assert_at_rest(it, pc)


def entered(it: Desktop, *numbers: str) -> Mapping[str, str]:
    """One vendor's bills of these numbers, 100.50 each, are in BILL, and the connection is applied; returns ids."""
    begin(it)
    it.company.add_named("ItemService", "Gate fee", AccountRef="Travel")
    vendor = enter_vendor(it, "Erie Tool Works")
    bills = {number: enter(it, vendor, number) for number in numbers}
    it.apply()
    return bills


def edit(it: Desktop, known: Mapping[str, dict[str, object]], number: str, *more: Mapping[str, object]) -> None:
    """Somebody books 90.40 in place of the bill's lines in QuickBooks, and more lines."""
    it.company.edit_bill(str(known[number]["TxnID"]), [("Travel", "90.40"), *more])
