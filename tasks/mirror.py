"""Keeps a copy of a system's reference records, refreshed by what changed, at most once a run."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from tasks.run import Run
from tasks.state import mirrors, progress
from tasks.state.mirrors import Mirrored

Changes = Callable[[datetime | None], AsyncIterator[list[Mirrored]]]


async def fresh(run: Run, system: str, kind: str, changes: Changes) -> dict[str, Mirrored]:
    """Returns the reference records by id, as they are now; only what changed since the last time is read.

    Args:
        run: the run that needs them; it reads them once.
        system: whose records they are, for example "bill".
        kind: what they are, for example "account".
        changes: reads the records changed since a moment (all, if None), a page at a time.
    """
    held = run.mirrors.get((system, kind))
    if held is None:
        held = mirrors.mirrored(run.ledger, system, kind)
        mark = f"mirror {system} {kind}"
        async for page in changes(progress.watermark(run.ledger, mark)):
            held |= {record.id: record for record in page}
            if not run.dry:
                mirrors.mirror(run.ledger, system, kind, page)
        if not run.dry:
            progress.move_watermark(run.ledger, mark, run.started)
        run.mirrors[system, kind] = held
    return held


async def whole(
    run: Run, system: str, kind: str, read: Callable[[], AsyncIterator[Sequence[Mirrored]]]
) -> dict[str, Mirrored]:
    """Returns the reference records by id; they are read whole, once a run, for their system tells no changes.

    Args:
        run: the run that needs them.
        system: whose records they are.
        kind: what they are.
        read: reads all of them, a page at a time.
    """
    held = run.mirrors.get((system, kind))
    if held is None:
        held = run.mirrors[system, kind] = {one.id: one async for page in read() for one in page}
    return held
