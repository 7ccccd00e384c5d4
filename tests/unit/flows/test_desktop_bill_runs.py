"""Bills and payments over several runs, with both systems: nothing twice, nothing for ever, nothing in silence."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete

from blocks.errors import AnswerLostError
from tasks.state.models import Intent, Link, Record, utc_now
from tasks.state.queries import ask_again, records
from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.unit.flows.desktop_desk import Desk

ALL = ("vendors", "quickbooks_bills", "bills", "payments", "quickbooks_payments")
Outcomes = dict[str, tuple[str, str]]


class Office(Desk):
    """A desk with one vendor and one account on both sides, and a bank account."""

    def __init__(self, store: Store, bill: tuple[BillSandbox, str]) -> None:
        super().__init__(store, bill)
        self.bill.seed_chart([{"number": "6010", "name": "Travel", "type": "EXPENSE"}])
        self.company.add_account("Fares", AccountNumber="6010")
        self.company.add_account("Operating", "Bank")
        self.vendor = self.enter_vendor("Acme Tools")
        self.rules = {"payment_account": "Operating"}

    def enter(self, number: str, amount: str = "100.50", **fields: Any) -> str:
        """Enters a bill in BILL, and returns its id."""
        [account] = self.bill.classifications["chart-of-accounts"]
        line = {"amount": Decimal(amount), "classifications": {"chartOfAccountId": account}}
        made = self.bill.seed_bill(
            vendorId=self.vendor, invoice={"invoiceNumber": number}, billLineItems=[line], **fields
        )
        return str(made["id"])

    def pay(self, bill: str, amount: str = "100.50") -> dict[str, Any]:
        """Pays the bill, or a part of it, in BILL."""
        return self.bill.pay([{"billId": bill, "amount": Decimal(amount)}], "CLEARED")

    def posted(self, number: str) -> list[dict[str, Any]]:
        """Returns QuickBooks' bills of this number, voided ones too."""
        return [one for one in self.company.bills.values() if one.get("RefNumber") == number]

    def written(self) -> list[str]:
        """Returns the messages that changed the company file."""
        return [one.message for one in self.company.executed if not one.message.endswith("Query")]

    def replay(self, *ids: str) -> None:
        """A person asks for these records again."""
        ask_again(self.store, "acme", pair=None, outcome=None, ids=ids)


@pytest.fixture
def office(store: Store, bill: tuple[BillSandbox, str]) -> Office:
    return Office(store, bill)


async def moved(office: Office, *streams: str) -> Outcomes:
    """Moves these streams in a run; returns what is stored of all records, by number."""
    office.later()
    async with office.running() as one:
        await one.move(*(streams or ALL))
        found = reversed(records(office.store, "acme"))  # of two of one number, the one that needs a person
        return {f"{row['stream']} {row['source_ref']}": (row["outcome"], row["reason"]) for row in found}


async def test_a_bill_and_its_payment_are_posted_once_and_are_at_rest(office: Office) -> None:
    office.pay(office.enter("ONE"))
    await moved(office)
    first = office.written()
    assert first == ["VendorAdd", "BillAdd", "BillPaymentCheckAdd"]
    for _ in range(2):
        outcomes = await moved(office)
    assert office.written() == first
    assert {outcome for outcome, _reason in outcomes.values()} <= {"created", "unchanged"}


async def test_bills_in_closed_books_are_not_read_in_every_run_and_go_once_the_books_are_open(office: Office) -> None:
    bill = office.enter("OLD")
    office.company.set_closing_date((utc_now() + timedelta(days=400)).date())
    assert (await moved(office))["bills OLD"][0] == "held"
    calls = len(office.bill.frame.log)
    await moved(office)
    assert [call.path for call in office.bill.frame.log[calls:] if call.path.endswith(bill)] == []
    office.company.set_closing_date(None)
    assert (await moved(office))["bills OLD"][0] == "created"


