"""Signed-in sessions shared by every process: encrypted, and renewed by one at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from blocks.sessions import Session
from tasks.state.leases import lease
from tasks.state.models import StoredSession, utc_now
from tasks.state.store import Store, upsert

EARLIEST = datetime.min.replace(tzinfo=UTC)
TOUCH_EVERY = timedelta(seconds=30)
LOGIN_SECONDS = 60.0  # a login that takes longer is given up


class SharedSessions:
    """The session cache of one installation."""

    def __init__(self, store: Store) -> None:
        """Keeps sessions in this store."""
        self._store = store
        self._touched: dict[str, datetime] = {}

    async def load(self, key: str) -> Session | None:
        """Returns the kept session, or None."""
        return await asyncio.to_thread(self._load, key)

    async def store(self, key: str, session: Session) -> None:
        """Keeps this session for every process."""
        await asyncio.to_thread(self._save, key, session)

    async def touch(self, key: str) -> None:
        """Notes that the session was used, at most every 30 seconds."""
        now = utc_now()
        if now - self._touched.get(key, EARLIEST) >= TOUCH_EVERY:
            self._touched[key] = now
            await asyncio.to_thread(self._touch, key, now)

    @asynccontextmanager
    async def renewal(self, key: str) -> AsyncIterator[None]:
        """Lets one renewal per key run at a time, over all processes and machines."""
        async with lease(self._store, f"login:{key}", seconds=LOGIN_SECONDS, patience=2 * LOGIN_SECONDS):
            yield

    def _load(self, key: str) -> Session | None:
        with self._store.reading() as session:
            row = session.get(StoredSession, key)
        if row is None or row.sealed is None:
            return None
        kept = Session.model_validate(self._store.vault.unseal(row.sealed))
        kept.used_at = row.used_at
        return kept

    def _save(self, key: str, kept: Session) -> None:
        sealed = self._store.vault.seal(kept.model_dump(mode="json"))
        with self._store.session() as session:
            upsert(session, StoredSession, [{"key": key, "sealed": sealed, "used_at": kept.used_at}], ("key",))

    def _touch(self, key: str, now: datetime) -> None:
        with self._store.session() as session:
            row = session.get(StoredSession, key)
            if row:
                row.used_at = now
