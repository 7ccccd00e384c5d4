"""The QAD emulator keeps the rules that a real tenant keeps; each is asked over real HTTP."""

import base64
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.sandbox.faults import Fault
from tests.sandbox.qad import QadSandbox
from tests.sandbox.qad.visitor import Door, Tenant, control, invoice_body, key_of, payment_of, refusal, token
from tests.sandbox.sample import CHART
from tests.sandbox.serving import served

INVOICES = "urn:browse:bebrowse:com.qad.erp.financials.supplierInvoices"


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def tenant(door: tuple[Door, str]) -> Iterator[Tenant]:
    qad = door[0].qad = QadSandbox()
    qad.seed(
        accounts=[{"accountCode": "6010", "description": "Supplies"}],
        cost_centers=[{"costCenterCode": "100"}],
        suppliers=[{"supplierCode": "10S1001"}, {"supplierCode": "10S1002"}],
    )
    tenant = Tenant(qad, door[1])
    with tenant.http:
        yield tenant


def test_a_token_opens_the_interface_until_it_has_idled_too_long(tenant: Tenant) -> None:
    granted = token(tenant).json()
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}
    assert control(tenant, **bearer).json()["data"]["securityControls"] == [
        {"clientId": tenant.qad.client_id, "sessionLength": 480, "timeoutMinutes": 30}
    ]
    tenant.qad.frame.clock.advance(29 * 60)
    assert control(tenant, **bearer).status_code == 200
    tenant.qad.frame.clock.advance(31 * 60)
    assert control(tenant, **bearer).status_code == 401
    renewed = token(tenant, grant_type="refresh_token", refresh_token=granted["refresh_token"]).json()
    assert control(tenant, Authorization=f"Bearer {renewed['access_token']}").status_code == 200
    assert tenant.qad.logins == ["password", "refresh"]


def test_a_token_ends_with_its_session_even_in_use(tenant: Tenant) -> None:
    tenant.qad.options(session_length_minutes=40)
    bearer = {"Authorization": f"Bearer {token(tenant).json()['access_token']}"}
    for minutes, status in ((25, 200), (14, 200), (2, 401)):
        tenant.qad.frame.clock.advance(minutes * 60)
        assert control(tenant, **bearer).status_code == status


def test_the_token_request_may_stand_in_the_query(tenant: Tenant) -> None:
    asked = {"grant_type": "password", "client_id": tenant.qad.client_id}
    asked |= {"username": tenant.qad.username, "password": tenant.qad.password}
    assert httpx.post(f"{tenant.url}/oauth/token", params=asked).status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"username": "x"}, {"client_id": "x"}])
def test_a_wrong_user_or_client_is_an_invalid_grant(tenant: Tenant, wrong: dict[str, str]) -> None:
    answer = token(tenant, **wrong)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_basic_stops_with_single_sign_on(tenant: Tenant) -> None:
    basic = base64.b64encode(f"{tenant.qad.username}:{tenant.qad.password}".encode()).decode()
    assert control(tenant, Authorization=f"Basic {basic}").status_code == 200
    tenant.qad.options(single_sign_on=True)
    assert control(tenant, Authorization=f"Basic {basic}").status_code == 401


def test_a_session_cookie_opens_the_interface(tenant: Tenant) -> None:
    form = {"username": tenant.qad.username, "password": tenant.qad.password}
    session = httpx.post(f"{tenant.url}/api/login", json=form).json()["sessionId"]
    assert control(tenant, Cookie=f"JSESSIONID={session}").status_code == 200
    assert control(tenant, Cookie="JSESSIONID=other").status_code == 401


def test_an_address_outside_the_tenant_is_a_web_page(tenant: Tenant) -> None:
    for path in ("/api/erp/nothings", "/elsewhere"):
        answer = tenant.http.get(path)
        assert answer.status_code == 404 and answer.text.startswith("<!doctype html>")
    assert httpx.get(tenant.url.replace("/clouderp", "/qad-central/api/erp/accounts")).status_code == 404


def test_a_workspace_shows_its_own_invoices_only(tenant: Tenant) -> None:
    invoice = tenant.qad.add_invoice()
    assert len(tenant.browse(INVOICES)["data"]) == 1
    tenant.http.headers["x-qad-workspace-id"] = "20EUR_20EURCO"
    assert tenant.browse(INVOICES)["data"] == [] and tenant.get("supplierInvoices", **key_of(invoice)) == {}
    tenant.http.headers["x-qad-workspace-id"] = "10USA_NOWHERE"
    assert tenant.get("accounts")["errors"][0]["code"] == "403"


