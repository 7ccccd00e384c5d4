"""Prints what is stored: records with their outcomes, and the audit of one record."""

import json
from typing import Any

from blocks.errors import ConfigurationError
from deployments.config import Settings
from deployments.naming import split_name
from deployments.tables import console, print_table
from tasks.state import queries
from tasks.state.store import open_store

PUBLIC = (
    "pair", "connection", "stream", "source_id", "source_ref", "target_id",
    "outcome", "reason", "attempts", "updated_at",
)  # fmt: skip


def records(settings: Settings, connection: str, outcome: str | None, *, as_json: bool) -> int:
    """Prints the records of a connection, those that need somebody first; returns the exit status."""
    pair, name = split_name(connection)
    rows = queries.records(open_store(settings), name, pair=pair, outcome=outcome)
    if as_json:
        print(json.dumps([{key: row[key] for key in PUBLIC} for row in rows], indent=2))
        return 0
    columns = {
        "stream": "stream",
        "source_ref": "record",
        "outcome": "outcome",
        "reason": "reason",
        "remedy": "what to do",
    }
    shown = ([*(row[key] for key in columns), row["since"][:16].replace("T", " ")] for row in rows)
    print_table(console(), [*columns.values(), "since"], shown)
    print(f"{len(rows):,} records")
    return 0


def audit(settings: Settings, connection: str, record: str, *, as_json: bool) -> int:
    """Prints everything that was done about a record, oldest first; returns the exit status.

    Raises:
        ConfigurationError: nothing is known of such a record.
    """
    pair, name = split_name(connection)
    rows = queries.audit(open_store(settings), name, record, pair=pair)
    if as_json:
        print(json.dumps(rows, indent=2, default=str))
    elif not rows:
        raise ConfigurationError(f"nothing was done about a record {record!r} of {connection}")
    else:
        _print_audit(rows)
    return 0


def _print_audit(rows: list[dict[str, Any]]) -> None:
    said = console()
    for row in rows:
        said.rule(
            f"{row['at'][:19].replace('T', ' ')}  {row['stream']} {row['source_ref']}  "
            f"{row['action']}: {row['outcome']}"
        )
        if row["summary"]:
            said.print(row["summary"], markup=False)
        for part in ("source", "sent", "answer"):
            if row.get(part) is not None:
                said.print(f"[bold]{part}[/bold]")
                said.print_json(json.dumps(row[part], default=str))
