"""A company in QuickBooks Online, and bills and vendors of BILL, for the tests of what is decided between the two."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from blocks.bill.models import Bill, Vendor
from blocks.exact import Record
from blocks.quickbooks_online.company import Company
from flows.bill_quickbooks_online.mapping import Part, References
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from tasks.state.models import Link

ORGANIZATION = "008GLOBEX"
COMPANY = Company(
    name="Globex", edition="QuickBooks Online Plus", orders=True, class_per="line", locations=True,
    location_word="Location", custom_numbers=True, multicurrency=False, home_currency="USD", closed_until=None,
    account_numbers=True,
)  # fmt: skip
REFS = References(
    vendors={"v1": "57"},
    accounts={"a1": "81", "a2": "82"},
    classes={"c1": "501", "c2": "502"},
    locations={"d1": "2", "d2": "3"},
    department_classes={"d1": "601", "d2": "602"},
    currencies={"v1": "USD"},
    payables={"USD": "33"},
)


def rules(**set_by_user: Any) -> BillQuickBooksOnlineConnection:
    """Returns a connection's rules."""
    return BillQuickBooksOnlineConnection(bill="b", quickbooks_online="q", **set_by_user)


def company(**more: Any) -> Company:
    """Returns a company with classes by line, locations, and other settings as said."""
    return replace(COMPANY, **more)


def a_line(amount: str, department: str = "", named: str = "", account: str = "a1", **more: Any) -> Record:
    """Returns a line as BILL shows it."""
    coded = {"chartOfAccountId": account, "departmentId": department, "accountingClassId": named}
    return {"amount": amount, "classifications": {name: one for name, one in coded.items() if one}, **more}


def a_bill(*lines: Record, **more: Any) -> Record:
    """Returns a bill as BILL shows it, of one line of 12.50 unless said otherwise; it adds up."""
    held = list(lines or [a_line("12.50")])
    given = {
        "id": "00n1", "vendorId": "v1", "dueDate": "2026-12-02", "updatedTime": "2026-11-02T10:00:00.000+00:00",
        "invoice": {"invoiceNumber": "NW-1", "invoiceDate": "2026-11-02"}, "billLineItems": held,
        "amount": str(sum((Decimal(line["amount"]) for line in held), Decimal(0))), "recordStatus": "ACTIVE",
    }  # fmt: skip
    return given | more


def a_part(*lines: Record, **more: Any) -> Part:
    """Returns a bill that is one document."""
    bill = Bill.model_validate(a_bill(*lines, **more))
    return Part(bill, ORGANIZATION, bill.bill_line_items)


def a_vendor(**more: Any) -> Vendor:
    """Returns a vendor as BILL shows it."""
    given = {
        "id": "v1", "name": "Acme Tools", "email": "ap@acme.example", "phone": "555-0100", "accountNumber": "G-7",
        "address": {"line1": "1 Main St", "city": "Reno", "zipOrPostalCode": "89501", "country": "US"},
        "additionalInfo": {"taxId": "98-7654321"}, "billCurrency": "USD",
    }  # fmt: skip
    return Vendor.model_validate(given | more)


def a_link(target: str, source: str = "00n1", **more: Any) -> Link:
    """Returns a live link of this connection."""
    return Link(scope="s", stream="x", source_id=source, target_id=target, **more)