def test_a_forbidden_resource_answers_without_a_submit_result(tenant: Tenant) -> None:
    tenant.qad.options(forbidden=["supplierInvoices"])
    for body in (tenant.get("supplierInvoices", initialize="true"), tenant.browse(INVOICES)):
        assert "submitResult" not in body and body["errors"][0]["code"] == "403"


def test_a_browse_gives_pages_of_flat_rows_and_never_more_than_its_limit(tenant: Tenant) -> None:
    for n in range(230):
        tenant.qad.add_invoice(reference=f"R{n}")
    pages = [tenant.browse(INVOICES, page=n, pageSize=999, pageAction="next", callId="c") for n in (1, 2, 3)]
    assert [len(page["data"]) for page in pages] == [100, 100, 30]
    assert [page["auxillaryData"]["HasMoreParams"] for page in pages] == ["true", "true", "false"]
    row = pages[0]["data"][0]
    assert all(name.startswith("supplierInvoice.") and not isinstance(row[name], list) for name in row)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("reference,eq,R2,literal", 1), ("reference,cn,R,", 3), ("reference,sw,R1,literal", 1),
        ("reference,ew,3,literal", 1), ("balanceTC,gt,20,literal", 1), ("balanceTC,ge,20.00,literal", 2),
        ("balanceTC,lt,20,literal", 1), ("balanceTC,le,20,literal", 2), ("voucher,rg,2,literal,3,literal", 2),
        ("postingDate,ge,2026-08-02T00:00:00.000Z,literal", 2), ("isOpen,eq,true,literal", 3),
    ],
)  # fmt: skip
def test_every_operator_of_the_filter_works(tenant: Tenant, condition: str, found: int) -> None:
    for n in (1, 2, 3):
        tenant.qad.add_invoice(reference=f"R{n}", originalCreditTC=10 * n, postingDate=f"2026-08-0{n}")
    assert len(tenant.browse(INVOICES, f"supplierInvoice.{condition}")["data"]) == found


def test_filters_are_all_to_be_met(tenant: Tenant) -> None:
    for n in (1, 2):
        tenant.qad.add_invoice(reference=f"R{n}", isSelected=n == 2)
    rows = tenant.browse(INVOICES, "supplierInvoice.reference,sw,R,", "supplierInvoice.isSelected,eq,false,literal")
    assert [row["supplierInvoice.reference"] for row in rows["data"]] == ["R1"]


@pytest.mark.parametrize("condition", ["reference,eq,R2,literal", "supplierInvoice.voucher,cn,1,", "a,b", "x.y,eq,1,"])
def test_a_malformed_filter_or_unknown_browse_is_a_bare_error(tenant: Tenant, condition: str) -> None:
    assert "errors" in tenant.browse(INVOICES, condition)
    assert "errors" in tenant.browse("urn:browse:mfg:xx999")


def test_pages_shift_when_rows_drop_out_between_them_unless_told_otherwise(tenant: Tenant) -> None:
    for shifting, expected in ((True, 1), (False, 2)):
        tenant.qad.reset()
        tenant.qad.seed(suppliers=[{"supplierCode": "S1"}])
        invoices = [tenant.qad.add_invoice() for _ in range(4)]
        tenant.qad.options(shifting_pages=shifting)
        asked = {"pageSize": 2, "callId": f"c{shifting}"}
        tenant.browse(INVOICES, "supplierInvoice.isOpen,eq,true,literal", page=1, **asked)
        tenant.qad.cancel_invoice(**key_of(invoices[0]))
        later = tenant.browse(INVOICES, "supplierInvoice.isOpen,eq,true,literal", page=2, **asked)
        assert len(later["data"]) == expected


def test_the_classic_lists_and_the_workspaces_are_there(tenant: Tenant) -> None:
    centers = tenant.browse("urn:browse:mfg:gp059", "cc_mstr.cc_active,eq,true,literal")["data"]
    assert [row["cc_mstr.cc_ctr"] for row in centers] == ["100"]
    assert tenant.browse("mfg:ad014", page=1)["data"][0]["vd_mstr.vd_addr"] == "10S1001"
    domains = tenant.browse("urn:browse:bebrowse:com.qad.erp.base.domainV3s")["data"]
    assert domains[0]["domainV3.domainContext"] == "10USA" and domains[0]["domainV3.entityContext"] == "10USACO"
    for name in ("financials.accounts", "financials.invoiceStatuss", "base.supplierV2s"):
        assert tenant.browse(f"urn:browse:bebrowse:com.qad.erp.{name}")["data"]


