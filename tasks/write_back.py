"""Step 5: the watermark moves, and people see what became of the records."""

from typing import Any

from prefect import task
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.naming import counted, renamed
from tasks.opaque import opaque
from tasks.outcomes import NEEDS_A_PERSON, Outcome
from tasks.retry import ONCE
from tasks.run import Run
from tasks.state import progress
from tasks.stream import Stream

SHOWN = 200  # records that get a task run of their own, in one run; all of them are in the artifact


async def write_back(run: Run, stream: Stream) -> None:
    """The stream is read up to the end of the run's window, and each record that needs a person is shown by name."""
    await finish(opaque(run), opaque(stream))
    await show_records(run)


async def show_records(run: Run) -> None:
    """Each record that needs a person because of this run has a task run of its own; a dry run shows none."""
    for made in [] if run.dry else run.to_show():
        if (made.stream, made.row.id) not in run.tally.shown and len(run.tally.shown) < SHOWN:
            run.tally.shown.add((made.stream, made.row.id))
            shown: Any = show_record(f"{made.stream} {made.row.ref or made.row.id}", opaque(made), return_state=True)
            await shown


@task(name="write back", task_run_name="write back {stream.name}", **ONCE)
async def finish(run: Run, stream: Stream) -> None:
    """The stream's watermark stands where this run's reading ended, unless only a part was asked for."""
    if not run.dry and not run.request.is_backfill:
        progress.move_watermark(run.ledger, stream.name, run.read_until[stream.name])
    ignored = {f"ignored ({why})": number for why, number in run.tally.ignored[stream.name].items()}
    renamed(f"write back {stream.name}: {counted({**run.tally.outcomes[stream.name], **ignored})}")


@task(name="record", task_run_name="{title}", **ONCE)
async def show_record(title: str, made: Outcome) -> State[Any]:
    """The record stands in the list of task runs under its own number, red if a person must act."""
    said = f"{made.outcome}: {made.row.ref} {made.reason}. {made.remedy}".strip()
    return Failed(message=said) if made.outcome in NEEDS_A_PERSON else Completed(message=said)
