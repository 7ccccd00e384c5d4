"""QuickBooks Online's records, as far as the pairs read them; everything but the id may be missing."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from blocks.quickbooks_online.values import Day, Instant, Money, listed

DELETED = "Deleted"
_VOIDED = "Voided"  # how the note of a voided payment begins


class Part(BaseModel):
    """A piece of a record, under the vendor's names."""

    model_config = ConfigDict(
        alias_generator=to_pascal,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )


class Ref(Part):
    """A reference to another record; the name is that record's current one."""

    value: str | None = Field(default=None, alias="value")
    name: str | None = Field(default=None, alias="name")


class MetaData(Part):
    """When the record was made and last changed, by the vendor's clock."""

    create_time: Instant = None
    last_updated_time: Instant = None


class Entity(Part):
    """What every record has; of a deleted transaction there is nothing more than this."""

    id: str
    sync_token: str | None = None
    status: str | None = Field(default=None, alias="status")
    meta_data: Annotated[MetaData, BeforeValidator(lambda held: held or {})] = MetaData()

    @property
    def is_deleted(self) -> bool:
        """Whether this stands for a transaction that is not there any more."""
        return self.status == DELETED

    @property
    def changed_at(self) -> datetime | None:
        """When the record last changed, by the vendor's clock."""
        return self.meta_data.last_updated_time


class EmailAddress(Part):
    """An e-mail address."""

    address: str | None = None


class TelephoneNumber(Part):
    """A telephone number, as somebody wrote it."""

    free_form_number: str | None = None


class PhysicalAddress(Part):
    """Where a vendor is; the vendor may move what is in its parts into the lines."""

    line1: str | None = None
    line2: str | None = None
    line3: str | None = None
    line4: str | None = None
    line5: str | None = None
    city: str | None = None
    country_sub_division_code: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Vendor(Entity):
    """A vendor; all but the last four characters of the tax identifier are masked."""

    display_name: str | None = None
    company_name: str | None = None
    print_on_check_name: str | None = None
    primary_email_addr: EmailAddress | None = None
    primary_phone: TelephoneNumber | None = None
    bill_addr: PhysicalAddress | None = None
    tax_identifier: str | None = None
    acct_num: str | None = None
    term_ref: Ref | None = None
    currency_ref: Ref | None = None
    vendor1099: bool | None = None
    balance: Money = None
    active: bool | None = None


class LinkedTxn(Part):
    """Another transaction that this one is made from, paid by, or turned into."""

    txn_id: str | None = None
    txn_type: str | None = None
    txn_line_id: str | None = None


Links = Annotated[tuple[LinkedTxn, ...], BeforeValidator(listed)]


class AccountDetail(Part):
    """What a line by account is booked to."""

    account_ref: Ref | None = None
    class_ref: Ref | None = None
    customer_ref: Ref | None = None
    billable_status: str | None = None


class ItemDetail(Part):
    """What a line by item buys."""

    item_ref: Ref | None = None
    class_ref: Ref | None = None
    customer_ref: Ref | None = None
    qty: Money = None
    unit_price: Money = None


class Line(Part):
    """One line of a document; the amount is in major units."""

    id: str | None = None
    line_num: int | None = None
    description: str | None = None
    amount: Money = None
    detail_type: str | None = None
    linked_txn: Links = ()
    account_based_expense_line_detail: AccountDetail | None = None
    item_based_expense_line_detail: ItemDetail | None = None


Lines = Annotated[tuple[Line, ...], BeforeValidator(listed)]


class Transaction(Entity):
    """What purchase orders, bills and payments have in common; amounts are in major units of the vendor's currency."""

    vendor_ref: Ref | None = None
    ap_account_ref: Ref | None = Field(default=None, alias="APAccountRef")
    department_ref: Ref | None = None
    currency_ref: Ref | None = None
    exchange_rate: Money = None
    doc_number: str | None = None
    txn_date: Day = None
    total_amt: Money = None
    private_note: str | None = None
    line: Lines = ()


class Document(Transaction):
    """A purchase order or a bill; `po_status` is of an order only, `balance` of a bill."""

    class_ref: Ref | None = None
    sales_term_ref: Ref | None = None
    due_date: Day = None
    po_status: str | None = Field(default=None, alias="POStatus")
    memo: str | None = None
    balance: Money = None
    linked_txn: Links = ()


class CheckPayment(Part):
    """The bank account that a payment is made from."""

    bank_account_ref: Ref | None = None
    print_status: str | None = None


class CreditCardPayment(Part):
    """The credit card that a payment is made with."""

    cc_account_ref: Ref | None = Field(default=None, alias="CCAccountRef")


class BillPayment(Transaction):
    """A payment of bills, which its lines name."""

    pay_type: str | None = None
    check_payment: CheckPayment | None = None
    credit_card_payment: CreditCardPayment | None = None

    @property
    def is_voided(self) -> bool:
        """Whether the payment was voided; it stays, with nothing in it."""
        return self.total_amt == Decimal(0) and (self.private_note or "").startswith(_VOIDED)


class ListEntry(Entity):
    """An account, class, department, item or term; a name list's entries are never deleted, only made inactive."""

    name: str | None = None
    fully_qualified_name: str | None = None
    acct_num: str | None = None
    account_type: str | None = None
    account_sub_type: str | None = None
    classification: str | None = None
    currency_ref: Ref | None = None
    parent_ref: Ref | None = None
    expense_account_ref: Ref | None = None
    active: bool | None = None

    @property
    def full_name(self) -> str:
        """The name with those of the entries above it, such as `Office Expenses:Stationery`."""
        return self.fully_qualified_name or self.name or ""


def stub(record_id: str) -> dict[str, Any]:
    """Returns what the vendor shows of a deleted transaction."""
    return {"Id": record_id, "status": DELETED}
