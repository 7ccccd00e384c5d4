"""QAD's purchase orders and receipts as the pairs read them; nearly everything may be missing."""

from decimal import Decimal
from urllib.parse import quote

from blocks.qad.models import Day, Flag, Money, Part, Text

OPEN, CLOSED, CANCELLED = "OPEN", "CLOSED", "CANCELLED"
ENDED = frozenset({CLOSED, CANCELLED})


def line_id(number: str, line: int | str) -> str:
    """Returns an order's line as one text, such as `PO10442/3`."""
    return f"{quote(number, safe='')}/{line}"


class PurchaseOrder(Part):
    """The header of a purchase order; its lines are records of their own."""

    domain: Text = ""
    number: str
    supplier: Text = ""
    currency: Text = ""
    credit_terms: Text = ""
    daybook_set: Text = ""
    ship_to_site: Text = ""
    bill_to: Text = ""
    contact: Text = ""
    remarks: Text = ""
    order_date: Day = None
    due_date: Day = None
    status: Text = ""  # OPEN, CLOSED, CANCELLED, or what else the tenant has; nothing means open
    is_confirmed: Flag = None

    @property
    def id(self) -> str:
        """The number, which the order's maker gave it."""
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether goods may still be received for it."""
        return self.status not in ENDED


class PurchaseOrderLine(Part):
    """One line of a purchase order; its number was given by QAD."""

    domain: Text = ""
    number: str
    line: int
    site: Text = ""
    item: Text = ""
    description: Text = ""
    quantity: Money = None
    unit: Text = ""
    cost: Money = None  # of one unit, in the order's currency
    due_date: Day = None
    account: Text = ""
    cost_center: Text = ""
    quantity_received: Money = None
    status: Text = ""

    @property
    def id(self) -> str:
        """Such as `PO10442/3`."""
        return line_id(self.number, self.line)


class Receipt(Part):
    """Goods that came for one line of an order; what was taken back has a negative quantity."""

    domain: Text = ""
    receiver: str
    purchase_order: str
    line: int
    item: Text = ""
    unit: Text = ""
    supplier: Text = ""
    receipt_date: Day = None
    quantity: Money = None
    cost: Money = None
    site: Text = ""
    currency: Text = ""
    quantity_matched: Money = None  # with invoices; only the list of open receivers tells it

    @property
    def id(self) -> str:
        """Such as `RC001377/PO10442/1`."""
        return f"{quote(self.receiver, safe='')}/{self.line_id}"

    @property
    def line_id(self) -> str:
        """Which line of which order it is for, such as `PO10442/1`."""
        return line_id(self.purchase_order, self.line)

    @property
    def amount(self) -> Decimal | None:
        """What the goods cost, unrounded; None where QAD does not tell."""
        return None if self.quantity is None or self.cost is None else self.quantity * self.cost

    @property
    def quantity_open(self) -> Decimal | None:
        """How much no invoice has been matched with; all of it, where QAD tells no more."""
        return None if self.quantity is None else self.quantity - (self.quantity_matched or 0)
