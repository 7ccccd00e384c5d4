"""Steps 2 to 5 for one stream: fetch what changed, align what it needs, create, write back."""

from collections.abc import Iterable
from contextlib import aclosing

from tasks.align import align
from tasks.create import create
from tasks.fetch import fetch_changed
from tasks.run import Run
from tasks.stream import Stream
from tasks.write_back import write_back


async def move(run: Run, streams: Iterable[Stream]) -> None:
    """Every changed record of the chosen streams has an outcome, in the streams' order."""
    chosen = run.request.streams
    for stream in streams:
        if chosen is not None and stream.name not in chosen:
            continue
        async with aclosing(fetch_changed(run, stream)) as pages:
            async for page in pages:
                references = await align(run, stream, page)
                await create(run, stream, page, references)
        await write_back(run, stream)
