"""Reaches a web app without a network, and what it does beyond answering."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import select

from deployments.web.drain import Pace
from tasks.state import inbox
from tasks.state.models import InboxEvent
from tasks.state.store import Store

QUICK = Pace(
    gather=0.1, heed=0.1, glance=0.02, ask=0.05, first_wait=0.02, longest_wait=0.1, first_rest=0.02, longest_rest=0.1
)


class Runs:
    """Starts runs that handle what waits when they begin, unless they fail, and are over at once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.started: list[tuple[str, str, tuple[str, ...]]] = []
        self.up = True
        self.handles = True

    async def start(self, pair: str, connection: str, streams: Sequence[str]) -> str:
        self.started.append((pair, connection, tuple(streams)))
        for stream in streams if self.handles else ():
            numbers = inbox.announced(self.store, pair, connection, stream).values()
            inbox.handled(self.store, [one for each in numbers for one in each])
        return f"run-{len(self.started)}"

    async def is_over(self, run_id: str) -> bool:
        return True

    async def reachable(self) -> bool:
        return self.up


@contextlib.asynccontextmanager
async def reached(app: FastAPI, address: str = "http://t") -> AsyncIterator[httpx.AsyncClient]:
    """Yields a client of the app, while the app is at work."""
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=address) as client:
        yield client


def rows(store: Store) -> list[InboxEvent]:
    """Returns what the inbox holds, in the order in which it came."""
    with store.reading() as session:
        return list(session.execute(select(InboxEvent).order_by("id")).scalars())


async def until(true: Callable[[], Any]) -> None:
    """Returns once something is true.

    Raises:
        TimeoutError: it was not for five seconds.
    """
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)
