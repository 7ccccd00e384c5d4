"""What a user may set for a connection of BILL and QuickBooks Desktop."""

from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, Literal

from prefect.blocks.core import Block
from pydantic import Field

from blocks.bill.credentials import BillCredentials
from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials
from flows.bill_quickbooks_desktop.reaching import reached
from flows.connection import Connection
from flows.merging import Prefer
from tasks.run import Run

PAIR = "bill-quickbooks-desktop"
ANY_FIELD = "default"  # in vendor_edits: for fields that are not named


class BillQuickBooksDesktopConnection(Connection):
    """One BILL organization and one QuickBooks Desktop company file, kept in agreement."""

    _block_type_name = "BILL and QuickBooks Desktop connection"
    _block_type_slug = "bill-quickbooks-desktop-connection"
    pair: ClassVar[str] = PAIR
    systems: ClassVar[dict[str, type[Block]]] = {
        "bill": BillCredentials,
        "quickbooks_desktop": QuickBooksDesktopCredentials,
    }
    not_rules: ClassVar[frozenset[str]] = Connection.not_rules | {"batch_size", "wait_for_web_connector_seconds"}

    bill: str = Field(title="BILL", description="The name of the BILL Credentials block.")
    quickbooks_desktop: str = Field(
        title="QuickBooks Desktop", description="The name of the QuickBooks Desktop Credentials block."
    )
    accounts: dict[str, str] = Field(
        default_factory=dict,
        title="Accounts",
        description="BILL account (id or number) to QuickBooks account (id, number or name); others by number or name.",
    )
    classes: dict[str, str] = Field(
        default_factory=dict,
        title="Classes",
        description="What becomes the class of a line, in BILL (id or short name), to QuickBooks class (id or name).",
    )
    class_from: Literal["accounting_class", "department", "location"] = Field(
        default="accounting_class",
        title="Class from",
        description="Which of BILL's classifications is the class of a line, where the company uses classes.",
    )
    terms: dict[str, str] = Field(
        default_factory=dict, title="Terms", description="BILL payment term id to QuickBooks terms (id or name)."
    )
    vendors: dict[str, str] = Field(
        default_factory=dict,
        title="Vendors",
        description='BILL vendor id to QuickBooks vendor (id or name), or to "new" to make one although one is alike.',
    )
    same_name: Literal["adopt", "hold"] = Field(
        default="adopt",
        title="Same name",
        description="A QuickBooks vendor of the same name, with nothing else to compare: is it the one, or ask?",
    )
    vendor_edits: dict[str, Prefer] = Field(
        default_factory=lambda: dict[str, Prefer]({ANY_FIELD: "ask"}),
        title="Edits of a vendor on both sides",
        description="By field (name, address, phone, email, account_number, default): bill, quickbooks, newest or ask.",
    )
    quickbooks_only_vendors: Literal["create", "list", "ignore"] = Field(
        default="create",
        title="Vendors only in QuickBooks",
        description="What becomes of a vendor that is entered or changed in QuickBooks and is not in BILL.",
    )
    new_expense_accounts: Literal["list", "create"] = Field(
        default="list",
        title="Expense accounts only in QuickBooks",
        description="Whether an expense account that BILL does not have is added to BILL's chart.",
    )
    bills_without_approval: Literal["post", "hold"] = Field(
        default="post",
        title="Bills without approval",
        description="Whether a bill that BILL's policies ask nobody to approve goes to QuickBooks.",
    )
    edited_in_quickbooks: Literal["list", "bill"] = Field(
        default="list",
        title="Bills edited in QuickBooks",
        description="A bill that differs from BILL after somebody edited it in QuickBooks: list it, or restore it.",
    )
    withdrawn_bills: Literal["delete", "void", "list"] = Field(
        default="void",
        title="Withdrawn bills",
        description="What becomes of an unpaid QuickBooks bill whose bill is archived in BILL.",
    )
    payables_account: str = Field(
        default="",
        title="Payables account",
        description="The accounts payable account (id, number or name), where the company has several.",
    )
    payment_account: str = Field(
        default="",
        title="Payment account",
        description="The bank account (id, number or name) that payments made in BILL are paid from.",
    )
    payment_number: Literal["number", "print"] = Field(
        default="number",
        title="Payment number",
        description="A payment carries BILL's number, at most 11 characters of it, or is left to be printed.",
    )
    reversed_payments: Literal["void", "list"] = Field(
        default="void",
        title="Reversed payments",
        description="What becomes of a payment that BILL voids, or that fails, after it was posted.",
    )
    after_restore: Literal["stop", "go_on"] = Field(
        default="stop",
        title="After a restored backup",
        description="Whether anything is written to a company file that lacks many records which it had before.",
    )
    batch_size: int = Field(
        default=100, ge=1, le=500, title="Batch size", description="How many requests travel in one message set."
    )
    wait_for_web_connector_seconds: float = Field(
        default=0,
        ge=0,
        title="Wait for the Web Connector",
        description="How long a run waits for it to come; 0 for its interval and a minute more.",
    )

    def prefers(self, field: str) -> Prefer:
        """Returns whose edit of a vendor's field counts, where both sides were edited."""
        return self.vendor_edits.get(field, self.vendor_edits.get(ANY_FIELD, "ask"))

    def client(self, side: Any, run: Run) -> AbstractAsyncContextManager[Any]:
        """Returns the client of one of the two systems, for `async with`."""
        if isinstance(side, QuickBooksDesktopCredentials):
            return reached(side, run, self.wait_for_web_connector_seconds)
        return super().client(side, run)
