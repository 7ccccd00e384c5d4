"""One installation of the pair QAD and BILL under test."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from tests.e2e.driving import PYTHON, Driven, end
from tests.sandbox import sample
from tests.sandbox.bill import BillSandbox
from tests.sandbox.qad import QadSandbox

__all__ = ["CONNECTION", "PYTHON", "Installation", "end"]

CONNECTION = "acme"


@dataclass
class Installation(Driven):
    """QAD and BILL, both sandboxes in this process."""

    pair: ClassVar[str] = "qad-bill"
    connection: ClassVar[str] = CONNECTION

    bill: BillSandbox = field(default_factory=BillSandbox)
    qad: QadSandbox = field(default_factory=QadSandbox)
    bill_url: str = ""
    qad_url: str = ""

    def secrets(self) -> dict[str, str]:
        """Returns the passwords and the key."""
        return {
            "BILL_PASSWORD": self.bill.password,
            "BILL_DEV_KEY": self.bill.developer_key,
            "QAD_PASSWORD": self.qad.password,
        }

    def content(self) -> dict[str, Any]:
        """Returns what the connection file says."""
        return {
            "credentials": [
                {
                    "type": "qad-credentials",
                    "name": "acme-qad",
                    "base_url": f"{self.qad_url}{self.qad.context}",
                    "username": self.qad.username,
                    "password": "${QAD_PASSWORD}",
                    "workspace": self.qad.workspace,
                    "profile": {"write_pause": 0},
                },
                {
                    "type": "bill-credentials",
                    "name": "acme-bill",
                    "username": self.bill.username,
                    "password": "${BILL_PASSWORD}",
                    "organization_id": self.bill.organization_id,
                    "developer_key": "${BILL_DEV_KEY}",
                    "base_url": f"{self.bill_url}/connect",
                },
            ],
            "connections": [
                {
                    "pair": "qad-bill",
                    "name": CONNECTION,
                    "qad": "acme-qad",
                    "bill": "acme-bill",
                    "payment_bank_account": "1010-01",
                    "long_vendor_names": "shorten",
                    "in_doubt_wait_seconds": 0.3,
                    **self.rules,
                }
            ],
        }

    def seed(self, suppliers: int, invoices: int, **more: Any) -> list[dict[str, Any]]:
        """Fills both vendors with sample data; returns the flawed invoices, each with its flaw."""
        self.bill.seed_chart(sample.CHART)
        self.bill.seed_departments([{"name": one["name"], "shortName": one["code"]} for one in sample.DEPARTMENTS])
        return self.qad.generate(suppliers=suppliers, invoices=invoices, **more)
