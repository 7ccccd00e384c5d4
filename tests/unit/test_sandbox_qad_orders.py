"""The QAD emulator takes purchase orders as a real tenant does: a header, then each line field by field."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.sandbox.faults import Fault
from tests.sandbox.qad import QadSandbox
from tests.sandbox.qad.ordering import (
    GRID,
    HEADERS,
    LINES,
    ORDERS,
    STEP,
    entered_line,
    line_key,
    order_body,
    order_key,
    step,
    stored_line,
)
from tests.sandbox.qad.visitor import Door, Tenant, refusal, the_one
from tests.sandbox.serving import served


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def tenant(door: tuple[Door, str]) -> Iterator[Tenant]:
    qad = door[0].qad = QadSandbox()
    qad.seed(
        accounts=[{"accountCode": "6010"}, {"accountCode": "1310", "isCostCenterAccount": False}],
        cost_centers=[{"costCenterCode": "100"}, {"costCenterCode": "900", "isActive": False}],
        suppliers=[{"supplierCode": "10S1001"}, {"supplierCode": "10S1002"}],
    )
    qad.deactivate_supplier("10S1002")
    tenant = Tenant(qad, door[1])
    with tenant.http:
        yield tenant


def test_an_order_is_stored_under_the_number_that_the_client_chose(tenant: Tenant) -> None:
    made = the_one(tenant.post(HEADERS, order_body(remarks="pr-77")))
    assert made["purchaseOrderNumber"] == "PO1" and made["orderDate"] and made["orderStatus"] == "O"
    row = tenant.browse(ORDERS, "po_mstr.po_nbr,eq,PO1,literal")["data"][0]
    assert (row["po_mstr.po_vend"], row["po_mstr.po_stat"], row["po_mstr.po_domain"]) == ("10S1001", "O", "10USA")
    assert row["po_mstr.po_due_date"] == "2026-09-30T00:00:00.000Z" and row["po_mstr.po_curr"] == "USD"
    assert refusal(tenant.post(HEADERS, order_body()))["code"] == "3"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"supplierCode": "NOBODY"}, "61", "SupplierCode"),
        ({"supplierCode": "10S1002"}, "61", "SupplierCode"),
        ({"currencyCode": "XXX"}, "61", "CurrencyCode"),
        ({"creditTermsCode": "31"}, "61", "CreditTermsCode"),
        ({"daybookSetCode": "NONE"}, "61", "DaybookSetCode"),
        ({"shipToSite": "99-100"}, "61", "ShipToSite"),
        ({"billToCode": ""}, "11", "BillToCode"),
        ({"purchaseOrderNumber": "P" * 21}, "47", "PurchaseOrderNumber"),
        ({"domainCode": "20EUR"}, "61", "DomainCode"),
        ({"orderStatus": "C"}, "61", "OrderStatus"),
    ],
)
def test_a_header_that_breaks_a_rule_is_refused(tenant: Tenant, fields: Any, code: str, field: str) -> None:
    error = refusal(tenant.post(HEADERS, order_body(**fields)))
    assert (error["code"], error["fieldName"]) == (code, field) and tenant.qad.orders == {}


def test_a_tenant_may_keep_classic_numbers_and_a_blank_open_status(tenant: Tenant) -> None:
    tenant.qad.options(order_number_length=8, blank_open_status=True)
    assert refusal(tenant.post(HEADERS, order_body(purchaseOrderNumber="PO1234567")))["code"] == "47"
    assert the_one(tenant.post(HEADERS, order_body(purchaseOrderNumber="PO123456")))["orderStatus"] == ""


def test_a_header_changes_with_its_hash_and_is_seen_in_its_own_domain_only(tenant: Tenant) -> None:
    first = the_one(tenant.post(HEADERS, order_body()))
    assert the_one(tenant.post(HEADERS, {**first, "remarks": "two"}, **order_key()))["remarks"] == "two"
    assert refusal(tenant.post(HEADERS, {**first, "remarks": "three"}, **order_key()))["code"] == "88"
    tenant.http.headers["x-qad-workspace-id"] = "20EUR_20EURCO"
    assert tenant.get(HEADERS, **order_key()) == {} and tenant.browse(ORDERS)["data"] == []


def test_only_the_grid_stores_a_line_and_qad_numbers_it(tenant: Tenant) -> None:
    tenant.post(HEADERS, order_body())
    line = entered_line(tenant)
    assert tenant.qad.order_lines == {} and line["purchaseOrderLine"] == 1
    blank = tenant.stored(GRID, initialize="true", **order_key())
    assert (blank["purchaseOrderLine"], blank["dataOperation"], blank["concurrencyHash"]) == (1, "C", "")
    assert the_one(tenant.post(GRID, line))["quantityOrdered"] == 10
    assert refusal(tenant.post(GRID, line))["code"] == "3"
    assert stored_line(tenant)["purchaseOrderLine"] == 2
    rows = tenant.browse(LINES, "pod_det.pod_nbr,eq,PO1,literal", "pod_det.pod_domain,eq,10USA,literal")["data"]
    assert [row["pod_det.pod_line"] for row in rows] == [1, 2]
    assert (rows[0]["pod_det.pod_pur_cost"], rows[0]["pod_det.pod_qty_rcvd"]) == (Decimal("2.5"), 0)
    assert rows[0]["pod_det.pod_due_date"] == "2026-09-30T00:00:00.000Z" and rows[0]["pod_det.pod_status"] == ""


def test_a_line_that_was_not_initialized_or_has_no_order_is_refused(tenant: Tenant) -> None:
    tenant.post(HEADERS, order_body())
    line = entered_line(tenant)
    assert refusal(tenant.post(GRID, {**line, "purchaseOrderLine": 7}))["fieldName"] == "PurchaseOrderLine"
    assert refusal(tenant.post(GRID, {**line, "purchaseOrderNumber": "PO2"}))["fieldName"] == "PurchaseOrderNumber"
    assert refusal(tenant.get(GRID, initialize="true"))["fieldName"] == "DomainCode"
    unknown = tenant.get(GRID, initialize="true", **order_key("PO2"))
    assert refusal(unknown)["fieldName"] == "PurchaseOrderNumber" and tenant.qad.order_lines == {}


def test_each_step_recomputes_what_hangs_on_its_field(tenant: Tenant) -> None:
    tenant.qad.add_item("BOLT", "Bolt M6", "BX", "4.20", "1310")
    tenant.post(HEADERS, order_body())
    line = tenant.stored(GRID, initialize="true", **order_key())
    line = the_one(step(tenant, {**line, "purchaseCost": 9, "unitOfMeasure": "KG"}, siteCode="10-100"))
    assert line["dueDate"] == "2026-09-30T00:00:00.000Z" and line["purchaseCost"] == 9
    line = the_one(step(tenant, line, itemCode="BOLT"))
    assert (line["unitOfMeasure"], line["purchaseAccount"], line["itemDescription"]) == ("BX", "1310", "Bolt M6")
    assert line["purchaseCost"] == Decimal("4.20")
    line = the_one(step(tenant, {**line, "purchaseCost": 5}, quantityOrdered=3))
    assert line["purchaseCost"] == Decimal("4.20"), "the price list speaks after the quantity"
    line = the_one(step(tenant, line, purchaseCost=4))
    assert the_one(tenant.post(GRID, line))["purchaseCost"] == 4


def test_an_item_that_nobody_keeps_is_a_memo_item_if_the_tenant_allows_it(tenant: Tenant) -> None:
    tenant.post(HEADERS, order_body())
    line = entered_line(tenant, itemCode="BRACKET")
    assert (line["unitOfMeasure"], line["purchaseAccount"], line["itemDescription"]) == ("EA", "6010", "BRACKET")
    tenant.qad.options(memo_items=False)
    assert refusal(step(tenant, line, itemCode="BRACKET"))["fieldName"] == "ItemCode"
    assert refusal(tenant.post(GRID, line))["fieldName"] == "ItemCode"


def test_a_cost_finer_than_the_scale_is_refused_or_rounded(tenant: Tenant) -> None:
    tenant.post(HEADERS, order_body())
    line = entered_line(tenant)
    fine = Decimal("0.123455")
    assert refusal(step(tenant, line, purchaseCost=fine))["fieldName"] == "PurchaseCost"
    assert refusal(tenant.post(GRID, {**line, "purchaseCost": fine}))["fieldName"] == "PurchaseCost"
    tenant.qad.options(purchase_cost_rounded=True)
    assert the_one(tenant.post(GRID, {**line, "purchaseCost": fine}))["purchaseCost"] == Decimal("0.12346")
    tenant.qad.options(purchase_cost_scale=2)
    assert the_one(step(tenant, line, purchaseCost=fine))["purchaseCost"] == Decimal("0.12")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"quantityOrdered": 0}, "11", "QuantityOrdered"),
        ({"purchaseCost": -1}, "61", "PurchaseCost"),
        ({"siteCode": "99"}, "61", "SiteCode"),
        ({"unitOfMeasure": ""}, "11", "UnitOfMeasure"),
        ({"purchaseAccount": ""}, "11", "PurchaseAccount"),
        ({"purchaseAccount": "9999"}, "61", "PurchaseAccount"),
        ({"purchaseCostCenter": "900"}, "61", "PurchaseCostCenter"),
        ({"purchaseAccount": "1310", "purchaseCostCenter": "100"}, "61", "PurchaseCostCenter"),
        ({"itemCode": "I" * 19}, "47", "ItemCode"),
        ({"lineStatus": "C"}, "61", "LineStatus"),
    ],
)
def test_a_line_that_breaks_a_rule_is_not_stored(tenant: Tenant, fields: Any, code: str, field: str) -> None:
    tenant.post(HEADERS, order_body())
    error = refusal(tenant.post(GRID, {**entered_line(tenant), **fields}))
    assert (error["code"], error["fieldName"]) == (code, field) and tenant.qad.order_lines == {}


def test_a_line_changes_with_its_hash_and_goes_while_nothing_was_received(tenant: Tenant) -> None:
    tenant.post(HEADERS, order_body())
    first = stored_line(tenant)
    changed = the_one(step(tenant, {**first, "dataOperation": "U"}, quantityOrdered=12))
    assert changed["concurrencyHash"] == first["concurrencyHash"], "a step does not renew the hash"
    assert the_one(tenant.post(GRID, changed, **line_key()))["quantityOrdered"] == 12
    assert refusal(tenant.post(GRID, changed, **line_key()))["code"] == "88"
    assert tenant.delete(GRID, **line_key())["submitResult"]["success"] and tenant.qad.order_lines == {}
    assert tenant.get(GRID, **line_key()) == {}


def test_closing_or_cancelling_an_order_ends_its_lines(tenant: Tenant) -> None:
    for number, status in (("PO1", "C"), ("PO2", "X")):
        header = the_one(tenant.post(HEADERS, order_body(purchaseOrderNumber=number)))
        stored_line(tenant, number)
        assert the_one(tenant.post(HEADERS, {**header, "orderStatus": status}, **order_key(number)))
        assert tenant.stored(GRID, **line_key(number))["lineStatus"] == status
        assert refusal(tenant.get(GRID, initialize="true", **order_key(number)))["code"] == "61"
    cancelled = tenant.stored(HEADERS, **order_key("PO2"))
    assert refusal(tenant.post(HEADERS, {**cancelled, "orderStatus": "O"}, **order_key("PO2")))["code"] == "61"
    closed = tenant.stored(HEADERS, **order_key("PO1"))
    assert the_one(tenant.post(HEADERS, {**closed, "orderStatus": ""}, **order_key("PO1")))["orderStatus"] == ""


def test_the_currency_of_an_order_with_lines_stays(tenant: Tenant) -> None:
    header = the_one(tenant.post(HEADERS, order_body()))
    stored_line(tenant)
    assert (
        refusal(tenant.post(HEADERS, {**header, "currencyCode": "EUR"}, **order_key()))["fieldName"] == "CurrencyCode"
    )


def test_an_order_goes_with_its_lines(tenant: Tenant) -> None:
    tenant.post(HEADERS, order_body())
    stored_line(tenant)
    assert tenant.delete(HEADERS, **order_key())["submitResult"]["success"]
    assert tenant.qad.orders == {} and tenant.qad.order_lines == {}


def test_answers_lost_between_a_header_and_its_lines_leave_what_was_done(tenant: Tenant) -> None:
    for match, made in ((HEADERS, (1, 0)), (STEP, (1, 0)), (f"{GRID}$|{GRID}\\?$", (1, 1))):
        tenant.qad.reset()
        tenant.qad.seed(suppliers=[{"supplierCode": "10S1001"}], accounts=[{"accountCode": "6010"}])
        tenant.qad.frame.faults.add(Fault("lost_after", match=f"POST .*({match})"))
        with pytest.raises(httpx.RemoteProtocolError):
            tenant.post(HEADERS, order_body())
            stored_line(tenant)
        assert (len(tenant.qad.orders), len(tenant.qad.order_lines)) == made


def test_the_methods_of_lines_are_guarded_like_their_resource(tenant: Tenant) -> None:
    tenant.post(HEADERS, order_body())
    line = entered_line(tenant)
    asked = "purchaseOrderLines/isReceivedPurchaseOrderLineV2"
    assert tenant.get(asked, **line_key()) == {"data": {"isReceivedPurchaseOrderLineV2": False}}
    assert tenant.http.get(f"/api/erp/{STEP}").status_code == 405
    assert refusal(tenant.post(STEP, line, fieldName="colour"))["fieldName"] == "FieldName"
    tenant.qad.options(forbidden=[GRID])
    assert tenant.post(STEP, line, fieldName="siteCode")["errors"][0]["code"] == "403"
    tenant.qad.options(forbidden=[], missing=[STEP])
    assert tenant.http.post(f"/api/erp/{STEP}", json={}).status_code == 404
