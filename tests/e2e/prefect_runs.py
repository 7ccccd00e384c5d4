"""The connection's deployment and its flow runs, as the Prefect server has them."""

from typing import Any

from tests.e2e.driving import Driven
from tests.e2e.patience import http, until


def deployment_of(it: Driven) -> str:
    """Returns the id of the connection's deployment."""
    found = http.get(f"{it.prefect_api}/deployments/name/{it.pair}/{it.connection}")
    return str(found.raise_for_status().json()["id"])


def start_run(it: Driven) -> str:
    """Starts the deployment as its Quick run button does, and returns the flow run's id."""
    made = http.post(f"{it.prefect_api}/deployments/{deployment_of(it)}/create_flow_run", json={})
    return str(made.raise_for_status().json()["id"])


def newest_runs(it: Driven) -> list[dict[str, Any]]:
    """Returns the deployment's flow runs."""
    chosen = {"deployments": {"id": {"any_": [deployment_of(it)]}}, "sort": "START_TIME_DESC", "limit": 5}
    runs: list[dict[str, Any]] = http.post(f"{it.prefect_api}/flow_runs/filter", json=chosen).json()
    return runs


def wait_for(it: Driven, run: str, state: str) -> None:
    """Waits until the flow run is in the state; fails at once in another final one that it did not begin with."""
    begun = http.get(f"{it.prefect_api}/flow_runs/{run}").json()["state"]["id"]

    def there() -> bool:
        now = http.get(f"{it.prefect_api}/flow_runs/{run}").json()["state"]
        ended = now["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} and now["id"] != begun
        assert now["name"] == state or not ended, f"the run ended as {now['name']}: {now['message']}"
        return bool(now["name"] == state)

    until(there, 900)  # Prefect looks at a taken concurrency slot twice a minute
