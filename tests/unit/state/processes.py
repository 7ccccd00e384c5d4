"""What other processes do in the tests of the shared state, and how they are started."""

import asyncio
import multiprocessing
import os
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from blocks.sessions import Session
from tasks.state.shared_sessions import SharedSessions
from tasks.state.slots import SharedSlots
from tasks.state.store import Store
from tasks.state.vault import Vault


def run_at_once(work: Callable[..., None], count: int, *arguments: Any) -> None:
    """`count` new processes have done the work, all of them without an error."""
    spawning = multiprocessing.get_context("spawn")
    processes = [spawning.Process(target=work, args=arguments, daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * count


def a_dead_process() -> int:
    """Returns the number of a process that has just ended."""
    process = multiprocessing.get_context("spawn").Process(target=os.getpid)
    process.start()
    process.join(120)
    return process.pid or 0


def open_at(moment: float, url: str, key: str) -> None:
    """The store is opened at this moment (seconds since the epoch), together with the others."""
    time.sleep(max(0.0, moment - time.time()))
    Store(url, Vault([key])).close()


def call(url: str, key: str, counter: str, calls: int, at_once: int) -> None:
    """So many calls were made through shared slots, each counted while it was under way."""
    store = Store(url, Vault([key]))
    asyncio.run(_call(SharedSlots(store), counter, calls, at_once))
    store.close()


async def _call(slots: SharedSlots, counter: str, calls: int, at_once: int) -> None:
    async def one() -> None:
        async with slots.slot("bill:k:o", at_once):
            _count(counter, 1)
            await asyncio.sleep(0.005)
            _count(counter, -1)

    await asyncio.gather(*(one() for _ in range(calls)))
    await slots.release()


def new_counter(path: str) -> None:
    """A file counts what is under way, the most there ever was, and how many there were."""
    with sqlite3.connect(path) as counter:
        counter.execute("CREATE TABLE seen (now INTEGER, most INTEGER, total INTEGER)")
        counter.execute("INSERT INTO seen VALUES (0, 0, 0)")
    counter.close()


def counted(path: str) -> tuple[int, int, int]:
    """Returns what is under way, the most there ever was, and how many there were."""
    counter = sqlite3.connect(path)
    now, most, total = counter.execute("SELECT now, most, total FROM seen").fetchone()
    counter.close()
    return now, most, total


def _count(path: str, step: int) -> None:
    counter = sqlite3.connect(path, timeout=30, isolation_level=None)
    counter.execute("PRAGMA synchronous=OFF")
    counter.execute(
        "UPDATE seen SET now = now + :step, most = max(most, now + :step), total = total + max(:step, 0)",
        {"step": step},
    )
    counter.close()


def log_in_if_needed(url: str, key: str, counter: str) -> None:
    """There is a session; this process has made it only if no other had done so before."""
    store = Store(url, Vault([key]))
    asyncio.run(_log_in(SharedSessions(store), counter))
    store.close()


async def _log_in(sessions: SharedSessions, counter: str) -> None:
    async with sessions.renewal("bill:k"):
        if await sessions.load("bill:k") is None:
            _count(counter, 1)
            await asyncio.sleep(0.1)
            await sessions.store("bill:k", Session(values={"sessionId": "s-1"}))
            _count(counter, -1)