def test_keys_are_all_given_or_none(tenant: Tenant) -> None:
    assert refusal(tenant.get("supplierV2s", supplierCode="10S1001"))["fieldName"] == "SharedSetCode"
    assert tenant.stored("supplierV2s", sharedSetCode="QMS-SUPP", supplierCode="10S1001")["isActive"] is True
    assert tenant.get("supplierV2s", sharedSetCode="OTHER", supplierCode="10S1001") == {}
    assert len(tenant.get("supplierV2s")["data"]["supplierV2s"]) == 2


def test_initialize_gives_a_blank_record_and_stores_nothing(tenant: Tenant) -> None:
    blank = tenant.stored("supplierInvoices", initialize="true")
    assert blank["voucher"] == 0 and blank["postingLines"] == [] and tenant.qad.invoices == {}
    tenant.qad.options(hide_fields={"supplierInvoices": ["reference"]})
    assert "reference" not in tenant.stored("supplierInvoices", initialize="true")


def test_there_is_no_put_and_no_patch(tenant: Tenant) -> None:
    for method in ("PUT", "PATCH"):
        assert tenant.http.request(method, "/api/erp/accounts", json={}).status_code == 405


def test_a_supplier_is_made_once_and_gets_its_domain_part(tenant: Tenant) -> None:
    relation = {"businessRelationCode": "BR9", "businessRelationName1": "Ünïcode & Sons", "languageCode": "us",
                "headOfficeCountryCode": "US", "isActive": True}  # fmt: skip
    known = tenant.stored("supplierV2s", sharedSetCode="QMS-SUPP", supplierCode="10S1001")
    new = {**known, "supplierCode": "10S9", "businessRelationCode": "BR9", "businessRelationName": ""}
    assert refusal(tenant.post("supplierV2s", new))["code"] == "61"
    assert tenant.post("businessRelationV2s", relation)["submitResult"]["success"] is True
    made = tenant.post("supplierV2s", new)["data"]["supplierV2s"][0]
    assert made["businessRelationName"] == "Ünïcode & Sons"
    again = refusal(tenant.post("supplierV2s", new))
    assert again["code"] == "3" and "already exists" in again["message"]
    assert tenant.stored("mfgSuppliers", domainContext="10USA", supplierCode="10S9")["siteCode"] == ""


def test_an_update_needs_the_hash_of_what_is_stored(tenant: Tenant) -> None:
    key = {"sharedSetCode": "QMS-SUPP", "supplierCode": "10S1001"}
    first = tenant.stored("supplierV2s", **key)
    assert tenant.stored("supplierV2s", **key)["concurrencyHash"] == first["concurrencyHash"]
    assert tenant.post("supplierV2s", {**first, "city": "Erie"}, **key)["submitResult"]["success"] is True
    assert refusal(tenant.post("supplierV2s", {**first, "city": "Rome"}, **key))["code"] == "88"
    assert refusal(tenant.post("supplierV2s", {**first, "concurrencyHash": ""}, **key))["code"] == "88"
    tenant.qad.options(stale_hash_refused=False)
    assert tenant.post("supplierV2s", {**first, "city": "Rome"}, **key)["submitResult"]["success"] is True


def test_a_body_that_does_not_fit_its_address_is_refused(tenant: Tenant) -> None:
    key = {"sharedSetCode": "QMS-SUPP", "supplierCode": "10S1001"}
    other = tenant.stored("supplierV2s", sharedSetCode="QMS-SUPP", supplierCode="10S1002")
    assert refusal(tenant.post("supplierV2s", other, **key))["fieldName"] == "SupplierCode"
    empty = tenant.http.post("/api/erp/supplierV2s", params=key, json={"supplierV2s": []})
    assert refusal(empty.json())["code"] == "11" and empty.status_code == 200
    own = tenant.stored("supplierV2s", **key)
    assert refusal(tenant.post("supplierV2s", {**own, "addressSearchName": "x" * 29}, **key))["code"] == "47"


