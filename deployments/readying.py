"""Makes a Prefect server ready for us: `python -m deployments.readying`."""

import asyncio

from deployments.applying import make_work_pool
from flows.registry import CREDENTIALS, PAIRS


async def make_ready() -> None:
    """The server has the work pool and knows every block type, so that people can fill them in on its page."""
    await make_work_pool()
    for kind in (*CREDENTIALS.values(), *(pair.connection for pair in PAIRS.values())):
        await kind.aregister_type_and_schema()


if __name__ == "__main__":
    asyncio.run(make_ready())
