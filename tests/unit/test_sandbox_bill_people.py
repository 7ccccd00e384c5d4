"""What people do in BILL's web app, and what BILL tells its subscribers of it."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.sandbox.bill import BillSandbox
from tests.sandbox.bill.driver import Desk
from tests.sandbox.bill.generate import FLAWS
from tests.sandbox.bill.notices import EVENTS
from tests.sandbox.bill.wire import Refusal, decoded, encoded
from tests.sandbox.sample import CHART, CLASSES, DEPARTMENTS, LOCATIONS
from tests.sandbox.serving import served

NOWHERE = "http://127.0.0.1:9/hook"


@pytest.fixture
def desk() -> Iterator[Desk]:
    bill = BillSandbox()
    bill.options(drop=-1)  # the history tells what was to be sent
    with served(bill.app) as url:
        opened = Desk(bill, url)
        yield opened
        opened.http.close()


class History:
    """What one subscription to everything was told."""

    def __init__(self, desk: Desk) -> None:
        """Subscribes."""
        rows = [{"type": event, "version": "1"} for event in EVENTS]
        body = {"name": "all", "status": {"enabled": True}, "events": rows, "notificationUrl": NOWHERE}
        made = desk.events("POST", "/v3/subscriptions", body, str(uuid4())).json()
        self.desk, self.path, self.seen = desk, f"/v3/events/subscription/{made['id']}?max=100", 0

    def news(self) -> list[str]:
        """Returns the types of the events since the last time."""
        events = self.desk.events("GET", self.path).json()["results"]
        before, self.seen = self.seen, len(events)
        return [event["type"] for event in events[before:]]

    def last(self) -> Any:
        """Returns the body of the newest event."""
        return json.loads(self.desk.events("GET", self.path).json()["results"][-1]["payload"])


def test_documented_changes_of_a_vendor_are_told(desk: Desk) -> None:
    told = History(desk)
    vendor = desk.bill.seed_vendor(email="ar@nw.example")["id"]
    assert told.news() == ["vendor.created"]
    edited = desk.bill.edit_vendor(vendor, name="Nörth  Paper: West", address={"country": "DE"})
    assert (edited["name"], edited["address"]["city"]) == ("Nörth  Paper: West", "San Francisco")
    assert told.news() == ["vendor.updated"]
    assert told.last()["vendor"]["name"] == "Nörth  Paper: West"
    desk.bill.edit_vendor(vendor, networkStatus="CONNECTED")
    desk.bill.archive("vendor", vendor)
    desk.bill.archive("vendor", vendor)
    desk.bill.restore("vendor", vendor)
    assert told.news() == ["vendor.updated", "vendor.archived", "vendor.restored"]


def test_other_changes_of_a_vendor_are_only_dated(desk: Desk) -> None:
    told = History(desk)
    before = desk.bill.seed_vendor(email="ar@nw.example", phone="1")
    after = desk.bill.edit_vendor(before["id"], email=None, phone="2")
    assert told.news() == ["vendor.created"] and after["updatedTime"] > before["updatedTime"]
    shown = desk.ask("GET", f"/v3/vendors/{before['id']}").json()
    assert "email" not in shown and shown["phone"] == "2"
    desk.bill.options(every_vendor_event=True)
    desk.bill.edit_vendor(before["id"], phone="3")
    assert told.news() == ["vendor.updated"]


def test_documented_changes_of_a_bill_are_told(desk: Desk) -> None:
    told = History(desk)
    bill = desk.bill.seed_bill(amount=100)
    assert told.news() == ["vendor.created", "bill.created"]
    changes: list[dict[str, Any]] = [
        {"amount": Decimal("100.01")},
        {"invoice": {"invoiceNumber": "NW-2"}},
        {"purchaseOrderNumber": "PO-1"},
        {"vendorId": desk.bill.seed_vendor()["id"]},
    ]
    assert told.news() == ["vendor.created"]
    for change in changes:
        desk.bill.edit_bill(bill["id"], **change)
        assert told.news() == ["bill.updated"], change
    desk.bill.edit_bill(bill["id"], description="not told", dueDate="2026-12-31")
    desk.bill.approve(bill["id"])
    desk.bill.archive("bill", bill["id"])
    desk.bill.restore("bill", bill["id"])
    assert told.news() == ["bill.archived", "bill.restored"]
    assert told.last()["bill"]["amount"] == 100.01


def test_lines_are_edited_as_in_a_form(desk: Desk) -> None:
    first, second = (row["id"] for row in desk.bill.seed_chart([{"number": n, "name": n} for n in ("1", "2")]))
    coded = {"classifications": {"chartOfAccountId": first}}
    bill = desk.bill.seed_bill(billLineItems=[{"amount": 10, **coded}, {"quantity": 2, "price": 3, **coded}])
    one, two = bill["billLineItems"]
    kept = desk.bill.edit_bill(bill["id"], billLineItems=[{"id": two["id"], "quantity": 5}, {"amount": 1}])
    assert [line["amount"] for line in kept["billLineItems"]] == [15, 1] and kept["amount"] == 16
    assert (kept["billLineItems"][0]["id"], kept["billLineItems"][0]["classifications"]) == (
        two["id"],
        coded["classifications"],
    )
    assert one["id"] not in {line["id"] for line in kept["billLineItems"]}
    recoded = {"id": two["id"], "classifications": {"chartOfAccountId": second}}
    desk.bill.edit_bill(bill["id"], billLineItems=[recoded])
    shown = desk.ask("GET", f"/v3/bills/{bill['id']}").json()["billLineItems"]
    assert [(line["amount"], line["classifications"]) for line in shown] == [(15, {"chartOfAccountId": second})]
    drafted = desk.bill.edit_bill(bill["id"], recordStatus="DRAFT", archived=True)
    assert (drafted["recordStatus"], drafted["archived"]) == ("DRAFT", True)


def test_a_paid_bill_keeps_what_was_paid(desk: Desk) -> None:
    bill = desk.bill.seed_bill(amount=10)
    desk.bill.pay([{"billId": bill["id"], "amount": 10}])
    with pytest.raises(Refusal, match="BDC_1143"):
        desk.bill.edit_bill(bill["id"], amount=9)


def test_locations_and_classes_are_seeded_by_name(desk: Desk) -> None:
    desk.bill.seed_locations([*LOCATIONS, {"name": "Depot", "shortName": "D"}])
    desk.bill.seed_classes([*CLASSES])

    def listed(kind: str) -> list[str]:
        return [row["name"] for row in desk.ask("GET", f"/v3/classifications/{kind}").json()["results"]]

    assert listed("locations") == [*LOCATIONS, "Depot"]
    assert listed("accounting-classes") == CLASSES


def test_a_quarter_is_generated_the_same_for_the_same_seed() -> None:
    one, same, other = BillSandbox(), BillSandbox(), BillSandbox()
    for bill, seed in ((one, 7), (same, 7), (other, 8)):
        bill.generate(vendors=60, bills=90, seed=seed, flawed=6)

    def untimed(bill: BillSandbox) -> list[dict[str, Any]]:
        rows = [*bill.vendors.values(), *bill.bills.values()]
        return [{name: value for name, value in row.items() if not name.endswith("Time")} for row in rows]

    assert untimed(one) == untimed(same) != untimed(other)
    assert (len(one.vendors), len(one.bills)) == (60, 96)


def test_generated_vendors_are_as_odd_as_real_ones() -> None:
    bill = BillSandbox()
    bill.generate(vendors=200, bills=0)
    vendors = list(bill.vendors.values())
    names = [vendor["name"] for vendor in vendors]
    for oddity in ("'", ":", "  ", "é", "&"):
        assert any(oddity in name for name in names), oddity
    assert any(name[0] > "\u0370" for name in names), "no other script than Latin"
    assert max(map(len, names)) == 100
    assert 5 <= sum(count - 1 for count in Counter(names).values()) <= 9
    assert len({vendor["address"]["country"] for vendor in vendors}) >= 6
    assert {vendor["additionalInfo"].get("taxIdType") for vendor in vendors} == {"EIN", "SSN", None}
    for field in ("email", "phone"):
        assert 0 < sum(field not in vendor for vendor in vendors) < 60, field


def test_generated_bills_are_coded_dated_and_exact() -> None:
    bill = BillSandbox()
    bill.seed_chart(CHART[:3])
    bill.generate(vendors=80, bills=300, lines=4, mixed_departments=0.2)
    bills = list(bill.bills.values())
    coding = [[line["classifications"] for line in row["billLineItems"]] for row in bills]
    kinds = {kind: list(rows.values()) for kind, rows in bill.classifications.items()}
    assert len(kinds["chart-of-accounts"]) == len(CHART), "what was there is used"
    assert len(kinds["departments"]) == len(DEPARTMENTS) and len(kinds["locations"]) == len(LOCATIONS)
    assert all(len(lines) == 4 and all(line["chartOfAccountId"] for line in lines) for lines in coding)
    mixed = sum(len({line.get("departmentId") for line in lines}) > 1 for lines in coding)
    assert 0.1 < mixed / len(bills) < 0.3
    assert all(len({line.get("locationId") for line in lines}) == 1 for lines in coding)
    assert all(row["amount"] == sum(line["amount"] for line in row["billLineItems"]) > 0 for row in bills)
    assert all(row["amount"] == row["amount"].quantize(Decimal("0.01")) for row in bills)
    assert any(line["amount"] < 0 for row in bills for line in row["billLineItems"])
    numbers = {(row["vendorId"], row["invoice"]["invoiceNumber"]) for row in bills}
    assert len(numbers) == len(bills) > len({number for _vendor, number in numbers})
    oldest = date.fromisoformat(min(row["invoice"]["invoiceDate"] for row in bills))
    assert 60 < (bill.frame.clock.now().date() - oldest).days < 90
    assert max(row["updatedTime"] for row in bills) <= bill.books.now(), "no record is of the future"


def test_flawed_bills_are_named_with_their_flaws(desk: Desk) -> None:
    named = desk.bill.generate(vendors=10, bills=5, lines=2, flawed=len(FLAWS))
    assert [row["flaw"] for row in named] == list(FLAWS)
    shown = {row["flaw"]: desk.ask("GET", f"/v3/bills/{row['id']}").content for row in named}
    bills = {flaw: decoded(raw) for flaw, raw in shown.items()}
    accounts = desk.bill.classifications["chart-of-accounts"]

    def account(flaw: str) -> Any:
        return accounts[bills[flaw]["billLineItems"][0]["classifications"]["chartOfAccountId"]]

    assert "chartOfAccountId" not in bills["no_account"]["billLineItems"][0]["classifications"]
    assert account("unknown_account")["account"]["number"] not in {row["number"] for row in CHART}
    assert account("archived_account")["archived"] is True
    assert (bills["draft"]["recordStatus"], bills["draft"]["archived"]) == ("DRAFT", True)
    lines = bills["mixed_departments"]["billLineItems"]
    assert len({line["classifications"]["departmentId"] for line in lines}) == 2
    off = bills["amount_off_by_a_cent"]
    assert off["amount"] - sum(line["amount"] for line in off["billLineItems"]) == Decimal("0.01")


def test_a_great_many_may_be_generated_in_silence(desk: Desk) -> None:
    told = History(desk)
    started = time.process_time()
    desk.bill.generate(vendors=2000, bills=2000, silent=True)
    assert time.process_time() - started < 2
    assert told.news() == []
    desk.bill.generate(vendors=2, bills=3)
    assert Counter(told.news()) == {"vendor.created": 2, "bill.created": 3}


def test_people_generate_and_edit_over_control_routes_too(desk: Desk) -> None:
    def control(route: str, **arguments: Any) -> Any:
        answer = desk.http.post(f"{desk.url}/_sandbox/{route}", content=encoded(arguments))
        assert answer.status_code == 200, answer.text
        return decoded(answer.content)

    assert [row["flaw"] for row in control("generate", vendors=3, bills=4, flawed=1)] == ["no_account"]
    recurring = control("seed_recurring", amount=Decimal("5.00"))
    assert [bill["amount"] for bill in control("produce", recurring_id=recurring["id"])] == [Decimal("5.00")]
    state = control("dump")
    assert (len(state["vendors"]), len(state["bills"]), len(state["recurring_bills"])) == (3, 6, 1)
    vendor = next(iter(state["vendors"]))
    assert control("edit_vendor", vendor_id=vendor, name="Renamed")["name"] == "Renamed"
    bill = control("edit_bill", bill_id=next(iter(state["bills"])), description="seen")
    assert bill["description"] == "seen"
