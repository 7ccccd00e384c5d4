"""Recurring bills of the BILL emulator, seen over real HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.bill import BillSandbox
from tests.sandbox.bill.driver import Desk, codes
from tests.sandbox.serving import served

PATH = "/v3/recurringbills"


@pytest.fixture
def desk() -> Iterator[Desk]:
    bill = BillSandbox()
    with served(bill.app) as url:
        opened = Desk(bill, url)
        yield opened
        opened.http.close()


def body_of(vendor: str, **more: Any) -> dict[str, Any]:
    return {
        "vendorId": vendor,
        "schedule": {"period": "MONTHLY", "frequency": 1, "nextDueDate": "2199-01-31"},
        "recurringBillLineItems": [{"amount": Decimal("19.99"), "description": "Rent"}],
        **more,
    }


def numbers(desk: Desk) -> list[str]:
    return [bill["invoice"]["invoiceNumber"] for bill in desk.bill.bills.values()]


def test_a_recurring_bill_is_made_changed_and_archived(desk: Desk) -> None:
    vendor = desk.bill.seed_vendor()["id"]
    account = desk.bill.seed_chart([{"number": "6100", "name": "Rent"}])[0]["id"]
    coded = {"amount": Decimal("19.99"), "classifications": {"chartOfAccountId": account}}
    made = desk.ask("POST", PATH, body_of(vendor, recurringBillLineItems=[coded, {"quantity": 2, "price": 3}]))
    assert made.status_code == 201 and made.json()["id"].startswith("btp")
    one, line = f"{PATH}/{made.json()['id']}", made.json()["recurringBillLineItems"][0]["id"]
    assert [row["amount"] for row in made.json()["recurringBillLineItems"]] == [19.99, 6]
    patched = desk.ask("PATCH", one, {"schedule": {"frequency": 3}, "description": "quarterly"}).json()
    assert patched["schedule"] == {**made.json()["schedule"], "frequency": 3}
    assert (patched["description"], len(patched["recurringBillLineItems"])) == ("quarterly", 2)
    replaced = desk.ask("PUT", one, body_of(vendor, recurringBillLineItems=[{"id": line, "amount": 7}])).json()
    assert [(row["id"], row["amount"]) for row in replaced["recurringBillLineItems"]] == [(line, 7)]
    assert "description" not in replaced and desk.ask("GET", one).json() == replaced
    assert [desk.ask("POST", f"{one}/{way}").json()["archived"] for way in ("archive", "archive", "restore")] == [
        True,
        True,
        False,
    ]


def test_recurring_bills_are_listed_by_neither_time_nor_name(desk: Desk) -> None:
    made = [desk.bill.seed_recurring(description=f"R{n}") for n in range(3)]
    desk.bill.archive("recurring-bill", made[1]["id"])

    def listed(**query: str) -> Any:
        answer = desk.ask("GET", PATH, params=query)
        return codes(answer) if answer.is_error else [row["description"] for row in answer.json()["results"]]

    assert listed() == ["R0", "R1", "R2"]
    assert listed(filters="archived:eq:false", sort="archived:asc") == ["R0", "R2"]
    assert listed(filters=f'vendorId:in:"{made[0]["vendorId"]}",id:ne:{made[0]["id"]}') == ["R1", "R2"]
    assert listed(filters=f'updatedTime:gte:"{made[0]["updatedTime"]}"') == (400, ["BDC_1130"])
    assert listed(sort="updatedTime:asc") == (400, ["BDC_1129"])
    row = desk.ask("GET", PATH, params={"max": "2"}).json()
    assert row["nextPage"] and "recurringBillLineItems" not in row["results"][0]


def test_what_is_missing_or_impossible_is_refused(desk: Desk) -> None:
    vendor = desk.bill.seed_vendor()["id"]

    def refused(**more: Any) -> Any:
        return codes(desk.ask("POST", PATH, body_of(vendor, **more)))

    assert refused(schedule=None) == (400, ["BDC_1117", "BDC_1117"])
    assert refused(schedule={"period": "HOURLY", "nextDueDate": "2199-01-01"}) == (400, ["BDC_1129"])
    late = {"period": "DAILY", "frequency": 0, "nextDueDate": "2199-01-02", "endDate": "2199-01-01"}
    assert refused(schedule=late) == (400, ["BDC_1143", "BDC_1143"])
    assert refused(recurringBillLineItems=[]) == (400, ["BDC_1117"])
    assert refused(description="x" * 4001) == (400, ["BDC_1143"])
    paying = {"autoPayment": True}
    assert refused(processingOptions=paying) == (400, ["BDC_1117"])
    bank = {"bankAccountId": desk.bill.bank_id}
    assert refused(processingOptions=paying, paymentInformation=bank) == (403, ["BDC_1361"])
    assert desk.bill.recurring_bills == {}


def test_its_bills_are_numbered_by_their_due_dates(desk: Desk) -> None:
    schedule = {"nextDueDate": "2199-01-31", "daysInAdvance": 10}
    recurring = desk.bill.seed_recurring(schedule=schedule, amount=Decimal("1200.00"), description="Rent")
    first, second = desk.bill.produce(recurring["id"], times=2)
    assert first["invoice"] == {"invoiceNumber": "2199-01-31", "invoiceDate": "2199-01-21"}
    assert (first["dueDate"], first["amount"], first["description"]) == ("2199-01-31", Decimal("1200.00"), "Rent")
    assert second["dueDate"] == "2199-02-28"
    assert desk.ask("GET", f"{PATH}/{recurring['id']}").json()["schedule"]["nextDueDate"] == "2199-03-28"
    other = desk.bill.seed_recurring(vendorId=desk.bill.seed_vendor()["id"], schedule=schedule)
    desk.bill.produce(other["id"])
    assert numbers(desk).count("2199-01-31") == 2


@pytest.mark.parametrize(
    ("period", "frequency", "due"),
    [
        ("DAILY", 10, ["2199-12-20", "2199-12-30"]),
        ("WEEKLY", 1, ["2199-12-20", "2199-12-27"]),
        ("MONTHLY", 1, ["2199-12-20"]),
        ("YEARLY", 1, ["2199-12-20"]),
        ("NONE", 1, ["2199-12-20"]),
    ],
)
def test_a_schedule_ends(desk: Desk, period: str, frequency: int, due: list[str]) -> None:
    schedule = {"period": period, "frequency": frequency, "nextDueDate": "2199-12-20", "endDate": "2199-12-31"}
    recurring = desk.bill.seed_recurring(schedule=schedule)
    assert [bill["dueDate"] for bill in desk.bill.produce(recurring["id"], times=5)] == due
    one = f"{PATH}/{recurring['id']}"
    assert "nextDueDate" not in desk.ask("PATCH", one, {"description": "over"}).json()["schedule"]


def test_bills_whose_day_is_past_come_at_once(desk: Desk) -> None:
    today = desk.bill.frame.clock.now().date()
    schedule = {"period": "WEEKLY", "frequency": 1, "nextDueDate": str(today - timedelta(days=7)), "daysInAdvance": 5}
    made = desk.ask("POST", PATH, body_of(desk.bill.seed_vendor()["id"], schedule=schedule)).json()
    assert numbers(desk) == [str(today + timedelta(days=days)) for days in (-7, 0)]
    assert made["schedule"]["nextDueDate"] == str(today + timedelta(days=7))
    desk.ask("PATCH", f"{PATH}/{made['id']}", {"schedule": {"daysInAdvance": 7}})
    assert len(numbers(desk)) == 3


def test_an_archived_one_makes_no_bills(desk: Desk) -> None:
    recurring = desk.bill.seed_recurring()
    desk.bill.archive("recurring-bill", recurring["id"])
    assert desk.bill.produce(recurring["id"]) == []
    desk.bill.restore("recurring-bill", recurring["id"])
    assert len(desk.bill.produce(recurring["id"])) == 1
