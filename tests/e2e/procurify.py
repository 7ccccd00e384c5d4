"""One installation of the pair Procurify and QAD under test."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from tests.e2e.driving import Driven
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox

CONNECTION = "hooli"
PAUSE = 0.01  # seconds between two reads; tests that are about the pause set one of their own


@dataclass
class Purchasing(Driven):
    """Procurify and QAD, both sandboxes in this process."""

    pair: ClassVar[str] = "procurify-qad"
    connection: ClassVar[str] = CONNECTION

    procurify: ProcurifySandbox = field(default_factory=ProcurifySandbox)
    qad: QadSandbox = field(default_factory=QadSandbox)
    procurify_url: str = ""
    qad_url: str = ""
    client_secret: str = ""  # instead of the right one
    credentials: dict[str, Any] = field(default_factory=dict)  # further fields of the Procurify block

    def secrets(self) -> dict[str, str]:
        """Returns the password and the client's secret."""
        return {
            "PROCURIFY_CLIENT_SECRET": self.client_secret or self.procurify.client_secret,
            "QAD_PASSWORD": self.qad.password,
        }

    def content(self) -> dict[str, Any]:
        """Returns what the connection file says."""
        return {
            "credentials": [
                {
                    "type": "procurify-credentials",
                    "name": f"{CONNECTION}-procurify",
                    "subdomain": self.procurify.subdomain,
                    "client_id": self.procurify.client_id,
                    "client_secret": "${PROCURIFY_CLIENT_SECRET}",
                    "base_url": self.procurify_url,
                    "read_pause_seconds": PAUSE,
                    **self.credentials,
                },
                {
                    "type": "qad-credentials",
                    "name": f"{CONNECTION}-qad",
                    "base_url": f"{self.qad_url}{self.qad.context}",
                    "username": self.qad.username,
                    "password": "${QAD_PASSWORD}",
                    "workspace": self.qad.workspace,
                    "profile": {"write_pause": 0},
                },
            ],
            "connections": [
                {
                    "pair": self.pair,
                    "name": CONNECTION,
                    "procurify": f"{CONNECTION}-procurify",
                    "qad": f"{CONNECTION}-qad",
                    "time_zone": self.procurify.books.zone_name,
                    "site": "10-100",
                    "bill_to": "10-100",
                    "daybook_set": "STD",
                    "credit_terms": {"Net 30": "30"},
                    "order_number_length": 20,
                    "in_doubt_wait_seconds": 0.3,
                    **self.rules,
                }
            ],
        }
