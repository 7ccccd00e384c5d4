"""Both systems as they were just read for their comparison, and what is stored about their records."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.models import BillPayment, Document
from blocks.quickbooks_online.models import Vendor as QuickBooksVendor
from flows.bill_comparison.side import BillSide, ids
from flows.bill_quickbooks_online.mapping import Part, References
from tasks.state.models import Link

LINKED = ("accounts", "classes", "departments", "vendors", "bills", "payments")  # streams whose links are compared


@dataclass
class Books(BillSide):
    """Both systems as just read, and what is stored about their records."""

    company: Company = field(default_factory=lambda: Company.of({}, {}))
    parts: dict[str, Part] = field(default_factory=dict)  # of the bills that were read with their lines, by row id
    entered: dict[str, QuickBooksVendor] = field(default_factory=dict)  # QuickBooks' vendors, by id
    documents: dict[str, Document] = field(default_factory=dict)  # QuickBooks', ours or marked as ours, by id
    paid: dict[str, BillPayment] = field(default_factory=dict)  # QuickBooks' payments that we are linked to, by id
    department_classes: dict[str, str] = field(default_factory=dict)  # QuickBooks' class by BILL's department

    @cached_property
    def sent(self) -> Mapping[str, list[Link]]:
        """The links of each bill's documents, by the bill's id."""
        found: defaultdict[str, list[Link]] = defaultdict(list)
        for row_id, link in self.links_of("bills").items():
            found[bill_of(row_id)].append(link)
        return found

    @cached_property
    def refs(self) -> References:
        """What bills refer to."""
        vendors = self.links_of("vendors")
        return References(
            vendors=ids(vendors),
            accounts=ids(self.links_of("accounts")),
            classes=ids(self.links_of("classes")),
            locations=ids(self.links_of("departments")),
            department_classes=self.department_classes,
            currencies={one: link.label for one, link in vendors.items() if link.label},
            payables={},  # which account a document names is not compared
        )


def bill_of(row_id: str) -> str:
    """Returns the id of the bill that a row is about."""
    return row_id.split("/")[0]
