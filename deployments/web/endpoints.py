"""Which connections an address belongs to, remembered so that an answer asks nobody."""

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from prefect.blocks.core import Block

from flows.registry import Pair

FRESH = 30.0  # seconds for which a connection is believed unseen
MISS = 5.0  # seconds for which the lack of one is believed; also between two attempts to reload
OLDEST = 300.0  # seconds up to which an old answer is good while a new one is on its way
REMEMBERED = 1000  # names, so that somebody who tries many cannot fill our memory
LOAD_SECONDS = 5.0
_NAME = re.compile(r"[a-z0-9-]{1,200}")  # all that a block's name may be made of

logger = logging.getLogger(__name__)


class UnreachableError(Exception):
    """Nobody could be asked which connection this is; the same question may be answered later."""


class Endpoint(NamedTuple):
    """A connection that takes notifications, and the credentials block of the vendor that sends them."""

    pair: str
    connection: str
    credentials: Block
    streams: Mapping[str, str]  # prefix of the event type -> stream

    def stream(self, event_type: str) -> str:
        """Returns the stream that an event concerns, or nothing."""
        return next((stream for prefix, stream in self.streams.items() if event_type.startswith(prefix)), "")


class Load(Protocol):
    """Returns the credentials block of one vendor that a connection of this pair names; None if there is none."""

    async def __call__(self, pair: Pair, connection: str, system: str) -> Block | None:
        """Any exception means that it cannot be known now."""


async def load_from_prefect(pair: Pair, connection: str, system: str) -> Block | None:
    """Returns the credentials block as Prefect has it; None if it or the connection does not exist."""
    try:
        rules = await pair.connection.aload(connection)
        return await pair.connection.systems[system].aload(getattr(rules, system))
    except ValueError:
        return None


@dataclass
class _Known:
    found: tuple[Endpoint, ...]
    read: float  # time.monotonic() of the last reading that succeeded
    asked: float  # the same of the last one that began
    failed: bool = False

    def good_for(self) -> float:
        """Returns for how many seconds after the last reading nobody asks again."""
        return FRESH if self.found and not self.failed else MISS


class Endpoints:
    """The connections by name, read again when half a minute old; an old reading serves while that goes on."""

    def __init__(self, pairs: Mapping[str, Pair], load: Load = load_from_prefect) -> None:
        """Nothing is read before somebody asks."""
        self._pairs, self._load = pairs, load
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._loading: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(8)

    async def find(self, system: str, name: str, newer_than: float | None = None) -> tuple[Endpoint, ...]:
        """Returns the connections of this name, one per pair at most, that take notifications of the vendor.

        Args:
            system: the vendor, as connections name it.
            name: what the address says.
            newer_than: seconds that the answer may be old; without it, an old answer may be given at once.

        Raises:
            UnreachableError: it was never read, and cannot be read now.
        """
        if not _NAME.fullmatch(name):
            return ()
        key, now = (system, name), time.monotonic()
        known = self._known.get(key)
        if known and now - known.asked < min(known.good_for(), newer_than or FRESH):
            return known.found
        loading = self._reload(key)
        if known is None or newer_than is not None or not known.found or now - known.read > OLDEST:
            await asyncio.wait([loading])
        known = self._known.get(key, known)
        if known is None:
            raise UnreachableError(name)
        return known.found

    def _reload(self, key: tuple[str, str]) -> asyncio.Task[None]:
        """Returns the one reading of this name that is under way."""
        if key not in self._loading:
            self._loading[key] = asyncio.create_task(self._read(*key))
            self._loading[key].add_done_callback(lambda _: self._loading.pop(key, None))
        return self._loading[key]

    async def _read(self, system: str, name: str) -> None:
        """What is known of the name is new; when it cannot be read, the old stays."""
        now = time.monotonic()
        try:
            async with asyncio.timeout(LOAD_SECONDS), self._turns:
                found = await self._all(system, name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the notifications must go on
            logger.warning("connection %s cannot be read from Prefect (%s)", name, type(error).__name__)
            if known := self._known.get((system, name)):
                known.asked, known.failed = now, True
            return
        self._known[system, name] = _Known(found, now, now)
        self._known.move_to_end((system, name))
        if len(self._known) > REMEMBERED:
            self._forget()

    async def _all(self, system: str, name: str) -> tuple[Endpoint, ...]:
        found = []
        for pair_name, pair in self._pairs.items():
            if system in pair.announces and (credentials := await self._load(pair, name, system)):
                found.append(Endpoint(pair_name, name, credentials, pair.announces[system]))
        return tuple(found)

    def _forget(self) -> None:
        """The oldest miss is forgotten, or the oldest of all if every name is a connection."""
        missed = (key for key, known in self._known.items() if not known.found)
        self._known.pop(next(missed, next(iter(self._known))))
