"""QuickBooks Desktop's records, as far as the pairs read them; everything may be missing.

Moments are by the clock of the PC that QuickBooks runs on. One without an offset is that PC's local time, which
nobody here knows the zone of: it is taken for UTC.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from blocks.quickbooks_desktop.parts import (
    Address,
    Applied,
    Entity,
    ItemEntry,
    Line,
    Links,
    ListEntry,
    Part,
    Ref,
)
from blocks.quickbooks_desktop.values import Day, Flag, Instant, Money, listed

VOIDED = "VOID:"  # how the memo of a voided transaction begins
OF_QUANTITY = "QUANTYPE"  # a link that says nothing of money


class Vendor(ListEntry):
    """A vendor; its name is unique among all vendors, customers, employees and other names."""

    company_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    vendor_address: Address | None = None
    phone: str | None = None
    email: str | None = None
    contact: str | None = None
    name_on_check: str | None = None
    account_number: str | None = None
    notes: str | None = None
    terms_ref: Ref | None = None
    currency_ref: Ref | None = None
    vendor_tax_ident: str | None = None
    is_vendor_eligible_for1099: Flag = Field(default=None, alias="IsVendorEligibleFor1099")
    balance: Money = None
    external_guid: str | None = Field(default=None, alias="ExternalGUID")


class Nested(ListEntry):
    """An entry that may stand below another one."""

    full_name: str | None = None
    parent_ref: Ref | None = None

    @property
    def path(self) -> str:
        """The name with those of the entries above it, such as `Office:Paper`."""
        return self.full_name or self.name or ""


class Account(Nested):
    """An account of the chart; the number is there even where the company does not show numbers."""

    account_type: str | None = None
    special_account_type: str | None = None
    account_number: str | None = None
    desc: str | None = None
    balance: Money = None
    currency_ref: Ref | None = None


class Class(Nested):
    """A class, which lines may be booked to."""


class Terms(ListEntry):
    """Payment terms: so many days, or a day of the month."""

    std_due_days: int | None = None
    std_discount_days: int | None = None
    discount_pct: Money = None
    day_of_month_due: int | None = None
    due_next_month_days: int | None = None


class Transaction(Entity):
    """What bills and payments have in common; amounts are in major units of the vendor's currency."""

    txn_id: str | None = Field(default=None, alias="TxnID")
    txn_number: str | None = None
    txn_date: Day = None
    ref_number: str | None = None
    memo: str | None = None
    ap_account_ref: Ref | None = Field(default=None, alias="APAccountRef")
    currency_ref: Ref | None = None
    exchange_rate: Money = None
    external_guid: str | None = Field(default=None, alias="ExternalGUID")


class Bill(Transaction):
    """A bill; `amount_due` is its total, not what is open."""

    vendor_ref: Ref | None = None
    due_date: Day = None
    amount_due: Money = None
    terms_ref: Ref | None = None
    is_paid: Flag = None
    linked_txn: Links = ()
    lines: Annotated[tuple[Line, ...], BeforeValidator(listed)] = Field(default=(), alias="ExpenseLineRet")
    items: Annotated[tuple[ItemEntry, ...], BeforeValidator(listed)] = Field(default=(), alias="ItemLines")

    @property
    def open_amount(self) -> Decimal:
        """What is still to be paid: the total less what is linked, for QuickBooks' own figure is not dependable."""
        if self.is_paid:
            return Decimal(0)
        linked = (link.amount or Decimal(0) for link in self.linked_txn if link.link_type != OF_QUANTITY)
        return (self.amount_due or Decimal(0)) + sum(linked, Decimal(0))

    @property
    def is_voided(self) -> bool:
        """Whether the bill was voided; it stays, with nothing in it."""
        return not self.amount_due and (self.memo or "").startswith(VOIDED)


class BillPayment(Transaction):
    """A payment of bills by check or credit card."""

    payee_entity_ref: Ref | None = None
    bank_account_ref: Ref | None = None
    credit_card_account_ref: Ref | None = None
    amount: Money = None
    is_to_be_printed: Flag = None
    applied: Annotated[tuple[Applied, ...], BeforeValidator(listed)] = Field(default=(), alias="AppliedToTxnRet")

    @property
    def is_voided(self) -> bool:
        """Whether the payment was voided; it stays, with nothing in it."""
        return not self.amount and (self.memo or "").startswith(VOIDED)


class Deleted(Part):
    """What was deleted, as far as QuickBooks remembers it."""

    txn_del_type: str | None = None
    txn_id: str | None = Field(default=None, alias="TxnID")
    list_del_type: str | None = None
    list_id: str | None = Field(default=None, alias="ListID")
    time_created: Instant = None
    time_deleted: Instant = None
    ref_number: str | None = None
    full_name: str | None = None

    @property
    def id(self) -> str:
        """What it was known by."""
        return self.txn_id or self.list_id or ""

    @property
    def kind(self) -> str:
        """What it was, such as `Bill`."""
        return self.txn_del_type or self.list_del_type or ""
