"""Records of Procurify and QAD as the pair's pure parts get them, with what a test does not care about filled in."""

from typing import Any

from blocks.procurify.models import Bill, PurchaseOrder, Vendor
from blocks.qad.models import Account, Supplier
from blocks.source import Row
from flows.procurify_qad.rules import ProcurifyQadConnection
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link

UUID = "7d0f1c9e-2a44-4d0b-9f6e-5b1c7a3e8d21"
BILL = "3f0c6a7b-e1d2-4c0f-9a55-d1b7c8e90312"
USD = {"id": 3, "name": "USD"}
VENDOR = {"id": 412, "name": "Northwind", "external_id": "10S1001", "type": 3}


def rules(**set_by_user: Any) -> ProcurifyQadConnection:
    """Returns the rules of a connection."""
    return ProcurifyQadConnection(procurify="p", qad="q", **{"site": "10-100", **set_by_user})


def account(code: str = "6010", department: str = "100", branch: str = "2") -> dict[str, Any]:
    """Returns an account: a code in a department."""
    place = {"id": 9, "name": "Assembly", "external_id": department, "branch": {"id": branch, "name": "Vancouver"}}
    return {"id": f"{code}-{department}", "account_code": {"id": 1, "code": code}, "department": place}


def ordered(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Returns a line of an order."""
    usual = {
        "id": 100 + number, "PO_line_num": number, "name": f"Goods {number}", "sku": "", "unit": "EA",
        "quantity": "10", "price": "2.50", "total_cost": "25.00", "account": account(), "receive_method": 0,
        "spend_allocation": [],
    }  # fmt: skip
    return usual | fields


def order(*lines: dict[str, Any], **fields: Any) -> PurchaseOrder:
    """Returns an order, by default of one line."""
    usual = {
        "uuid": UUID, "procurify_PO": 1204, "PO_Num": "ACME-7", "date": "2026-11-12T09:14:03-08:00", "state": 0,
        "promise_date": "2026-11-25T23:00:00-08:00", "pref_vendor": VENDOR, "purchased_currency": USD,
        "order_items": list(lines or [ordered()]),
    }  # fmt: skip
    return PurchaseOrder.model_validate(usual | fields)


def billed(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Returns a bill's line for four of ten pieces of an order's line."""
    usual = {
        "id": 500 + number, "description": f"Goods {number}", "quantity": "4", "total_cost": "10.00",
        "po": {"id": 1204, "number": "PF1204", "uuid": UUID}, "orderitem": {"id": 100 + number, "receivedPassQty": "6"},
        "cost_allocations": [{"id": 1, "budget": account(), "amount": "10.00"}],
    }  # fmt: skip
    return usual | fields


def bill(*items: dict[str, Any], **fields: Any) -> Bill:
    """Returns an approved bill over 10.00, by default of one line."""
    usual = {
        "id": 7731, "uuid": BILL, "status": 2, "type": 0, "vendor": VENDOR, "invoice_number": "INV-1",
        "invoice_date": "2026-11-17T00:00:00-08:00", "due_date": "2026-12-17T23:00:00-08:00", "currency": USD,
        "total_cost_with_tax": "10.00", "items": list(items or [billed()]), "group": 6120,
    }  # fmt: skip
    return Bill.model_validate(usual | fields)


def row(content: Any, record: str = "", ref: str = "R-1") -> Row:
    """Returns the row of a record."""
    return Row(record or getattr(content, "uuid", "") or content.code, ref, "h", content)


def link(target: str, **fields: Any) -> Link:
    """Returns a link to this target."""
    return Link(scope="s", stream="x", source_id=fields.pop("source_id", "1"), target_id=target, **fields)


def supplier(**fields: Any) -> Supplier:
    """Returns a supplier of QAD's."""
    usual = {"code": "10S1001", "name": "Northwind", "currency": "USD", "is_active": True}
    return Supplier.model_validate(usual | fields)


def gl_account(**fields: Any) -> Account:
    """Returns an account of QAD's."""
    return Account.model_validate({"code": "6010", "description": "Supplies", "is_active": True} | fields)


def vendor(**fields: Any) -> Vendor:
    """Returns a vendor of Procurify's."""
    return Vendor.model_validate(VENDOR | fields)


def mirrored(record: str, number: str = "", name: str = "", **fields: Any) -> Mirrored:
    """Returns a record of Procurify's lists."""
    active = fields.pop("active", True)
    return Mirrored(id=record, number=number, name=name, active=active, body={"id": int(record), **fields})
