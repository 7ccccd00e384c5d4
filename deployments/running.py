"""Runs a pair in this process, and tells on the terminal what becomes of the records."""

import json
import sys
from collections.abc import Callable
from typing import Any

from prefect.client.schemas.objects import State
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from blocks.errors import ConfigurationError, TransientError, VendorError
from deployments.config import Settings
from deployments.naming import one_connection
from deployments.tables import console, print_table
from flows.registry import PAIRS
from tasks.naming import counted
from tasks.report import summary
from tasks.run import Run, watched
from tasks.state.queries import ask_again
from tasks.state.store import open_store

IN_AGREEMENT, SOME_REFUSED, UNREACHABLE = 0, 1, 3


async def run(pair: str, connection: str, asked: dict[str, Any], *, as_json: bool = False) -> int:
    """Runs the pair's flow here, prints what came of it, and returns the exit status.

    Raises:
        ConfigurationError: there is no such pair, stream or connection.
        VendorError: a system could not be reached or refused the credentials.
    """
    if pair not in PAIRS:
        raise ConfigurationError(f"there is no pair {pair!r}; there are {', '.join(PAIRS)}")
    said = console(stderr=True)
    runs: list[Run] = []
    with _Progress(said) as show, watched(lambda one: _seen(runs, one, show)):
        flow: Any = PAIRS[pair].flow
        state = await flow(connection=connection, **asked, return_state=True)
    return await _ending(state, runs[-1] if runs else None, said, as_json)


def _seen(runs: list[Run], one: Run, show: Callable[[Run], None]) -> None:
    runs[:] = [one]
    show(one)


class _Progress:
    """Shows how a run comes on: one moving line on a terminal, a plain line now and then elsewhere."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True)
        self._moves = console.is_terminal
        self._line = self._bar.add_task("starting", total=None)
        self._said = ""

    def __enter__(self) -> Any:
        if self._moves:
            self._bar.start()
        return self._show

    def __exit__(self, *_error: object) -> None:
        if self._moves:
            self._bar.stop()

    def _show(self, one: Run) -> None:
        text = summary(one)
        if self._moves:
            self._bar.update(self._line, description=text)
        elif text != self._said:
            self._said = text
            print(text, file=sys.stderr)


async def _ending(state: State[Any], run: Run | None, said: Console, as_json: bool) -> int:
    if state.is_crashed() or (state.is_failed() and state.data is not None):
        error = await state.aresult(raise_on_failure=False)
        if isinstance(error, VendorError):
            raise error
        if isinstance(error, Exception):
            raise TransientError(f"the run stopped: {type(error).__name__}: {error}") from error
    if run is None:
        raise TransientError(f"the run did not begin: {state.message}")
    if as_json:
        print(json.dumps(_document(state, run), default=str, indent=2))
    else:
        _print_tables(said, run)
        print(state.message)
    if state.name == "Paused":
        return UNREACHABLE
    return SOME_REFUSED if run.to_show() and not run.dry else IN_AGREEMENT


def _document(state: State[Any], run: Run) -> dict[str, Any]:
    return {
        "pair": run.ledger.pair,
        "connection": run.ledger.connection,
        "state": state.name,
        "message": state.message,
        "outcomes": {stream: dict(counts) for stream, counts in run.tally.outcomes.items()},
        "ignored": {stream: dict(counts) for stream, counts in run.tally.ignored.items()},
        "preview": [row.model_dump(mode="json") for row in run.tally.preview],
        "exceptions": [
            {"stream": row.stream, "record": row.row.ref, "outcome": row.outcome, "reason": row.reason}
            for row in run.tally.news
        ],
    }


def _print_tables(said: Console, run: Run) -> None:
    title = f"{run.ledger.pair}/{run.ledger.connection}"
    print_table(said, ("stream", "read", "outcome"), map(_line_of(run), _streams(run)), title)
    if run.dry:
        preview = ((row.stream, row.source_ref, row.would, row.reason) for row in run.tally.preview)
        print_table(said, ("stream", "record", "would", "reason"), preview, "Preview: nothing was written")
    elif run.tally.news:
        news = ((one.stream, one.row.ref, one.outcome, one.reason, one.remedy) for one in run.tally.news)
        print_table(said, ("stream", "record", "outcome", "reason", "what to do"), news, "Exceptions")


def _streams(run: Run) -> list[str]:
    return list(dict.fromkeys([*run.tally.read, *run.tally.outcomes]))


def _line_of(run: Run) -> Callable[[str], tuple[str, str, str]]:
    def line(stream: str) -> tuple[str, str, str]:
        ignored = {f"ignored ({why})": number for why, number in run.tally.ignored[stream].items()}
        return stream, f"{run.tally.read[stream]:,}", counted({**run.tally.outcomes[stream], **ignored})

    return line


async def replay(settings: Settings, connection: str, outcome: str | None, ids: list[str]) -> int:
    """Tries records again, and returns the exit status.

    Raises:
        ConfigurationError: neither an outcome nor a record is named, or nothing fits.
    """
    if not outcome and not ids:
        raise ConfigurationError("say which records: --outcome or --record-id")
    store = open_store(settings)
    pair, name = one_connection(store, connection)
    if not ask_again(store, name, pair=pair, outcome=outcome, ids=ids):
        raise ConfigurationError(f"{connection} has no such records; see `ml-connector records {connection}`")
    return await run(pair, name, {})
