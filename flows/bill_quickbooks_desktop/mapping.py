"""How BILL's vendors, bills and payments read in QuickBooks Desktop: pure, and exact to the cent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from blocks.bill.models import Bill, BillLine, Payment, Vendor
from blocks.quickbooks_desktop.markers import FIELD, marker
from blocks.quickbooks_desktop.texts import storable
from blocks.target import Body
from flows.bill_lines import amount_of, check_total, classified, dated
from flows.bill_quickbooks_desktop.vendor_fields import of_bill, to_quickbooks
from flows.unfit import UnfitError

NUMBER, PAYMENT_NUMBER, MEMO = 20, 11, 4095  # QuickBooks' longest, in characters
CURRENCY = "USD"  # decimal places are checked for two; QuickBooks' amounts always have two


class References(NamedTuple):
    """QuickBooks' ids by BILL's, as the align step found or made them."""

    vendors: Mapping[str, str]
    accounts: Mapping[str, str]
    classes: Mapping[str, str]  # by what becomes the class of a line
    class_field: str  # which classification that is; empty where the company uses no classes
    payables: str = ""  # the accounts payable account to name; empty for the company's own choice


def new_vendor(vendor: Vendor, name: str, terms: str, scope: str, revision: int) -> Body:
    """Returns the vendor that QuickBooks shall get.

    Args:
        vendor: as BILL has it, with a name.
        name: which no other vendor, customer or employee there has.
        terms: QuickBooks' id of its terms, or nothing.
        scope: whose records these are; part of the mark by which the vendor is known as this one.
        revision: which of the vendors that were made of it this is.
    """
    said = {field: value for field, value in of_bill(vendor).items() if value}
    printed = said["name"]  # on checks and letters, where two vendors may have the same
    body = to_quickbooks(said, name, printed) | {"IsActive": True, "CompanyName": printed, "NameOnCheck": printed}
    body["Notes"] = storable(f"BILL vendor {vendor.id}", MEMO)
    if terms:
        body["TermsRef"] = {"ListID": terms}
    return body | {FIELD: marker(f"{scope}/vendor/{vendor.id}/{revision}")}


def readable_tax_id(vendor: Vendor) -> str:
    """Returns the vendor's tax id; nothing if BILL shows it masked."""
    tax_id = str((vendor.additional_info or {}).get("taxId") or "").strip()
    return "" if "*" in tax_id or "•" in tax_id else tax_id


def to_bill(bill: Bill, refs: References) -> Body:
    """Returns the QuickBooks bill for a BILL bill; its lines add up to the bill's amount, to the cent.

    Raises:
        UnfitError: something is missing, or the lines do not add up.
        KeyError: a vendor, account or class is not aligned.
    """
    check_total(bill, CURRENCY)
    day = dated(bill)
    body: Body = {
        "VendorRef": {"ListID": refs.vendors[bill.vendor_id or ""]},
        "TxnDate": day,
        "DueDate": bill.due_date or day,
        "RefNumber": number_of(bill),
        "Memo": storable(memo_of(bill), MEMO),
        "ExpenseLineAdd": [_line(line, refs) for line in bill.bill_line_items],
    }
    return body | ({"APAccountRef": {"ListID": refs.payables}} if refs.payables else {})


def marked(body: Body, scope: str, bill_id: str, generation: int) -> Body:
    """Returns the body with the mark by which the QuickBooks bill is known as this one.

    Args:
        body: of the bill.
        scope: whose records these are.
        bill_id: BILL's id of it.
        generation: which of the QuickBooks bills that were made of it this is, counted from 0.
    """
    return body | {FIELD: mark_of(scope, bill_id, generation)}


def mark_of(scope: str, bill_id: str, generation: int) -> str:
    """Returns the mark of one of the QuickBooks bills that were made of a BILL bill; see `marked`."""
    return marker(f"{scope}/bill/{bill_id}/{generation}")


def number_of(bill: Bill) -> str:
    """Returns the bill's number as QuickBooks can hold it; the memo tells it whole."""
    return storable(bill.invoice.invoice_number or "", NUMBER)


def memo_of(bill: Bill) -> str:
    """Returns the memo by which people know whose bill it is."""
    return f"BILL bill {bill.id}: invoice {bill.invoice.invoice_number or 'without a number'}"


def to_payment(
    payment: Payment, paid: Mapping[str, Decimal], vendor: str, account: str, payables: str, named: str
) -> Body:
    """Returns the QuickBooks payment of bills.

    Args:
        payment: as BILL has it now.
        paid: amount by QuickBooks bill id.
        vendor: QuickBooks' id.
        account: QuickBooks' id of the bank account.
        payables: QuickBooks' id of the accounts payable account to name, or nothing.
        named: what the payment's mark is made of.

    Raises:
        UnfitError: BILL does not tell the day, or an amount has parts of a cent.
    """
    if payment.process_date is None:
        raise UnfitError("has no process date in BILL")
    if any(amount != round(amount, 2) for amount in paid.values()):
        raise UnfitError("pays parts of a cent")
    body: Body = {
        "PayeeEntityRef": {"ListID": vendor},
        "TxnDate": payment.process_date,
        "BankAccountRef": {"ListID": account},
        "Memo": storable(payment_memo(payment), MEMO),
        "AppliedToTxnAdd": [{"TxnID": one, "PaymentAmount": amount} for one, amount in paid.items()],
        FIELD: marker(named),
    }
    return body | ({"APAccountRef": {"ListID": payables}} if payables else {})


def payment_memo(payment: Payment) -> str:
    """Returns the memo by which people know whose payment it is; it tells its whole number."""
    number = payment.confirmation_number or payment.transaction_number or ""
    return f"BILL payment {payment.id}: {number}".removesuffix(": ")


def payment_number(payment: Payment) -> str:
    """Returns the payment's number as QuickBooks can hold it: its last 11 characters, which tell payments apart."""
    number = storable(payment.confirmation_number or payment.transaction_number or payment.id, MEMO)
    return number[-PAYMENT_NUMBER:].strip()


def _line(line: BillLine, refs: References) -> Body:
    made: Body = {
        "AccountRef": {"ListID": refs.accounts[classified(line, "chart_of_account_id")]},
        "Amount": amount_of(line),
    }
    if line.description:
        made["Memo"] = storable(line.description, MEMO)
    if not refs.class_field:
        return made
    its_class = classified(line, refs.class_field)
    return made | {"ClassRef": {"ListID": refs.classes[its_class]} if its_class else {}}  # said, so that none is left
