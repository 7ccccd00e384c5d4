"""The Procurify emulator signs in and turns away as Procurify does, seen over real HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.procurify.driver import ORDERS, Desk, Door, errors
from tests.sandbox.serving import served

ME = "/api/v3/users/me/"


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


def test_a_token_names_its_tenant_and_opens_the_api(desk: Desk) -> None:
    told = desk.token().json()
    assert (told["expires_in"], told["token_type"]) == (86_400, "Bearer")
    assert told["scope"] == "urn:procurify-api:domain:acme urn:procurify-api:email:erp-sync@acme.example"
    assert told["access_token"].count(".") == 2
    assert desk.read(ME)["data"]["email"] == "erp-sync@acme.example"


def test_a_refused_token_request_is_sent_back_with_its_secret(desk: Desk) -> None:
    refused = desk.token(client_secret="wrong-secret")
    assert refused.status_code == 401
    assert refused.json()["data"]["client_secret"] == "wrong-secret"
    assert refused.json()["errors"]["detail"]["message"] == "Unauthorized"
    for wrong in ({"audience": "https://api.procurify.com"}, {"audience": None}, {"grant_type": "password"},
                  {"client_id": None}, {"client_secret": None}):  # fmt: skip
        assert desk.token(**wrong).status_code == 400
    desk.office.options(oauth_error="plain")
    assert desk.token(client_id="nobody").json() == {"error": "invalid_client"}
    assert desk.ask("GET", "/oauth/token").status_code == 405
    assert desk.ask("POST", "/oauth/token/", {}).status_code == 404


def test_a_token_ends_after_a_day_by_the_vendors_clock(desk: Desk) -> None:
    clock = sandbox(desk).frame.clock
    clock.advance(86_390)
    assert desk.ask("GET", ME).status_code == 200
    clock.advance(20)
    assert errors(desk.ask("GET", ME)) == (401, "Unauthorized")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer a.b.c", "Basic YTpi"])
def test_a_missing_or_bad_token_is_unauthorized(desk: Desk, header: str) -> None:
    desk.http.headers["authorization"] = header
    assert errors(desk.ask("GET", ME)) == (401, "Unauthorized")


def test_without_the_client_header_a_good_token_is_forbidden(desk: Desk) -> None:
    del desk.http.headers["X-Procurify-Client"]
    assert desk.token().status_code == 200
    assert desk.ask("GET", ME).status_code == 403
    desk.http.headers["X-Procurify-Client"] = "API"
    assert desk.ask("GET", ME).json()["errors"]["detail"]["code"] == "permission_denied"
    desk.office.options(client_header_required=False)
    assert desk.ask("GET", ME).status_code == 200


def test_a_role_may_lack_one_endpoint_alone(desk: Desk) -> None:
    desk.office.options(denied=["^GET /api/v3/ap/"])
    assert desk.ask("GET", "/api/v3/ap/bills/").status_code == 403
    assert desk.ask("GET", ORDERS).status_code == 200


def test_a_user_who_is_deactivated_takes_the_application_along(desk: Desk) -> None:
    desk.office.set_user(is_active=False)
    assert desk.ask("GET", ME).status_code == 401
    assert desk.token().status_code == 401


def test_addresses_end_in_a_slash(desk: Desk) -> None:
    moved = desk.ask("GET", "/api/v3/vendors", page=1)
    assert (moved.status_code, moved.headers["location"]) == (301, "/api/v3/vendors/?page=1")
    assert desk.ask("POST", "/api/v3/vendors", {"name": "A"}).status_code == 404
    assert desk.ask("GET", "/api/v3/webhooks/").status_code == 404
    desk.office.options(slash="lenient")
    assert desk.ask("GET", "/api/v3/vendors").status_code == 200


def test_a_tenants_token_is_worth_nothing_at_another_tenants(desk: Desk) -> None:
    beta = sandbox(desk).add_tenant("beta", zone="Europe/Berlin")
    beta.add_department("Einkauf", "D-EK")
    other = Desk(beta, desk.url, "/beta")
    assert [row["name"] for row in other.rows("/api/v3/departments/")] == ["Einkauf"]
    assert desk.rows("/api/v3/departments/") == []
    assert desk.ask("GET", f"/beta{ME}").status_code == 401
    by_host = httpx.get(f"{desk.url}{ME}", headers={**other.http.headers, "host": "beta.localhost"}, trust_env=False)
    assert by_host.json()["data"]["email"] == "erp-sync@beta.example"
    with served(sandbox(desk).app_of("beta")) as own:
        assert httpx.get(f"{own}{ME}", headers=other.http.headers, trust_env=False).status_code == 200
    other.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v3/ap/bills/", 405), ("DELETE", "/api/v2/ap/bills/3f0c6a7b/", 405), ("POST", ORDERS, 405),
        ("POST", "/api/public/v1/payments/", 405), ("GET", "/api/v3/account-codes/81/", 405),
        ("GET", "/api/v2/ap/payments/", 404), ("DELETE", "/api/v3/vendors/1/", 405),
    ],
)  # fmt: skip
def test_what_the_vendor_does_not_offer_is_refused(desk: Desk, method: str, path: str, status: int) -> None:
    assert desk.ask(method, path).status_code == status


def test_control_routes_do_what_the_methods_do(desk: Desk) -> None:
    def post(name: str, /, **arguments: Any) -> Any:
        return httpx.post(f"{desk.url}/_sandbox/{name}", json=arguments, trust_env=False)

    post("seed_departments", rows=[{"name": "Plant", "code": "100"}])
    post("add_account_code", code="6100", description="Supplies")
    vendor = post("add_vendor", name="Northwind", external_id="V-1", currency="EUR").json()
    line = {"name": "Paper", "quantity": "3", "price": "0.33333333", "code": "6100"}
    order = post("raise_po", vendor=vendor["id"], lines=[line]).json()
    assert (order["total"], order["purchased_currency"]["name"]) == ("1.00", "EUR")
    item = order["order_items"][0]["id"]
    assert post("receive", order_item=item, pass_quantity="4").status_code == 400
    assert post("receive", order_item=item, pass_quantity="3").json()["pass_quantity"] == "3.00000"
    assert post("dump").json()["purchase_orders"][str(order["procurify_PO"])]["state"] == 3
    assert post("options", links="http").json()["links"] == "http"
