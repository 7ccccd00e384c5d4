"""How BILL's vendors, bills and payments read in QuickBooks Online: pure, and exact to the cent."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from blocks.bill.models import Bill, BillLine, Payment, Split, Vendor
from blocks.bill.parts import Address
from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.names import cleaned
from blocks.quickbooks_online.vendor_body import is_masked
from blocks.target import Body
from flows.bill_lines import NOTHING, amount_of, check_total, classified, dated
from flows.countries import THREE_LETTERS
from flows.unfit import UnfitError

PHONE, EMAIL, TAX_ID, ACCOUNT_NUMBER, COMPANY_NAME = 30, 100, 20, 100, 100  # QuickBooks' longest, in characters
DOC_NUMBER, TEXT = 21, 4000


class References(NamedTuple):
    """QuickBooks' ids by BILL's, as the align step found or made them."""

    vendors: Mapping[str, str]
    accounts: Mapping[str, str]
    classes: Mapping[str, str]
    locations: Mapping[str, str]  # by BILL department, or by BILL location, as the rules say
    department_classes: Mapping[str, str]  # classes that stand for departments
    currencies: Mapping[str, str]  # by BILL vendor
    payables: Mapping[str, str]  # the accounts payable account to name, by currency


class Coding(NamedTuple):
    """How the departments and classes of one bill's lines are said in QuickBooks."""

    location: str = ""  # BILL's id of what becomes the document's location
    by_class: bool = False  # the lines' departments become their classes


class Part(NamedTuple):
    """A bill, or those of its lines that become one document of their own."""

    bill: Bill
    organization: str  # BILL's id of it
    lines: Sequence[BillLine]
    department: str = ""  # of all these lines, where the bill is one of several documents


def to_vendor(vendor: Vendor, display_name: str, term: str, company: Company) -> Body:
    """Returns the vendor that QuickBooks shall hold; what BILL has not is sent empty, so that it is cleared.

    Raises:
        UnfitError: it has no name.
    """
    name = cleaned(display_name)
    if not name:
        raise UnfitError("has no name")
    more = vendor.additional_info or {}
    body: Body = {
        "DisplayName": name,
        "CompanyName": cleaned(str(more.get("companyName") or vendor.name or name))[:COMPANY_NAME],
        "PrimaryEmailAddr": {"Address": (vendor.email or "").strip()[:EMAIL]} if vendor.email else {},
        "PrimaryPhone": {"FreeFormNumber": (vendor.phone or "").strip()[:PHONE]} if vendor.phone else {},
        "BillAddr": to_address(vendor.address),
        "AcctNum": (vendor.account_number or "").strip()[:ACCOUNT_NUMBER],
        "Active": True,
    }
    if more.get("track1099") is not None:
        body["Vendor1099"] = bool(more["track1099"])
    if tax_id := readable_tax_id(vendor):
        body["TaxIdentifier"] = tax_id[:TAX_ID]
    if term:
        body["TermRef"] = {"value": term}
    if company.multicurrency and vendor.bill_currency:
        body["CurrencyRef"] = {"value": vendor.bill_currency}
    return body


def to_address(address: Address | None) -> Body:
    """Returns the address in QuickBooks' terms; the country with three letters, or as BILL has it."""
    if address is None:
        return {}
    country = (address.country or "").strip().upper()
    said = {
        "Line1": address.line1,
        "Line2": address.line2,
        "City": address.city,
        "CountrySubDivisionCode": address.state_or_province,
        "PostalCode": address.zip_or_postal_code,
        "Country": THREE_LETTERS.get(country, country),
    }
    return {name: value.strip() for name, value in said.items() if value and value.strip()}


def readable_tax_id(vendor: Vendor) -> str:
    """Returns the vendor's tax id; nothing if BILL shows it masked."""
    tax_id = str((vendor.additional_info or {}).get("taxId") or "").strip()
    return "" if is_masked(tax_id) else tax_id


