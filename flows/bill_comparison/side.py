"""BILL as it was just read for a comparison, and what is stored about its records, whatever the other system is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from blocks.bill.models import Bill, Vendor
from flows.bill_payments import Paying
from tasks.state.models import Link, Record


@dataclass
class BillSide:
    """BILL as just read, and what is stored about its records."""

    connection: str = ""  # its name, for the commands that a remedy gives
    organization: str = ""  # BILL's id of it
    vendors: dict[str, Vendor] = field(default_factory=dict)  # by id
    bills: dict[str, Bill] = field(default_factory=dict)  # by id
    payments: dict[str, Paying] = field(default_factory=dict)  # of our bills, by row id
    links: dict[str, dict[str, Link]] = field(default_factory=dict)  # by stream and source id
    exceptions: dict[tuple[str, str], Record] = field(default_factory=dict)  # by stream and source id

    def links_of(self, stream: str) -> Mapping[str, Link]:
        """Returns the links of a stream by source id."""
        return self.links.get(stream, {})

    def knows(self, stream: str, source_id: str) -> bool:
        """Tells whether the record's own reason says why the two sides differ."""
        return (stream, source_id) in self.exceptions


def ids(links: Mapping[str, Link]) -> dict[str, str]:
    """Returns the other system's id of each record; a link counts whatever its state, for it may still be named."""
    return {source_id: link.target_id for source_id, link in links.items()}
