"""One installation of the pair BILL and QuickBooks Online under test."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from tests.e2e.driving import Driven
from tests.sandbox import sample
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox

CONNECTION = "globex"


@dataclass
class Books(Driven):
    """BILL and QuickBooks Online, both sandboxes in this process."""

    pair: ClassVar[str] = "bill-quickbooks-online"
    connection: ClassVar[str] = CONNECTION

    bill: BillSandbox = field(default_factory=BillSandbox)
    quickbooks: QuickBooksSandbox = field(default_factory=QuickBooksSandbox)
    bill_url: str = ""
    quickbooks_url: str = ""
    credentials: dict[str, Any] = field(default_factory=dict)  # further fields of the QuickBooks block

    def secrets(self) -> dict[str, str]:
        """Returns the passwords, keys and tokens."""
        return {
            "BILL_PASSWORD": self.bill.password,
            "BILL_DEV_KEY": self.bill.developer_key,
            "QBO_CLIENT_SECRET": self.quickbooks.client_secret,
            "QBO_REFRESH_TOKEN": self.quickbooks.refresh_token,
            "QBO_VERIFIER_TOKEN": self.quickbooks.verifier_token,
        }

    def content(self) -> dict[str, Any]:
        """Returns what the connection file says."""
        return {
            "credentials": [
                {
                    "type": "bill-credentials",
                    "name": f"{CONNECTION}-bill",
                    "username": self.bill.username,
                    "password": "${BILL_PASSWORD}",
                    "organization_id": self.bill.organization_id,
                    "developer_key": "${BILL_DEV_KEY}",
                    "base_url": f"{self.bill_url}/connect",
                },
                {
                    "type": "quickbooks-online-credentials",
                    "name": f"{CONNECTION}-books",
                    "environment": self.quickbooks.environment,
                    "client_id": self.quickbooks.client_id,
                    "client_secret": "${QBO_CLIENT_SECRET}",
                    "realm_id": self.quickbooks.realm_id,
                    "refresh_token": "${QBO_REFRESH_TOKEN}",
                    "webhook_verifier_token": "${QBO_VERIFIER_TOKEN}",
                    "base_url": self.quickbooks_url,
                    "oauth_base_url": self.quickbooks_url,
                    **self.credentials,
                },
            ],
            "connections": [
                {
                    "pair": self.pair,
                    "name": CONNECTION,
                    "bill": f"{CONNECTION}-bill",
                    "quickbooks_online": f"{CONNECTION}-books",
                    "in_doubt_wait_seconds": 0.3,
                    **self.rules,
                }
            ],
        }

    def hurry(self) -> None:
        """Neither side waits for the minute to pass: the vendor allows more, and we are told so."""
        self.quickbooks.options(requests_per_minute=100_000, requests_per_second=1_000, batches_per_minute=10_000)
        self.credentials = {"calls_per_minute": 100_000, "batches_per_minute": 10_000}

    def seed(self, vendors: int, bills: int, **more: Any) -> list[dict[str, Any]]:
        """Fills both vendors with sample data; returns the flawed bills, each with its flaw."""
        self.quickbooks.seed_accounts(sample.CHART)
        self.quickbooks.seed_departments([one["name"] for one in sample.DEPARTMENTS])
        self.quickbooks.seed_classes(sample.CLASSES)
        return self.bill.generate(vendors=vendors, bills=bills, **more)

    def number_apart(self) -> None:
        """No two bills in BILL have the same number."""
        for place, bill in enumerate(self.bill.bills.values()):
            bill["invoice"]["invoiceNumber"] = f"N-{20_000 + place}"
