"""Makes a Prefect server ready for us: `python -m deployments.readying`."""

import asyncio

from deployments.applying import deploy_housekeeping, make_work_pool
from flows.registry import CREDENTIALS, PAIRS


async def make_ready() -> None:
    """The server has the work pool, the daily housekeeping and every block type, so that people can fill them in."""
    await make_work_pool()
    await deploy_housekeeping()
    for kind in (*CREDENTIALS.values(), *(pair.connection for pair in PAIRS.values())):
        await kind.aregister_type_and_schema()


if __name__ == "__main__":
    asyncio.run(make_ready())
