"""In which points a record of QuickBooks is not what BILL says: pure, and exact to the cent."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from blocks.quickbooks_online.models import Document, PhysicalAddress, Ref, Vendor
from blocks.quickbooks_online.names import is_variant
from blocks.quickbooks_online.notes import holds
from blocks.target import Body
from flows.bill_comparison.points import point, shown
from flows.parties import Party, contradictions, plain

Coded = tuple[str, str, Decimal | None]  # account, class, amount


def vendor_points(wanted: Body, vendor: Vendor) -> list[str]:
    """Returns what differs between the vendor that BILL asks for and the one that is there, for people."""
    email, there = _at(wanted, "PrimaryEmailAddr", "Address"), vendor.primary_email_addr
    phone, dialled = _at(wanted, "PrimaryPhone", "FreeFormNumber"), vendor.primary_phone
    ours, theirs = Party(tax_id=str(wanted.get("TaxIdentifier") or "")), Party(tax_id=vendor.tax_identifier or "")
    points = [
        point(
            "name",
            wanted["DisplayName"],
            vendor.display_name,
            is_variant(wanted["DisplayName"], vendor.display_name or ""),
        ),
        point("e-mail", email, there.address if there else "") if "PrimaryEmailAddr" in wanted else "",
        point("phone", phone, dialled.free_form_number if dialled else "") if "PrimaryPhone" in wanted else "",
        point("address", _said(wanted["BillAddr"]), _address(vendor.bill_addr), _same_words(wanted, vendor))
        if "BillAddr" in wanted
        else "",
        *(f"there is a difference in the {what}" for what in contradictions(ours, theirs)),
        "the tax id is empty" if ours.tax_id and not theirs.tax_id else "",
        "it is inactive" if vendor.active is False else "",
    ]
    return [point for point in points if point]


def document_points(wanted: Body, document: Document) -> list[str]:
    """Returns what differs between the order or bill that BILL asks for and the one that is there, for people."""
    total = sum((line["Amount"] for line in wanted["Line"]), Decimal(0))
    points = [
        *heading_points(wanted, document, total, document.total_amt),
        _reference("location", wanted["DepartmentRef"], document.department_ref) if "DepartmentRef" in wanted else "",
        _reference("class", wanted["ClassRef"], document.class_ref) if "ClassRef" in wanted else "",
        "" if _lines(wanted) == _held(document) else "the lines' accounts, classes or amounts differ",
        "" if _is_marked(wanted, document) else "its private note does not name the bill any more",
    ]
    return [point for point in points if point]


def heading_points(wanted: Body, document: Document, ours: Decimal | None, theirs: Decimal | None) -> list[str]:
    """Returns what differs besides the lines and what is made of them, for people.

    Args:
        wanted: what BILL asks for; its lines are not looked at.
        document: the one that is there.
        ours: BILL's total.
        theirs: QuickBooks' total, of several documents together where a bill has become several.
    """
    points = [
        point("total", ours, theirs, ours == theirs),
        _reference("vendor", wanted.get("VendorRef"), document.vendor_ref),
        point("date", wanted.get("TxnDate"), document.txn_date),
        point("due date", wanted.get("DueDate"), document.due_date),
        point("number", wanted["DocNumber"], document.doc_number) if "DocNumber" in wanted else "",
    ]
    return [point for point in points if point]


def _reference(what: str, ours: Any, theirs: Ref | None) -> str:
    named = (theirs.name or theirs.value) if theirs else None
    return "" if _value(ours) == _of(theirs) else f"{what} is {shown(named)}, and another one in BILL"


def _lines(wanted: Body) -> Counter[Coded]:
    details = [(line["AccountBasedExpenseLineDetail"], line["Amount"]) for line in wanted["Line"]]
    return Counter((_value(one.get("AccountRef")), _value(one.get("ClassRef")), amount) for one, amount in details)


def _held(document: Document) -> Counter[Coded]:
    details = [(line.account_based_expense_line_detail, line.amount) for line in document.line]
    return Counter(
        (_of(one.account_ref), _of(one.class_ref), amount) if one else ("", "", amount) for one, amount in details
    )


def _is_marked(wanted: Body, document: Document) -> bool:
    return holds(document.private_note or "", str(wanted["PrivateNote"]))


def _same_words(wanted: Body, vendor: Vendor) -> bool:
    """Whether the addresses have the same words: QuickBooks may move them from one line to another."""
    return sorted(plain(_said(wanted.get("BillAddr") or {})).split()) == sorted(
        plain(_address(vendor.bill_addr)).split()
    )


def _address(address: PhysicalAddress | None) -> str:
    return _said(address.model_dump(exclude_none=True)) if address else ""


def _said(parts: Body) -> str:
    return " ".join(_texts(parts.values()))


def _texts(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values if value]


def _at(body: Body, *path: str) -> str:
    held: Any = body
    for name in path:
        held = held.get(name) if isinstance(held, dict) else None
    return str(held or "")


def _value(reference: Any) -> str:
    return str((reference or {}).get("value") or "")


def _of(reference: Ref | None) -> str:
    return (reference.value if reference else None) or ""