async def test_a_withdrawn_bill_that_is_only_listed_ends_once_a_person_deletes_it_there(office: Office) -> None:
    office.rules = {"withdrawn_bills": "list"}
    bill = office.enter("ONE")
    await moved(office)
    office.later()
    office.bill.archive("bills", bill)
    assert (await moved(office))["bills ONE"] == (
        "held", "is archived in BILL, but QuickBooks Desktop still owes it",
    )  # fmt: skip
    office.later()
    office.company.delete("Bill", office.posted("ONE")[0]["TxnID"])
    outcomes = await moved(office)
    assert outcomes["bills ONE"][0] == "updated"
    assert "refused" not in {outcome for outcome, _reason in outcomes.values()}
    assert office.written() == ["VendorAdd", "BillAdd"]


async def test_a_voided_bill_is_made_anew_only_when_a_person_replays_it(office: Office) -> None:
    bill = office.enter("ONE")
    await moved(office)
    office.later()
    office.company.void("Bill", office.posted("ONE")[0]["TxnID"])
    assert (await moved(office))["quickbooks_bills ONE"][0] == "refused"
    assert len(office.posted("ONE")) == 1
    office.replay(bill)
    await moved(office)
    assert sorted(one["AmountDue"] for one in office.posted("ONE")) == [0, Decimal("100.50")]
    assert "refused" not in {outcome for outcome, _reason in (await moved(office)).values()}


async def test_a_bill_that_comes_back_in_bill_is_made_anew_where_the_old_one_was_voided(office: Office) -> None:
    bill = office.enter("ONE")
    await moved(office)
    office.later()
    office.bill.archive("bills", bill)
    await moved(office)
    office.later()
    office.bill.restore("bills", bill)
    assert (await moved(office))["bills ONE"][0] == "created"
    assert sorted(one["AmountDue"] for one in office.posted("ONE")) == [0, Decimal("100.50")]


async def test_a_change_whose_answer_was_lost_is_no_edit_of_somebody_else(office: Office) -> None:
    bill = office.enter("ONE")
    await moved(office)
    office.later()
    office.bill.edit_bill(bill, amount=Decimal("111.11"))
    office.way.lose_after = 1
    with pytest.raises(AnswerLostError):
        await moved(office)
    assert office.posted("ONE")[0]["AmountDue"] == Decimal("111.11")
    outcomes = await moved(office)
    assert outcomes["quickbooks_bills ONE"][0] == "unchanged"
    assert outcomes["bills ONE"][0] == "unchanged"


async def test_a_memory_that_was_lost_makes_no_bill_twice(office: Office) -> None:
    bill = office.enter("ONE")
    await moved(office)
    with office.store.session() as session:
        for table in (Link, Record, Intent):
            session.execute(delete(table))
    assert (await moved(office))["bills ONE"][0] == "unchanged"
    assert len(office.posted("ONE")) == 1
    office.later()
    office.bill.edit_bill(bill, amount=Decimal("111.11"))
    await moved(office)
    assert [one["AmountDue"] for one in office.posted("ONE")] == [Decimal("111.11")]


async def test_a_bill_and_a_payment_that_an_older_copy_of_the_file_lacks_are_made_again_by_a_replay(
    office: Office,
) -> None:
    await moved(office)
    backup = office.company.backup()
    bill = office.enter("ONE")
    payment = office.pay(bill)
    await moved(office)
    office.company.restore(backup)
    assert office.posted("ONE") == []
    office.replay(bill, payment["id"])
    await moved(office)
    assert [one["OpenAmount"] for one in office.posted("ONE")] == [0]


async def test_one_payment_by_hand_stands_for_one_of_two_equal_ones(office: Office) -> None:
    bill = office.enter("ONE")
    await moved(office)
    office.later()
    office.company.add_payment({office.posted("ONE")[0]["TxnID"]: "50.25"}, "Operating")
    for _ in range(2):
        office.pay(bill, "50.25")
    await moved(office)
    assert office.written() == ["VendorAdd", "BillAdd", "BillPaymentCheckAdd"]
    assert office.posted("ONE")[0]["OpenAmount"] == 0


