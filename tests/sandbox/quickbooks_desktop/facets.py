"""The types of values: how the text of an element becomes a value, and with which status it fails.

Source: the simple types of the qbXML 13.0 schema.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.quickbooks_desktop import refusals

_ACCOUNT_TYPES = (
    "AccountsPayable AccountsReceivable Bank CostOfGoodsSold CreditCard Equity Expense FixedAsset Income "
    "LongTermLiability NonPosting OtherAsset OtherCurrentAsset OtherCurrentLiability OtherExpense OtherIncome"
)
_TRANSACTIONS = (
    "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge Check CreditCardCharge "
    "CreditCardCredit CreditMemo Deposit Estimate InventoryAdjustment Invoice ItemReceipt JournalEntry PurchaseOrder "
    "ReceivePayment SalesOrder SalesReceipt SalesTaxPaymentCheck TimeTracking TransferInventory VehicleMileage "
    "VendorCredit"
)
_LISTS = (
    "Account BillingRate Class Currency Customer CustomerMsg CustomerType DateDrivenTerms Employee InventorySite "
    "ItemDiscount ItemFixedAsset ItemGroup ItemInventory ItemInventoryAssembly ItemNonInventory ItemOtherCharge "
    "ItemPayment ItemSalesTax ItemSalesTaxGroup ItemService ItemSubtotal JobType OtherName PaymentMethod "
    "PayrollItemNonWage PayrollItemWage PriceLevel SalesRep SalesTaxCode ShipMethod StandardTerms ToDo "
    "UnitOfMeasureSet Vehicle Vendor VendorType WorkersCompCode"
)
_MACROS = " ".join(
    f"{when}{period}"
    for period in ("Week", "Month", "FiscalQuarter", "FiscalYear")
    for when in ("This", "Last", "Next")
)
ENUMERATIONS = {
    name: frozenset(words.split())
    for name, words in {
        "AccountType": _ACCOUNT_TYPES,
        "ActiveStatus": "ActiveOnly InactiveOnly All",
        "BillableStatus": "Billable NotBillable HasBeenBilled",
        "DateMacro": f"All Today Yesterday {_MACROS}",
        "ListDelType": _LISTS,
        "MatchCriterion": "StartsWith Contains EndsWith",
        "Operator": "LessThan LessThanEqual Equal GreaterThan GreaterThanEqual",
        "PaidStatus": "All PaidOnly NotPaidOnly",
        "TxnDelType": _TRANSACTIONS,
        "TxnVoidType": _TRANSACTIONS,
    }.items()
}
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d([+-]\d\d:\d\d)?)?)?)?")
_GUID = re.compile(r"0|\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _time(text: str) -> str:
    """Returns the text itself: what it means depends on the PC's zone and on the end of the range."""
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    datetime.fromisoformat(text)
    return text


def _matching(pattern: str, convert: Callable[[str], Any]) -> Callable[[str], Any]:
    compiled = re.compile(pattern)

    def read(text: str) -> Any:
        if not compiled.fullmatch(text):
            raise ValueError(text)
        return convert(text)

    return read


_READERS: dict[str, tuple[int, str, Callable[[str], Any]]] = {
    "AMT": (3040, "amount", _matching(r"[+-]?\d{1,13}(\.\d\d)?", Decimal)),
    "BOOL": (3010, "boolean", _BOOLEANS.__getitem__),
    "DATE": (3020, "date", _date),
    "GUID": (3000, "GUID", _matching(_GUID.pattern, str)),
    "INT": (3060, "integer", _matching(r"[+-]?\d{1,9}", int)),
    "NUMBER": (3045, "number", _matching(r"[+-]?\d{1,15}(\.\d{1,10})?", Decimal)),  # PERCENTTYPE, FLOATTYPE
    "PRICE": (3045, "price", _matching(r"[+-]?\d{1,10}(\.\d{1,5})?", Decimal)),
    "QUAN": (3060, "quantity", _matching(r"[+-]?\d{1,10}(\.\d{1,5})?", Decimal)),
    "TIME": (3020, "date", _time),
}
_LIMITS = {"ID": 36, "EDIT": 16, "TEXT": 0}
NEVER_EMPTY = frozenset({"GUID", "INT", *ENUMERATIONS})  # the schema allows every other value to be empty
KNOWN = frozenset({*_READERS, *_LIMITS, *ENUMERATIONS})


def read(kind: str, limit: int, field: str, text: str) -> Any:
    """Returns the value of an element's text: Decimal, date, bool, int or the text.

    Raises:
        Refusal: 3000 to 3070, by the kind of value.
    """
    if kind in ENUMERATIONS:
        return _member(kind, field, text.strip())
    if kind in _LIMITS:
        return _within(limit or _LIMITS[kind], field, text if kind == "TEXT" else text.strip())
    code, what, convert = _READERS[kind]
    try:
        return convert(text.strip())
    except (ValueError, KeyError):
        raise refusals.unconverted(code, what, text, field) from None


def _member(kind: str, field: str, text: str) -> str:
    if text not in ENUMERATIONS[kind]:
        raise refusals.unconverted(3060, "enumerated", text, field)
    return text


def _within(limit: int, field: str, text: str) -> str:
    if limit and len(text) > limit:
        raise refusals.too_long(text, field)
    return text
