"""Both systems as they were just read for their comparison, and what is stored about their records."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from blocks.bill.models import Bill, Vendor
from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.models import BillPayment, Document
from blocks.quickbooks_online.models import Vendor as QuickBooksVendor
from flows.bill_payments import Paying
from flows.bill_quickbooks_online.mapping import Part, References
from tasks.state.models import Link, Record

LINKED = ("accounts", "classes", "departments", "vendors", "bills", "payments")  # streams whose links are compared


@dataclass
class Books:
    """Both systems as just read, and what is stored about their records."""

    connection: str = ""  # its name, for the commands that a remedy gives
    organization: str = ""  # BILL's id of it
    company: Company = field(default_factory=lambda: Company.of({}, {}))
    vendors: dict[str, Vendor] = field(default_factory=dict)  # BILL's, by id
    bills: dict[str, Bill] = field(default_factory=dict)  # BILL's, by id
    parts: dict[str, Part] = field(default_factory=dict)  # of the bills that were read with their lines, by row id
    payments: dict[str, Paying] = field(default_factory=dict)  # BILL's, of our bills, by row id
    entered: dict[str, QuickBooksVendor] = field(default_factory=dict)  # QuickBooks' vendors, by id
    documents: dict[str, Document] = field(default_factory=dict)  # QuickBooks', ours or marked as ours, by id
    paid: dict[str, BillPayment] = field(default_factory=dict)  # QuickBooks' payments that we are linked to, by id
    department_classes: dict[str, str] = field(default_factory=dict)  # QuickBooks' class by BILL's department
    links: dict[str, dict[str, Link]] = field(default_factory=dict)  # by stream and source id
    exceptions: dict[tuple[str, str], Record] = field(default_factory=dict)  # by stream and source id

    def links_of(self, stream: str) -> Mapping[str, Link]:
        """Returns the links of a stream by source id."""
        return self.links.get(stream, {})

    def knows(self, stream: str, source_id: str) -> bool:
        """Tells whether the record's own reason says why the two sides differ."""
        return (stream, source_id) in self.exceptions

    @cached_property
    def sent(self) -> Mapping[str, list[Link]]:
        """The links of each bill's documents, by the bill's id."""
        found: defaultdict[str, list[Link]] = defaultdict(list)
        for row_id, link in self.links_of("bills").items():
            found[bill_of(row_id)].append(link)
        return found

    @cached_property
    def refs(self) -> References:
        """What bills refer to; a link counts whatever its state, for the document may still name what it leads to."""
        vendors = self.links_of("vendors")
        return References(
            vendors=_ids(vendors),
            accounts=_ids(self.links_of("accounts")),
            classes=_ids(self.links_of("classes")),
            locations=_ids(self.links_of("departments")),
            department_classes=self.department_classes,
            currencies={one: link.label for one, link in vendors.items() if link.label},
            payables={},  # which account a document names is not compared
        )


def bill_of(row_id: str) -> str:
    """Returns the id of the bill that a row is about."""
    return row_id.split("/")[0]


def _ids(links: Mapping[str, Link]) -> dict[str, str]:
    return {source_id: link.target_id for source_id, link in links.items()}
