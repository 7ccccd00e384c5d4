"""Which connections an address belongs to, remembered so that an answer asks nobody."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from prefect.blocks.core import Block

from deployments.web.connections import NAME, Load, LoadAll, load_all_from_prefect, load_from_prefect
from flows.registry import Pair

FRESH = 30.0  # seconds for which a connection is believed unseen
MISS = 5.0  # seconds for which the lack of one is believed; also between two attempts to reload
OLDEST = 300.0  # seconds up to which an old answer is good while a new one is on its way
REMEMBERED = 1000  # names, so that somebody who tries many cannot fill our memory
LOAD_SECONDS = 5.0
EVERY = "*"  # in place of a name; no connection can have it

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

    def __init__(
        self, pairs: Mapping[str, Pair], load: Load = load_from_prefect, load_all: LoadAll = load_all_from_prefect
    ) -> None:
        """Nothing is read before somebody asks."""
        self._pairs, self._load, self._load_all = pairs, load, load_all
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
        if not NAME.fullmatch(name):
            return ()
        if newer_than is None and (found := self._among_all(system, name)):
            return found
        return await self._answer((system, name), newer_than)

    async def every(self, system: str, newer_than: float | None = None) -> tuple[Endpoint, ...]:
        """Returns all connections that take notifications of the vendor.

        Raises:
            UnreachableError: they were never read, and cannot be read now.
        """
        return await self._answer((system, EVERY), newer_than)

    async def stay_fresh(self, systems: Iterable[str]) -> None:
        """All connections of these vendors are read now and every half minute, until cancelled; no answer waits."""
        keys = [(system, EVERY) for system in systems if any(system in pair.announces for pair in self._pairs.values())]
        while keys:
            await asyncio.wait([self._reload(key) for key in keys])
            await asyncio.sleep(FRESH)

    async def renew(self, system: str) -> None:
        """All connections of the vendor were read after this was asked, if they could be read at all."""
        if earlier := self._loading.get((system, EVERY)):
            await asyncio.wait([earlier])  # it may have begun before
        await asyncio.wait([self._reload((system, EVERY))])

    def _among_all(self, system: str, name: str) -> tuple[Endpoint, ...]:
        """Returns the connections of this name among all of the vendor, if these are kept fresh."""
        known = self._known.get((system, EVERY))
        if known is None or time.monotonic() - known.read > 2 * FRESH:
            return ()
        return tuple(one for one in known.found if one.connection == name)

    async def _answer(self, key: tuple[str, str], newer_than: float | None) -> tuple[Endpoint, ...]:
        now = time.monotonic()
        known = self._known.get(key)
        if known and now - known.asked < min(known.good_for(), newer_than or FRESH):
            return known.found
        loading = self._reload(key)
        if known is None or newer_than is not None or not known.found or now - known.read > OLDEST:
            await asyncio.wait([loading])
        known = self._known.get(key, known)
        if known is None:
            raise UnreachableError(key[1])
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
                found = await self._found(system, name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the notifications must go on
            logger.warning("connection %s cannot be read from Prefect (%s)", name, type(error).__name__)
            if known := self._known.get((system, name)):
                known.asked, known.failed = now, True
            return
        self._known[system, name] = _Known(found, now, now)
        self._known.move_to_end((system, name))
        if len(self._known) > REMEMBERED:
            self._forget()

    async def _found(self, system: str, name: str) -> tuple[Endpoint, ...]:
        found = []
        for pair_name, pair in self._pairs.items():
            if system in pair.announces:
                blocks = await self._blocks(pair, system, name)
                found += [Endpoint(pair_name, one, block, pair.announces[system]) for one, block in blocks.items()]
        return tuple(found)

    async def _blocks(self, pair: Pair, system: str, name: str) -> dict[str, Block]:
        if name == EVERY:
            return await self._load_all(pair, system)
        block = await self._load(pair, name, system)
        return {name: block} if block else {}

    def _forget(self) -> None:
        """The oldest miss is forgotten, or the oldest of all if every name is a connection."""
        missed = (key for key, known in self._known.items() if not known.found)
        self._known.pop(next(missed, next(iter(self._known))))
