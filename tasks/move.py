"""Steps 2 to 5 for one stream: fetch what changed, align what it needs, create, write back."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing

from tasks.align import align
from tasks.create import create
from tasks.fetch import fetch_changed
from tasks.run import Run
from tasks.stream import Stream
from tasks.write_back import write_back

Progress = Callable[[float], Awaitable[None]]


async def untold(_share: float) -> None:
    """Nobody waits to be told how far the run is."""


async def move(run: Run, streams: Iterable[Stream], progress: Progress = untold) -> None:
    """Every changed record of the chosen streams has an outcome, in the streams' order.

    Args:
        run: which the records are moved by.
        streams: in their order.
        progress: is told, before each stream, what share of the streams is done.
    """
    chosen = [one for one in streams if run.request.streams is None or one.name in run.request.streams]
    for number, stream in enumerate(chosen):
        await progress(number / len(chosen))
        async with aclosing(fetch_changed(run, stream)) as pages:
            async for page in pages:
                references = await align(run, stream, page)
                await create(run, stream, page, references)
        await write_back(run, stream)
