"""`ml-connector up`: the Prefect server, the runner and the web app, each a process of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from blocks.errors import ConfigurationError
from deployments.config import Settings, prefect_environment

PREFECT_PORT = 4200
STARTED_WITHIN = 90.0  # seconds
POLL_SECONDS = "2"
WORK_POOL = "ml-connector"


@dataclass
class Processes:
    """What was started here; all of it ends together."""

    log_folder: Path
    environment: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        """Starts a Python module as a process; what it prints goes to `<name>.log` in the log folder."""
        with (self.log_folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *arguments], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def fallen(self) -> str | None:
        """Returns the name of a process that ended by itself, or None."""
        return next((name for name, one in self.running.items() if one.poll() is not None), None)

    def stop(self) -> None:
        """Ends every process, the last started first; one that does not listen is killed."""
        for process in reversed(self.running.values()):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in reversed(self.running.values()):
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@dataclass(frozen=True)
class Addresses:
    """Where people and vendors reach what was started."""

    prefect_api: str
    web: str

    @property
    def prefect_ui(self) -> str:
        """The page where people watch runs."""
        return self.prefect_api.removesuffix("/api")


def up(settings: Settings) -> int:
    """Serves until Ctrl-C or until a process falls; returns the exit status."""
    with served(settings) as (processes, addresses):
        print(f"Prefect UI   {addresses.prefect_ui}\nWeb app      {addresses.web}\nStop with Ctrl-C.", flush=True)
        fallen = _until_stopped(processes)
    if fallen:
        print(f"{fallen} stopped by itself; see {processes.log_folder / fallen}.log", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def served(settings: Settings) -> Iterator[tuple[Processes, Addresses]]:
    """Everything runs while the block does: a server unless one is named, the work pool, the runner, the web app.

    Raises:
        ConfigurationError: something did not come up; the text names its log.
    """
    environment = {**os.environ, **prefect_environment(settings)}
    logs = settings.home_path / "logs"
    logs.mkdir(exist_ok=True)
    processes = Processes(logs, environment)
    with _terminated_as_interrupted():
        try:
            yield processes, _start(settings, processes)
        finally:
            processes.stop()
            (settings.home_path / "server").unlink(missing_ok=True)


def _start(settings: Settings, processes: Processes) -> Addresses:
    environment = processes.environment
    web_port = free_port(settings.web_port)
    environment["ML_CONNECTOR_WEB_PORT"] = str(web_port)  # runs tell people where to give consent
    if "PREFECT_API_URL" not in environment:
        _start_server(settings, processes)
    api = environment["PREFECT_API_URL"]
    _make_ready(processes)
    worker = ("-m", "prefect", "worker", "start", "--pool", WORK_POOL, "--type", "process", "--name", _worker_name())
    environment["PREFECT_WORKER_QUERY_SECONDS"] = POLL_SECONDS
    app = ("deployments.web.app:create_app", "--factory", "--host", "127.0.0.1", "--port", str(web_port))
    processes.start("web", "-m", "uvicorn", *app, "--no-access-log")
    web = f"http://127.0.0.1:{web_port}"
    _wait_for(processes, "web", f"{web}/health")
    processes.start("runner", *worker)  # last, so that no run is taken up by a start that fails
    return Addresses(api, web)


def _start_server(settings: Settings, processes: Processes) -> None:
    port = free_port(PREFECT_PORT)
    api = f"http://127.0.0.1:{port}/api"
    environment = processes.environment
    environment |= {"PREFECT_API_URL": api, "PREFECT_SERVER_UI_API_URL": api, "PREFECT_SERVER_API_PORT": str(port)}
    processes.start("prefect", "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    _wait_for(processes, "prefect", f"{api}/health")
    (settings.home_path / "server").write_text(f"{os.getpid()} {api}")


def _make_ready(processes: Processes) -> None:
    """The server knows our block types and the work pool, so that people find them in its UI."""
    done = subprocess.run(
        [sys.executable, "-m", "deployments.readying"], env=processes.environment, capture_output=True, check=False
    )
    if done.returncode:
        raise ConfigurationError(f"the Prefect server could not be made ready: {done.stderr.decode()[-500:]}")


def _worker_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


def free_port(wanted: int) -> int:
    """Returns the port, or if it is taken another one, which is said on standard error."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            found = int(probe.getsockname()[1])
            if wanted and found != wanted:
                print(f"Port {wanted} is taken; using {found} instead.", file=sys.stderr)
            return found
    raise ConfigurationError("no port is free on this machine")


def _wait_for(processes: Processes, name: str, url: str) -> None:
    give_up = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < give_up:
        if fallen := processes.fallen():
            raise ConfigurationError(f"{fallen} ended while starting; see {processes.log_folder / fallen}.log")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=2).is_success:
                return
        time.sleep(0.2)
    raise ConfigurationError(
        f"{name} did not answer within {STARTED_WITHIN:.0f} s; see {processes.log_folder / name}.log"
    )


def _until_stopped(processes: Processes) -> str | None:
    try:
        while not (fallen := processes.fallen()):
            time.sleep(0.5)
    except KeyboardInterrupt:
        return None
    return fallen


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """A polite end (SIGTERM) is taken as Ctrl-C, so that no process is left behind."""

    def interrupt(*_signal: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
