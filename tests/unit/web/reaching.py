"""Reaches a web app without a network, and what it does beyond answering."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from deployments.web import drain
from deployments.web.drain import Drainer, Pace
from tasks.state import inbox
from tasks.state.models import InboxEvent
from tasks.state.store import Store

QUICK = Pace(
    gather=0.05, heed=0.1, glance=0.02, ask=0.05, first_wait=0.02, longest_wait=0.1, first_rest=0.02, longest_rest=0.1
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
        TimeoutError: it was not for a minute.
    """
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.005)


async def at_rest(drainer: Drainer) -> None:
    """Returns once no notice waits for a run and none is being seen to: whatever was to be started has been."""
    await until(lambda: not drainer._draining and not inbox.waiting(drainer._store))


async def settled(app: FastAPI) -> None:
    """Returns once the app's drainer is at rest."""
    await at_rest(app.state.desk.stir.__self__)


class Pauses:
    """Stands for asyncio in a module of the web app: its pauses are noted, and last until they are over."""

    def __init__(self, module: Any, monkeypatch: pytest.MonkeyPatch, only: float | None = None) -> None:
        """Takes hold of all pauses of the module from now on, or only of those of so many seconds."""
        self.seconds: list[float] = []
        self.over = asyncio.Event()
        self._only = only
        monkeypatch.setattr(module, "asyncio", self)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        if self._only not in (None, seconds):
            await asyncio.sleep(seconds)
            return
        self.seconds.append(seconds)
        await self.over.wait()


def gathering(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Returns what ends the gathering of notices, which would otherwise end after `QUICK.gather` seconds."""
    return Pauses(drain, monkeypatch, only=QUICK.gather).over
