"""Runs the housekeeping once: `python -m tests.e2e.keeping`."""

import asyncio

from flows.housekeeping.flow import housekeeping

if __name__ == "__main__":
    asyncio.run(housekeeping(return_state=True))
