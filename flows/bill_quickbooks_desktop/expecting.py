"""A run that waits for the Web Connector says so, so that its next visit joins the run and begins no other one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.render import document
from tasks.state import connector_sessions as sessions
from tasks.state import message_sets
from tasks.state.desktop_channel import SIGN, DesktopChannel


@asynccontextmanager
async def expecting(channel: DesktopChannel) -> AsyncIterator[None]:
    """While the block runs, whoever lets the Web Connector in knows that this run waits for it.

    Nothing is said in a session that is there already: it began this run, or has another one behind it.
    """
    whose = (channel.store, channel.pair, channel.connection)
    if await asyncio.to_thread(sessions.live, *whose, channel.patience) is not None:
        yield
        return
    # What waits is a cheap question, whose answer nobody needs.
    asked = document([queries.host()])
    number = await asyncio.to_thread(lambda: message_sets.put(*whose, asked, asker=channel.asker))
    beating = asyncio.create_task(_beat(channel, number))
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
        await asyncio.to_thread(message_sets.withdraw, channel.store, [number])


async def _beat(channel: DesktopChannel, number: int) -> None:
    while True:
        await asyncio.sleep(SIGN)
        await asyncio.to_thread(message_sets.beat, channel.store, number)
