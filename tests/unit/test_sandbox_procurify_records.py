"""Vendors, account codes and other reference data of the Procurify emulator, seen over real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.procurify.driver import Desk, Door
from tests.sandbox.serving import served

VENDORS, CODES = "/api/v3/vendors/", "/api/v3/account-codes/"
NORTHWIND: dict[str, Any] = {
    "name": "Northwind Paper Ltd", "email": ["orders@northwind.example"], "type": 3, "overall_score": None,
    "external_id": "V-10045", "currency": 3, "payment_term_ref": {"name": "Net 30"},
}  # fmt: skip


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


def test_a_vendor_is_created_read_and_found_by_its_external_id(desk: Desk) -> None:
    made = desk.ask("POST", VENDORS, NORTHWIND)
    assert made.status_code == 201
    vendor = made.json()["data"]
    assert vendor["payment_term_ref"]["name"] == "Net 30" and vendor["dateModified"].endswith("Z")
    assert desk.read(f"{VENDORS}{vendor['id']}/")["data"] == vendor
    assert desk.rows(VENDORS, external_id="V-10045") == [vendor]
    assert desk.rows(VENDORS, external_id="v-10045") == []
    desk.office.options(vendor_match="ignore_case")
    assert desk.rows(VENDORS, name="NORTHWIND PAPER LTD") == [vendor]
    desk.office.options(vendor_match="contains")
    assert desk.rows(VENDORS, name="paper") == [vendor]


def test_a_repeated_create_makes_a_second_vendor(desk: Desk) -> None:
    first, second = desk.write("POST", VENDORS, NORTHWIND), desk.write("POST", VENDORS, NORTHWIND)
    assert first["id"] != second["id"]
    assert len(desk.rows(VENDORS, external_id="V-10045")) == 2


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": None}, ["name"]), ({"name": "x" * 151}, ["name"]), ({"email": "a@b.example"}, ["email"]),
        ({"email": ["nobody"]}, ["email"]), ({"type": 1}, ["type"]), ({"type": 5}, ["type"]),
        ({"city": "x" * 51, "external_id": "x" * 101}, ["city", "external_id"]), ({"currency": 77}, ["currency"]),
        ({"payment_term_ref": 11}, ["payment_term_ref"]),
    ],
)  # fmt: skip
def test_a_wrong_field_of_a_vendor_is_named_and_nothing_is_made(desk: Desk, change: Any, fields: list[str]) -> None:
    assert desk.write("POST", VENDORS, {**NORTHWIND, **change}) == (400, fields)
    assert len(desk.rows(VENDORS)) == 1


def test_four_fields_are_required(desk: Desk) -> None:
    refused = desk.ask("POST", VENDORS, {"external_id": "V-1"})
    assert sorted(refused.json()["errors"]) == ["email", "name", "overall_score", "type"]
    assert refused.json()["data"] == {"external_id": "V-1"}
    vendor = desk.write("POST", VENDORS, {**NORTHWIND, "email": []})
    assert desk.write("PUT", f"{VENDORS}{vendor['id']}/", {"name": "N"})[0] == 400


def test_put_tells_references_as_ids_and_an_empty_patch_moves_the_date(desk: Desk) -> None:
    vendor = desk.write("POST", VENDORS, NORTHWIND)
    path = f"{VENDORS}{vendor['id']}/"
    assert desk.write("PUT", path, NORTHWIND)["payment_term_ref"] == vendor["payment_term_ref"]["id"]
    before = desk.read(path)["data"]
    after = desk.write("PATCH", path, {})
    assert after["dateModified"] > before["dateModified"]
    assert desk.write("PATCH", path, {"city": "Burnaby"})["payment_term_ref"]["name"] == "Net 30"
    assert desk.write("PATCH", f"{VENDORS}999/", {})[0] == 404


def test_groups_hide_inactive_vendors_and_know_the_placeholder(desk: Desk) -> None:
    office = desk.office
    kinds = {"regular": 4, "employee": 5, "card": 6, "preferred": 3}
    made = {name: office.add_vendor(name, type=kind)["id"] for name, kind in kinds.items()}

    def names(group: str, **query: str) -> list[str]:
        return [row["name"] for row in desk.rows(f"{VENDORS}{group}", **query)]

    assert names("") == names("all/") == ["OTHER", "regular", "employee", "card", "preferred"]
    assert names("default/") == ["regular", "preferred"]
    assert names("credit_card_providers/") == ["card"]
    assert "OTHER" not in names("", exclude_other="true")
    assert names("", type__in="regular") == ["regular"]
    desk.write("PATCH", f"{VENDORS}{made['regular']}/", {"active": False})
    assert "regular" not in names("all/")
    office.options(inactive_in_all=True)
    assert "regular" in names("all/")
    office.options(plain_vendor_list=False)
    assert desk.ask("GET", VENDORS).status_code == 404
    office.options(vendor_groups=False)
    assert desk.ask("GET", f"{VENDORS}all/").status_code == 404


def test_an_account_code_is_selectable_where_it_got_departments(desk: Desk) -> None:
    place = desk.office.add_department("Operations", "D-OPS")["id"]
    body = {"code": "6100", "description": "Office supplies", "account_type": 2, "departments": [place]}
    made = desk.write("POST", CODES, body)
    assert (made["applied_accounts_count"], made["active"], made["code_length"]) == (1, True, 4)
    [account] = desk.rows("/api/v3/accounts/", account_code=made["id"])
    assert account["department"]["external_id"] == "D-OPS" and account["account_code"]["code"] == "6100"
    bare = desk.write("POST", CODES, {**body, "code": "6110", "departments": []})
    assert bare["applied_accounts_count"] == 0


def test_an_update_renames_but_neither_retires_nor_moves_a_code(desk: Desk) -> None:
    place = desk.office.add_department("Operations")["id"]
    made = desk.write("POST", CODES, {"code": "6100", "description": "Supplies", "account_type": 2})
    path = f"{CODES}{made['id']}/"
    change = {"code": "6100", "description": "Office supplies", "active": False, "departments": [place]}
    told = desk.write("PUT", path, change)
    assert (told["description"], told["active"], told["applied_accounts_count"]) == ("Office supplies", True, 0)
    assert desk.write("PUT", path, {"code": "6100"}) == (400, ["description"])
    assert desk.ask("PATCH", path, {}).status_code == 405
    assert desk.ask("DELETE", path).status_code == 405
    desk.office.edit_account_code(made["id"], active=False)
    assert desk.rows(CODES, active="true") == []
    assert desk.rows(CODES, active="false", code="6100") == [{**told, "active": False}]


def test_codes_are_unique_and_have_two_tiers(desk: Desk) -> None:
    parent = desk.write("POST", CODES, {"code": "6000", "description": "Costs"})
    child = desk.write("POST", CODES, {"code": "6100", "description": "Supplies", "parent": parent["id"]})
    assert child["parent"] == parent["id"]
    again = {"code": "6100", "description": "Again"}
    assert desk.write("POST", CODES, again) == (400, ["code"])
    assert desk.write("POST", CODES, {"code": "6101", "description": "Deep", "parent": child["id"]}) == (
        400, ["parent"]
    )  # fmt: skip
    assert desk.write("POST", CODES, {"code": "9" * 51, "description": "", "parent": 1, "departments": [5]}) == (
        400, ["code", "departments", "description", "parent"]
    )  # fmt: skip
    assert [row["code"] for row in desk.rows(CODES, is_parent="true")] == ["6000"]
    desk.office.options(unique_account_codes=False)
    assert desk.write("POST", CODES, again)["code"] == "6100"


def test_departments_locations_and_currencies_are_told(desk: Desk) -> None:
    [location] = desk.rows("/api/v2/locations/")
    assert (location["locationTimezone"], location["external_id"]) == ("America/Vancouver", "HQ")
    assert desk.read(f"/api/v2/locations/{location['id']}/")["data"] == location
    made = desk.write("POST", "/api/v3/departments/", {"name": "Plant", "branch": location["id"], "external_id": "P"})
    assert made["branch"] == {"id": location["id"], "name": "Head Office", "headquarter": True}
    renamed = desk.write("PUT", f"/api/v3/departments/{made['id']}/", {"name": "Works", "branch": location["id"]})
    assert desk.rows("/api/v3/departments/") == [renamed]
    assert desk.write("POST", "/api/v3/departments/", {"name": "Nowhere"}) == (400, ["branch"])
    [base] = desk.rows("/api/v2/currencies/", base="true")
    assert (base["name"], base["rate"]) == ("USD", "1.000000")
    assert [row["name"] for row in desk.rows("/api/v2/currencies/", name="JPY")] == ["JPY"]
    assert desk.rows("/api/v3/users/", is_active="true")[0]["role"]["name"] == "Superuser"


def test_timestamps_come_in_several_styles(desk: Desk) -> None:
    desk.office.add_department("Plant")
    desk.office.add_account_code("6100", "Supplies")
    seller = desk.office.add_vendor("Northwind")
    order = desk.office.raise_po(seller["id"], [{"name": "Pen", "quantity": 1, "price": 1, "code": "6100"}])
    path = f"/api/v2/purchase_orders/{order['uuid']}/"
    assert not order["last_modified"].endswith("Z")
    desk.office.options(timestamps="utc")
    assert desk.read(path)["data"]["last_modified"].endswith("Z")
    desk.office.options(timestamps="local")
    assert not desk.read(f"{VENDORS}{seller['id']}/")["data"]["dateModified"].endswith("Z")
