"""What BILL checks before it pays: account, date, approval, and that nothing is overpaid.

Source: BILL v3 API, payments.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.endpoints import Call
from tests.sandbox.bill.fields import ZERO, Fields, Findings
from tests.sandbox.bill.vendor_credits import read_uses
from tests.sandbox.bill.wire import Record

_FUNDING = ("BANK_ACCOUNT", "CARD_ACCOUNT", "WALLET", "AP_CARD")
_UNAPPROVED = frozenset({"ASSIGNED", "APPROVING", "DENIED"})
_NUMBER = re.compile(r"[A-Za-z0-9-]{1,50}")


def checked_splits(books: Books, rows: list[Any], findings: Findings) -> list[Record]:
    """Returns the splits of a request; what may not be paid is noted as wrong."""
    taken: dict[str, Decimal] = {}
    return [_split(books, Fields(row, findings, f"payments[{i}]."), taken) for i, row in enumerate(rows)]


def checked_online(books: Books, call: Call, rows: list[Any]) -> tuple[Record, list[Record]]:
    """Returns what every payment of the request shares, and its splits."""
    findings = Findings()
    fields = Fields(call.body, findings)
    single = "payments" not in fields.body
    if single and not isinstance(fields.at("processingOptions"), dict):
        fields.wrong("processingOptions", "must not be null", "BDC_1117")
    _check_funding(books, fields)
    process = fields.date("processDate")
    if process is not None and not _payable_on(books, process):
        fields.wrong("processDate", "is not a valid process date", "BDC_1152", 422)
    number = fields.text("transactionNumber", limit=50)
    if number is not None and not _NUMBER.fullmatch(number):
        fields.wrong("transactionNumber", "must be alphanumeric", "BDC_1143")
    taken = any(payment["transactionNumber"] == number for payment in list(books.payments.values()))
    if taken and books.switches.unique_transaction_numbers:
        fields.wrong("transactionNumber", "is in use", "BDC_1143")
    splits = checked_splits(books, rows, findings)
    for split in splits:
        _check_bill(books, fields, split)
    findings.settle()
    common: Record = {
        "processDate": process,
        "fundingAccount": fields.at("fundingAccount"),
        "transactionNumber": number,
        "description": fields.at("description"),
        "processingOptions": fields.at("processingOptions") or {},
        "createdBy": call.session.user_id,
    }
    return common, splits


def _check_funding(books: Books, fields: Fields) -> None:
    kind = fields.one_of("fundingAccount.type", _FUNDING, required=True)
    identifier = fields.text("fundingAccount.id", required=kind == "BANK_ACCOUNT")
    bank = books.banks.get(identifier or "")
    if identifier and (bank is None or bank["archived"] or bank["status"] != "VERIFIED"):
        fields.wrong("fundingAccount.id", "cannot be used for online payments", "BDC_1151", 422)


def _check_bill(books: Books, fields: Fields, split: Record) -> None:
    bill = books.bills.get(split.get("billId", ""))
    if bill is None:
        return
    if bill["approvalStatus"] in _UNAPPROVED:
        fields.wrong("billId", f"{bill['id']} is not approved", "BDC_1143")
    if fields.body.get("vendorId") not in (None, bill["vendorId"]):
        fields.wrong("vendorId", f"is not the vendor of {bill['id']}", "BDC_1143")


def _payable_on(books: Books, day: str) -> bool:
    wanted = date.fromisoformat(day)
    return wanted >= books.frame.clock.now().date() and wanted.weekday() < 5


def _split(books: Books, fields: Fields, taken: dict[str, Decimal]) -> Record:
    bill = books.reference(fields, "billId", "bill", required=True)
    amount = fields.number("amount", required=True)
    uses = read_uses(books, fields, bill["vendorId"], []) if bill else None
    if bill is None or amount is None:
        return {}
    if bill["archived"]:
        fields.wrong("billId", "the bill is archived", "BDC_1143")
    if amount <= 0:
        fields.wrong("amount", "must be greater than zero", "BDC_1143")
    asked = amount + sum((use["amount"] for use in uses or ()), ZERO)
    taken[bill["id"]] = taken.get(bill["id"], ZERO) + asked
    if taken[bill["id"]] > bill["dueAmount"]:
        fields.wrong("amount", f"{bill['id']} cannot be overpaid", "BDC_1159")
    return {"billId": bill["id"], "amount": amount, **({"vendorCredits": uses} if uses else {})}
