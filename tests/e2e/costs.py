"""What a run has cost: how often each system was called, and what the Prefect server had to record."""

from tests.e2e.driving import Driven
from tests.e2e.patience import http


def task_runs(it: Driven) -> int:
    """Returns how many task runs the newest run of the pair has on the Prefect server."""
    chosen = {"flow_runs": {"name": {"any_": [f"{it.pair} {it.connection}"]}}}
    newest = http.post(
        f"{it.prefect_api}/flow_runs/filter", json={**chosen, "sort": "START_TIME_DESC", "limit": 1}
    ).json()[0]["id"]
    return int(http.post(f"{it.prefect_api}/task_runs/count", json={"flow_runs": {"id": {"any_": [newest]}}}).text)
