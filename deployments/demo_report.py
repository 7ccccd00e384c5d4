"""What the demo says at its end: what became of the sample data, and where to look."""

from collections import Counter
from typing import Any

from rich.console import Console

from deployments.serve import Addresses
from deployments.tables import print_table

EXCEPTIONS = ("held", "refused", "in_doubt", "failed")


def print_outcomes(said: Console, pair: str, rows: list[dict[str, Any]]) -> None:
    """What became of a pair's records is said in two tables."""
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        counted.setdefault(row["stream"], Counter())[row["outcome"]] += 1
    outcomes = ("created", "updated", "unchanged", "held", "refused", "in_doubt", "failed")
    lines = ([stream, *(counts[outcome] or "" for outcome in outcomes)] for stream, counts in counted.items())
    print_table(said, ("stream", *outcomes), lines, f"{pair}: what became of the sample data")
    exceptions = [row for row in rows if row["outcome"] in EXCEPTIONS]
    print_table(said, ("record", "outcome", "reason", "what to do"), _gathered(exceptions), f"{pair}: held and refused")


def _gathered(rows: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Returns a line for each reason, with the first record that has it and how many more there are."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        why = (row["stream"], row["outcome"], row["reason"], row["remedy"])
        alike.setdefault(why, []).append(row["source_ref"])
    lines = []
    for (stream, outcome, reason, remedy), refs in alike.items():
        more = f" and {len(refs) - 1} more" if len(refs) > 1 else ""
        lines.append((f"{stream} {refs[0]}{more}", outcome, reason, remedy))
    return lines


def print_addresses(said: Console, vendors: dict[str, Any], addresses: Addresses, run_id: str) -> None:
    """Where people find what runs is said."""
    said.print(f"Prefect UI         {addresses.prefect_ui}")
    said.print(f"first run          {addresses.prefect_ui}/runs/flow-run/{run_id}")
    said.print(f"web app            {addresses.web}/health")
    for vendor, told in vendors.items():
        address, held = told.get("base_url", told["url"]), f"{told['url']}/_sandbox/dump"
        said.print(f"sandbox {vendor:<18} {address}  (all it holds: POST {held} with {{}})")
