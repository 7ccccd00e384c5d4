"""The kinds of records that we write to QuickBooks Desktop: by which messages, and how each is known."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.fields import Shape
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.shapes import ADDS, MODS


class Lines(NamedTuple):
    """What a document's lines are called where they are sent and where they are stored."""

    sent: str
    held: str
    amount: str  # of a line that is sent
    total: str  # of the document as it is stored


class Kind(NamedTuple):
    """One kind of record."""

    name: str
    id: str
    by_ids: Callable[[Sequence[str]], Query]
    lines: Lines | None = None

    @property
    def add(self) -> str:
        """The message that creates one."""
        return f"{self.name}Add"

    @property
    def mod(self) -> str:
        """The message that changes one."""
        return f"{self.name}Mod"

    @property
    def shape(self) -> Shape:
        """What the message that creates one holds."""
        return ADDS[self.add]

    @property
    def changed_shape(self) -> Shape:
        """What the message that changes one holds."""
        return MODS[self.mod]


VENDOR = Kind("Vendor", "ListID", queries.vendors_by_ids)
BILL = Kind(
    "Bill",
    "TxnID",
    lambda ids: queries.bills(ids=ids),
    Lines("ExpenseLineAdd", "ExpenseLineRet", "Amount", "AmountDue"),
)
PAYMENT = Kind(
    "BillPaymentCheck",
    "TxnID",
    lambda ids: queries.payments(ids=ids),
    Lines("AppliedToTxnAdd", "AppliedToTxnRet", "PaymentAmount", "Amount"),
)
