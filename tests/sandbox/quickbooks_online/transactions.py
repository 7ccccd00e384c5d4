"""What purchase orders, bills and bill payments have in common: party, dates, currency, number, location.

Source: QuickBooks Online API reference, PurchaseOrder, Bill, BillPayment.
"""

from datetime import date, timedelta
from decimal import Decimal

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.fields import Fields
from tests.sandbox.quickbooks_online.lines import without_untracked
from tests.sandbox.quickbooks_online.wire import Record

FORCED = "allowduplicatedocnum"


def opened(draft: Draft, fields: Fields) -> Record:
    """Returns the document's head as it will be stored; its lines and sums are still to come.

    Raises:
        Refusal: 2020, 6000, 6140 or 6210.
    """
    company = draft.company
    record = draft.merged(fields)
    for name in ("VendorRef", "Line"):
        if not record.get(name):
            raise refusals.missing(name)
    record.setdefault("TxnDate", company.today())
    for dated in (record, draft.before or {}):
        check_open(company, dated)
    if "DepartmentRef" in record and not company.prefers("TrackDepartments"):
        record = without_untracked(company, record, "DepartmentRef")
    _settle_currency(draft, record)
    _settle_payables(company, record)
    return record


def check_open(company: Company, record: Record) -> None:
    """Passes when the document's date lies after the closing of the books.

    Raises:
        Refusal: 6210, it does not.
    """
    closed = company.prefers("BookCloseDate")
    if closed and record.get("TxnDate", "9999") <= closed:
        raise refusals.period_closed()


def settle_due(company: Company, record: Record) -> None:
    """Gives the document the due date of its terms, if it has none."""
    term = company.rows("Term").get(record.get("SalesTermRef", {}).get("value", ""))
    if "DueDate" not in record and term is not None and "DueDays" in term:
        due = date.fromisoformat(record["TxnDate"]) + timedelta(days=int(term["DueDays"]))
        record["DueDate"] = due.isoformat()


def check_number(draft: Draft, record: Record) -> None:
    """Passes when no other document of the kind has this number, or the request allows it.

    Raises:
        Refusal: 6140, another has it.
    """
    number = record.get("DocNumber")
    before = (draft.before or {}).get("DocNumber")
    if number is None or number == before or FORCED in draft.allowed:
        return
    if any(row["Id"] != draft.id for row in draft.company.tables[draft.kind].having("DocNumber", number)):
        raise refusals.number_taken(number)


def _settle_currency(draft: Draft, record: Record) -> None:
    company = draft.company
    vendor = company.rows("Vendor").get(record["VendorRef"]["value"])
    theirs = vendor["CurrencyRef"] if vendor else {"value": company.home_currency}
    if company.prefers("MultiCurrencyEnabled") and "CurrencyRef" not in draft.given and not draft.before:
        raise refusals.missing("CurrencyRef")
    if record.setdefault("CurrencyRef", theirs) != theirs:
        raise refusals.business("The currency of the transaction is not the currency of the vendor.")
    if record["CurrencyRef"]["value"] == company.home_currency:
        record.pop("ExchangeRate", None)
    else:
        record.setdefault("ExchangeRate", Decimal(1))


def _settle_payables(company: Company, record: Record) -> None:
    """With one payables account it is implied, with several it must be said."""
    given = record.get("APAccountRef")
    payables = [row for row in list(company.rows("Account").values()) if row["AccountType"] == "Accounts Payable"]
    currency = record["CurrencyRef"]
    if given is None:
        fitting = [row for row in payables if row["Active"] and row["CurrencyRef"] == currency]
        if len(fitting) != 1:
            raise refusals.missing("APAccountRef")
        record["APAccountRef"] = {"value": fitting[0]["Id"]}
        return
    account = company.rows("Account").get(given["value"])
    if account is not None and account["AccountType"] != "Accounts Payable":
        raise refusals.business("You must specify an accounts payable account as the A/P account.")
    if account is not None and account["CurrencyRef"] != currency:
        raise refusals.business("The A/P account must have the currency of the transaction.")
