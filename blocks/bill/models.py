"""BILL's records, as far as the pairs read them; everything but the id may be missing."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr

from blocks.bill.parts import (
    Address,
    Classifications,
    EventType,
    FundingAccount,
    Invoice,
    LedgerAccount,
    Metadata,
    Part,
    Schedule,
    SubscriptionStatus,
    none_is_blank,
    none_is_empty,
)
from blocks.bill.values import Day, Instant, Money
from blocks.exact import instant

Stage = Literal["pending", "paid", "reversed", "attention", "unknown"]
_PENDING = frozenset({"APPROVING", "SCHEDULED", "READY_TO_FUND", "FUNDING_STARTED"})
_PAID = frozenset({"PROCESSED", "SENT", "DELIVERED", "CLEARED", "PAID"})
# These say that something is under way, not where the money is; a void that was asked for may be refused.
_UNDECIDED = frozenset(
    {"VOID_PENDING", "CANCELLATION_IN_PROGRESS", "DISBURSEMENT_ON_HOLD", "EXPIRING", "PARTIALLY_CLAIMED", "UNDEFINED"}
)


class Vendor(Part):
    """A vendor; BILL has no field for another system's id."""

    id: str
    name: str | None = None
    short_name: str | None = None
    account_number: str | None = None
    account_type: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address | None = None
    additional_info: dict[str, Any] | None = None
    bill_currency: str | None = None
    archived: bool | None = None
    created_time: Instant = None
    updated_time: Instant = None


class BillLine(Part):
    """One line of a bill or of a vendor credit; the amount is in major units."""

    id: str | None = None
    amount: Money = None
    quantity: Money = None
    price: Money = None
    description: str | None = None
    classifications: Classifications | None = None


Lines = Annotated[tuple[BillLine, ...], BeforeValidator(none_is_empty)]


class Bill(Part):
    """A bill; amounts are in major units of the vendor's currency, and None where BILL does not tell."""

    id: str
    vendor_id: str | None = None
    vendor_name: str | None = None
    invoice: Annotated[Invoice, BeforeValidator(none_is_blank)] = Invoice()
    due_date: Day = None
    description: str | None = None
    purchase_order_number: str | None = None
    bill_line_items: Lines = ()
    classifications: Classifications | None = None
    amount: Money = None
    credit_amount: Money = None
    scheduled_amount: Money = None
    paid_amount: Money = None
    due_amount: Money = None
    exchange_rate: Money = None
    payment_status: str | None = None
    approval_status: str | None = None
    record_status: str | None = None
    archived: bool | None = None
    created_time: Instant = None
    updated_time: Instant = None


class RecurringBill(Part):
    """A template that BILL makes bills from; each one's invoice number is its due date, whatever the vendor wrote.

    BILL tells neither an amount of the whole nor, in every list, the lines.
    """

    id: str
    vendor_id: str | None = None
    description: str | None = None
    schedule: Annotated[Schedule, BeforeValidator(none_is_blank)] = Schedule()
    recurring_bill_line_items: Lines = ()
    archived: bool | None = None
    created_time: Instant = None
    updated_time: Instant = None


class Split(Part):
    """The part of a payment that pays one bill."""

    id: str | None = None
    bill_id: str | None = None
    amount: Money = None


class Payment(Part):
    """A payment; `bill_payments` always holds the split, `bill_id` only where there is one bill."""

    id: str
    vendor_id: str | None = None
    vendor_name: str | None = None
    bill_id: str | None = None
    bill_payments: Annotated[tuple[Split, ...], BeforeValidator(none_is_empty)] = ()
    amount: Money = None
    funding_amount: Money = None
    exchange_rate: Money = None
    process_date: Day = None
    funding_account: FundingAccount | None = None
    description: str | None = None
    transaction_number: str | None = None
    confirmation_number: str | None = None
    sync_reference: str | None = None
    status: str | None = None
    single_status: str | None = None
    disbursement_status: str | None = None
    disbursement_type: str | None = None
    online_payment: bool | None = None
    created_time: Instant = None
    updated_time: Instant = None

    def stage(self) -> Stage:
        """Returns where the money is, for a ledger; `unknown` asks for nothing to be concluded.

        Paid is not final: a bank may still send the money back. The older `status` decides where the single
        status is missing or tells of something unfinished.
        """
        single = self.single_status or "UNDEFINED"
        return _stage((self.status or "") if single in _UNDECIDED else single)


class VendorCredit(Part):
    """A credit that a vendor has granted."""

    id: str
    vendor_id: str | None = None
    reference_number: str | None = None
    credit_date: Day = None
    description: str | None = None
    vendor_credit_line_items: Lines = ()
    amount: Money = None
    applied_amount: Money = None
    status: str | None = None
    archived: bool | None = None
    created_time: Instant = None
    updated_time: Instant = None


class Classification(Part):
    """An account, department, location, class, item, job or employee."""

    id: str
    name: str | None = None
    short_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    description: str | None = None
    parent_id: str | None = None
    account: LedgerAccount | None = None
    archived: bool | None = None
    created_time: Instant = None
    updated_time: Instant = None


class Subscription(Part):
    """A webhook subscription; the security key is there only right after it was made."""

    id: str
    name: str | None = None
    status: Annotated[SubscriptionStatus, BeforeValidator(none_is_blank)] = SubscriptionStatus()
    events: Annotated[tuple[EventType, ...], BeforeValidator(none_is_empty)] = ()
    notification_url: str | None = None
    security_key: SecretStr | None = None


class Notification(Part):
    """One event that BILL told of: what it says about itself, and the record it is about."""

    metadata: Metadata
    entity: str = ""  # "bill", "vendor", "payment", ...
    record: dict[str, Any] = Field(default_factory=dict)
    errors: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Returns the notification in a parsed body.

        Raises:
            ValueError: it has no event id.
        """
        entity = next((key for key, held in body.items() if key != "metadata" and isinstance(held, dict)), "")
        errors = [row for row in body.get("errors") or () if isinstance(row, dict)]
        return cls.model_validate(
            {"metadata": body.get("metadata"), "entity": entity, "record": body.get(entity) or {}, "errors": errors}
        )

    @property
    def record_id(self) -> str | None:
        """The record's id; a payment that failed has none."""
        given = self.record.get("id")
        return None if given is None else str(given)

    @property
    def updated_time(self) -> Instant:
        """When the record changed, by BILL's clock; orders the events of one record."""
        return instant(self.record.get("updatedTime"))


def _stage(status: str) -> Stage:
    if status in _PENDING:
        return "pending"
    if status in _PAID:
        return "paid"
    if "_FAILED_" in status:
        return "attention"
    if status in {"FUNDS_ESCHEATED", "ESCHEATED"} or (
        status.startswith(("VOID", "CANCEL")) and status not in _UNDECIDED
    ):
        return "reversed"
    return "unknown"
