"""Where a signed-in session is kept, so that every process of a connection shares one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, Field


def _now() -> datetime:
    return datetime.now(UTC)


class Session(BaseModel):
    """What a login gave: secret values by name, and when it was made and last used."""

    values: dict[str, str]
    obtained_at: AwareDatetime = Field(default_factory=_now)
    used_at: AwareDatetime = Field(default_factory=_now)


class SessionCache(Protocol):
    """Keeps one session per key; the implementation for production encrypts it and shares it by the database."""

    async def load(self, key: str) -> Session | None:
        """Returns the kept session, or None."""
        ...

    async def store(self, key: str, session: Session) -> None:
        """Keeps this session for everyone."""
        ...

    async def touch(self, key: str) -> None:
        """Notes that the session was used now; may be coarse (within 30 seconds) to save writes."""
        ...

    def renewal(self, key: str) -> AbstractAsyncContextManager[None]:
        """Lets one renewal per key run at a time, over all processes.

        Whoever enters must `load` again first: another may have renewed the session while it waited.
        """
        ...


class LocalSessions:
    """Sessions of this process alone, for tests and for tools that run by themselves."""

    def __init__(self) -> None:
        """Starts empty."""
        self._kept: dict[str, Session] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def load(self, key: str) -> Session | None:
        """Returns a copy of the kept session, or None."""
        kept = self._kept.get(key)
        return kept.model_copy() if kept else None

    async def store(self, key: str, session: Session) -> None:
        """Keeps this session."""
        self._kept[key] = session

    async def touch(self, key: str) -> None:
        """Notes that the session was used now."""
        if key in self._kept:
            self._kept[key].used_at = _now()

    @asynccontextmanager
    async def renewal(self, key: str) -> AsyncIterator[None]:
        """Lets one renewal per key run at a time in this process."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            yield
