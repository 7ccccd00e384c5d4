"""What a user may set for a connection of Procurify and QAD."""

from datetime import date
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect.blocks.core import Block
from pydantic import Field, field_validator

from blocks.procurify.credentials import ProcurifyCredentials
from blocks.qad.credentials import QadCredentials
from flows.connection import Connection

PAIR = "procurify-qad"
EVERY = "*"  # all departments


class ProcurifyQadConnection(Connection):
    """One Procurify tenant and one QAD workspace, kept in agreement."""

    _block_type_name = "Procurify and QAD connection"
    _block_type_slug = "procurify-qad-connection"
    pair: ClassVar[str] = PAIR
    systems: ClassVar[dict[str, type[Block]]] = {"procurify": ProcurifyCredentials, "qad": QadCredentials}
    not_rules: ClassVar[frozenset[str]] = Connection.not_rules | {"look_back_hour", "look_back_days"}

    procurify: str = Field(title="Procurify", description="The name of the Procurify Credentials block.")
    qad: str = Field(title="QAD", description="The name of the QAD Credentials block.")
    look_back_hour: int = Field(
        default=3,
        ge=0,
        le=23,
        title="Look back at",
        description="The hour (UTC) from which a day's first run looks at the last weeks and all unfinished documents.",
    )
    look_back_days: int = Field(
        default=35, ge=1, title="Look back days", description="How many days that daily look goes back."
    )
    time_zone: str = Field(
        default="UTC",
        title="Time zone",
        description="The time zone of the Procurify tenant, such as America/Vancouver.",
    )
    start_date: date | None = Field(
        default=None,
        title="Start date",
        description="Orders and bills dated earlier are not sent. Without it the first run leaves out what is over.",
    )
    suppliers: dict[str, str] = Field(
        default_factory=dict,
        title="Suppliers",
        description='QAD supplier code to Procurify vendor id, or to "new" to make one although the name exists.',
    )
    supplier_scope: Literal["all", "known"] = Field(
        default="all", title="Supplier scope", description="Which suppliers go to Procurify: all, or those it has."
    )
    account_departments: dict[str, list[str]] = Field(
        default_factory=dict,
        title="Account departments",
        description='QAD account code to the Procurify departments (name or id) that may use it; "*" stands for all.',
    )
    default_departments: list[str] = Field(
        default_factory=lambda: [EVERY],
        title="Default departments",
        description="The departments that may use an account that is not named above.",
    )
    accounts: list[str] = Field(
        default_factory=list,
        title="Accounts",
        description="QAD account codes that buyers may pick; a final * stands for any ending. Empty for all.",
    )
    account_types: dict[str, int] = Field(
        default_factory=dict,
        title="Account types",
        description="Beginning of a QAD account code to Procurify's account type (0 to 5); others are expenses.",
    )
    order_number: Literal["external", "internal"] = Field(
        default="external",
        title="Order number",
        description="QAD's number of an order: Procurify's external one where it has one, or always the internal one.",
    )
    order_number_length: int = Field(
        default=8, ge=4, le=30, title="Length of order numbers", description="How many characters QAD takes."
    )
    site: str = Field(default="", title="Site", description="The QAD site that orders ship to.")
    sites: dict[str, str] = Field(
        default_factory=dict, title="Sites", description="Procurify branch (id or name) to QAD site."
    )
    bill_to: str = Field(default="", title="Bill to", description="The QAD address that orders are billed to.")
    daybook_set: str = Field(default="", title="Daybook set", description="The QAD daybook set of orders.")
    credit_terms: dict[str, str] = Field(
        default_factory=dict,
        title="Credit terms",
        description="Procurify payment terms to QAD credit terms; others are the supplier's own.",
    )
    cost_centers: dict[str, str] = Field(
        default_factory=dict,
        title="Cost centers",
        description="Procurify department (external id, name or id) to QAD cost center; others are their external id.",
    )
    items: dict[str, str] = Field(
        default_factory=dict,
        title="Items",
        description="Procurify SKU to QAD item; lines without one are memo lines.",
    )
    memo_item: str = Field(
        default="MEMO", title="Memo item", description="What memo lines have for an item: a code that no item has."
    )
    matching_mode: Literal["in_qad", "submit"] = Field(
        default="in_qad",
        title="Matching",
        description="Whether invoices are matched to receipts by people in QAD, or arrive with their matching lines.",
    )
    hold_for_receipts: bool = Field(
        default=True,
        title="Hold for receipts",
        description="Whether a bill waits until QAD has received what it bills.",
    )
    invoice_daybook: str = Field(default="SI", title="Invoice daybook", description="QAD's daybook of the invoices.")
    credit_note_daybook: str = Field(
        default="SC", title="Credit note daybook", description="QAD's daybook of the supplier's credit notes."
    )
    order_invoice_status: str = Field(
        default="AP-INITIAL",
        title="Status with orders",
        description="QAD's status code of a new invoice that refers to orders and is matched in QAD.",
    )
    matched_invoice_status: str = Field(
        default="AP-NOALLOC",
        title="Status when matched",
        description="QAD's status code of a new invoice that arrives with its matching lines.",
    )
    other_invoice_status: str = Field(
        default="AP-GLALLOC", title="Status without orders", description="QAD's status code of any other new invoice."
    )
    tax_account: str = Field(
        default="",
        title="Tax account",
        description="The QAD account that taxes on bills are posted to; empty adds them to the lines they belong to.",
    )
    shipping_account: str = Field(
        default="",
        title="Shipping account",
        description="The QAD account that shipping on bills is posted to; empty adds it to the lines it belongs to.",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"there is no time zone {value}") from None
        return value
