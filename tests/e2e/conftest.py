"""A Prefect server for all end-to-end tests, and a fresh installation for each."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from deployments.serve import free_port
from tests.e2e.books import Books
from tests.e2e.installation import Installation, end
from tests.sandbox.bill import BillSandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the folder of the Prefect server's database and log."""
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def prefect_key() -> str:
    """Returns the key that the Prefect server encrypts blocks with."""
    return Fernet.generate_key().decode()


@pytest.fixture(scope="session")
def prefect_api(prefect_home: Path, prefect_key: str) -> Iterator[str]:
    """Yields the address of a Prefect server of the tests' own."""
    home = prefect_home
    port = free_port(0)
    api = f"http://127.0.0.1:{port}/api"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ENCRYPTION_KEY": prefect_key,
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
        _wait_for(f"{api}/health")
        yield api
    finally:
        end(server)


def _wait_for(url: str) -> None:
    for _attempt in range(300):
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(url)


@pytest.fixture
def installation(prefect_api: str, tmp_path: Path, database_url: str) -> Iterator[Installation]:
    """Yields an installation with empty vendors, whose names no other test uses."""
    own = secrets.token_hex(4)
    bill = BillSandbox(organization_id=f"00802E2E{own.upper()}00001")
    qad = QadSandbox()
    with ExitStack() as serving:
        bill_url, qad_url = (serving.enter_context(served(one.app)) for one in (bill, qad))
        yield Installation(tmp_path, prefect_api, database_url, bill=bill, qad=qad, bill_url=bill_url, qad_url=qad_url)


@pytest.fixture
def books(prefect_api: str, tmp_path: Path, database_url: str) -> Iterator[Books]:
    """Yields an installation of BILL and QuickBooks Online with empty vendors, whose names no other test uses."""
    own = secrets.token_hex(4)
    bill = BillSandbox(organization_id=f"00802E2E{own.upper()}00002")
    quickbooks = QuickBooksSandbox(realm_id=f"93414{secrets.randbelow(10**11):011d}")
    with ExitStack() as serving:
        bill_url, quickbooks_url = (serving.enter_context(served(one.app)) for one in (bill, quickbooks))
        yield Books(
            tmp_path,
            prefect_api,
            database_url,
            bill=bill,
            quickbooks=quickbooks,
            bill_url=bill_url,
            quickbooks_url=quickbooks_url,
        )
