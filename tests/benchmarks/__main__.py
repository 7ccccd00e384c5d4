"""`make bench`: prints each measure as a ratio, with what it was made of."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

HOME = tempfile.mkdtemp(prefix="ml-connector-bench-")
for _name in [name for name in os.environ if name.startswith(("PREFECT_", "ML_CONNECTOR_"))]:
    del os.environ[_name]
os.environ |= {"ML_CONNECTOR_HOME": HOME, "ML_CONNECTOR_ALLOW_PRIVATE_HOSTS": "1", "PREFECT_LOGGING_LEVEL": "ERROR"}

from deployments.config import Settings, prefect_environment  # noqa: E402

os.environ.update(prefect_environment(Settings()))

from tests.benchmarks.pipeline import Bench, prepare, with_prefect, without_prefect  # noqa: E402
from tests.sandbox.steering import Remote  # noqa: E402

INVOICES = 1000
LATENCY = 0.1  # seconds that each call takes at the vendors
AT_ONCE = {"bill": 3, "qad": 4}
EARLIER = 1200  # seconds; the second run is that much later, for BILL


@contextmanager
def vendors() -> Iterator[dict[str, Any]]:
    """Sandbox vendors in a process of their own run while the block does; yields their addresses and credentials."""
    amounts = ("--suppliers", "129", "--invoices", str(INVOICES), "--flawed", "0", "--bill-minutes", "-20")
    process = subprocess.Popen([sys.executable, "-m", "tests.sandbox", *amounts], stdout=subprocess.PIPE)
    try:
        yield json.loads(process.stdout.readline() if process.stdout else b"{}")
    finally:
        process.terminate()
        process.wait()


async def measured() -> dict[str, dict[str, float]]:
    """Returns, for a first run without Prefect and one with it, seconds, calls of each vendor and calls when idle."""
    figures: dict[str, dict[str, float]] = {}
    for how, once in (("without", without_prefect), ("with", with_prefect)):
        with vendors() as told:
            it = Bench(told)
            await prepare(it)  # also starts Prefect's own server, which is no part of any measure
            remotes = {name: Remote(one["url"]) for name, one in told.items()}
            for one in remotes.values():
                one.post("latency", {"seconds": LATENCY})
            started = time.perf_counter()
            await once(it)
            seconds = time.perf_counter() - started
            calls = {name: len(one.calls()) for name, one in remotes.items()}
            remotes["bill"].post("clock", {"advance": EARLIER})
            await once(it)
            idle = sum(len(one.calls()) for one in remotes.values()) - sum(calls.values())
            figures[how] = {"seconds": seconds, "idle": idle, **calls}
    return figures


def main() -> None:
    """Measures and prints."""
    figures = asyncio.run(measured())
    plain, full = figures["without"], figures["with"]
    bound = max(full[name] / at_once * LATENCY for name, at_once in AT_ONCE.items())
    print(f"{INVOICES} new invoices; each vendor answers after {LATENCY} s")
    print(f"orchestration: {full['seconds'] / plain['seconds']:.2f} (with Prefect / without; aim <= 1.10)")
    print(f"vendor bound:  {bound / full['seconds']:.2f} (calls / allowed at once x latency / time; aim >= 0.85)")
    print(f"BILL calls:    {full['bill'] / INVOICES:.3f} per invoice, QAD calls: {full['qad'] / INVOICES:.3f}")
    print(f"idle poll:     {full['idle'] / 6:.1f} calls per stream (aim 1)")


if __name__ == "__main__":
    main()
