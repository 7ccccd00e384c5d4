"""One more process that works with a company: `python -m tests.e2e.calling BLOCK`, with the store that all share.

Reads what to do from standard input, a line at a time, and answers each with one line: `ok`, or the error. `read
TIMES` asks for the company's name; `write BATCHES NAME` makes as many vendors in as many batches. All at once.
"""

import asyncio
import os
import sys
import uuid

from deployments.config import Settings, prefect_environment

os.environ.update(prefect_environment(Settings()))  # before Prefect is imported

from blocks.errors import VendorError
from blocks.quickbooks_online.batch import Item
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from tasks.state.shared_sessions import SharedSessions
from tasks.state.slots import SharedSlots
from tasks.state.store import open_store


async def main(block: str) -> None:
    """Does what it is told until there is nothing more to read."""
    credentials: QuickBooksOnlineCredentials = await QuickBooksOnlineCredentials.aload(block)
    store = open_store()
    slots = SharedSlots(store)
    async with credentials.get_client(slots, SharedSessions(store)) as client:
        print("ready", flush=True)
        while line := (await asyncio.to_thread(sys.stdin.readline)).split():
            print(await _answer(client, *line), flush=True)
    await slots.release()
    store.close()


async def _answer(client: QuickBooksClient, what: str, times: str, name: str = "") -> str:
    calls = (client.company_info() if what == "read" else _made(client, f"{name} {one}") for one in range(int(times)))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    wrong = [f"{type(one).__name__}: {one}" for one in answers if isinstance(one, BaseException)]
    return wrong[0] if wrong else "ok"


async def _made(client: QuickBooksClient, name: str) -> None:
    [answer] = await client.batch([Item("create", "Vendor", {"DisplayName": name}, "1")], str(uuid.uuid4()))
    if isinstance(answer, VendorError):
        raise answer


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
