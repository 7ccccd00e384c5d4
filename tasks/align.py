"""Step 3: the reference data that a page needs exists on both sides, or is named as missing."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from prefect import task

from blocks.source import Row
from tasks.create import carry_out
from tasks.fetch import Page
from tasks.naming import renamed
from tasks.opaque import opaque
from tasks.retry import PATIENT
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream, nothing_to_align


async def align(run: Run, stream: Stream, page: Page) -> Any:
    """Returns what the page's records refer to, found or made in the target; a stream may need nothing."""
    if stream.align is nothing_to_align:
        return None
    return await align_page(opaque(run), opaque(stream), opaque(page.rows), page.label)


@task(name="align", task_run_name="align {stream.name}, {label}", **PATIENT)
async def align_page(run: Run, stream: Stream, rows: Sequence[Row], label: str) -> Any:
    """Returns the references of these rows."""
    references = await stream.align(run, rows)
    renamed(f"align {stream.name}, {label}: {references}")
    return references


async def ensure(
    run: Run, stream: Stream, ids: Collection[str], good: Callable[[Link], bool] = lambda _link: True
) -> dict[str, Link]:
    """Returns the live links of these reference records; those without one were looked up, or made, just now.

    Args:
        run: the run they are needed by.
        stream: the stream that the reference records belong to.
        ids: their source ids.
        good: tells whether a link can still be used; one that cannot is decided about anew.
    """
    links = _usable(run, stream, ids, good)
    missing = [one for one in sorted(ids) if one not in links and one not in run.needed[stream.name]]
    run.needed[stream.name].update(missing)
    if missing and (rows := await stream.reader.load(missing)):
        await carry_out(run, stream, rows, await stream.align(run, rows))
        links = _usable(run, stream, ids, good)
    return links


def _usable(run: Run, stream: Stream, ids: Collection[str], good: Callable[[Link], bool]) -> dict[str, Link]:
    """Returns the links that can be used, and in a dry run those that a run would have by now."""
    links = run.ledger.links(stream.name, ids)
    planned = {one: link for one in ids if (link := run.planned.get((stream.name, one))) is not None}
    return planned | {one: link for one, link in links.items() if link.state == "live" and good(link)}
