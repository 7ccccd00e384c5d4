"""Clients that others wrote work with the QuickBooks Online emulator: intuit-oauth and python-quickbooks."""

# mypy: disable-error-code="import-untyped"

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import AuthorizationException, ObjectNotFoundException, QuickbooksException
from quickbooks.objects import (
    Account,
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    Bill,
    Department,
    Preferences,
    PurchaseOrder,
    Ref,
    Vendor,
)

from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.quickbooks_online.events import signature
from tests.sandbox.sample import CHART
from tests.sandbox.serving import served

BACK = "http://localhost:8000/oauth/callback"


@pytest.fixture
def intuit() -> Iterator[tuple[QuickBooksSandbox, str]]:
    qbo = QuickBooksSandbox()
    qbo.options(throttle=False)
    qbo.seed_accounts(CHART)
    with served(qbo.app) as url:
        yield qbo, url


@pytest.fixture
def auth(intuit: tuple[QuickBooksSandbox, str]) -> Iterator[Any]:
    qbo, url = intuit
    client = AuthClient(qbo.client_id, qbo.client_secret, BACK, f"{url}/.well-known/openid_sandbox_configuration/")
    answer = httpx.get(client.get_authorization_url([Scopes.ACCOUNTING]), params={})
    assert "Connect" in answer.text
    answer = httpx.get(f"{client.get_authorization_url([Scopes.ACCOUNTING])}&decision=allow")
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told["state"] == [client.state_token]
    client.get_bearer_token(told["code"][0], realm_id=told["realmId"][0])
    yield client
    client.close()


@pytest.fixture
def books(intuit: tuple[QuickBooksSandbox, str], auth: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(QuickBooks, "api_url_v3", f"{intuit[1]}/v3")
    client = QuickBooks(
        auth_client=auth, refresh_token=auth.refresh_token, company_id=auth.realm_id, minorversion=75, use_decimal=True
    )
    yield client
    client.session.close()


def vendor(name: str) -> Any:
    made = Vendor()
    made.DisplayName = name
    return made


def order(vendor_id: str, account_id: str, amount: str) -> Any:
    line = AccountBasedExpenseLine()
    line.Amount, line.Description = Decimal(amount), "Copy paper"
    line.AccountBasedExpenseLineDetail = AccountBasedExpenseLineDetail()
    line.AccountBasedExpenseLineDetail.AccountRef = ref(account_id)
    made = PurchaseOrder()
    made.VendorRef, made.DocNumber, made.Line = ref(vendor_id), "INV-1", [line]
    return made


def ref(identifier: str) -> Any:
    made = Ref()
    made.value = identifier
    return made


def test_intuits_own_client_connects_renews_rotates_and_revokes(
    intuit: tuple[QuickBooksSandbox, str], auth: Any
) -> None:
    qbo = intuit[0]
    assert (auth.realm_id, auth.expires_in, auth.x_refresh_token_expires_in) == (qbo.realm_id, 3600, 8_640_000)
    first = auth.refresh_token
    auth.refresh()
    assert auth.refresh_token == first
    qbo.frame.clock.advance(25 * 3600)
    auth.refresh()
    assert auth.refresh_token != first
    with pytest.raises(AuthClientError, match="invalid_grant") as refused:
        auth.refresh(refresh_token=first)
    assert refused.value.status_code == 400 and refused.value.intuit_tid
    assert auth.revoke() is True
    with pytest.raises(AuthClientError, match="invalid_grant"):
        auth.refresh()


def test_a_vendor_is_created_found_changed_and_refused_when_it_is_stale(
    intuit: tuple[QuickBooksSandbox, str], books: Any
) -> None:
    made = vendor("Bob's Burgers").save(qb=books)
    assert Vendor.filter(DisplayName="Bob's Burgers", qb=books)[0].Id == made.Id
    assert Vendor.choose(["Bob's Burgers", "None"], field="DisplayName", qb=books)[0].Id == made.Id
    assert Vendor.count("Active = True", qb=books) == 1
    stale = Vendor.get(made.Id, qb=books)
    made.CompanyName = "Bob"
    changed = made.save(qb=books)
    assert (changed.SyncToken, intuit[0].vendors[made.Id]["CompanyName"]) == ("1", "Bob")
    stale.CompanyName = "Bobby"
    with pytest.raises(QuickbooksException) as refused:
        stale.save(qb=books)
    assert refused.value.error_code == 5010
    with pytest.raises(QuickbooksException) as refused:
        vendor("BOB'S BURGERS").save(qb=books)
    assert refused.value.error_code == 6240


def test_a_purchase_order_lives_and_dies(intuit: tuple[QuickBooksSandbox, str], books: Any) -> None:
    account = Account.where("AccountType IN ('Expense') AND AcctNum = '6010'", qb=books)[0].Id
    supplier = vendor("Northwind").save(qb=books)
    made = order(supplier.Id, account, "412.57").save(qb=books, request_id="bill-1")
    again = order(supplier.Id, account, "412.57").save(qb=books, request_id="bill-1")
    assert (made.Id, made.TotalAmt, made.VendorRef.name) == (again.Id, Decimal("412.57"), "Northwind")
    made.PrivateNote = "BILL 00n01"
    changed = made.save(qb=books)
    assert changed.Line[0].Id == "1"
    since = (intuit[0].frame.clock.now() - timedelta(minutes=5)).isoformat()
    changed.delete(qb=books)
    with pytest.raises(ObjectNotFoundException):
        PurchaseOrder.get(made.Id, qb=books)
    captured = change_data_capture([Vendor, PurchaseOrder, Bill], since, qb=books)
    assert [each.status for each in captured.PurchaseOrder] == ["Deleted"]
    assert [each.DisplayName for each in captured.Vendor] == ["Northwind"]
    assert not hasattr(captured, "Bill")


def test_a_batch_of_more_than_30_is_sent_in_parts(intuit: tuple[QuickBooksSandbox, str], books: Any) -> None:
    made = batch_create([*(vendor(f"Vendor {number}") for number in range(34)), vendor("vendor 7")], qb=books)
    assert (len(made.successes), [fault.Error[0].code for fault in made.faults]) == (34, ["6240"])
    assert intuit[0].batches == [30, 5]
    account = Account.filter(AcctNum="6010", qb=books)[0].Id
    orders = [order(made.successes[0].Id, account, "1.10").save(qb=books) for _time in range(1)]
    assert len(batch_delete(orders, qb=books).batch_responses) == 1
    assert not intuit[0].purchase_orders


def test_settings_and_locations_are_read(intuit: tuple[QuickBooksSandbox, str], books: Any) -> None:
    intuit[0].seed_departments(["Dayton", "Dayton:Dock"])
    assert [each.FullyQualifiedName for each in Department.all(qb=books)] == ["Dayton", "Dayton:Dock"]
    assert Preferences.get(qb=books).AccountingInfoPrefs.TrackDepartments is True


def test_an_ended_access_token_is_an_authorization_error(intuit: tuple[QuickBooksSandbox, str], books: Any) -> None:
    intuit[0].expire_access()
    with pytest.raises(AuthorizationException):
        Vendor.count(qb=books)


def test_webhooks_pass_the_check_of_others(intuit: tuple[QuickBooksSandbox, str], books: Any) -> None:
    token = intuit[0].verifier_token
    body = intuit[0].emit([{"name": "Vendor", "id": "56", "operation": "created"}])
    signed = signature(token, body.encode())
    assert books.validate_webhook_signature(body, signed, token)
    assert not books.validate_webhook_signature(f"{body}\n", signed, token)
