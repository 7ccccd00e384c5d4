"""Step 2: reads what changed, and what deserves another try."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import NamedTuple

from prefect import task

from blocks.source import Row
from tasks.naming import counted, renamed
from tasks.opaque import opaque
from tasks.retry import PATIENT
from tasks.run import Run
from tasks.state import inbox, progress
from tasks.state.models import Window, utc_now
from tasks.stream import Stream
from tasks.writing import settle_doubts

Fetched = tuple[list[Row], str | None]  # rows, and where the next page begins
AGAIN = 100  # records of one page that is read by id


class Page(NamedTuple):
    """Source records to decide about, and what to call their page."""

    rows: list[Row]
    label: str


async def fetch_changed(run: Run, stream: Stream) -> AsyncGenerator[Page, None]:
    """Yields the stream's records page by page; when the caller comes back for more, a page counts as done."""
    if not run.dry:
        await settle_doubts(run, stream)
    if run.request.record_ids:
        async for page in _by_id(run, stream, await _asked_for(run, stream), "asked for"):
            yield page
        return
    announced = {} if run.dry else _announced(run, stream)
    window = _window_of(run, stream)
    async with aclosing(_pages(run, stream, window)) as pages:
        async for page in pages:
            yield page
    run.read_until[stream.name] = window.until
    # What was announced before the reading began is among what it showed, if it showed the record at all.
    unseen = sorted(announced.keys() - run.tally.seen[stream.name])
    async for page in _by_id(run, stream, unseen, "announced"):
        yield page
    inbox.handled(run.ledger.store, [number for numbers in announced.values() for number in numbers])
    async for page in _by_id(run, stream, _due(run, stream), "due again"):
        yield page


def _announced(run: Run, stream: Stream) -> dict[str, list[int]]:
    ledger = run.ledger
    return inbox.announced(ledger.store, ledger.pair, ledger.connection, stream.name)


def _due(run: Run, stream: Stream) -> list[str]:
    """Returns the records that deserve another try, apart from those this run has decided about already."""
    due = dict.fromkeys([*run.ledger.due(stream.name, retried=run.retried), *sorted(run.again[stream.name])])
    if stream.reference:
        due |= dict.fromkeys(sorted(run.ledger.waiting_for(stream.name, unless="refused")))
    return [one for one in due if one not in run.tally.seen[stream.name]]


async def _pages(run: Run, stream: Stream, window: Window) -> AsyncGenerator[Page, None]:
    if window.since is None and stream.starts_now:
        return
    cursor, ahead = window.cursor, None
    try:
        while not window.done:
            number = window.pages + 1
            rows, following = await (ahead or _fetching(run, stream, window, cursor, number))
            # The next page is read while this one is worked on: the two systems need not wait for each other.
            ahead = None if following is None else _fetching(run, stream, window, following, number + 1)
            if unseen := [row for row in rows if row.id not in run.tally.seen[stream.name]]:
                yield Page(unseen, f"page {number}")
            cursor = following or ""
            _done(run, window, cursor, following is None)
    finally:
        if ahead is not None:
            ahead.cancel()


def _fetching(run: Run, stream: Stream, window: Window, cursor: str, number: int) -> "asyncio.Task[Fetched]":
    return asyncio.ensure_future(fetch_page(opaque(run), opaque(stream), opaque(window), cursor, number))


def _done(run: Run, window: Window, cursor: str, last: bool) -> None:
    if run.dry:
        window.cursor, window.pages, window.done = cursor, window.pages + 1, last
    else:
        progress.page_done(run.ledger, window, cursor, last)


def _window_of(run: Run, stream: Stream) -> Window:
    """Returns what this run reads: from the watermark (or what was asked) to this moment."""
    now = utc_now()
    mark = progress.watermark(run.ledger, stream.name)
    since, until = run.request.since or mark, run.request.until or now
    if run.dry:
        window = Window(run_id=run.ledger.run_id, stream=stream.name, scope=run.ledger.scope, since=since, until=until)
        window.cursor, window.pages, window.done = "", 0, False
        return window
    return progress.fixed_window(run.ledger, stream.name, since, until)


@task(name="fetch", task_run_name="fetch {stream.name}, page {number}", **PATIENT)
async def fetch_page(run: Run, stream: Stream, window: Window, cursor: str, number: int) -> Fetched:
    """Returns the changed records of a page of the window, whole, and where the page after it begins."""
    page = await stream.reader.page(window.since, window.until, cursor)
    wanted = stream.wanted(run, _changed(run, stream, page.rows))
    rows = await _whole(stream, wanted)
    run.tally.read[stream.name] += len(page.rows)
    counts = {"read": len(page.rows), "new or changed": len(rows)}
    renamed(f"fetch {stream.name}, page {number}: {counted(counts)}")
    return rows, page.following


def _changed(run: Run, stream: Stream, rows: Sequence[Row]) -> list[Row]:
    """Drops what is known already, and what a coarse page boundary showed twice."""
    unique = {row.id: row for row in rows if row.id not in run.tally.seen[stream.name]}
    known = run.ledger.records(stream.name, unique.keys())
    return [row for row in unique.values() if row.id not in known or known[row.id].source_hash != row.hash]


async def _whole(stream: Stream, rows: Sequence[Row]) -> list[Row]:
    if stream.reader.whole:
        return list(rows)
    told = [row for row in rows if stream.told(row)]
    hashes = {row.id: row.hash for row in rows if row not in told}
    loaded = await stream.reader.load(list(hashes)) if hashes else []
    return [*told, *(row._replace(hash=hashes.get(row.id, row.hash)) for row in loaded)]


async def _by_id(run: Run, stream: Stream, ids: Sequence[str], why: str) -> AsyncIterator[Page]:
    for start in range(0, len(ids), AGAIN):
        rows = await load_again(opaque(run), opaque(stream), ids[start : start + AGAIN], why)
        if rows:
            yield Page(rows, f"{why}, {start // AGAIN + 1}")


@task(name="load", task_run_name="load {stream.name} {why}", **PATIENT)
async def load_again(run: Run, stream: Stream, ids: Sequence[str], why: str) -> list[Row]:
    """Returns these records as their source has them now."""
    rows = await stream.reader.load(ids)
    run.tally.read[stream.name] += len(rows)
    renamed(f"load {stream.name} {why}: {len(rows):,} of {len(ids):,}")
    return rows


async def _asked_for(run: Run, stream: Stream) -> list[str]:
    """Returns source ids for what a person named, which may also be the number the person knows a record by."""
    asked = run.request.record_ids or []
    return list(dict.fromkeys([*run.ledger.ids_of_refs(stream.name, asked), *asked]))
