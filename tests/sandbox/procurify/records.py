"""What a tenant keeps: orders with their lines, receipts, bills and payments, with exact numbers and aware moments."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Record = dict[str, Any]
ZERO = Decimal(0)

PURCHASED, CANCELLED, CLOSED, PAID, REOPENED = 0, 1, 3, 4, 5  # state of an order
OPEN_STATES = (PURCHASED, REOPENED)
PENDING, WAITING, RECEIVED, PARTIAL = 0, 2, 3, 5  # status of a line
DRAFT, CONFIRMED, APPROVED, DENIED, BILL_PAID, WITHDRAWN = 0, 1, 2, 3, 4, 5  # status of a bill
PAYMENT_CONFIRMED, PAYMENT_APPROVED, LIMBO = 6, 7, 8


@dataclass
class Vendor:
    """A vendor; `fields` are as they are written, with `*_ref` as ids of terms and methods."""

    id: int
    fields: Record
    modified: datetime


@dataclass
class Share:
    """A part of an amount that is coded to one account."""

    id: int
    account: int
    amount: Decimal


@dataclass
class Line:
    """An order item."""

    id: int
    order: int | None
    number: int
    name: str
    quantity: Decimal  # with receive_method 1 an amount in the order's currency
    price: Decimal
    account: int
    vendor: int
    currency: int
    created: datetime
    modified: datetime
    sku: str = ""
    unit: str = "each"
    num: str = ""
    tax_amount: Decimal | None = None
    shipping_amount: Decimal | None = None
    receive_method: int = 0
    type: int = 0
    shares: list[Share] = field(default_factory=list)
    custom_fields: list[Record] = field(default_factory=list)
    passed: Decimal = ZERO
    failed: Decimal = ZERO
    status: int = WAITING
    active: bool = True
    received_on: datetime | None = None
    receipts: list[int] = field(default_factory=list)
    fully_received: date | None = None

    @property
    def total(self) -> Decimal:
        """Price times quantity; of a line that is received by amount, the amount."""
        return self.quantity if self.receive_method == 1 else self.quantity * self.price

    @property
    def arrived(self) -> Decimal:
        """What came, good or not."""
        return self.passed + self.failed

    @property
    def full(self) -> bool:
        """Whether nothing is missing."""
        return self.arrived >= self.quantity


@dataclass
class Order:
    """A purchase order; its lines are found by their `order`."""

    id: int
    uuid: str
    vendor: int
    currency: int
    purchaser: int
    snapshot: Record
    dated: datetime
    modified: datetime
    PO_Num: str | None = None
    promise_date: date | None = None
    recorded: datetime | None = None
    closed: datetime | None = None
    state: int = PURCHASED
    version: int = 1
    freight: Decimal = ZERO
    other: Decimal = ZERO
    discount: Record = field(default_factory=lambda: {"value": ZERO, "type": "amount"})
    tax: Record | None = None  # None: that of the lines
    comment: str | None = None
    payment_terms: str = "Net 30"
    shipping_terms: str = ""
    custom_fields: list[Record] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


@dataclass
class Receipt:
    """One act of receiving."""

    id: int
    line: int
    passed: Decimal
    failed: Decimal
    on: date | None
    created: datetime
    edited: bool = False


@dataclass
class BillItem:
    """One item of a bill; its amounts are without tax."""

    id: int
    description: str
    total: Decimal
    shares: list[Share]
    created: datetime
    line: int | None = None
    order: int | None = None
    quantity: Decimal | None = None  # None: billed by cost
    unit_cost: Decimal | None = None
    sku: str = ""
    unit: str = ""
    tax: Decimal = ZERO
    tax_name: str | None = None
    tax_percentage: Decimal | None = None
    inclusive: bool = False
    shipping: Decimal | None = None


@dataclass
class BillCost:
    """One header charge of a bill."""

    id: int
    name: str
    share: Share

    @property
    def amount(self) -> Decimal:
        """What it costs."""
        return self.share.amount


@dataclass
class Bill:
    """A vendor's invoice, an expense report or a card statement."""

    id: int
    uuid: str
    vendor: int
    currency: int
    modified: datetime
    submitted: datetime | None
    vendor_name: str
    type: int = 0
    status: int = DRAFT
    version: int = 1
    group: int | None = None
    invoice_number: str = ""
    invoice_date: date | None = None
    due_date: date | None = None
    gl_post_date: date | None = None
    payment_terms: str = "Net 30"
    note: str = ""
    invoice_total: Decimal | None = None  # None: as computed
    items: list[BillItem] = field(default_factory=list)
    costs: list[BillCost] = field(default_factory=list)
    history: list[tuple[datetime, int]] = field(default_factory=list)
    attachments: list[Record] = field(default_factory=list)
    payment: int | None = None
    exported: date | None = None


@dataclass
class Payment:
    """A payment of one or more bills, known to them by their groups."""

    id: int
    uuid: str
    vendor: int
    currency: int
    amount: Decimal
    created: datetime
    updated: datetime
    status: str | None
    bills: list[str]
    groups: list[int]
    processing_date: date | None = None
    posted_date: date | None = None
    fields: Record = field(default_factory=dict)
