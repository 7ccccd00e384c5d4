"""What the Procurify emulator does to clients that ask too much, its faults, its log and its sample data."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.sandbox.faults import Fault
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.procurify.clerks import Clerks
from tests.sandbox.procurify.driver import ORDERS, Desk, Door, errors
from tests.sandbox.procurify.emulator import STEERING
from tests.sandbox.procurify.people import People
from tests.sandbox.procurify.wire import encoded
from tests.sandbox.serving import served

ME, VENDORS = "/api/v3/users/me/", "/api/v3/vendors/"
BODY = {"name": "Northwind", "email": [], "type": 3, "overall_score": None}


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def desk(door: tuple[Door, str]) -> Iterator[Desk]:
    door[0].procurify = ProcurifySandbox()
    desk = Desk(door[0].procurify, door[1])
    yield desk
    desk.close()


def sandbox(desk: Desk) -> ProcurifySandbox:
    assert isinstance(desk.office, ProcurifySandbox)
    return desk.office


def test_too_many_requests_in_a_window_suspend_the_tenant(desk: Desk) -> None:
    desk.office.options(suspend_after=5, suspend_window_seconds=60)
    statuses = [desk.ask("GET", ME).status_code for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 403, 403]  # the token's request was the first of six
    assert desk.ask("GET", ORDERS).status_code == 403
    assert desk.token().status_code == 403
    sandbox(desk).frame.clock.advance(3600)
    assert desk.ask("GET", ME).status_code == 403
    desk.office.restore_access()
    assert desk.ask("GET", ME).status_code == 200


def test_a_tenant_can_be_suspended_alone(desk: Desk) -> None:
    beta = sandbox(desk).add_tenant("beta")
    other = Desk(beta, desk.url, "/beta")
    desk.office.options(suspended=True, suspension_covers_token=False)
    assert desk.token().status_code == 200
    assert (desk.ask("GET", ME).status_code, other.ask("GET", ME).status_code) == (403, 200)
    other.close()


def test_more_requests_in_a_minute_than_allowed_are_throttled(desk: Desk) -> None:
    desk.office.options(requests_per_minute=3)
    assert [desk.ask("GET", ME).status_code for _ in range(3)] == [200, 200, 429]
    throttled = desk.ask("GET", ME)
    assert throttled.headers["retry-after"] == "30"
    assert throttled.json()["errors"]["detail"]["code"] == "throttled"
    desk.office.options(retry_after=None)
    assert "retry-after" not in desk.ask("GET", ME).headers
    sandbox(desk).frame.clock.advance(61)
    assert desk.ask("GET", ME).status_code == 200


def test_large_pages_time_out(desk: Desk) -> None:
    desk.office.options(timeout_page_size=25)
    slow = desk.ask("GET", ORDERS, page_size=50)
    assert slow.status_code == 504 and slow.text.startswith("<html>")
    assert desk.ask("GET", ORDERS, page_size=25).status_code == 200
    assert desk.ask("GET", ORDERS, page_size="all").status_code == 504


def test_an_answer_can_be_lost_before_and_after_the_vendor_is_made(desk: Desk) -> None:
    faults = sandbox(desk).frame.faults
    for kind, made in (("lost_before", 0), ("lost_after", 1)):
        faults.add(Fault(kind, match="^POST /api/v3/vendors/"))  # type: ignore[arg-type]
        with pytest.raises(httpx.TransportError):
            desk.ask("POST", VENDORS, {**BODY, "external_id": kind})
        assert len(desk.rows(VENDORS, external_id=kind)) == made


def test_outages_are_answered_as_they_are_asked_for(desk: Desk) -> None:
    faults = sandbox(desk).frame.faults
    faults.add(Fault("status", status=429, headers={"Retry-After": "2"}, body={"errors": {}}))
    faults.add(Fault("html", status=503))
    faults.add(Fault("status", status=502, body=None))
    answers = [desk.ask("GET", ME) for _ in range(4)]
    assert [each.status_code for each in answers] == [429, 503, 502, 200]
    assert answers[0].headers["retry-after"] == "2"
    assert "<html>" in answers[1].text


def test_the_log_tells_headers_and_spacing_but_no_secret(desk: Desk) -> None:
    desk.ask("GET", ORDERS, page=1, page_size=50)
    desk.http.get(f"{desk.url}{ORDERS}", headers={"X-Procurify-Client": ""})
    token, first, second = desk.office.requests()
    assert (token.line, token.status) == ("POST /oauth/token?", 200)
    assert (first.line, first.headers["x-procurify-client"]) == (f"GET {ORDERS}?page=1&page_size=50", "api")
    assert (second.headers["x-procurify-client"], second.status) == ("", 403)
    assert first.headers["authorization"] == "***"
    assert len(desk.office.gaps(ORDERS)) == 1 and 0 <= desk.office.gaps(ORDERS)[0] < 60
    told = json.dumps(desk.office.seen())
    assert desk.office.client_secret not in told and "eyJ" not in told


def test_writes_of_vendors_and_codes_are_the_only_ones_that_are_allowed(desk: Desk) -> None:
    desk.ask("POST", VENDORS, BODY)
    desk.ask("PATCH", f"{VENDORS}2/", {})
    desk.ask("POST", "/api/v3/account-codes/", {"code": "1", "description": "x"})
    assert desk.office.forbidden_writes() == []
    desk.ask("POST", "/api/v3/departments/", {})
    desk.ask("POST", "/api/v3/ap/bills/", {})
    assert [row["status"] for row in desk.office.forbidden_writes()] == [400, 405]


def coded(bill: Any) -> Decimal:
    parts = [share["amount"] for item in bill["items"] for share in item["cost_allocations"]]
    parts += [cost["cost_allocation"]["amount"] for cost in bill["costs"]]
    parts += [item["shipping_amount"] or "0" for item in bill["items"]]
    return sum(map(Decimal, parts), Decimal(bill["tax_amount"]))


def test_sample_data_is_the_same_for_the_same_seed_and_adds_up(desk: Desk) -> None:
    made = desk.office.generate(orders=40, bills=42, vendors=9, seed=5, flawed=4)
    assert [each["flaw"] for each in made["flawed"]] == [
        "placeholder_vendor", "vendor_without_external_id", "bill_without_number", "total_off_by_a_cent"
    ]  # fmt: skip
    bills = [desk.read(f"/api/v2/ap/bills/{uuid}/")["data"] for uuid in made["bills"]]
    assert all(coded(bill) == bill["total_cost_with_tax"] == bill["invoice_total"] for bill in bills)
    assert {bill["status"] for bill in bills} == {1, 2, 4, 8}
    assert {bill["currency"]["name"] for bill in bills} >= {"USD", "EUR", "GBP"}
    items = [item for bill in bills for item in bill["items"]]
    assert {item["bill_by_cost"] for item in items} == {True, False}
    assert any(item["tax_is_inclusive"] for item in items) and any(len(item["cost_allocations"]) > 1 for item in items)
    assert any(len(bill["added_purchase_orders"]) > 1 for bill in bills) and any(bill["costs"] for bill in bills)
    orders = [desk.read(f"/api/v2/purchase_orders/{uuid}/")["data"] for uuid in made["purchase_orders"]]
    assert {order["state"] for order in orders} >= {0, 1, 3, 5}
    assert {order["version"] for order in orders} == {1, 2}
    lines = [line for order in orders for line in order["order_items"]]
    assert {line["receive_method"] for line in lines} == {0, 1} and any(line["spend_allocation"] for line in lines)
    assert any(not line["price"].endswith("000000") for line in lines)
    assert sum(Decimal(line["total_cost"]) for line in orders[0]["order_items"]) == Decimal(orders[0]["subtotal"])
    again = ProcurifySandbox()
    again.frame.clock.advance((desk.office.books.clock.now() - again.frame.clock.now()).total_seconds())
    assert again.generate(orders=40, bills=42, vendors=9, seed=5, flawed=4) == made
    totals = [order["total"] for order in again.dump()["purchase_orders"].values()]
    assert totals == [order["total"] for order in desk.office.dump()["purchase_orders"].values()]


def test_no_line_of_the_sample_data_is_billed_above_what_was_ordered(desk: Desk) -> None:
    desk.office.generate(orders=60, bills=90, seed=7)
    ordered = {line.id: line.quantity for line in desk.office.books.lines.values()}
    billed: dict[int, Decimal] = {}
    for bill in desk.office.books.bills.values():
        for item in bill.items:
            if item.line and item.quantity is not None:
                billed[item.line] = billed.get(item.line, Decimal(0)) + item.quantity
    assert len(billed) > 50
    assert all(quantity <= ordered[line] for line, quantity in billed.items())
    several = [line for line in billed if sum(each.line == line for bill in desk.office.books.bills.values()
                                              for each in bill.items) > 1]  # fmt: skip
    assert several
    written: list[str] = []
    json.loads(encoded(desk.office.dump()), parse_float=written.append)
    assert written and not any("e" in each.lower() for each in written)


def test_all_that_people_do_can_be_asked_for_from_another_process() -> None:
    verbs = {name for kind in (People, Clerks) for name in vars(kind) if not name.startswith("_")}
    assert verbs - set(STEERING) == set()
    assert all(callable(getattr(ProcurifySandbox, name)) for name in STEERING)


def test_unknown_switches_and_routes_are_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="no such switch: speed"):
        desk.office.options(speed=9)
    assert errors(desk.ask("GET", "/api/v3/nothing/")) == (404, "Not found.")
