"""Procurify's bills and payments; amounts are in major units, and None where Procurify does not tell."""

from typing import Annotated

from pydantic import BeforeValidator

from blocks.procurify.lists import Currency, OrderAccount, Vendor
from blocks.procurify.orders import CustomFields, OrderItem
from blocks.procurify.values import Code, Day, Flag, IdOf, Ids, Instant, Money, Part, Text, referred, rows

DRAFT, CONFIRMED, APPROVED, DENIED, BILL_PAID, WITHDRAWN = 0, 1, 2, 3, 4, 5  # statuses of a bill
APPROVED_OR_LATER = frozenset({APPROVED, BILL_PAID, 6, 7, 8})  # 6 to 8 are steps of its payment
ORDER, EXPENSE, CREDIT_CARD = 0, 1, 2  # types of bills


class CostAllocation(Part):
    """The part of an amount that goes to one account."""

    id: str
    budget: Annotated[OrderAccount | None, BeforeValidator(referred)] = None  # the account
    amount: Money = None
    currency: Annotated[Currency | None, BeforeValidator(referred)] = None


class OrderOfBill(Part):
    """The purchase order that something is billed of."""

    id: str
    number: Text = ""
    uuid: Text = ""


class BillItem(Part):
    """One line of a bill, by quantity or by cost; one that bills an order's line names it."""

    id: str
    type: Text = ""
    archived: Flag = None
    orderitem: Annotated[OrderItem | None, BeforeValidator(referred)] = None
    po: Annotated[OrderOfBill | None, BeforeValidator(referred)] = None
    description: Text = ""
    sku: Text = ""
    unit: Text = ""
    bill_by_cost: Flag = None
    quantity: Money = None
    unit_cost: Money = None
    total_cost: Money = None  # without tax
    tax_name: Text = ""
    tax_percentage: Money = None
    tax_amount: Money = None
    tax_is_inclusive: Flag = None
    total_cost_with_tax: Money = None
    shipping_amount: Money = None
    cost_allocations: Annotated[tuple[CostAllocation, ...], BeforeValidator(rows)] = ()
    received_on: Instant = None
    custom_fields: CustomFields = ()


class BillCost(Part):
    """A charge of the whole bill, such as freight, with its own account."""

    id: str
    name: Text = ""
    amount: Money = None
    cost_allocation: Annotated[CostAllocation | None, BeforeValidator(referred)] = None


class Attachment(Part):
    """A file of a bill; its address may lead to another host, and expire."""

    id: str
    name: Text = ""
    file: Text = ""
    mimetype: Text = ""


class Bill(Part):
    """A supplier's bill; items and costs are in the detail, and in the list only the items' ids."""

    id: str
    uuid: str
    status: Code = None
    type: Code = None
    version: Code = None
    active: Flag = None
    locked: Flag = None
    group: IdOf = None  # what payments refer to
    vendor: Annotated[Vendor | None, BeforeValidator(referred)] = None
    vendor_name: Text = ""
    invoice_number: Text = ""
    invoice_date: Day = None
    due_date: Day = None
    gl_post_date: Day = None
    submitted_date: Instant = None
    last_modified_datetime: Instant = None
    currency: Annotated[Currency | None, BeforeValidator(referred)] = None
    subtotal_cost: Money = None  # without tax, shipping and costs
    total_cost: Money = None  # without tax and shipping
    tax_amount: Money = None
    inclusive_tax_amount: Money = None
    exclusive_tax_amount: Money = None
    shipping_amount: Money = None
    total_cost_with_tax: Money = None
    invoice_total: Money = None
    payment_terms: Text = ""
    note: Text = ""
    items: Annotated[tuple[BillItem, ...], BeforeValidator(rows)] = ()
    costs: Annotated[tuple[BillCost, ...], BeforeValidator(rows)] = ()
    added_purchase_orders: Annotated[tuple[OrderOfBill, ...], BeforeValidator(rows)] = ()
    invoice_attachments: Annotated[tuple[Attachment, ...], BeforeValidator(rows)] = ()

    @property
    def currency_code(self) -> str:
        """The ISO code of the bill's currency; empty if it is not told."""
        return self.currency.name if self.currency else ""


class Payment(Part):
    """A payment; it pays the bills whose `group` is among its bill groups."""

    id: str
    uuid: str
    status: Text = ""
    amount: Money = None
    currency: Annotated[Currency | None, BeforeValidator(referred)] = None
    vendor_name: Text = ""
    processing_date: Day = None
    posted_date: Day = None
    gl_code: Text = ""
    payment_source_name: Text = ""
    payment_source_type: Text = ""
    bill_groups: Ids = ()
    created_at: Instant = None
    updated_at: Instant = None
