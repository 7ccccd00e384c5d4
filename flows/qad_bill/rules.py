"""What a user may set for a connection of QAD and BILL."""

from typing import ClassVar, Literal

from prefect.blocks.core import Block
from pydantic import Field

from blocks.bill.credentials import BillCredentials
from blocks.qad.credentials import QadCredentials
from flows.connection import Connection

PAIR = "qad-bill"
Becomes = Literal["bill", "vendor_credit", "skip"]


class QadBillConnection(Connection):
    """One QAD workspace and one BILL organization, kept in agreement."""

    _block_type_name = "QAD and BILL connection"
    _block_type_slug = "qad-bill-connection"
    pair: ClassVar[str] = PAIR
    systems: ClassVar[dict[str, type[Block]]] = {"qad": QadCredentials, "bill": BillCredentials}

    qad: str = Field(title="QAD", description="The name of the QAD Credentials block.")
    bill: str = Field(title="BILL", description="The name of the BILL Credentials block.")
    accounts: dict[str, str] = Field(
        default_factory=dict,
        title="Accounts",
        description="QAD account code to BILL account id; others are matched by number, then by exact name.",
    )
    departments: dict[str, str] = Field(
        default_factory=dict,
        title="Departments",
        description="QAD cost center to BILL department id; others are matched by code, then by exact name.",
    )
    create_departments: bool = Field(
        default=False, title="Create departments", description="Makes a BILL department for a cost center without one."
    )
    vendors: dict[str, str] = Field(
        default_factory=dict,
        title="Vendors",
        description='QAD supplier code to BILL vendor id, or to "new" to make one although the name exists.',
    )
    vendor_scope: Literal["needed", "all"] = Field(
        default="needed", title="Vendor scope", description="Which suppliers go to BILL: those with bills, or all."
    )
    long_vendor_names: Literal["refuse", "shorten"] = Field(
        default="refuse", title="Long vendor names", description="What to do with names over BILL's 100 characters."
    )
    long_invoice_numbers: Literal["refuse", "keep_end", "keep_start"] = Field(
        default="refuse", title="Long invoice numbers", description="What to do with numbers over BILL's 21 characters."
    )
    countries: dict[str, str] = Field(
        default_factory=dict,
        title="Countries",
        description="QAD's country spellings to ISO codes of two letters, besides the usual ones of three letters.",
    )
    approved_statuses: list[str] = Field(
        default_factory=list,
        title="Approved statuses",
        description="QAD invoice status codes that count as approved; if empty, QAD's own approved flag decides.",
    )
    invoice_types: dict[str, Becomes] = Field(
        default_factory=lambda: dict[str, Becomes](INVOICE="bill", CREDITNOTE="vendor_credit"),
        title="Invoice types",
        description="What a QAD invoice type becomes in BILL; a type that is not named is refused with that reason.",
    )
    payment_bank_account: str = Field(
        default="", title="Bank account", description="The QAD bank account code that payments made in BILL belong to."
    )
    payment_instruments: dict[str, str] = Field(
        default_factory=lambda: {"CHECK": "CHECK"},
        title="Payment instruments",
        description="BILL's disbursement type to QAD's payment instrument; others are electronic transfers.",
    )
    other_instrument: str = Field(
        default="ELECTRONICTRANSFER", title="Other instrument", description="QAD's instrument for all other payments."
    )
    paid_status: str = Field(default="PAID", title="Paid status", description="QAD's status code of a paid payment.")
    void_status: str = Field(default="VOID", title="Void status", description="QAD's status code of a voided payment.")
