"""Procurify's records as they are read: exact, in either spelling, and whatever is new in them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from blocks.exact import decode
from blocks.procurify.models import AccountCode, Bill, Department, Location, OrderItem, Payment, PurchaseOrder, Vendor

LINE = b"""{"id": 58101, "PO_line_num": 1, "purchase_order": 1204, "name": "Copy paper A4", "sku": null, "unit": "box",
 "quantity": 40.10, "price": "6.25000001", "total_cost": "250.00", "tax_amount": "12.50000000",
 "shipping_amount": null, "receivedPassQty": 40.0, "receivedFailQty": 0.0, "status": 3, "receive_method": 0,
 "account": {"id": 230, "account_code": {"id": 87, "code": "6100", "account_type": 2, "active": true, "parent": null},
   "department": {"id": 9, "name": "Operations", "external_id": "D-OPS", "branch": {"id": 2, "name": "HQ"}}},
 "spend_allocation": [{"id": 5, "amount": "100.00000000", "account": {"id": 231}}],
 "currency": {"id": 3, "name": "USD", "rate": "1.000000", "base": true},
 "last_modified": "2026-11-17T18:22:40.771000-08:00", "brand_new": {"x": [1]}}"""
FLAT = b"""{"id": 58101, "PO": [1204], "PO_line_num": 1, "purchase_order": 1204, "quantity": "40.10000",
 "price": "6.25000001", "receivedPassQty": "40.00000", "status": 3, "account": 230, "accountCode": "6100",
 "pref_vendor": 412, "vendor": "Northwind", "currency": 3, "last_modified": "2026-11-18T02:22:40.771Z"}"""


def test_a_line_reads_the_same_from_an_order_and_from_the_flat_list() -> None:
    whole, flat = (OrderItem.model_validate(decode(text)) for text in (LINE, FLAT))
    for name in ("id", "order_id", "po_line_num", "quantity", "price", "received_pass_qty", "status", "last_modified"):
        assert getattr(whole, name) == getattr(flat, name)
    assert (whole.quantity, whole.price) == (Decimal("40.1"), Decimal("6.25000001"))
    assert whole.account and flat.account and whole.account.id == flat.account.id == "230"
    assert (whole.account.code, flat.account.code) == ("6100", "")
    assert whole.account.department and whole.account.department.branch
    assert whole.account.department.branch.id == "2" and whole.sku == ""
    assert [(one.id, one.amount, one.account.id) for one in whole.spend_allocation if one.account] == [
        ("5", Decimal(100), "231")
    ]


def test_amounts_are_exact_where_a_float_is_not() -> None:
    bill = Bill.model_validate(decode(b'{"id": 1, "uuid": "a", "total_cost": 0.1, "tax_amount": 0.2}'))
    assert bill.total_cost is not None and bill.tax_amount is not None
    assert bill.total_cost + bill.tax_amount == Decimal("0.3")
    with pytest.raises(ValueError, match="exact amount"):
        Bill.model_validate({"id": 1, "uuid": "a", "total_cost": 0.1})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-12-17T23:00:00-08:00", date(2026, 12, 17)),
        ("2026-12-17T00:00:00+13:00", date(2026, 12, 17)),
        ("2026-12-17", date(2026, 12, 17)),
        (None, None),
        ("", None),
    ],
)
def test_a_due_date_is_the_day_that_people_see(written: str | None, read: date | None) -> None:
    assert Bill.model_validate({"id": 1, "uuid": "a", "due_date": written}).due_date == read


def test_an_order_from_the_list_has_no_lines_and_a_number_for_people() -> None:
    thin: dict[str, Any] = {"uuid": "u", "procurify_PO": 1204, "PO_Num": None, "shipping_method": "Ground"}
    order = PurchaseOrder.model_validate(thin)
    assert (order.shown_number, order.procurify_po, order.po_num, order.order_items) == ("PF1204", "1204", "", ())
    assert PurchaseOrder.model_validate({**thin, "PO_Num": "ACME-7"}).shown_number == "ACME-7"


@pytest.mark.parametrize("status", [99, "approved", None, {"new": 1}])
def test_a_code_that_nobody_knows_breaks_nothing(status: object) -> None:
    bill = Bill.model_validate({"id": 1, "uuid": "a", "status": status, "items": [15502, {"id": 3}], "vendor": 412})
    assert bill.status in {99, None}
    assert [item.id for item in bill.items] == ["3"] and bill.vendor and bill.vendor.id == "412"
    assert PurchaseOrder.model_validate({"uuid": "u", "procurify_PO": 1, "state": status, "tax": 3}).tax is None
    assert Payment.model_validate({"id": 1, "uuid": "p", "status": status}).uuid == "p"


def test_references_are_read_as_objects_and_as_ids() -> None:
    assert AccountCode.model_validate({"id": 90, "parent": {"id": 87}}).parent == "87"
    assert AccountCode.model_validate({"id": 90, "parent": 87}).parent == "87"
    assert AccountCode.model_validate({"id": 90, "parent": None}).parent is None
    assert Department.model_validate({"id": 9, "branch": 2}).branch == Department.model_validate(
        {"id": "9", "branch": {"id": 2}}
    ).branch  # fmt: skip
    assert Location.model_validate({"id": 2, "locationTimezone": "America/Vancouver"}).time_zone == "America/Vancouver"
    assert Payment.model_validate({"id": 1, "uuid": "p", "bill_groups": [6120, 6121]}).bill_groups == ("6120", "6121")
    assert Bill.model_validate({"id": 1, "uuid": "a", "group": 6120}).group == "6120"


@pytest.mark.parametrize(
    ("vendor", "supplier"),
    [({"id": 1}, False), ({"id": 2, "type": 1}, False), ({"id": 2, "type": 5}, False), ({"id": 2, "type": 3}, True)],
)
def test_placeholders_and_employees_are_no_suppliers(vendor: dict[str, int], supplier: bool) -> None:
    assert Vendor.model_validate(vendor).is_supplier is supplier