def to_document(part: Part, coding: Coding, refs: References, company: Company, entity: str) -> Body:
    """Returns the purchase order or bill for a BILL bill; its lines add up to the bill's amount, to the cent.

    Raises:
        UnfitError: something is missing, or the lines do not add up.
        KeyError: a vendor, account, class or location is not aligned.
    """
    bill = part.bill
    currency = currency_of(bill, refs, company)
    check_total(bill, currency)
    day = dated(bill)
    body: Body = {
        "VendorRef": {"value": refs.vendors[bill.vendor_id or ""]},
        "TxnDate": day.isoformat(),
        "DueDate": (bill.due_date or day).isoformat(),
        "PrivateNote": marker(part),
        "Line": [_line(line, coding, refs, company) for line in part.lines],
    }
    if payables := refs.payables.get(currency):
        body["APAccountRef"] = {"value": payables}
    if company.locations:
        body["DepartmentRef"] = {"value": refs.locations[coding.location]} if coding.location else {}
    if company.multicurrency:
        body["CurrencyRef"] = {"value": currency}
    if company.class_per == "document":
        header = _header_class(part, coding, refs)
        body["ClassRef"] = {"value": header} if header else {}
    if company.custom_numbers or entity == "Bill":
        body["DocNumber"] = (bill.invoice.invoice_number or "")[:DOC_NUMBER]
    if entity == "PurchaseOrder":
        body["POStatus"] = "Open"
    return body


def marker(part: Part) -> str:
    """Returns the line of a document's private note by which it is known as this bill's."""
    of_department = f", department {part.department}" if part.department else ""
    number = part.bill.invoice.invoice_number or "without a number"
    return f"BILL bill {part.bill.id} of {part.organization}{of_department}: invoice {number}"


def payment_note(payment: Payment, split: Split) -> str:
    """Returns the line of a document's private note that tells of one payment of its bill."""
    said = [
        payment.single_status or payment.status or "UNKNOWN",
        "" if split.amount is None else _told(split.amount),
        payment.process_date.isoformat() if payment.process_date else "",
        payment.confirmation_number or payment.transaction_number or "",
    ]
    return f"BILL payment {payment.id}: {', '.join(filter(None, said))}"


def _told(amount: Decimal) -> str:
    """Returns the amount with two decimal places, or with more where it has more; nothing of it is rounded."""
    return f"{amount:f}" if amount != round(amount, 2) else f"{amount:.2f}"


def to_bill_payment(
    payment: Payment, paid: Mapping[str, Decimal], vendor: str, account: str, company: Company, currency: str
) -> Body:
    """Returns the QuickBooks payment of bills.

    Args:
        payment: as BILL has it now.
        paid: amount by QuickBooks bill id.
        vendor: QuickBooks' id.
        account: QuickBooks' id of the bank account.
        company: QuickBooks' settings.
        currency: of the bills.

    Raises:
        UnfitError: BILL does not tell the day.
    """
    if payment.process_date is None:
        raise UnfitError("has no process date in BILL")
    number = payment.confirmation_number or payment.transaction_number or ""
    body: Body = {
        "VendorRef": {"value": vendor},
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": {"value": account}, "PrintStatus": "NotSet"},
        "TotalAmt": sum(paid.values(), NOTHING),
        "TxnDate": payment.process_date.isoformat(),
        "PrivateNote": f"BILL payment {payment.id}: {number}".removesuffix(": "),
        "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": one, "TxnType": "Bill"}]} for one, amount in paid.items()],
    }
    if company.multicurrency:
        body["CurrencyRef"] = {"value": currency}
    return body


def currency_of(bill: Bill, refs: References, company: Company) -> str:
    """Returns the bill's currency, which is its vendor's."""
    return refs.currencies.get(bill.vendor_id or "") or company.home_currency


def _line(line: BillLine, coding: Coding, refs: References, company: Company) -> Body:
    detail: Body = {"AccountRef": {"value": refs.accounts[classified(line, "chart_of_account_id")]}}
    if company.class_per == "line" and (named := _class_of(line, coding, refs)):
        detail["ClassRef"] = {"value": named}
    made: Body = {
        "Amount": amount_of(line),
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": detail,
    }
    return {**made, "Description": line.description[:TEXT]} if line.description else made


def _class_of(line: BillLine, coding: Coding, refs: References) -> str:
    own, department = classified(line, "accounting_class_id"), classified(line, "department_id")
    if own:
        return refs.classes[own]
    return refs.department_classes[department] if coding.by_class and department else ""


def _header_class(part: Part, coding: Coding, refs: References) -> str:
    found = {_class_of(line, coding, refs) for line in part.lines}
    if len(found) > 1:
        said = "has lines of several classes, but the company keeps one class for each document"
        raise UnfitError(said, in_target=True, remedy="Or let QuickBooks Online keep classes by line.")
    return found.pop() if found else ""
