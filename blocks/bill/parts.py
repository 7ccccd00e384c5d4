"""The pieces that BILL's records are made of; everything may be missing, and what is new is passed over."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from blocks.bill.values import Day


class Part(BaseModel):
    """A piece of a record, under the vendor's names."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )


class Address(Part):
    """Where a vendor is; the country is ISO 3166 with two letters."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state_or_province: str | None = None
    zip_or_postal_code: str | None = None
    country: str | None = None


class Classifications(Part):
    """Which account, department and so on an amount belongs to, by BILL's ids."""

    chart_of_account_id: str | None = None
    accounting_class_id: str | None = None
    department_id: str | None = None
    location_id: str | None = None
    item_id: str | None = None
    job_id: str | None = None
    customer_id: str | None = None
    employee_id: str | None = None


class Invoice(Part):
    """The number and the day of the vendor's own invoice."""

    invoice_number: str | None = None
    invoice_date: Day = None


class Schedule(Part):
    """When a recurring bill makes its bills: every so many periods, some days before they are due.

    The period is DAILY, WEEKLY, MONTHLY, YEARLY or NONE; others may come.
    """

    period: str | None = None
    frequency: int | None = None
    next_due_date: Day = None
    end_date: Day = None
    days_in_advance: int | None = None


class FundingAccount(Part):
    """What a payment is paid from."""

    id: str | None = None
    type: str | None = None


class LedgerAccount(Part):
    """The type and number of an account in the chart of accounts."""

    type: str | None = None
    number: str | None = None


class EventType(Part):
    """A kind of event and the version of its form."""

    type: str
    version: str | None = None


class SubscriptionStatus(Part):
    """Whether BILL sends; it switches a subscription off when nobody answers."""

    enabled: bool | None = None


class Metadata(Part):
    """What a notification says about itself; there is no time in it."""

    event_id: str
    event_type: str = ""
    subscription_id: str | None = None
    organization_id: str | None = None
    version: str | None = None


def none_is_empty(value: Any) -> Any:
    """Returns the list that BILL gave, and an empty one for none."""
    return value or ()


def none_is_blank(value: Any) -> Any:
    """Returns the piece that BILL gave, and one without anything in it for none."""
    return value or {}
