"""Asks Prefect for flow runs, and how it is doing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.context import AsyncClientContext
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound

PATIENCE = 10.0  # seconds
WEBHOOK = "webhook"  # the tag of runs that notifications began


class NotStartedError(Exception):
    """There is no flow run; `str()` is a sentence for a person that says what to do."""


class FlowRuns(Protocol):
    """Starts flow runs of connections and knows which are over."""

    async def start(self, pair: str, connection: str, streams: Sequence[str] | None, *, tag: str = WEBHOOK) -> str:
        """Returns the id of a new flow run that will read these streams, or all of them if none are named.

        Raises:
            NotStartedError: there is none.
        """

    async def is_over(self, run_id: str) -> bool:
        """Tells whether the flow run has ended, well or not; False also when nobody can tell."""

    async def reachable(self) -> bool:
        """Tells whether flow runs can be asked for now."""

    def connected(self) -> AbstractAsyncContextManager[None]:
        """All that is asked within goes over one connection.

        Raises:
            NotStartedError: nobody can be asked.
        """


async def new_client() -> PrefectClient:
    """Returns a client of Prefect, to be entered; while it reads its certificates, others are answered."""
    return await asyncio.to_thread(get_client)


class PrefectFlowRuns:
    """Flow runs of the deployments that `ml-connector apply` made, on the server that Prefect's settings name."""

    async def start(self, pair: str, connection: str, streams: Sequence[str] | None, *, tag: str = WEBHOOK) -> str:
        """Returns the id of a new flow run that will read these streams, or all of them if none are named.

        Raises:
            NotStartedError: Prefect cannot be reached, or has no deployment for the connection.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                run = await arun_deployment(
                    f"{pair}/{connection}",
                    parameters={"connection": connection, "streams": None if streams is None else list(streams)},
                    timeout=0,
                    as_subflow=False,
                    tags=[tag],
                )
        except ObjectNotFound:
            raise NotStartedError("it has no deployment; run `ml-connector apply` with its connection file") from None
        except Exception as error:
            raise NotStartedError(
                f"Prefect cannot be reached or did not start a run ({type(error).__name__})"
            ) from error
        return str(run.id)

    async def is_over(self, run_id: str) -> bool:
        """Tells whether the flow run has ended or was deleted; False also when Prefect cannot be reached."""
        try:
            async with asyncio.timeout(PATIENCE), await new_client() as client:
                state = (await client.read_flow_run(UUID(run_id))).state
        except ObjectNotFound:
            return True
        except Exception:  # noqa: BLE001 - asked again soon
            return False
        return state is not None and state.is_final()

    async def reachable(self) -> bool:
        """Tells whether the Prefect API answers, within three seconds."""
        try:
            async with asyncio.timeout(3), await new_client() as client:
                return await client.api_healthcheck() is None
        except Exception:  # noqa: BLE001 - any reason is a no
            return False

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """All that is asked of Prefect within, by whatever means, goes over one connection.

        Raises:
            NotStartedError: Prefect cannot be reached.
        """
        async with AsyncExitStack() as entered:
            try:
                async with asyncio.timeout(PATIENCE):
                    await entered.enter_async_context(await asyncio.to_thread(AsyncClientContext))
            except Exception as error:
                raise NotStartedError(f"Prefect cannot be reached ({type(error).__name__})") from error
            yield
