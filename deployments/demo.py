"""`ml-connector demo`: sandbox vendors with sample data, and every pair at work on them."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from deployments.config import Settings, prefect_environment
from deployments.demo_report import print_addresses, print_outcomes
from deployments.demo_steps import CONNECTION, STEPS, VISITED, take_steps
from deployments.serve import Addresses, Processes, served
from deployments.tables import console

ORDERS = 14  # that Procurify has


def demo(*, once: bool) -> int:
    """Shows the product at work, and returns the exit status; everything it makes lives in a temporary home."""
    said = console()
    with (
        tempfile.TemporaryDirectory(prefix="ml-connector-demo-") as home,
        _own_environment(Path(home)) as settings,
        _vendors(settings) as vendors,
        served(settings) as (processes, addresses),
    ):
        os.environ.update(processes.environment)
        status = asyncio.run(_show(said, vendors, addresses, once=once))
        if not once:
            _go_on(said, processes)
    return status


@contextlib.contextmanager
def _own_environment(home: Path) -> Iterator[Settings]:
    """Nothing of the user's own Prefect or state is touched, whatever the environment says."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("PREFECT_", "ML_CONNECTOR_"))]:
        if name != "ML_CONNECTOR_WEB_PORT":
            del os.environ[name]
    os.environ |= {"ML_CONNECTOR_HOME": str(home), "ML_CONNECTOR_ALLOW_PRIVATE_HOSTS": "1"}
    settings = Settings()
    os.environ.update(prefect_environment(settings))
    try:
        yield settings
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _vendors(settings: Settings) -> Iterator[dict[str, Any]]:
    """The sandbox vendors run while the block does; yields their addresses and credentials."""
    processes = Processes(settings.home_path, dict(os.environ))
    command = [sys.executable, "-m", "tests.sandbox", "--orders", str(ORDERS)]
    sandbox = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    processes.running["sandbox"] = sandbox
    try:
        yield json.loads(sandbox.stdout.readline() if sandbox.stdout else b"{}")
    finally:
        processes.stop()


async def _show(said: Console, vendors: dict[str, Any], addresses: Addresses, *, once: bool) -> int:
    # Only now, because Prefect reads its environment when it is imported.
    from deployments.applying import apply
    from deployments.config import read_connection_file
    from deployments.demo_visits import Office
    from tasks.state.queries import records
    from tasks.state.store import open_store

    os.environ.update(_variables(vendors))
    for line in await apply(read_connection_file(Path(__file__).with_name("demo.yaml"))):
        said.print(f"applied {line}")
    office = Office(vendors["quickbooks_desktop"])
    await office.connect(CONNECTION, addresses.web)
    said.print(f"added {VISITED}/{CONNECTION} to the sandbox's Web Connector")
    first_run, good = await take_steps(said, vendors, office.visit)
    found = {pair: records(open_store(), CONNECTION, pair=pair) for pair in dict.fromkeys(step.pair for step in STEPS)}
    for pair, rows in found.items():
        print_outcomes(said, pair, rows)
    print_addresses(said, vendors, addresses, first_run)
    if not once:
        await office.tick_auto_run()
    return 0 if good and all(found.values()) else 1


def _variables(vendors: dict[str, Any]) -> dict[str, str]:
    return {f"DEMO_{vendor}_{name}".upper(): value for vendor, told in vendors.items() for name, value in told.items()}


def _go_on(said: Console, processes: Processes) -> None:
    said.print("Stop with Ctrl-C.")
    with contextlib.suppress(KeyboardInterrupt):
        while not processes.fallen():
            processes.running["web"].wait()
