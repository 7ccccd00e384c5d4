"""Lists of the Procurify emulator: pages, links, filters with the precision of each resource."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.procurify.driver import ORDERS, Desk, Door
from tests.sandbox.serving import served

BILLS, PAYMENTS, LINES = "/api/v3/ap/bills/", "/api/public/v1/payments/", "/api/v3/order-items/"
RECEIPTS = "/api/v3/receipt/items/"


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


def vendors(desk: Desk, count: int) -> None:
    for index in range(count):
        desk.office.add_vendor(f"Vendor {index}", f"V-{index}")


def ordered(desk: Desk, moments: list[str]) -> list[str]:
    """Raises an order at each of these moments, and returns their uuids."""
    office = desk.office
    office.add_department("Plant")
    office.add_account_code("6100", "Supplies")
    seller = office.add_vendor("Northwind")["id"]
    line = {"name": "Paper", "quantity": 1, "price": "10", "code": "6100"}
    uuids = []
    for moment in moments:
        office.books.past = office.books.now().fromisoformat(moment)
        uuids.append(office.raise_po(seller, [line])["uuid"])
    office.books.past = None
    return uuids


def test_pages_have_ten_rows_and_links_that_keep_the_query(desk: Desk) -> None:
    vendors(desk, 24)
    first = desk.read("/api/v3/vendors/", order_by="name", exclude_other="true")
    told = first["metadata"]["pagination"]
    assert (len(first["data"]), told["count"], told["num_pages"], told["page_size"]) == (10, 24, 3, 10)
    assert told["previous"] is None
    assert told["next"] == f"{desk.url}/api/v3/vendors/?order_by=name&exclude_other=true&page=2"
    last = desk.http.get(desk.http.get(told["next"]).json()["metadata"]["pagination"]["next"]).json()
    assert last["metadata"]["pagination"]["next"] is None
    assert len(last["data"]) == 4
    assert desk.ask("GET", "/api/v3/vendors/", page=4).json()["errors"]["detail"]["message"] == "Invalid page."
    names = [row["name"] for page in desk.pages("/api/v3/vendors/", order_by="-name") for row in page]
    assert names == sorted(names, reverse=True)


def test_a_page_has_at_most_a_hundred_rows(desk: Desk) -> None:
    vendors(desk, 120)
    assert len(desk.rows("/api/v3/vendors/", page_size=500)) == 100
    assert len(desk.rows("/api/v3/vendors/", page_size="all")) == 10
    desk.office.options(page_size_cap=25)
    assert len(desk.rows("/api/v3/vendors/", page_size=500)) == 25


def test_links_may_lead_elsewhere(desk: Desk) -> None:
    vendors(desk, 12)
    path = "/api/v3/vendors/?page=2"
    desk.office.options(links="foreign", foreign_base="https://collector.invalid")
    told = desk.read("/api/v3/vendors/")["metadata"]["pagination"]
    assert told["next"] == f"https://collector.invalid{path}"
    desk.office.options(links="http")
    assert desk.read("/api/v3/vendors/")["metadata"]["pagination"]["next"] == f"http://127.0.0.1{path}"


def test_rows_may_shift_between_pages(desk: Desk) -> None:
    vendors(desk, 29)
    query: dict[str, Any] = {"order_by": "id"}
    whole = [row["id"] for page in desk.pages("/api/v3/vendors/", **query) for row in page]
    desk.office.options(shift_rows=2)
    read = [row["id"] for page in desk.pages("/api/v3/vendors/", **query) for row in page]
    assert set(read) == set(whole)
    assert len(read) == len(whole) + 2
    desk.office.options(shift_rows=-2)
    read = [row["id"] for page in desk.pages("/api/v3/vendors/", **query) for row in page]
    assert read == [*whole[:10], *whole[12:]]


def test_what_changes_while_it_is_read_moves_to_the_end_of_its_order(desk: Desk) -> None:
    sandbox = desk.office
    changed: list[str] = []
    assert isinstance(sandbox, ProcurifySandbox)
    uuids = ordered(desk, [f"2020-11-{day:02}T12:00:00+00:00" for day in range(1, 16)])
    assert len(uuids) == 15

    def revise(_call: Any) -> None:
        if not changed:
            changed.append(sandbox.revise_po(uuids[0], comment="Changed")["uuid"])

    sandbox.between_calls(revise)
    read = [row["uuid"] for page in desk.pages(ORDERS, order_by="last_modified") for row in page]
    assert read == [*uuids[:10], *uuids[11:], uuids[0]]  # the eleventh slipped to the page that was read already


def test_dates_of_orders_are_cut_in_the_tenants_zone(desk: Desk) -> None:
    late, early = ordered(desk, ["2020-11-17T02:30:00+00:00", "2020-11-17T08:30:00+00:00"])
    assert {row["uuid"] for row in desk.rows(ORDERS, modified_date_0="2020-11-16", modified_date_1="2020-11-17")} == {
        late, early
    }  # fmt: skip
    assert [row["uuid"] for row in desk.rows(ORDERS, modified_date_1="2020-11-16")] == [late]
    assert [row["uuid"] for row in desk.rows(ORDERS, modified_date_0="2020-11-17")] == [early]
    assert len(desk.rows(LINES, last_modified_0="2020-11-17")) == 1
    desk.office.options(day_zone="utc")
    assert len(desk.rows(ORDERS, modified_date_0="2020-11-17")) == 2
    assert len(desk.rows(LINES, last_modified_0="2020-11-17")) == 2


def test_bills_are_filtered_to_the_second_and_need_a_zone(desk: Desk) -> None:
    ordered(desk, ["2020-11-17T02:30:00+00:00"])
    item = {"description": "Advice", "cost": "10", "code": "6100"}
    bill = desk.office.bill([item], vendor=2)
    stamp = desk.office.books.bill(bill["uuid"]).modified
    name = "last_modified_datetime"
    assert len(desk.rows(BILLS, **{f"{name}_0": stamp.isoformat()})) == 1
    assert len(desk.rows(BILLS, **{f"{name}_1": (stamp - timedelta(seconds=1)).isoformat()})) == 0
    assert len(desk.rows(BILLS, **{f"{name}_0": "2020-01-01T00:00:00Z"})) == 1
    assert len(desk.rows(BILLS, **{f"{name}_0": "2020-01-01T00:00:00"})) == 0


def test_payments_have_bounds_of_their_own_names(desk: Desk) -> None:
    ordered(desk, ["2020-11-17T02:30:00+00:00"])
    bill = desk.office.bill([{"description": "Advice", "cost": "10", "code": "6100"}], vendor=2)
    desk.office.pay([bill["uuid"]])
    stamp = desk.office.books.payments[901].updated
    after = (stamp + timedelta(seconds=1)).isoformat()
    assert len(desk.rows(PAYMENTS, updated_at_after=stamp.isoformat(), updated_at_before=stamp.isoformat())) == 1
    assert len(desk.rows(PAYMENTS, updated_at_after=after)) == 0
    assert len(desk.rows(PAYMENTS, updated_at_0=after)) == 1  # unknown, so passed over
    assert len(desk.rows(PAYMENTS, status="draft,paid")) == 1
    assert len(desk.rows(PAYMENTS, bill_groups=f"{bill['group']},7")) == 1


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (ORDERS, {"modified_date_0": "2020-13-01"}), (ORDERS, {"modified_date_0": "2020-11-01T00:00:00Z"}),
        (LINES, {"last_modified_1": "yesterday"}), (BILLS, {"last_modified_datetime_0": "soon"}),
        (PAYMENTS, {"updated_at_after": "x"}), (ORDERS, {"pref_vendor": "Northwind"}),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused_by_its_name(desk: Desk, path: str, query: dict[str, str]) -> None:
    refused = desk.ask("GET", path, **query)
    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == set(query)


def test_unknown_parameters_are_passed_over(desk: Desk) -> None:
    ordered(desk, ["2020-11-17T02:30:00+00:00"])
    assert len(desk.rows(ORDERS, last_modified_0="2030-01-01", nonsense="x")) == 1
    assert desk.rows(ORDERS, modified_date_0="2030-01-01") == []
    desk.office.options(filters_ignored=True)
    assert len(desk.rows(ORDERS, modified_date_0="2030-01-01")) == 1


def test_receipts_have_their_pagination_at_the_top(desk: Desk) -> None:
    ordered(desk, ["2020-11-17T02:30:00+00:00"])
    desk.office.receive(desk.office.books.lines[58101].id, 1)
    told = desk.read(RECEIPTS, order_item=58101)
    assert (told["pagination"]["count"], told["data"][0]["pass_quantity"]) == (1, "1.00000")
    assert "metadata" not in told
    assert desk.rows(RECEIPTS, order_item=1) == []


def test_a_record_may_have_a_field_that_nobody_knows(desk: Desk) -> None:
    vendors(desk, 3)
    desk.office.options(sprinkle=2)
    assert ["brand_new_field" in row for row in desk.rows("/api/v3/vendors/")] == [False, True, False, True]


def test_links_below_a_base_path_keep_it(desk: Desk) -> None:
    sandbox = desk.office
    assert isinstance(sandbox, ProcurifySandbox)
    beta = sandbox.add_tenant("beta")
    for index in range(12):
        beta.add_vendor(f"Vendor {index}")
    other = Desk(beta, desk.url, "/beta")
    link = other.read("/api/v3/vendors/")["metadata"]["pagination"]["next"]
    assert link == f"{desk.url}/beta/api/v3/vendors/?page=2"
    assert httpx.get(link, headers=other.http.headers, trust_env=False).status_code == 200
    other.close()
