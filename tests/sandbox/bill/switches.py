"""The switches of the BILL emulator, with BILL's own behaviour as defaults."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Switches:
    """What a test may change about BILL; times are seconds."""

    cap_status: int = 422  # HTTP status of BDC_1144 and BDC_1322; others report 429
    request_cap: int = 20_000  # calls per clock hour and developer key
    login_cap: int = 200  # logins per clock hour and developer key
    concurrency: int = 3  # calls under way per developer key and organization
    session_idle_seconds: float = 2_100
    token_idle_seconds: float = 172_800  # for a session opened with a sync token
    string_numbers: bool = False  # money in answers arrives as JSON strings
    thin_rows: bool = True  # list rows lack some of what a single read returns
    coarse_time: bool = False  # whole seconds, so that records share their timestamps
    silent: bool = False  # nothing that happens is told to any subscription, as if it had happened before
    every_vendor_event: bool = False  # any change of a vendor fires vendor.updated, not only the documented ones
    approval_events: bool = False  # approvals and payments fire bill.updated as well
    approval_bumps_bill: bool = True  # an approval changes the bill's updatedTime
    payment_bumps_bill: bool = True  # a payment's progress changes the bill's updatedTime
    payments_trusted: bool = False  # every session may move money, as after the second factor
    partial_status: str = "PARTIALLY_PAID"  # paymentStatus of a bill that is paid in part
    invoice_number_filter: bool = False  # bills may be listed by invoice.invoiceNumber
    unique_invoice_numbers: bool = False  # a vendor's second bill of one number is refused
    unique_transaction_numbers: bool = False
    refuse_archived_accounts: bool = False  # an archived classification on a bill is refused
    allow_http: bool = True  # notification URLs on loopback have no certificate
    history_while_disabled: bool = True  # a disabled subscription still collects its events
    webhook_retry_scale: float = 1.0  # multiplies the waits of 2, 4, 8 and 16 seconds
    webhook_timeout_seconds: float = 10
    duplicate: bool = False  # every notification is sent twice
    reorder: bool = False  # neighbouring notifications change places
    delay_seconds: float = 0
    drop: int = 0  # how many notifications are lost on the way; -1 for all
    double_encoded: bool = False  # the body is a JSON string that holds the JSON

    def change(self, **switches: Any) -> None:
        """Sets the named switches; the others keep their values.

        Raises:
            ValueError: there is no switch of that name.
        """
        unknown = sorted(set(switches) - {field.name for field in fields(self)})
        if unknown:
            raise ValueError(f"no such switch: {', '.join(unknown)}")
        for name, value in switches.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        """Returns every switch with its value."""
        return asdict(self)
