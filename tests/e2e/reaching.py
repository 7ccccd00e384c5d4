"""An installation whose web app the vendors can reach while `ml-connector up` runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tests.e2e.driving import Driven, end
from tests.e2e.patience import answers, http, until


@dataclass
class Reachable(Driven):
    """Has a public address, which is the web app's own here."""

    web_port: int = 0

    @property
    def web(self) -> str:
        """The web app's address."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this installation finds."""
        own = {"ML_CONNECTOR_PUBLIC_URL": self.web, "ML_CONNECTOR_WEB_PORT": str(self.web_port)}
        return super().environment | own

    @contextmanager
    def up(self) -> Iterator[None]:
        """`ml-connector up` runs and is ready while the block does."""
        process = self.start("up")
        try:
            until(lambda: answers(f"{self.web}/ready"))
            yield
        finally:
            end(process)

    def flow_runs(self) -> list[dict[str, Any]]:
        """Returns the flow runs that notifications started for connections of this name."""
        wanted = {"flow_runs": {"tags": {"all_": ["webhook"]}}, "deployments": {"name": {"any_": [self.connection]}}}
        found: list[dict[str, Any]] = http.post(f"{self.prefect_api}/flow_runs/filter", json=wanted).json()
        return found

    def waiting(self) -> float:
        """Returns how many notifications no run has handled yet."""
        lines = http.get(f"{self.web}/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("ml_connector_inbox_waiting{"))


def assert_few(runs: list[dict[str, Any]], told_by: datetime) -> None:
    """Fails unless no run was asked for before the last one had begun, and at most two after all had been told.

    Args:
        runs: flow runs that notifications started.
        told_by: when the last notification had been taken.
    """
    assert runs, "no run was started"
    times = sorted((_moment(run["created"]), _moment(run["start_time"])) for run in runs)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(times)), times
    assert sum(created > told_by for created, _begun in times) <= 2, times


def now() -> datetime:
    """Returns the present moment."""
    return datetime.now(UTC)


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said)
