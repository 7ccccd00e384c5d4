"""The entities: what each may hold, what it may be asked by, and which rules it follows.

Source: QuickBooks Online API reference, "filterable" and "sortable" of each entity; what clients use live.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from tests.sandbox.quickbooks_online import bill_payments, bills, lists, persons, purchase_orders, settings, shapes
from tests.sandbox.quickbooks_online.company import TRANSACTIONS, Company
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.fields import Fields
from tests.sandbox.quickbooks_online.transactions import check_open
from tests.sandbox.quickbooks_online.wire import Record

Properties = Mapping[str, str]  # property -> how its values compare

_EVERY = {"Id": "id", "MetaData.CreateTime": "time", "MetaData.LastUpdatedTime": "time"}
_NAMED = {**_EVERY, "Name": "text", "Active": "flag"}
_LEVELS = {**_NAMED, "FullyQualifiedName": "text"}
_PERSON = {
    **_EVERY,
    **dict.fromkeys(("GivenName", "MiddleName", "FamilyName", "Suffix", "DisplayName", "CompanyName"), "text"),
    "Active": "flag",
    "Balance": "number",
}
_DATED = {**_EVERY, "TxnDate": "date", "DocNumber": "text", "VendorRef": "ref", "TotalAmt": "number"}


def _no_rule(_company: Company, _before: Record | None, _after: Record | None) -> None:
    """What most entities do after they were written."""


@dataclass(frozen=True)
class Kind:
    """One entity."""

    name: str
    fields: Fields
    build: Callable[[Draft], Record]
    properties: Properties
    settle: Callable[[Company, Record | None, Record | None], None] = _no_rule  # before, after
    deletable: Callable[[Company, Record], None] | None = None  # None: never, only inactive
    order: str = "Name"  # how a list without ORDERBY is sorted

    @property
    def transaction(self) -> bool:
        """Tells whether it is a document rather than an entry of a list."""
        return self.name in TRANSACTIONS


_ALL = (
    Kind("Vendor", shapes.VENDOR, persons.build_vendor, _PERSON, order="DisplayName"),
    Kind("Customer", shapes.CUSTOMER, persons.build_customer, _PERSON, order="DisplayName"),
    Kind("Employee", shapes.EMPLOYEE, persons.build_employee, _PERSON, order="DisplayName"),
    Kind(
        "Account",
        shapes.ACCOUNT,
        lists.build_account,
        {**_LEVELS, "AccountType": "text", "AccountSubType": "text", "Classification": "text", "AcctNum": "text"},
        settle=partial(lists.rename_below, "Account"),
        order="FullyQualifiedName",
    ),
    Kind(
        "Class",
        shapes.CLASS,
        lists.build_class,
        _LEVELS,
        settle=partial(lists.rename_below, "Class"),
        order="FullyQualifiedName",
    ),
    Kind(
        "Department",
        shapes.DEPARTMENT,
        lists.build_department,
        _LEVELS,
        settle=partial(lists.rename_below, "Department"),
        order="FullyQualifiedName",
    ),
    Kind("Term", shapes.TERM, lists.build_term, _NAMED),
    Kind("Item", shapes.ITEM, lists.build_item, {**_NAMED, "Sku": "text", "Type": "text", "Description": "text"}),
    Kind(
        "PurchaseOrder",
        shapes.PURCHASE_ORDER,
        purchase_orders.build_order,
        {**_DATED, "DueDate": "date", "POStatus": "text", "APAccountRef": "ref"},
        settle=purchase_orders.remember_lines,
        deletable=purchase_orders.check_deletable,
    ),
    Kind(
        "Bill",
        shapes.BILL,
        bills.build_bill,
        {**_DATED, "DueDate": "date", "Balance": "number"},
        settle=bills.settle,
        deletable=bills.check_deletable,
    ),
    Kind(
        "BillPayment",
        shapes.BILL_PAYMENT,
        bill_payments.build_payment,
        _DATED,
        settle=bill_payments.settle,
        deletable=check_open,
    ),
    Kind("Preferences", settings.PREFERENCES, settings.build_preferences, _EVERY, order="Id"),
    Kind("CompanyInfo", settings.COMPANY_INFO, settings.refuse_company, _EVERY, order="Id"),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
BY_PATH: Mapping[str, Kind] = {kind.name.lower(): kind for kind in _ALL}
UNTRACKED = frozenset({"JournalCode", "TaxAgency", "TaxCode", "TaxRate", "TimeActivity"})  # not in change data capture
ELSEWHERE = frozenset(
    {"Invoice", "Purchase", "JournalEntry", "VendorCredit", "Payment", "Estimate", "SalesReceipt", "CreditMemo"}
    | {"Deposit", "Transfer", "RefundReceipt", "PaymentMethod", "CompanyCurrency", "Budget", "Attachable"}
)  # entities of QuickBooks that this company has none of
