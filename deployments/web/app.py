"""Puts the web app together.

Served by `uvicorn deployments.web.app:create_app --factory`.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI

from deployments.web import status, webhooks
from deployments.web.brake import Brake
from deployments.web.drain import Drainer, Pace, stop
from deployments.web.endpoints import Endpoints, Load, load_from_prefect
from deployments.web.flow_runs import FlowRuns, PrefectFlowRuns
from deployments.web.intake import Intake
from deployments.web.meters import Meters
from deployments.web.reception import Desk
from flows.registry import PAIRS, Pair
from tasks.state.store import Store, open_store


def create_app(
    store: Store | None = None,
    *,
    pairs: Mapping[str, Pair] | None = None,
    load: Load = load_from_prefect,
    runs: FlowRuns | None = None,
    pace: Pace | None = None,
) -> FastAPI:
    """Returns the web app; it works from when its lifespan begins.

    Args:
        store: where notices are kept; without it, the installation's store is opened, and closed at the end.
        pairs: the pairs whose connections take notifications; all of them by default.
        load: how a connection's credentials are read.
        runs: how flow runs are started; on Prefect's server by default.
        pace: how often the drainer does what.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """The store is open and the drainer at work while the app runs."""
        opened = await asyncio.to_thread(open_store) if store is None else store
        known, meters, flow_runs = PAIRS if pairs is None else pairs, Meters(), runs or PrefectFlowRuns()
        drainer = Drainer(opened, known, flow_runs, meters, pace)
        app.state.desk = Desk(Endpoints(known, load), Intake(opened, meters), Brake(), meters, drainer.stir)
        app.state.gauges = status.Gauges(opened, flow_runs, meters)
        draining = asyncio.create_task(drainer.run())
        try:
            yield
        finally:
            await stop(draining)
            if store is None:
                opened.close()

    app = FastAPI(title="ml-connector", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for router in (status.router, *webhooks.routers()):
        app.include_router(router)
    return app
