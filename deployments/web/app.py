"""Puts the web app together.

Served by `uvicorn deployments.web.app:create_app --factory`.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI

from deployments.web import oauth, status, webhooks
from deployments.web.brake import Brake
from deployments.web.connections import Load, LoadAll, load_all_from_prefect, load_from_prefect
from deployments.web.desk import Desk
from deployments.web.drain import Drainer, Pace, stop
from deployments.web.endpoints import Endpoints
from deployments.web.flow_runs import FlowRuns, PrefectFlowRuns
from deployments.web.intake import Intake
from deployments.web.meters import Meters
from deployments.web.web_connector import service as web_connector
from deployments.web.web_connector.pace import Pace as ConnectorPace
from deployments.web.web_connector.tickets import SYSTEM as DESKTOP
from flows.registry import PAIRS, Pair
from tasks.state.connector_sessions import patience_of
from tasks.state.settings import StateSettings
from tasks.state.store import Store, open_store


def create_app(
    store: Store | None = None,
    *,
    pairs: Mapping[str, Pair] | None = None,
    load: Load = load_from_prefect,
    load_all: LoadAll = load_all_from_prefect,
    runs: FlowRuns | None = None,
    pace: Pace | None = None,
    public_url: str | None = None,
    connector_pace: ConnectorPace | None = None,
) -> FastAPI:
    """Returns the web app; it works from when its lifespan begins.

    Args:
        store: where notices are kept; without it, the installation's store is opened, and closed at the end.
        pairs: the pairs whose connections take notifications; all of them by default.
        load: how a connection's credentials are read.
        load_all: the same for all connections of a pair.
        runs: how flow runs are started; on Prefect's server by default.
        pace: how often the drainer does what.
        public_url: where browsers and Web Connectors reach the app; what the settings say by default.
        connector_pace: how long Web Connectors are held up.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """The store is open and the drainer at work while the app runs."""
        opened = await asyncio.to_thread(open_store) if store is None else store
        known, meters, flow_runs = PAIRS if pairs is None else pairs, Meters(), runs or PrefectFlowRuns()
        drainer, endpoints = Drainer(opened, known, flow_runs, meters, pace), Endpoints(known, load, load_all)
        desk = Desk(endpoints, Intake(opened, meters), Brake(), meters, drainer.stir, drainer.resume)
        settings = StateSettings()
        address = (settings.public_url if public_url is None else public_url).strip().rstrip("/")
        app.state.desk = desk
        app.state.consents = oauth.Consents(opened, known, address, desk)
        paced = connector_pace or ConnectorPace(patience=patience_of(settings))
        connector = web_connector.WebConnector.of(opened, known, desk, flow_runs, address, paced)
        app.state.web_connector = connector
        app.state.gauges = status.Gauges(opened, flow_runs, meters)
        kept_fresh = (*webhooks.SHARED, DESKTOP)
        working = [asyncio.create_task(one) for one in (drainer.run(), endpoints.stay_fresh(kept_fresh))]
        try:
            yield
        finally:
            for task in working:
                await stop(task)
            await connector.cycle.beginnings.stop()
            if store is None:
                opened.close()

    app = FastAPI(title="ml-connector", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for router in (status.router, oauth.router, web_connector.router, *webhooks.routers()):
        app.include_router(router)
    return app
