"""Processes that call a company when they are told to (`tests.e2e.calling`), as a test holds them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO

from tests.e2e.books import Books
from tests.e2e.preloaded import Preloaded, start


@dataclass
class Caller:
    """One process, what it reads, and what it writes."""

    process: Preloaded
    heard: IO[str]
    said: IO[str]

    def tell(self, line: str) -> None:
        """It has begun to do something."""
        self.heard.write(f"{line}\n")
        self.heard.flush()

    def answer(self) -> str:
        """Returns what came of it; empty if the process is dead."""
        return self.said.readline().strip()

    def kill(self) -> None:
        """It is gone, in the middle of whatever it did."""
        self.process.kill()


@contextmanager
def callers(it: Books, number: int, *module: str) -> Iterator[Sequence[Caller]]:
    """Yields as many processes, all ready; they are gone afterwards.

    Args:
        it: the installation whose company they call.
        number: how many.
        module: what runs them instead of `tests.e2e.calling`, with arguments that come first.
    """
    command = (*(module or ("tests.e2e.calling",)), f"{it.connection}-books")
    with ExitStack() as ending, (it.home / "callers.log").open("ab") as log:
        made = [ending.enter_context(_caller(command, it.environment, log.fileno())) for _each in range(number)]
        assert [one.answer() for one in made] == ["ready"] * number, (it.home / "callers.log").read_text()[-2000:]
        yield made


@contextmanager
def _caller(command: Sequence[str], environment: dict[str, str], log: int) -> Iterator[Caller]:
    heard, said = os.pipe(), os.pipe()
    process = start(*command, environment=environment, streams=(heard[0], said[1], log))
    os.close(heard[0])
    os.close(said[1])
    with os.fdopen(said[0]) as answers, os.fdopen(heard[1], "w") as orders:
        try:
            yield Caller(process, orders, answers)
        finally:
            process.kill()


def at_once(some: Sequence[Caller], *lines: str) -> list[str]:
    """Returns what came of it when each was told its line (or all the same one) at the same time."""
    said = lines if len(lines) > 1 else lines * len(some)
    for one, line in zip(some, said, strict=True):
        one.tell(line)
    return [one.answer() for one in some]
