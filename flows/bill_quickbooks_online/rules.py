"""What a user may set for a connection of BILL and QuickBooks Online."""

from typing import Any, ClassVar, Literal

from prefect.blocks.core import Block
from pydantic import Field

from blocks.bill.credentials import BillCredentials
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from flows.connection import Connection

PAIR = "bill-quickbooks-online"
OWN_SCHEDULE = ["payments", "recurring_bills"]  # the streams that may have a schedule of their own
Fallback = Literal["class", "split"]


class BillQuickBooksOnlineConnection(Connection):
    """One BILL organization and one QuickBooks Online company, kept in agreement."""

    _block_type_name = "BILL and QuickBooks Online connection"
    _block_type_slug = "bill-quickbooks-online-connection"
    pair: ClassVar[str] = PAIR
    systems: ClassVar[dict[str, type[Block]]] = {
        "bill": BillCredentials,
        "quickbooks_online": QuickBooksOnlineCredentials,
    }
    consents: ClassVar[dict[str, str]] = {SYSTEM: "/oauth/quickbooks-online/{connection}/start"}
    not_rules: ClassVar[frozenset[str]] = Connection.not_rules | {"payments_schedule"}

    bill: str = Field(title="BILL", description="The name of the BILL Credentials block.")
    quickbooks_online: str = Field(
        title="QuickBooks Online", description="The name of the QuickBooks Online Credentials block."
    )
    target_entity: Literal["purchase_order", "bill"] = Field(
        default="purchase_order",
        title="Bills become",
        description="What a BILL bill becomes: a purchase order, which does not post, or a bill, which does.",
    )
    accounts: dict[str, str] = Field(
        default_factory=dict,
        title="Accounts",
        description="BILL account (id or number) to QuickBooks account (id, number or name); others by number or name.",
    )
    classes: dict[str, str] = Field(
        default_factory=dict,
        title="Classes",
        description="BILL accounting class (id or short name) to QuickBooks class (id or name); others by name.",
    )
    departments: dict[str, str] = Field(
        default_factory=dict,
        title="Departments",
        description="BILL department or location (id or short name) to QuickBooks location (id or name).",
    )
    location_from: Literal["department", "location"] = Field(
        default="department",
        title="Location from",
        description="Which of BILL's two is the location of a QuickBooks document.",
    )
    mixed_departments: list[Fallback] = Field(
        default_factory=lambda: list[Fallback](("class", "split")),
        title="Lines of several departments",
        description="Tried in this order, else held: the departments become the lines' classes; one order for each.",
    )
    department_classes: dict[str, str] = Field(
        default_factory=dict,
        title="Department classes",
        description="For departments that become classes: BILL department to QuickBooks class; others by name.",
    )
    terms: dict[str, str] = Field(
        default_factory=dict, title="Terms", description="BILL payment term id to QuickBooks term (id or name)."
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
    payables_account: str = Field(
        default="",
        title="Payables account",
        description="The accounts payable account (id, number or name), where the company has several.",
    )
    payment_account: str = Field(
        default="",
        title="Payment account",
        description="The bank account (id, number or name) that payments made in BILL are paid from, for bills.",
    )
    close_paid_orders: bool = Field(
        default=True, title="Close paid orders", description="A purchase order is closed when BILL has paid its bill."
    )
    quickbooks_only_vendors: Literal["list", "ignore"] = Field(
        default="list",
        title="Vendors only in QuickBooks",
        description="Whether a vendor that is entered in QuickBooks alone is listed as held.",
    )
    payments_schedule: str = Field(
        default="",
        title="Schedule of payments",
        description="When payments and recurring bills run, as a cron expression in UTC; empty for with all else.",
    )

    def schedules(self) -> list[tuple[str, dict[str, Any]]]:
        """Returns the schedules, each with what it asks for: payments may have their own."""
        if not self.payments_schedule:
            return super().schedules()
        others = {"streams": [name for name in STREAMS if name not in OWN_SCHEDULE]}
        main = [(self.schedule, others)] if self.schedule else []
        return [*main, (self.payments_schedule, {"streams": OWN_SCHEDULE})]


STREAMS = (
    "accounts",
    "classes",
    "departments",
    "vendors",
    "bills",
    "payments",
    "recurring_bills",
    "quickbooks_vendors",
    "quickbooks_documents",
)
