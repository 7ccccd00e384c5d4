"""What a run leaves for people to read: artifacts, and the message of its last state."""

from collections.abc import Iterable
from typing import Any

from prefect import get_run_logger
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.naming import counted
from tasks.run import Run
from tasks.state.queries import exceptions_of

MOST = 1000  # rows of one artifact; `ml-connector records` has no such limit


async def report(run: Run) -> State[Any]:
    """Leaves the run's artifacts, and returns the state that the flow run ends with.

    It is *Failed* when a record was newly refused or failed, so that Retry in the UI repeats just those.
    """
    name = f"{run.ledger.pair}-{run.ledger.connection}".lower().replace("_", "-")
    if run.dry:
        await _table(f"{name}-preview", _preview(run), "What a run would do; nothing was written anywhere.")
    else:
        waiting = exceptions_of(run.ledger.store, run.ledger.scope, MOST, run.alarm_days)
        if overdue := [row for row in waiting if row["overdue"]]:
            said = "%d records have waited for %d days or longer, for example %s %s"
            get_run_logger().warning(said, len(overdue), run.alarm_days, overdue[0]["stream"], overdue[0]["record"])
        await _table(f"{name}-exceptions", waiting, "Records that wait for something or for somebody.")
    await _table(f"{name}-outcomes", _outcomes(run), "What became of the records of this run.")
    return _last_state(run)


def _last_state(run: Run) -> State[Any]:
    totals = summary(run)
    if run.dry:
        return Completed(message=f"Preview, nothing written: {totals}")
    if to_show := run.to_show():
        first = to_show[0]
        more = f" (and {len(to_show) - 1:,} more)" if len(to_show) > 1 else ""
        said = f"{totals}. {first.stream} {first.row.ref} {first.outcome}: {first.reason}{more}"
        return Failed(message=said)
    return Completed(message=totals)


def summary(run: Run) -> str:
    """Returns the run's totals in one line."""
    said = [f"{stream}: {counted(counts)}" for stream, counts in run.tally.outcomes.items() if counts.total()]
    return "; ".join(said) or "in agreement, nothing changed"


def _outcomes(run: Run) -> list[dict[str, Any]]:
    streams = dict.fromkeys([*run.tally.read, *run.tally.outcomes])
    return [
        {"stream": stream, "read": run.tally.read[stream], **run.tally.outcomes[stream], **_ignored(run, stream)}
        for stream in streams
    ]


def _ignored(run: Run, stream: str) -> dict[str, Any]:
    ignored = run.tally.ignored[stream]
    return {"ignored": counted(ignored)} if ignored else {}


def _preview(run: Run) -> list[dict[str, Any]]:
    return [row.model_dump(exclude={"body"}) for row in run.tally.preview[:MOST]]


async def _table(key: str, rows: Iterable[dict[str, Any]], about: str) -> None:
    listed = list(rows)
    columns = list(dict.fromkeys(name for row in listed for name in row))
    await acreate_table_artifact(
        table=[{name: row.get(name, "") for name in columns} for row in listed], key=key, description=about
    )
