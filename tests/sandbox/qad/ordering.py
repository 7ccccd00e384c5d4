"""Orders at a QAD tenant over HTTP by the whole sequence, as a plain client does; for tests of the tenant itself."""

from typing import Any

from tests.sandbox.qad.visitor import Tenant, the_one

HEADERS, GRID, STEP = "purchaseOrderHeaders", "purchaseOrderLinesGrid", "purchaseOrderLines/fieldChangeV2"
ORDERS, LINES = "urn:browse:mfg:po803", "urn:browse:mfg:po804"
RECEIPTS, OPEN_RECEIVERS = "urn:browse:mfg:po501", "urn:browse:mfg:ap007"


def order_key(number: str = "PO1") -> dict[str, Any]:
    """Returns the two fields that name an order."""
    return {"domainCode": "10USA", "purchaseOrderNumber": number}


def line_key(number: str = "PO1", line: int = 1) -> dict[str, Any]:
    """Returns the three fields that name a line."""
    return {**order_key(number), "purchaseOrderLine": line}


def order_body(**fields: Any) -> dict[str, Any]:
    """Returns a sound header, with these fields changed."""
    return {
        **order_key(), "dataOperation": "C", "concurrencyHash": "", "supplierCode": "10S1001", "currencyCode": "USD",
        "creditTermsCode": "30", "daybookSetCode": "STD", "shipToSite": "10-100", "billToCode": "10-100",
        "dueDate": "2026-09-30T00:00:00.000Z", "orderStatus": "O", **fields,
    }  # fmt: skip


def step(tenant: Tenant, line: dict[str, Any], **change: Any) -> Any:
    """Returns the whole answer to one field's change."""
    (name,) = change
    return tenant.post(STEP, {**line, **change}, fieldName=name)


def entered_line(tenant: Tenant, number: str = "PO1", **fields: Any) -> Any:
    """Returns a line after all steps of the sequence but the last, which would store it."""
    line = tenant.stored(GRID, initialize="true", **order_key(number))
    usual = {"siteCode": "10-100", "itemCode": "MEMO-1", "quantityOrdered": 10, "purchaseCost": 2.5}
    for name, value in {**usual, **fields}.items():
        line = the_one(step(tenant, line, **{name: value}))
    return line


def stored_line(tenant: Tenant, number: str = "PO1", **fields: Any) -> Any:
    """Returns a line that the whole sequence stored."""
    return the_one(tenant.post(GRID, entered_line(tenant, number, **fields)))
