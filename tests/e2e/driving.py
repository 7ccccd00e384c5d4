"""What every installation under test does: files, the command line, processes, as its users have them."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml

from tests.e2e.preloaded import completed

PYTHON = sys.executable


@dataclass
class Driven:
    """Drives the product as its users do; each pair's installation says what it connects."""

    pair: ClassVar[str]
    connection: ClassVar[str]

    home: Path
    prefect_api: str
    database_url: str = ""
    rules: dict[str, Any] = field(default_factory=dict)

    def secrets(self) -> dict[str, str]:
        """Returns the environment variables that the connection file names."""
        raise NotImplementedError

    def content(self) -> dict[str, Any]:
        """Returns what the connection file says."""
        raise NotImplementedError

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this installation finds."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ML_CONNECTOR_"))}
        own = {
            "ML_CONNECTOR_HOME": str(self.home),
            "ML_CONNECTOR_ALLOW_PRIVATE_HOSTS": "1",
            "PREFECT_API_URL": self.prefect_api,
            "PREFECT_API_TLS_INSECURE_SKIP_VERIFY": "true",  # there is no TLS; to prepare for it takes a client 30 ms
            "ML_CONNECTOR_WEB_PORT": "0",  # any free one, so that two installations never want the same
        }
        stored = {"ML_CONNECTOR_DATABASE_URL": self.database_url} if self.database_url else {}
        return kept | own | self.secrets() | stored

    def connection_file(self) -> Path:
        """Writes the connection file and returns its path."""
        path = self.home / "connections.yaml"
        path.write_text(yaml.safe_dump(self.content()))
        return path

    def command(self, *arguments: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Runs `ml-connector` to its end; fails unless it exits with `expect` (None: whatever it is)."""
        done = completed("deployments.cli", *arguments, environment=self.environment)
        said = f"{arguments} exited with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert expect is None or done.returncode == expect, said
        return done

    def apply(self) -> None:
        """Applies the connection file."""
        self.command("apply", str(self.connection_file()))

    def run(self, *arguments: str, expect: int | None = 0) -> dict[str, Any]:
        """Runs the pair in a process and returns what it printed as JSON."""
        done = self.command("run", self.pair, self.connection, "--json", *arguments, expect=expect)
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
        rows: list[dict[str, Any]] = json.loads(self.command("records", self.connection, "--json", *chosen).stdout)
        return rows


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> None:
    """Ends a process group that was started here, and waits for it."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
    process.wait(timeout=60)
