"""Processes that begin with the product imported already (`tests.e2e.preloading`), as a test holds them."""

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import IO


@dataclass
class Preloaded:
    """One process; it leads a process group of its own."""

    number: int
    _told: IO[str]
    _status: int | None = None

    def wait(self, timeout: float) -> int:
        """Returns its exit status, which is negative if a signal ended it.

        Raises:
            TimeoutError: it did not end within so many seconds.
        """
        if self._status is None:
            if not self._ended(timeout):
                raise TimeoutError(f"not ended after {timeout:g} s")
            with self._told:
                self._status = int(self._told.readline())
        return self._status

    def kill(self) -> None:
        """It is gone, in the middle of whatever it did."""
        if not self.has_ended():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.number, signal.SIGKILL)
        self.wait(timeout=60)

    def has_ended(self) -> bool:
        """Tells whether it has ended, well or not."""
        return self._status is not None or self._ended(0)

    def _ended(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._told], [], [], timeout)
        return bool(ready)


def start(module: str, *arguments: str, environment: dict[str, str], streams: tuple[int, int, int]) -> Preloaded:
    """Starts `python -m module` with these arguments and streams, except that what is slow is imported already.

    Raises:
        RuntimeError: what would have become the process is gone; it has said why on standard error.
    """
    ours, theirs = os.pipe()
    request = json.dumps({"module": module, "arguments": arguments, "environment": environment})
    socket.send_fds(_orders(), [request.encode()], [*streams, theirs])
    os.close(theirs)
    told = os.fdopen(ours)
    number = told.readline()
    if not number:
        raise RuntimeError("tests.e2e.preloading has ended")
    return Preloaded(int(number), told)


def completed(
    module: str, *arguments: str, environment: dict[str, str], timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """Runs `python -m module` to its end, except that what is slow is imported already.

    Raises:
        TimeoutError: it did not end within so many seconds; it has now.
    """
    with (
        tempfile.TemporaryFile("w+") as nothing,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        streams = (nothing.fileno(), out.fileno(), err.fileno())
        process = start(module, *arguments, environment=environment, streams=streams)
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        for one in (out, err):
            one.seek(0)
        return subprocess.CompletedProcess([module, *arguments], status, out.read(), err.read())


@functools.cache
def _orders() -> socket.socket:
    """Returns where to ask for processes; whoever serves them ends when this process does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        serving = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.preloading", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    atexit.register(serving.wait)
    atexit.register(ours.close)
    return ours
