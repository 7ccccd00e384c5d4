"""Processes that call a company when they are told to (`tests.e2e.calling`), as a test holds them."""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.e2e.books import Books
from tests.e2e.driving import PYTHON, end


@dataclass
class Caller:
    """One process."""

    process: subprocess.Popen[bytes]

    def tell(self, line: str) -> None:
        """It has begun to do something."""
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def answer(self) -> str:
        """Returns what came of it; empty if the process is dead."""
        assert self.process.stdout
        return self.process.stdout.readline().decode().strip()

    def kill(self) -> None:
        """It is gone, in the middle of whatever it did."""
        end(self.process, signal.SIGKILL)


@contextmanager
def callers(it: Books, number: int, *module: str) -> Iterator[Sequence[Caller]]:
    """Yields as many processes, all ready; they are gone afterwards.

    Args:
        it: the installation whose company they call.
        number: how many.
        module: what runs them instead of `tests.e2e.calling`, with arguments that come first.
    """
    command = [PYTHON, "-m", *(module or ("tests.e2e.calling",)), f"{it.connection}-books"]
    with ExitStack() as ending, (it.home / "callers.log").open("ab") as log:
        made = []
        for _each in range(number):
            process = subprocess.Popen(
                command,
                env=it.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
            ending.enter_context(process)
            ending.callback(end, process, signal.SIGKILL)
            made.append(Caller(process))
        assert [one.answer() for one in made] == ["ready"] * number, (it.home / "callers.log").read_text()[-2000:]
        yield made


def at_once(some: Sequence[Caller], *lines: str) -> list[str]:
    """Returns what came of it when each was told its line (or all the same one) at the same time."""
    said = lines if len(lines) > 1 else lines * len(some)
    for one, line in zip(some, said, strict=True):
        one.tell(line)
    return [one.answer() for one in some]
