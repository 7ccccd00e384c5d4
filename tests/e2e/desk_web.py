"""The web app, whose flow runs are started by whoever listens: `python -m tests.e2e.desk_web PORT LISTENER [PACE]`.

Without a worker's start of several seconds for each run, a cycle takes as long as its work.
"""

import contextlib
import json
import sys
from collections.abc import Sequence

import httpx
import uvicorn

from deployments.config import Settings, prefect_environment


class Told:
    """Flow runs that a listener starts and knows of."""

    def __init__(self, listener: str) -> None:
        """Starts none."""
        self._client = httpx.AsyncClient(base_url=listener, timeout=30)

    async def start(self, pair: str, connection: str, streams: Sequence[str] | None, tag: str = "") -> str:
        """Returns the number of a new process that runs the pair."""
        return (await self._client.post("/start")).text

    async def is_over(self, run_id: str) -> bool:
        """Tells whether that process has ended."""
        return (await self._client.get(f"/over/{run_id}")).text == "yes"

    async def reachable(self) -> bool:
        """There always is somebody who listens."""
        return True

    def connected(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Credentials are read from a Prefect server in any case."""
        from deployments.web.flow_runs import PrefectFlowRuns

        return PrefectFlowRuns().connected()


def main(port: str, listener: str, pace: str = "{}") -> None:
    """Serves until it is ended."""
    import os

    os.environ.update(prefect_environment(Settings()))
    from deployments.web.app import create_app
    from deployments.web.web_connector.pace import Pace
    from tasks.state.connector_sessions import patience_of

    given = json.loads(pace)
    patience = patience_of(Settings())._replace(flow=given.pop("flow", 30))
    app = create_app(runs=Told(listener), connector_pace=Pace(patience=patience, **given))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