def test_an_invoice_is_numbered_dated_and_flagged_on_creation(tenant: Tenant) -> None:
    made = tenant.post("supplierInvoices", invoice_body())["data"]["supplierInvoices"][0]
    assert made["voucher"] == 1 and made["registrationNumber"] > 0 and made["isApproved"] is True
    assert made["balanceTC"] == Decimal("12.5") and made["isOpen"] is True
    second = tenant.post("supplierInvoices", invoice_body())
    assert second["submitResult"]["success"] is True
    assert "INV-88213" in second["data"]["supplierInvoices"][0]["supplementaryMessages"][0]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"postingDate": "2019-01-01T00:00:00.000Z"}, "72", "PostingDate"),
        ({"supplierCode": "NOBODY"}, "61", "SupplierCode"),
        ({"originalCreditTC": 12.51}, "61", "PostingLines"),
        ({"postingLines": [{"accountCode": "9", "debitTC": 12.5}]}, "61", "AccountCode"),
        ({"postingLines": [{"accountCode": "6010", "projectCode": "P100", "debitTC": 12.5}]}, "61", "ProjectCode"),
        ({"invoiceStatusCode": "GONE"}, "61", "InvoiceStatusCode"),
        ({"entityCode": "20EURCO"}, "61", "EntityCode"),
        ({"receiverMatchingLines": [{"receiverNumber": "RC1"}]}, "61", "ReceiverNumber"),
        ({"refrence": "misspelt"}, "61", "Refrence"),
    ],
)
def test_an_invoice_that_breaks_a_rule_is_refused(tenant: Tenant, fields: Any, code: str, field: str) -> None:
    error = refusal(tenant.post("supplierInvoices", invoice_body(**fields)))
    assert (error["code"], error["fieldName"]) == (code, field) and tenant.qad.invoices == {}


def test_a_payment_closes_its_invoice_and_voiding_it_opens_it_again(tenant: Tenant) -> None:
    invoice = tenant.qad.add_invoice(originalCreditTC="1250.00")
    made = tenant.post("supplierPayments", payment_of(invoice, 1250.00))["data"]["supplierPayments"][0]
    key = {name: made[name] for name in ("entityCode", "paymentYear", "paymentInstrument", "paymentNumber")}
    settled = tenant.stored("supplierInvoices", **key_of(invoice))
    assert (settled["isOpen"], settled["balanceTC"]) == (False, 0)
    assert refusal(tenant.post("supplierPayments", payment_of(invoice, 1250.00)))["fieldName"] == "IsOpen"
    assert tenant.post("supplierPayments", {**made, "paymentStatusCode": "VOID"}, **key)["submitResult"]["success"]
    opened = tenant.stored("supplierInvoices", **key_of(invoice))
    assert (opened["isOpen"], opened["balanceTC"]) == (True, Decimal("1250.00"))
    voided = tenant.stored("supplierPayments", **key)
    error = refusal(tenant.post("supplierPayments", {**voided, "paymentStatusCode": "PAID"}, **key))
    assert error["fieldName"] == "PaymentStatusCode"


@pytest.mark.parametrize(
    ("invoice", "payment", "field"),
    [
        ({"isLockPayment": True}, {}, "IsLockPayment"),
        ({"isSelected": True}, {}, "IsSelected"),
        ({"invoiceStatusCode": "AP-NOALLOC"}, {}, "IsApproved"),
        ({"isOpen": False}, {}, "IsOpen"),
        ({"originalCreditTC": "99.99"}, {}, "AllocatedAmountTC"),
        ({}, {"supplierCode": "10S1002"}, "SupplierCode"),
        ({}, {"currencyCode": "EUR"}, "CurrencyCode"),
        ({}, {"amountTC": 99}, "AmountTC"),
        ({}, {"bankAccountCode": "none"}, "BankAccountCode"),
        ({}, {"paymentStatusCode": "VOID"}, "PaymentStatusCode"),
        ({}, {"paymentDate": "2019-01-01T00:00:00.000Z"}, "PaymentDate"),
    ],
)
def test_a_payment_that_breaks_a_rule_changes_nothing(tenant: Tenant, invoice: Any, payment: Any, field: str) -> None:
    known = tenant.qad.add_invoice(supplierCode="10S1001", **invoice)
    before = known["balanceTC"]
    error = refusal(tenant.post("supplierPayments", payment_of(known, 100, **payment)))
    assert error["fieldName"] == field and tenant.qad.payments == {} and known["balanceTC"] == before


def test_payments_on_their_way_leave_no_more_than_the_rest(tenant: Tenant) -> None:
    invoice = tenant.qad.add_invoice(originalCreditTC=100)
    first = tenant.post("supplierPayments", payment_of(invoice, 60, paymentStatusCode="FORCOLLECTION"))
    assert first["submitResult"]["success"] and invoice["isOpen"] and invoice["balanceTC"] == 100
    assert refusal(tenant.post("supplierPayments", payment_of(invoice, 60)))["fieldName"] == "AllocatedAmountTC"
    assert tenant.post("supplierPayments", payment_of(invoice, 40))["submitResult"]["success"]