async def test_a_payment_by_hand_is_found_beside_one_of_ours(office: Office) -> None:
    bill = office.enter("ONE")
    office.pay(bill, "50.25")
    await moved(office)
    office.later()
    office.company.add_payment({office.posted("ONE")[0]["TxnID"]: "50.25"}, "Operating")
    office.pay(bill, "50.25")
    outcomes = await moved(office)
    assert {one for name, one in outcomes.items() if "payments" in name and one[0] == "held"} == set()
    assert len(office.company.payments) == 2


async def test_what_bill_takes_back_and_a_person_voids_there_is_settled_on_both_sides(office: Office) -> None:
    office.rules |= {"reversed_payments": "list"}
    payment = office.pay(office.enter("ONE"))
    await moved(office)
    office.later()
    office.bill.void(payment["id"])
    number = payment["confirmationNumber"]
    assert (await moved(office))[f"payments {number}"][0] == "refused"
    office.later()
    office.company.void("BillPaymentCheck", next(iter(office.company.payments)))
    outcomes = await moved(office)
    assert outcomes[f"payments {number}"][0] == "updated"
    assert "refused" not in {outcome for outcome, _reason in outcomes.values()}


async def test_a_payment_that_was_deleted_there_is_listed_and_a_replay_makes_it_again(office: Office) -> None:
    payment = office.pay(office.enter("ONE"))
    await moved(office)
    office.later()
    office.company.delete("BillPaymentCheck", next(iter(office.company.payments)))
    await moved(office)
    assert office.company.payments == {}
    office.replay(payment["id"])
    await moved(office)
    assert office.posted("ONE")[0]["OpenAmount"] == 0
    assert "refused" not in {outcome for outcome, _reason in (await moved(office)).values()}


async def test_an_edit_that_cannot_be_restored_is_tried_once_and_then_listed(office: Office) -> None:
    office.rules |= {"edited_in_quickbooks": "bill"}
    bill = office.enter("ONE")
    await moved(office)
    office.later()
    edited = office.posted("ONE")[0]["TxnID"]
    office.company.edit_bill(edited, [("Fares", "200.00")])
    office.company.add_payment({edited: "200.00"}, "Operating")
    assert (await moved(office))["bills ONE"][0] == "refused"
    tried = office.written().count("BillMod")
    [before] = records(office.store, "acme", ids=[bill])
    await moved(office)
    assert office.written().count("BillMod") == tried
    assert records(office.store, "acme", ids=[bill]) == [before]


async def test_what_is_edited_there_is_restored_if_the_rules_say_so(office: Office) -> None:
    office.rules |= {"edited_in_quickbooks": "bill"}
    office.enter("ONE")
    await moved(office)
    office.later()
    office.company.edit_bill(office.posted("ONE")[0]["TxnID"], [("Fares", "90.00")])
    await moved(office)
    assert office.posted("ONE")[0]["AmountDue"] == Decimal("100.50")
    outcomes = await moved(office)
    assert outcomes["quickbooks_bills ONE"][0] == "unchanged"


@pytest.mark.parametrize(("home", "posted"), [(True, 1), (False, 0)])
async def test_a_bill_is_never_booked_in_another_currency_than_its_own(office: Office, home: bool, posted: int) -> None:
    office.company.set_preference("IsMultiCurrencyOn", True)
    if not home:
        office.bill.edit_vendor(office.vendor, billCurrency="EUR")
    office.enter("ONE")
    outcomes = await moved(office)
    assert len(office.posted("ONE")) == posted
    assert home or "is in EUR, but QuickBooks Desktop books" in outcomes["bills ONE"][1]
