"""A Prefect server of the tests' own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.driving import end
from tests.e2e.patience import answers, until
from tests.e2e.ports import unused_port


@contextmanager
def prefect_serving(home: Path, key: str) -> Iterator[str]:
    """Yields the server's address.

    Args:
        home: the folder of its database and its log.
        key: what it encrypts blocks with.
    """
    port = unused_port()
    api = f"http://127.0.0.1:{port}/api"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ENCRYPTION_KEY": key,
        "PREFECT_SERVER_UI_API_URL": api,
    }
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until(lambda: answers(f"{api}/health"), 180)
        yield api
    finally:
        end(server)
