"""The pieces that QuickBooks Desktop's records are made of."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from blocks.quickbooks_desktop.values import Day, Flag, Instant, Money, listed


class Part(BaseModel):
    """A piece of a record, under QuickBooks' names."""

    model_config = ConfigDict(
        alias_generator=to_pascal,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )


class Ref(Part):
    """A reference to an entry of a list; the name is that entry's current one, with those above it."""

    list_id: str | None = Field(default=None, alias="ListID")
    full_name: str | None = None


class Entity(Part):
    """What every record has: when it was made and changed, and which state of it this is."""

    time_created: Instant = None
    time_modified: Instant = None
    edit_sequence: str | None = None


class ListEntry(Entity):
    """An entry of a list; it may be inactive."""

    list_id: str | None = Field(default=None, alias="ListID")
    name: str | None = None
    is_active: Flag = None


class Address(Part):
    """Where a vendor is."""

    addr1: str | None = None
    addr2: str | None = None
    addr3: str | None = None
    addr4: str | None = None
    addr5: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    note: str | None = None


class LinkedTxn(Part):
    """Another transaction that this one is paid by, or made from."""

    txn_id: str | None = Field(default=None, alias="TxnID")
    txn_type: str | None = None
    txn_date: Day = None
    ref_number: str | None = None
    link_type: str | None = None
    amount: Money = None


Links = Annotated[tuple[LinkedTxn, ...], BeforeValidator(listed)]


class Line(Part):
    """A line that is booked to an account; the amount is in major units."""

    txn_line_id: str | None = Field(default=None, alias="TxnLineID")
    account_ref: Ref | None = None
    amount: Money = None
    memo: str | None = None
    customer_ref: Ref | None = None
    class_ref: Ref | None = None
    billable_status: str | None = None


class ItemLine(Part):
    """A line by item, which people have entered."""

    txn_line_id: str | None = Field(default=None, alias="TxnLineID")
    item_ref: Ref | None = None
    item_group_ref: Ref | None = None
    desc: str | None = None
    amount: Money = None
    total_amount: Money = None


class ItemEntry(Part):
    """A line by item, or one by a group of items."""

    item_line_ret: ItemLine | None = None
    item_group_line_ret: ItemLine | None = None


class Applied(Part):
    """How much of a payment pays one bill."""

    txn_id: str | None = Field(default=None, alias="TxnID")
    txn_type: str | None = None
    ref_number: str | None = None
    balance_remaining: Money = None
    amount: Money = None
    discount_amount: Money = None