def test_a_payment_may_take_a_credit_note_along(tenant: Tenant) -> None:
    invoice = tenant.qad.add_invoice(originalCreditTC=100)
    note = tenant.qad.add_invoice(invoiceType="CREDITNOTE", originalDebitTC=30)
    allocations = [
        {**key_of(invoice), "allocatedAmountTC": 100, "discountAmountTC": 0},
        {**key_of(note), "allocatedAmountTC": -30, "discountAmountTC": 0},
    ]
    assert tenant.post("supplierPayments", payment_of(invoice, 70, allocations=allocations))["submitResult"]["success"]
    assert not invoice["isOpen"] and not note["isOpen"] and note["balanceTC"] == 0


def test_a_lost_answer_leaves_the_payment_to_be_found_by_its_reference(tenant: Tenant) -> None:
    invoice = tenant.qad.add_invoice()
    tenant.qad.frame.faults.add(Fault("lost_after", match="POST .*supplierPayments"))
    with pytest.raises(httpx.RemoteProtocolError):
        tenant.post("supplierPayments", payment_of(invoice, 100, reference="pay_lost"))
    found = tenant.browse(
        "urn:browse:bebrowse:com.qad.erp.financials.supplierPayments", "supplierPayment.reference,eq,pay_lost,literal"
    )["data"]
    assert len(found) == 1 and found[0]["supplierPayment.amountTC"] == 100


def test_a_change_by_a_person_is_dated_by_the_clock(tenant: Tenant) -> None:
    invoice = tenant.qad.add_invoice(lastModifiedDate="2026-01-05")
    since = f"supplierInvoice.lastModifiedDate,ge,{tenant.qad.frame.clock.now():%Y-%m-%d}T00:00:00.000Z,literal"
    assert tenant.browse(INVOICES, since)["data"] == []
    tenant.qad.edit_invoice(**key_of(invoice), reference="changed")
    assert [row["supplierInvoice.reference"] for row in tenant.browse(INVOICES, since)["data"]] == ["changed"]


def test_generated_invoices_add_up_and_the_flawed_are_named() -> None:
    qad = QadSandbox()
    flawed = qad.generate(suppliers=40, invoices=300, flawed=12, credit_notes=0.1)
    assert len(qad.invoices) == 312 and len({row["flaw"] for row in flawed}) == 6
    unsound = {(row["entityCode"], row["postingYear"], row["daybookCode"], row["voucher"]) for row in flawed}
    for key, invoice in qad.invoices.items():
        total = sum(line["debitTC"] - line["creditTC"] for line in invoice["postingLines"])
        sound = total == invoice["originalCreditTC"] - invoice["originalDebitTC"] and total != 0
        assert sound or key in unsound
        if key not in unsound:
            assert len(invoice["reference"]) <= 21 and qad.suppliers[invoice["supplierCode"]]["street1"]
            assert {line["accountCode"] for line in invoice["postingLines"]} <= {row["number"] for row in CHART}
    twin = QadSandbox()
    twin.generate(suppliers=40, invoices=300, flawed=12, credit_notes=0.1)
    assert [row["reference"] for row in twin.invoices.values()] == [row["reference"] for row in qad.invoices.values()]


def test_another_process_can_steer_the_tenant(tenant: Tenant) -> None:
    steer = tenant.url.replace("/clouderp", "/_sandbox")
    flawed = httpx.post(f"{steer}/generate", json={"suppliers": 20, "invoices": 10, "flawed": 2}).json()
    assert [row["flaw"] for row in flawed] == ["unknown_account", "no_address"]
    made = httpx.post(f"{steer}/add_invoice", json={"supplierCode": "10S1001", "originalCreditTC": 19.99}).json()
    assert made["balanceTC"] == "19.99"
    assert httpx.post(f"{steer}/set_status", json={**key_of(made), "invoiceStatusCode": "AP-INITIAL"}).json()[
        "isLockPayment"
    ]
    assert httpx.post(f"{steer}/options", json={"page_clamp": 5}).json()["page_clamp"] == 5
    assert len(httpx.post(f"{steer}/dump", json={}).json()["invoices"]) == 13


def test_twenty_thousand_rows_are_browsed_quickly(tenant: Tenant) -> None:
    tenant.qad.generate(suppliers=50, invoices=1000)
    for key, invoice in list(tenant.qad.invoices.items()):
        for copy in range(1, 20):
            voucher = key[3] + copy * 100_000
            tenant.qad.invoices[(*key[:3], voucher)] = {**invoice, "voucher": voucher}
    began = time.process_time()
    condition = "supplierInvoice.isOpen,eq,true,literal"
    page = tenant.browse(INVOICES, condition, page=1, pageSize=100, callId="big")
    for number in (2, 100, 200):
        page = tenant.browse(INVOICES, condition, page=number, pageSize=100, callId="big")
    assert len(page["data"]) == 100 and page["auxillaryData"]["HasMoreParams"] == "false"
    assert time.process_time() - began < 2
