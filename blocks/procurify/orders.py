"""Procurify's purchase orders, their lines and what was received on them."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from blocks.procurify.lists import Currency, OrderAccount, Vendor
from blocks.procurify.values import Code, Day, Flag, IdOf, Ids, Instant, Money, Part, Text, referred, rows

PURCHASED, CANCELLED, CLOSED, PAID, REOPENED = 0, 1, 3, 4, 5  # states of an order
BY_QUANTITY, BY_AMOUNT = 0, 1  # how a line is received


class CustomFieldName(Part):
    """Which custom field it is."""

    id: str
    name: Text = ""
    field_type: Text = ""


class CustomField(Part):
    """What a custom field of a record holds."""

    value: Text = ""
    field: Annotated[CustomFieldName | None, BeforeValidator(referred)] = None


CustomFields = Annotated[tuple[CustomField, ...], BeforeValidator(rows)]


class Charge(Part):
    """A tax or a discount of the whole order: an amount, or a percentage."""

    value: Money = None
    type: Text = ""


class SpendAllocation(Part):
    """The part of a line's amount that goes to one account."""

    id: str
    amount: Money = None
    account: Annotated[OrderAccount | None, BeforeValidator(referred)] = None


class OrderItem(Part):
    """A line of a purchase order, from the order or from the flat list of lines; quantities are cumulative.

    The flat list gives ids in the place of account, vendor and currency.
    """

    id: str
    po_line_num: Code = Field(default=None, alias="PO_line_num")
    purchase_order: IdOf = None  # the order's integer id
    purchase_order_uuid: Text = ""
    orders: Ids = Field(default=(), alias="PO")
    name: Text = ""
    sku: Text = ""
    num: Text = ""
    unit: Text = ""
    quantity: Money = None
    received_pass_qty: Money = Field(default=None, alias="receivedPassQty")
    received_fail_qty: Money = Field(default=None, alias="receivedFailQty")
    price: Money = None
    total_cost: Money = None
    tax_amount: Money = None
    shipping_amount: Money = None
    account: Annotated[OrderAccount | None, BeforeValidator(referred)] = None
    account_code_text: Text = Field(default="", alias="accountCode")
    spend_allocation: Annotated[tuple[SpendAllocation, ...], BeforeValidator(rows)] = ()
    pref_vendor: Annotated[Vendor | None, BeforeValidator(referred)] = None
    currency: Annotated[Currency | None, BeforeValidator(referred)] = None
    status: Code = None
    receive_method: Code = None
    type: Code = None
    is_active: Flag = None
    active: Flag = None
    external_id: Text = ""
    custom_fields: CustomFields = ()
    date_required: Day = None
    fully_received_actual_receive_date: Day = None
    last_modified: Instant = None

    @property
    def counts(self) -> bool:
        """Whether the line belongs to its order; one that was removed says that it is not active."""
        return self.is_active is not False and self.active is not False

    @property
    def order_id(self) -> str | None:
        """The integer id of its order; None for a line that is in none (any more)."""
        return self.purchase_order or (self.orders[-1] if self.orders else None)


class PurchaseOrder(Part):
    """A purchase order; its lines are in the detail, and not in the list."""

    uuid: str
    procurify_po: str = Field(alias="procurify_PO")  # the order's integer id
    number: Text = ""
    po_num: Text = Field(default="", alias="PO_Num")  # the number for the vendor; may be empty, and not unique
    date: Day = None
    promise_date: Day = None
    closed_date: Day = None
    last_modified: Instant = None
    version: Code = None
    state: Code = None
    fulfilment_status: Text = ""
    active: Flag = None
    pref_vendor: Annotated[Vendor | None, BeforeValidator(referred)] = None
    vendor_name: Text = ""
    payment_terms: Text = ""
    shipping_terms: Text = ""
    subtotal: Money = None
    freight: Money = None
    other: Money = None
    tax: Annotated[Charge | None, BeforeValidator(lambda held: held if isinstance(held, dict) else None)] = None
    discount: Annotated[Charge | None, BeforeValidator(lambda held: held if isinstance(held, dict) else None)] = None
    total: Money = None
    purchased_currency: Annotated[Currency | None, BeforeValidator(referred)] = None
    purchased_currency_rate: Money = None
    comment: Text = ""
    item_count: Code = None
    custom_fields: CustomFields = ()
    order_items: Annotated[tuple[OrderItem, ...], BeforeValidator(rows)] = ()

    @property
    def currency_code(self) -> str:
        """The ISO code of the order's currency; empty if it is not told."""
        return self.purchased_currency.name if self.purchased_currency else ""

    @property
    def shown_number(self) -> str:
        """The number that people know the order by."""
        return self.po_num or f"PF{self.procurify_po}"


class Receipt(Part):
    """One act of receiving on a line; it can be changed and undone, so the line's quantities are what counts."""

    id: str
    order_item: IdOf = None
    pass_quantity: Money = None
    fail_quantity: Money = None
    total_quantity: Money = None
    received_at: Day = None
    created_at: Instant = None
    is_edited: Flag = None
