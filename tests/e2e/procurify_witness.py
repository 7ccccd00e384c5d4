"""Writes down in which order QAD stored receipts and supplier invoices: what the hold of bills is judged by."""

from decimal import Decimal
from typing import Any, NamedTuple

from tests.sandbox.qad import QadSandbox
from tests.sandbox.qad.books import Table

RECEIPTS, INVOICES = "receipts", "supplierInvoices"


class Event(NamedTuple):
    """Something that was stored for the first time."""

    kind: str  # the table
    record: dict[str, Any]


class Witness:
    """Sees every receipt and every invoice of a tenant from now on, in their order."""

    def __init__(self, qad: QadSandbox) -> None:
        """Begins to watch; there are neither receipts nor invoices yet."""
        self.events: list[Event] = []
        for kind in (RECEIPTS, INVOICES):
            assert not qad.books.tables[kind]
            qad.books.tables[kind] = _Watched(kind, self.events)

    def received(self) -> dict[tuple[str, int], Decimal]:
        """Returns what was received by now, by order and line."""
        sums: dict[tuple[str, int], Decimal] = {}
        for event in self.events:
            if event.kind == RECEIPTS:
                place = place_of(event.record)
                sums[place] = sums.get(place, Decimal(0)) + event.record["quantityReceived"]
        return sums


class _Watched(Table):
    """A table that tells of each new record."""

    def __init__(self, kind: str, events: list[Event]) -> None:
        super().__init__()
        self._kind, self._events = kind, events

    def __setitem__(self, key: Any, record: dict[str, Any]) -> None:
        if key not in self:
            self._events.append(Event(self._kind, dict(record)))
        super().__setitem__(key, record)


def place_of(receipt: dict[str, Any]) -> tuple[str, int]:
    """Returns the order's number and the line that a receipt is of."""
    return str(receipt["purchaseOrderNumber"]), int(receipt["purchaseOrderLine"])
