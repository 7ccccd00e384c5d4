"""Procurify and QAD as just read for their comparison, and what is stored about their records."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from blocks.procurify.models import Bill, Payment, PurchaseOrder, Vendor
from blocks.qad.models import SupplierInvoice
from blocks.qad.purchasing import PurchaseOrder as QadOrder
from tasks.state.models import Link, Record

MARK = re.compile(r"PF(\S+) ([0-9a-f]{8,32})\b")  # in the remarks of an order in QAD: whose order it is
Numbered = tuple[str, str]  # a supplier's code, and its invoice number without regard to case


@dataclass
class Books:
    """Both systems as just read, and what is stored about their records."""

    orders: dict[str, PurchaseOrder] = field(default_factory=dict)  # Procurify's, by uuid
    bills: dict[str, Bill] = field(default_factory=dict)  # Procurify's bills of suppliers, by uuid
    payments: dict[str, list[Payment]] = field(default_factory=dict)  # Procurify's, by bill group
    vendors: dict[str, Vendor] = field(default_factory=dict)  # Procurify's, by id
    placed: dict[str, list[QadOrder]] = field(default_factory=dict)  # QAD's, by Procurify's integer id of the order
    amounts: dict[str, Decimal] = field(default_factory=dict)  # of QAD's lines together, by order number
    exact: dict[str, Decimal] = field(default_factory=dict)  # of Procurify's lines together, by uuid; where looked up
    invoices: dict[Numbered, list[SupplierInvoice]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)  # uuids of sent documents that Procurify does not have any more
    order_links: Mapping[str, Link] = field(default_factory=dict)  # by uuid
    bill_links: Mapping[str, Link] = field(default_factory=dict)  # by uuid
    supplier_links: Mapping[str, str] = field(default_factory=dict)  # supplier codes by vendor id
    exceptions: Mapping[tuple[str, str], Record] = field(default_factory=dict)  # by stream and source id

    def knows(self, stream: str, source_id: str) -> bool:
        """Tells whether the record's own reason says already what is wrong with it."""
        return (stream, source_id) in self.exceptions

    def code_of(self, vendor: Vendor | None) -> str:
        """Returns the code of the supplier that a vendor stands for; empty if it stands for none."""
        if vendor is None:
            return ""
        known = self.vendors.get(vendor.id, vendor)
        return self.supplier_links.get(vendor.id) or known.external_id

    def invoices_of(self, bill: Bill) -> Sequence[SupplierInvoice]:
        """Returns QAD's invoices of the bill's supplier and number; the linked one comes first."""
        link = self.bill_links.get(bill.uuid)
        found = self.invoices.get((self.code_of(bill.vendor), bill.invoice_number.strip().casefold()), ())
        return sorted(found, key=lambda one: link is None or one.id != link.target_id)

    def payments_of(self, bill: Bill) -> Sequence[Payment]:
        """Returns the payments that pay the bill."""
        return self.payments.get(bill.group, ()) if bill.group else ()


def marked(orders: Sequence[QadOrder]) -> dict[str, list[QadOrder]]:
    """Returns those of QAD's orders that bear a mark of Procurify's, by the integer id that it names."""
    found = defaultdict[str, list[QadOrder]](list)
    for order in orders:
        if mark := MARK.match(order.remarks):
            found[mark[1]].append(order)
    return dict(found)


def mark_fits(order: QadOrder, uuid: str) -> bool:
    """Tells whether the mark of an order in QAD names this uuid."""
    mark = MARK.match(order.remarks)
    return mark is not None and uuid.replace("-", "").startswith(mark[2])
