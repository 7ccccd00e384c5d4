"""Slows down those who guess."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

FIRST, LONGEST = 0.1, 2.0  # seconds
FORGET = 60.0  # seconds without a failure after which a connection starts anew
REMEMBERED = 1000  # names, so that somebody who tries many cannot fill our memory
HELD = 50  # answers that wait at the same time; the others go out at once, so that guessers cannot fill our memory


@dataclass
class _Failures:
    count: int = 0
    last: float = 0.0


class Brake:
    """Each failure of a connection is answered later than the one before, up to two seconds."""

    def __init__(self) -> None:
        """Starts without failures."""
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._holding = 0

    def failed(self, name: str) -> int:
        """The failure is counted; returns how many there were lately."""
        now = time.monotonic()
        known = self._failures.get(name)
        if known is None or now - known.last > FORGET:
            known = self._failures[name] = _Failures()
        known.count, known.last = known.count + 1, now
        self._failures.move_to_end(name)
        if len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)
        return known.count

    async def hold(self, failures: int) -> None:
        """Returns after the delay that so many failures deserve."""
        if self._holding >= HELD:
            return
        self._holding += 1
        try:
            await asyncio.sleep(min(LONGEST, FIRST * 2 ** min(failures - 1, 10)))
        finally:
            self._holding -= 1
