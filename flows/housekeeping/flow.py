"""Keeps consents alive that nobody uses, and tells in good time of those that will end."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import acreate_table_artifact
from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from blocks.errors import TransientError, VendorError
from flows.registry import CREDENTIALS
from tasks.naming import counted, renamed
from tasks.opaque import opaque
from tasks.retry import PATIENT
from tasks.state.shared_sessions import SharedSessions
from tasks.state.slots import SharedSlots
from tasks.state.store import Store, open_store

NAME = "housekeeping"
DAILY = "40 3 * * *"  # in UTC


@flow(name=NAME, flow_run_name=NAME, persist_result=False)
async def housekeeping() -> State[Any]:
    """Every consent that can be kept alive is; those that end soon, or are over, are listed."""
    store = await asyncio.to_thread(open_store)
    rows = []
    try:
        for kind in CREDENTIALS.values():
            if getattr(kind, "ends_idle", False):
                rows += [await _looked_after(kind, name, store) for name in await _names(kind)]
    finally:
        store.close()
    await acreate_table_artifact(table=rows, key="consents", description="How long each consent is still good.")
    over = [row for row in rows if row["state"] == "over"]
    if over:
        return Failed(message=f"{over[0]['credentials']}: {over[0]['what to do']}")
    return Completed(message=counted(Counter(f"consents: {row['state']}" for row in rows)))


async def _names(kind: type[Block]) -> list[str]:
    async with get_client() as client:
        documents = await client.read_block_documents_by_type(kind.get_block_type_slug())
    return sorted(document.name for document in documents if document.name)


async def _looked_after(kind: type[Block], name: str, store: Store) -> dict[str, str]:
    try:
        said = await keep_alive(kind, name, opaque(store))
    except VendorError as error:
        state = "not reached" if isinstance(error, TransientError) else "over"
        return {"credentials": name, "state": state, "what to do": f"{error}. {error.remedy}".strip()}
    if said:
        get_run_logger().warning("%s: %s", name, said)
    return {"credentials": name, "state": "ends soon" if said else "good", "what to do": said}


@task(name="keep alive", task_run_name="keep {name} alive", **PATIENT)
async def keep_alive(kind: type[Block], name: str, store: Store) -> str:
    """The consent was used within a day; returns a sentence if it ends soon.

    Raises:
        ConsentNeededError: it has ended already.
    """
    block: Any = await kind.aload(name)
    slots = SharedSlots(store)
    async with block.get_client(slots, SharedSessions(store)) as client:
        consent = await client.keep_alive()
    await slots.release()
    renamed(f"keep {name} alive: {'renewed' if consent.renewed else 'used lately'}")
    return str(consent.warning(datetime.now(UTC)))
