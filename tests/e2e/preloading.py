"""Becomes commands that the tests ask for: `python -m tests.e2e.preloading SOCKET`, with what is slow imported already.

Importing Prefect takes longer than most commands do; a suite with hundreds of commands does it once. Each command is
a process of its own, forked from this one while it has a single thread, and is given the arguments, environment,
streams and exit status that it would have had from `python -m`.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
from typing import Any

COMMAND_LINE = "deployments.cli"
IMPORTED = (
    COMMAND_LINE,
    "deployments.applying",
    "deployments.checking",
    "deployments.looking",
    "deployments.reconciling",
    "deployments.running",
    "flows.housekeeping.flow",
    "flows.registry",
    "prefect.flow_engine",
    "prefect.task_engine",
    "tasks.state.store",
)
LARGEST = 1 << 20  # bytes of a request
STREAMS = (0, 1, 2)


def asked(orders: socket.socket) -> dict[str, Any] | None:
    """Returns what the process that this has become shall do; None once nobody can ask any more.

    Every request comes with the three streams and a pipe, which is told the process's number and then its exit status.
    """
    while True:
        text, passed, _flags, _from = socket.recv_fds(orders, LARGEST, len(STREAMS) + 1)
        if not text:
            return None
        *streams, pipe = passed
        if os.fork() == 0:
            orders.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _fork_and_tell(pipe, streams)
            found: dict[str, Any] = json.loads(text)
            return found
        for one in passed:
            os.close(one)


def _fork_and_tell(pipe: int, streams: list[int]) -> None:
    """Returns in a new process only, which has these streams; its parent tells how it ended, and ends then."""
    number = os.fork()
    if number:
        for one in (*STREAMS, *streams):
            os.close(one)
        _number, status = os.waitpid(number, 0)
        os.write(pipe, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.setsid()
    os.write(pipe, f"{os.getpid()}\n".encode())
    os.close(pipe)
    for one, held in zip(STREAMS, streams, strict=True):
        os.dup2(held, one)
        os.close(held)


def renew_prefect() -> None:
    """Prefect has read its settings, and set up its loggers, as if it were imported now."""
    from prefect.context import refresh_global_settings_context
    from prefect.logging import configuration

    refresh_global_settings_context()
    configuration.PROCESS_LOGGING_CONFIG.clear()
    configuration.setup_logging()


def run(module: str, arguments: list[str], environment: dict[str, str]) -> None:
    """Runs the module as `python -m` does."""
    from deployments import cli

    os.environ.clear()
    os.environ.update(environment)
    renew_prefect()
    prepare = cli._prepare

    def prepare_and_renew() -> None:
        prepare()
        renew_prefect()

    cli._prepare = prepare_and_renew
    sys.argv = [module, *arguments]
    if module == COMMAND_LINE:
        cli.main()
    else:
        prepare_and_renew()
        runpy.run_module(module, run_name="__main__")


def main(orders: socket.socket) -> None:
    """Becomes one command after another, in processes of their own, until nobody can ask for any more."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that only tell
    if request := asked(orders):
        run(**request)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
