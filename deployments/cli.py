"""The `ml-connector` command; its work is in the other files of this folder."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cyclopts import App, Parameter
from pydantic import ValidationError

from blocks.errors import ConfigurationError, CredentialsError, ForbiddenError, TransientError, VendorError
from deployments.config import Settings, prefect_environment

IN_AGREEMENT, SOME_REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3
app = App(name="ml-connector", help="Keeps pairs of business systems in agreement, without re-keying.")
Json = Annotated[bool, Parameter("--json", negative="", help="Print one JSON document, and nothing else.")]
Many = Annotated[list[str] | None, Parameter(negative="", consume_multiple=False)]
Result = TypeVar("Result")
Switch = Annotated[bool, Parameter(negative="")]


@app.command
def demo(*, once: Switch = False) -> int:
    """Run sandbox vendors with sample data and every pair, until Ctrl-C.

    Args:
        once: Exit by itself after the first runs.
    """
    from deployments.demo import demo as show

    return show(once=once)


@app.command
def up() -> int:
    """Run the Prefect server (unless PREFECT_API_URL is set), the runner and the web app."""
    from deployments.serve import up as serve

    return serve(_settings())


@app.command
def apply(*files: Path) -> int:
    """Store what connection files say: credentials, connections, deployments, schedules.

    Args:
        files: Connection files in YAML.
    """
    if not files:
        raise ConfigurationError("name at least one connection file")
    _prepare()
    from deployments.applying import apply as store
    from deployments.config import read_connection_file

    for file in files:
        for line in _awaited(store(read_connection_file(file))):
            print(line)
    return IN_AGREEMENT


@app.command
def check(connection: str, *, json: Json = False) -> int:
    """Try both logins, entity paths and reference data of a connection; nothing is written.

    Args:
        connection: Its name, or PAIR/NAME.
        json: Print one JSON document.
    """
    _prepare()
    from deployments.checking import check as examine

    return _awaited(examine(connection, as_json=json))


@app.command
def run(
    pair: str,
    connection: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    record_id: Many = None,
    stream: Many = None,
    dry_run: Switch = False,
    json: Json = False,
) -> int:
    """Run a pair for one connection now, in this process.

    Args:
        pair: For example qad-bill.
        connection: Its name.
        since: Read what changed from this moment (UTC unless it names a zone).
        until: Read what changed up to this moment.
        record_id: Only this record, by id or number; may be repeated.
        stream: Only this stream; may be repeated.
        dry_run: List what a run would do; write nothing anywhere.
        json: Print one JSON document.
    """
    _prepare()
    from deployments.running import run as carry_out

    asked = {
        "since": _aware(since),
        "until": _aware(until),
        "record_ids": record_id or None,
        "streams": stream or None,
        "dry_run": dry_run,
    }
    return _awaited(carry_out(pair, connection, asked, as_json=json))


@app.command
def records(connection: str, *, outcome: str | None = None, json: Json = False) -> int:
    """List the records of a connection with their outcomes and reasons.

    Args:
        connection: Its name, or PAIR/NAME.
        outcome: Only these: created, updated, unchanged, held, refused, in_doubt or failed.
        json: Print one JSON document.
    """
    from deployments.looking import records as look

    return look(_settings(), connection, outcome, as_json=json)


@app.command
def audit(connection: str, record: str, *, json: Json = False) -> int:
    """Show everything that was done about a record.

    Args:
        connection: Its name, or PAIR/NAME.
        record: Its id or its number.
        json: Print one JSON document.
    """
    from deployments.looking import audit as look

    return look(_settings(), connection, record, as_json=json)


@app.command
def replay(connection: str, *, outcome: str | None = None, record_id: Many = None) -> int:
    """Try records again now, whether or not anything about them changed.

    Args:
        connection: Its name, or PAIR/NAME.
        outcome: All records with this outcome.
        record_id: Only this record, by id or number; may be repeated.
    """
    _prepare()
    from deployments.running import replay as again

    return _awaited(again(_settings(), connection, outcome, record_id or []))


@app.command
def reconcile(connection: str, *, json: Json = False) -> int:
    """Compare both systems record by record, and list every difference; nothing is written.

    Args:
        connection: Its name, or PAIR/NAME.
        json: Print one JSON document.
    """
    _prepare()
    from deployments.reconciling import reconcile as compare

    return _awaited(compare(connection, as_json=json))


@app.command
def qwc(connection: str) -> int:
    """Print the .QWC file that connects a company file of QuickBooks Desktop; it holds no password.

    Args:
        connection: Its name, or PAIR/NAME.
    """
    _prepare()
    from deployments.qwc import qwc as describe

    return _awaited(describe(connection, _settings()))


@app.command
def sandbox(
    *, bill_port: int = 8101, qad_port: int = 8102, quickbooks_port: int = 8103, desktop_port: int = 8104
) -> int:
    """Run the sandbox vendors alone, until Ctrl-C.

    Args:
        bill_port: BILL's port; 0 takes a free one.
        qad_port: QAD's port; 0 takes a free one.
        quickbooks_port: QuickBooks Online's port; 0 takes a free one.
        desktop_port: The port by which QuickBooks Desktop and its Web Connector are steered; 0 takes a free one.
    """
    ports = {
        "--bill-port": bill_port,
        "--qad-port": qad_port,
        "--quickbooks-port": quickbooks_port,
        "--desktop-port": desktop_port,
    }
    asked = [word for name, port in ports.items() for word in (name, str(port))]
    os.execv(sys.executable, [sys.executable, "-m", "tests.sandbox", *asked])


def _settings() -> Settings:
    return Settings()


def _prepare() -> None:
    """Prefect finds its environment; it must not be imported before."""
    os.environ.update(prefect_environment(_settings()))
    # A run's log is on Prefect's page; here its progress and what came of it are enough.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")


def _awaited(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def guarded(work: Callable[[], int]) -> int:
    """Returns the exit status of some work; what went wrong is said in one sentence, with what to do."""
    try:
        return work()
    except KeyboardInterrupt:
        return 130
    except (ConfigurationError, ValidationError) as error:
        status = USAGE
        said: Exception = error
    except (TransientError, CredentialsError, ForbiddenError) as error:
        status, said = UNREACHABLE, error
    except VendorError as error:
        status, said = SOME_REFUSED, error
    remedy = f". {said.remedy}" if isinstance(said, VendorError) and said.remedy else ""
    print(f"ml-connector: {str(said).rstrip('.')}{remedy}", file=sys.stderr)
    return status


def main() -> None:
    """Runs the command that the arguments name, and exits with its status."""

    def parsed() -> int:
        status = app(sys.argv[1:], exit_on_error=False, result_action="return_value")
        return status if isinstance(status, int) else IN_AGREEMENT

    from cyclopts import CycloptsError

    try:
        sys.exit(guarded(parsed))
    except CycloptsError:
        sys.exit(USAGE)


if __name__ == "__main__":
    main()
