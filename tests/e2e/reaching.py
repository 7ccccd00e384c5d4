"""An installation whose web app the vendors can reach while `ml-connector up` runs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.e2e.driving import Driven, end


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
            until(lambda: _answers(f"{self.web}/ready"), 60)
            yield
        finally:
            end(process)

    def flow_runs(self) -> list[dict[str, Any]]:
        """Returns the flow runs that notifications started for connections of this name."""
        wanted = {"flow_runs": {"tags": {"all_": ["webhook"]}}, "deployments": {"name": {"any_": [self.connection]}}}
        found: list[dict[str, Any]] = httpx.post(f"{self.prefect_api}/flow_runs/filter", json=wanted).json()
        return found

    def waiting(self) -> float:
        """Returns how many notifications no run has handled yet."""
        lines = httpx.get(f"{self.web}/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("ml_connector_inbox_waiting{"))


def until(true: Callable[[], Any], seconds: float) -> None:
    """Returns as soon as it is true; fails after so many seconds."""
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, f"not within {seconds:.0f} s"
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False
