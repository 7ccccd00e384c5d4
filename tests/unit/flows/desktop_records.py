"""Records of BILL and of QuickBooks Desktop, for the tests of what is decided between the two."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from blocks.bill.models import Bill, Payment, Vendor
from blocks.exact import Record
from blocks.quickbooks_desktop.company import Company
from blocks.source import Row
from flows.bill_payments import by_payment
from flows.bill_quickbooks_desktop.mapping import References
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from tasks.outcomes import Adopt, Decision, Hold, Keep, Refuse, Write
from tasks.state.models import Link

SCOPE = "bill-quickbooks-desktop/acme@bill:o>file:f"
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
COMPANY = Company(
    name="Acme Co", product="QuickBooks Premier", country="US", versions=("13.0",), file_id="", machine="",
    class_tracking=True, account_numbers=True, requires_accounts=True, closing_date=None, multicurrency=False,
    home_currency="",
)  # fmt: skip
REFS = References({"v1": "80-1"}, {"a1": "80-A1", "a2": "80-A2"}, {"c1": "80-C1"}, "accounting_class_id")
ADDRESS = {"line1": "1 Mill Rd", "city": "Dayton", "stateOrProvince": "OH", "zipOrPostalCode": "45402", "country": "US"}


def rules(**set_by_user: Any) -> BillQuickBooksDesktopConnection:
    """Returns a connection's rules."""
    return BillQuickBooksDesktopConnection(bill="b", quickbooks_desktop="q", **set_by_user)


def company(**more: Any) -> Company:
    """Returns a company with classes and one currency, and other settings as said."""
    return replace(COMPANY, **more)


def a_vendor(**more: Any) -> Vendor:
    """Returns a vendor as BILL shows it."""
    given = {
        "id": "v1", "name": "Acme Tools", "email": "ap@acme.example", "phone": "555-0100", "accountNumber": "G-7",
        "address": ADDRESS, "billCurrency": "USD", "updatedTime": NOON.isoformat(),
    }  # fmt: skip
    return Vendor.model_validate(given | more)


def in_quickbooks(list_id: str = "80-1", **more: Any) -> Record:
    """Returns the same vendor as QuickBooks shows it."""
    name = str(more.get("Name", "Acme Tools"))
    return {
        "ListID": list_id, "EditSequence": "1", "TimeModified": NOON.isoformat(), "Name": name, "IsActive": "true",
        "CompanyName": name, "NameOnCheck": name, "Phone": "555-0100", "Email": "ap@acme.example",
        "AccountNumber": "G-7",
        "VendorAddress": {
            "Addr1": name, "Addr2": "1 Mill Rd", "City": "Dayton", "State": "OH", "PostalCode": "45402",
            "Country": "USA",
        },
    } | more  # fmt: skip


def a_line(amount: str, account: str = "a1", named: str = "", **more: Any) -> Record:
    """Returns a line as BILL shows it."""
    coded = {"chartOfAccountId": account, "accountingClassId": named}
    return {"amount": amount, "classifications": {name: one for name, one in coded.items() if one}, **more}


def a_bill(*lines: Record, **more: Any) -> Bill:
    """Returns an approved bill as BILL shows it, of one line of 12.50 unless said otherwise; it adds up."""
    held = list(lines or [a_line("12.50")])
    given = {
        "id": "00n1", "vendorId": "v1", "dueDate": "2026-12-02", "updatedTime": NOON.isoformat(),
        "invoice": {"invoiceNumber": "NW-1", "invoiceDate": "2026-11-02"}, "billLineItems": held,
        "amount": str(sum((Decimal(line["amount"]) for line in held), Decimal(0))), "recordStatus": "ACTIVE",
        "approvalStatus": "APPROVED", "archived": False,
    }  # fmt: skip
    return Bill.model_validate(given | more)


def posted(txn_id: str = "1A-1", **more: Any) -> Record:
    """Returns the same bill as QuickBooks shows it."""
    return {
        "TxnID": txn_id, "EditSequence": "1", "VendorRef": {"ListID": "80-1"}, "TxnDate": "2026-11-02",
        "DueDate": "2026-12-02", "RefNumber": "NW-1", "AmountDue": "12.50", "IsPaid": "false",
        "ExpenseLineRet": [{"TxnLineID": "1A-2", "AccountRef": {"ListID": "80-A1"}, "Amount": "12.50"}],
    } | more  # fmt: skip


VOID = {"AmountDue": "0.00", "Memo": "VOID: x", "ExpenseLineRet": [{"AccountRef": {"ListID": "80-A1"}, "Amount": "0"}]}


def a_payment(status: str = "CLEARED", *paid: tuple[str, str], **more: Any) -> Payment:
    """Returns a payment as BILL shows it: of bill 00n1 with 12.50 unless said otherwise."""
    parts = [{"id": f"blp{one}", "billId": one, "amount": amount} for one, amount in paid or [("00n1", "12.50")]]
    given = {
        "id": "stp1", "vendorId": "v1", "billPayments": parts, "processDate": "2026-11-20", "singleStatus": status,
        "confirmationNumber": "P26112000001234",
    }  # fmt: skip
    return Payment.model_validate(given | more)


def row_of(record: Vendor | Bill) -> Row:
    """Returns a vendor or a bill as a row."""
    ref = record.name if isinstance(record, Vendor) else record.invoice.invoice_number
    return Row(record.id, ref or record.id, "h", record)


def payment_row(payment: Payment) -> Row:
    """Returns a payment as a row."""
    [row] = by_payment(payment.model_dump(mode="json", by_alias=True))
    return row


def a_link(target: str, source: str, **more: Any) -> Link:
    """Returns a live link of this connection."""
    return Link(scope=SCOPE, stream="x", source_id=source, target_id=target, created_at=NOON, updated_at=NOON, **more)


def written(decision: Decision) -> Write:
    """Returns the decision, which is to write."""
    assert isinstance(decision, Write), decision
    return decision


def held(decision: Decision) -> Hold:
    """Returns the decision, which is to wait."""
    assert isinstance(decision, Hold), decision
    return decision


def kept(decision: Decision) -> Keep:
    """Returns the decision, which is that nothing is to be done."""
    assert isinstance(decision, Keep), decision
    return decision


def adopted(decision: Decision) -> Adopt:
    """Returns the decision, which is to link what is there."""
    assert isinstance(decision, Adopt), decision
    return decision


def refused(decision: Decision) -> Refuse:
    """Returns the decision, which is that a person must act."""
    assert isinstance(decision, Refuse), decision
    return decision
