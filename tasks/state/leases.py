"""Who alone may do something for now: runs, logins, call slots; a dead holder's lease ends by itself."""

import asyncio
import contextlib
import os
import random
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from tasks.state.models import Lease, utc_now
from tasks.state.store import Store, insert_missing

HOST = socket.gethostname()
_BOOT = uuid.uuid4().hex[:8]  # tells this process from an earlier one with the same number


def new_holder() -> str:
    """Returns a name for one holder within this process; others can tell whether its process still lives."""
    return f"{HOST}:{os.getpid()}:{_BOOT}:{uuid.uuid4().hex[:8]}"


def take(store: Store, name: str, holder: str, seconds: float) -> str | None:
    """Takes or renews the lease; returns None on success, else who holds it."""
    now = utc_now()
    until = now + timedelta(seconds=seconds)
    with store.session() as session:
        lease = None
        while lease is None:  # its holder may give it back between the two statements
            insert_missing(session, Lease, {"name": name, "holder": holder, "expires_at": until})
            lease = session.get(Lease, name, with_for_update=True)
        if lease.holder != holder and lease.expires_at > now and not _is_dead(lease.holder):
            return lease.holder
        lease.holder, lease.expires_at = holder, until
    return None


def give_back(store: Store, name: str, holder: str) -> None:
    """Ends the lease if this holder still has it."""
    with store.session() as session:
        session.execute(delete(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder))


def still_held(session: Session, name: str, holder: str) -> bool:
    """Tells, within the caller's transaction, whether this holder has the lease; locks it until the commit."""
    lease = session.get(Lease, name, with_for_update=True)
    return lease is not None and lease.holder == holder and lease.expires_at > utc_now()


def _is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that is gone, so that nobody waits for its lease to end."""
    host, pid, boot, _own = holder.split(":")
    if host != HOST or int(pid) == os.getpid():
        return host == HOST and boot != _BOOT
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@asynccontextmanager
async def lease(store: Store, name: str, *, seconds: float = 60, patience: float = 600) -> AsyncIterator[str]:
    """Holds the lease while the block runs, renewing it in the background; yields the holder's name.

    Raises:
        TimeoutError: somebody else kept it for `patience` seconds.
    """
    holder = new_holder()
    await _obtain(store, name, holder, seconds, patience)
    over = asyncio.Event()
    renewing = asyncio.create_task(_renew(store, name, holder, seconds, over))
    try:
        yield holder
    finally:
        over.set()
        await renewing  # a renewal under way would otherwise take the lease again after it was given back
        await asyncio.to_thread(give_back, store, name, holder)


async def _obtain(store: Store, name: str, holder: str, seconds: float, patience: float) -> None:
    give_up: datetime = utc_now() + timedelta(seconds=patience)
    while True:
        other = await asyncio.to_thread(take, store, name, holder, seconds)
        if other is None:
            return
        if utc_now() >= give_up:
            host, pid = other.split(":")[:2]
            raise TimeoutError(f"{name} has been held by process {pid} on {host} for {patience:.0f} seconds")
        await asyncio.sleep(random.uniform(0.05, 0.15))


async def _renew(store: Store, name: str, holder: str, seconds: float, over: asyncio.Event) -> None:
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), timeout=seconds / 4)
            return
        if await asyncio.to_thread(take, store, name, holder, seconds) is not None:
            return  # taken over: the next write is refused by `still_held`
