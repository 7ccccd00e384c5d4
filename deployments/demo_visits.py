"""The Web Connector of the demo: who adds it, and one visit of it to the end."""

import asyncio
from typing import Any

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import TERMINAL_STATES, StateType
from prefect.client.schemas.sorting import FlowRunSort

from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials
from deployments.qwc import description

TAGS = ["pair:bill-quickbooks-desktop"]
VISITS = 5  # of the Web Connector, within which a run must be over
UNDER_WAY = [one for one in StateType if one not in TERMINAL_STATES]


class Office:
    """The sandbox PC with the company file and its Web Connector, steered from here."""

    def __init__(self, told: dict[str, Any]) -> None:
        """Knows where it is, and who signs in."""
        self._told = told
        self._http = httpx.AsyncClient(base_url=f"{told['url']}/_sandbox", timeout=300)

    async def connect(self, connection: str, web: str) -> None:
        """The Web Connector has the connection's .QWC file, and its password."""
        account = QuickBooksDesktopCredentials(username=self._told["username"], password=self._told["password"]).account
        address = web.replace("127.0.0.1", "localhost")  # the Web Connector takes no IP addresses
        qwc = description(connection, account, address, "bill")
        await self._do("add", qwc=qwc, password=self._told["password"])

    async def visit(self) -> bool:
        """The Web Connector has come, and what began with it is over; tells whether all of it ended well."""
        for _ in range(VISITS):
            cycle = await self._do("cycle")
            if not cycle["completed"]:
                return False
            if not await self._is_under_way():
                return True
        return False

    async def tick_auto_run(self) -> None:
        """The Web Connector comes by itself from now on."""
        await self._do("auto_run")

    async def _do(self, what: str, **given: Any) -> Any:
        answer = await self._http.post(what, json=given)
        return answer.raise_for_status().json()

    async def _is_under_way(self) -> bool:
        """Tells whether a run goes on; one that has just said goodbye is given a moment to end."""
        states = FlowRunFilterState(type=FlowRunFilterStateType(any_=UNDER_WAY))
        mine = FlowRunFilter(tags=FlowRunFilterTags(all_=TAGS), state=states)
        async with get_client() as client:
            for _ in range(40):
                if not await client.read_flow_runs(flow_run_filter=mine, sort=FlowRunSort.ID_DESC, limit=1):
                    return False
                await asyncio.sleep(0.5)
        return True
