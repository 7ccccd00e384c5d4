"""BILL and a company file as they were just read for their comparison, and what is stored about their records."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from blocks.bill.models import Bill
from blocks.exact import Record
from blocks.quickbooks_desktop.company import Company
from blocks.quickbooks_desktop.models import BillPayment
from blocks.quickbooks_desktop.values import amount, text
from blocks.source import Row
from flows.bill_comparison.side import BillSide, ids
from flows.bill_quickbooks_desktop.mapping import References
from flows.bill_quickbooks_desktop.reference import FIELDS
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from tasks.state.mirrors import Mirrored

LINKED = ("accounts", "classes", "vendors", "bills", "payments")  # streams whose links are compared
Heading = tuple[str, str, Decimal]  # a bill's vendor in QuickBooks, its number and its total


@dataclass
class Books(BillSide):
    """Both systems as just read, and what is stored about their records."""

    scope: str = ""  # whose records these are; part of the marks that they carry
    company: Company | None = None
    bill_accounts: dict[str, Row] = field(default_factory=dict)  # BILL's, by id
    whole: dict[str, Bill] = field(default_factory=dict)  # BILL's bills that were read with their lines, by id
    lists: dict[str, dict[str, Mirrored]] = field(default_factory=dict)  # QuickBooks' small lists, by kind and ListID
    entered: dict[str, Mirrored] = field(default_factory=dict)  # QuickBooks' vendors, ours or marked so, by ListID
    documents: dict[str, Record] = field(default_factory=dict)  # QuickBooks' bills, ours or marked so, by TxnID
    others: defaultdict[Heading, list[str]] = field(default_factory=lambda: defaultdict(list))  # TxnIDs of all others
    paid: dict[str, BillPayment] = field(default_factory=dict)  # QuickBooks' payments, ours or marked so, by TxnID
    marked: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # QuickBooks' ids by stream and BILL's id

    def refs(self, rules: BillQuickBooksDesktopConnection) -> References:
        """Returns what bills refer to; which payables account one names is not compared."""
        tracked = self.company is not None and self.company.class_tracking
        return References(
            vendors=ids(self.links_of("vendors")),
            accounts=ids(self.links_of("accounts")),
            classes=ids(self.links_of("classes")),
            class_field=FIELDS[rules.class_from] if tracked else "",
        )

    def name_of(self, kind: str, list_id: str) -> str:
        """Returns what people call an entry of a list; its id if it is not there."""
        entry = self.lists.get(kind, {}).get(list_id)
        return f"{entry.number} {entry.name}".strip() if entry else list_id


def heading(bill: Record) -> Heading:
    """Returns what a QuickBooks bill is recognised by when it is there twice."""
    return text(bill, "VendorRef", "ListID"), text(bill, "RefNumber"), amount(bill, "AmountDue")
