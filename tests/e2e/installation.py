"""One installation under test: a home, a Prefect server, sandbox vendors, and the command line."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.sandbox import sample
from tests.sandbox.bill import BillSandbox
from tests.sandbox.qad import QadSandbox

PYTHON = sys.executable
CONNECTION = "acme"


@dataclass
class Installation:
    """Drives the product as its users do: by files, by the command line, by processes."""

    home: Path
    prefect_api: str
    bill: BillSandbox
    qad: QadSandbox
    bill_url: str
    qad_url: str
    database_url: str = ""
    rules: dict[str, Any] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this installation finds."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ML_CONNECTOR_"))}
        own = {
            "ML_CONNECTOR_HOME": str(self.home),
            "ML_CONNECTOR_ALLOW_PRIVATE_HOSTS": "1",
            "PREFECT_API_URL": self.prefect_api,
            "ML_CONNECTOR_WEB_PORT": "0",  # any free one, so that two installations never want the same
            "BILL_PASSWORD": self.bill.password,
            "BILL_DEV_KEY": self.bill.developer_key,
            "QAD_PASSWORD": self.qad.password,
        }
        return kept | own | ({"ML_CONNECTOR_DATABASE_URL": self.database_url} if self.database_url else {})

    def connection_file(self) -> Path:
        """Writes the connection file and returns its path."""
        content = {
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
        path = self.home / "connections.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    def seed(self, suppliers: int, invoices: int, **more: Any) -> list[dict[str, Any]]:
        """Fills both vendors with sample data; returns the flawed invoices, each with its flaw."""
        self.bill.seed_chart(sample.CHART)
        self.bill.seed_departments([{"name": one["name"], "shortName": one["code"]} for one in sample.DEPARTMENTS])
        return self.qad.generate(suppliers=suppliers, invoices=invoices, **more)

    def command(self, *arguments: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Runs `ml-connector` to its end; fails unless it exits with `expect` (None: whatever it is)."""
        done = subprocess.run(
            [PYTHON, "-m", "deployments.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        said = f"{arguments} exited with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert expect is None or done.returncode == expect, said
        return done

    def apply(self) -> None:
        """Applies the connection file."""
        self.command("apply", str(self.connection_file()))

    def run(self, *arguments: str, expect: int | None = 0) -> dict[str, Any]:
        """Runs the pair in a process and returns what it printed as JSON."""
        done = self.command("run", "qad-bill", CONNECTION, "--json", *arguments, expect=expect)
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts `ml-connector` in the background, in a process group of its own."""
        log = (self.home / "background.log").open("ab")
        return subprocess.Popen(
            [PYTHON, "-m", "deployments.cli", *arguments],
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def records(self, outcome: str = "") -> list[dict[str, Any]]:
        """Returns the records as the command line prints them."""
        chosen = ("--outcome", outcome) if outcome else ()
        rows: list[dict[str, Any]] = json.loads(self.command("records", CONNECTION, "--json", *chosen).stdout)
        return rows


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> None:
    """Ends a process group that was started here, and waits for it."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
    process.wait(timeout=60)
