"""`ml-connector demo`: sandbox vendors with sample data, and every pair at work on them."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from deployments.config import Settings, prefect_environment
from deployments.serve import Addresses, Processes, served
from deployments.tables import console, print_table

CONNECTION = "demo"
PAID = 12
STEPS = (  # a pair, and what is said before it runs
    ("qad-bill", "running qad-bill/demo: QAD's invoices go to BILL ..."),
    ("bill-quickbooks-online", "running bill-quickbooks-online/demo: BILL's vendors and bills go to QuickBooks ..."),
    ("qad-bill", "somebody pays {paid} bills in BILL; running qad-bill/demo again: the payments go to QAD ..."),
    ("bill-quickbooks-online", "running bill-quickbooks-online/demo again: the orders of paid bills are closed ..."),
)
EXCEPTIONS = ("held", "refused", "in_doubt", "failed")


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
        status = asyncio.run(_show(said, vendors, addresses))
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
    sandbox = subprocess.Popen([sys.executable, "-m", "tests.sandbox"], stdout=subprocess.PIPE, start_new_session=True)
    processes.running["sandbox"] = sandbox
    try:
        yield json.loads(sandbox.stdout.readline() if sandbox.stdout else b"{}")
    finally:
        processes.stop()


async def _show(said: Console, vendors: dict[str, Any], addresses: Addresses) -> int:
    # Only now, because Prefect reads its environment when it is imported.
    from prefect.deployments import arun_deployment

    from deployments.applying import apply
    from deployments.config import read_connection_file
    from tasks.state.queries import records
    from tasks.state.store import open_store

    os.environ.update(_variables(vendors))
    for line in await apply(read_connection_file(Path(__file__).with_name("demo.yaml"))):
        said.print(f"applied {line}")
    runs = []
    for pair, happens in STEPS:
        paid = _pay_some(vendors["bill"]["url"]) if "pays" in happens else 0
        said.print(happens.format(paid=paid))
        runs.append(await arun_deployment(f"{pair}/{CONNECTION}", as_subflow=False, poll_interval=1))
    found = {pair: records(open_store(), CONNECTION, pair=pair) for pair in dict(STEPS)}
    for pair, rows in found.items():
        _print_outcomes(said, pair, rows)
    _print_addresses(said, vendors, addresses, str(runs[0].id))
    good = all(run.state and run.state.is_final() and not run.state.is_crashed() for run in runs)
    return 0 if good and all(found.values()) else 1


def _pay_some(bill_url: str) -> int:
    """Pays a few bills as people do in BILL, and returns how many."""
    steer = httpx.Client(base_url=f"{bill_url}/_sandbox", timeout=30)
    bills = list(steer.post("dump", json={}).raise_for_status().json()["bills"].values())[:PAID]
    for bill in bills:
        split = {"billId": bill["id"], "amount": bill["amount"]}
        steer.post("pay", json={"splits": [split], "status": "CLEARED"}).raise_for_status()
    return len(bills)


def _variables(vendors: dict[str, Any]) -> dict[str, str]:
    return {f"DEMO_{vendor}_{name}".upper(): value for vendor, told in vendors.items() for name, value in told.items()}


def _print_outcomes(said: Console, pair: str, rows: list[dict[str, Any]]) -> None:
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        counted.setdefault(row["stream"], Counter())[row["outcome"]] += 1
    outcomes = ("created", "updated", "unchanged", "held", "refused", "in_doubt", "failed")
    lines = ([stream, *(counts[outcome] or "" for outcome in outcomes)] for stream, counts in counted.items())
    print_table(said, ("stream", *outcomes), lines, f"{pair}: what became of the sample data")
    exceptions = (row for row in rows if row["outcome"] in EXCEPTIONS)
    named = (
        (f"{row['stream']} {row['source_ref']}", row["outcome"], row["reason"], row["remedy"]) for row in exceptions
    )
    print_table(said, ("record", "outcome", "reason", "what to do"), named, f"{pair}: held and refused")


def _print_addresses(said: Console, vendors: dict[str, Any], addresses: Addresses, run_id: str) -> None:
    said.print(f"Prefect UI         {addresses.prefect_ui}")
    said.print(f"first run          {addresses.prefect_ui}/runs/flow-run/{run_id}")
    said.print(f"web app            {addresses.web}/health")
    for vendor, told in vendors.items():
        said.print(
            f"sandbox {vendor:<18} {told['base_url']}  (all it holds: POST {told['url']}/_sandbox/dump with {{}})"
        )


def _go_on(said: Console, processes: Processes) -> None:
    said.print("Stop with Ctrl-C.")
    with contextlib.suppress(KeyboardInterrupt):
        while not processes.fallen():
            processes.running["web"].wait()
