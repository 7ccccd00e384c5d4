"""What tests share: a state of their own for each, and the vendors' sandboxes on loopback."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Prefect reads its settings when it is imported, so all of this comes before any import of the product.
_OWN_HOME = tempfile.mkdtemp(prefix="ml-connector-tests-")
for _name in [name for name in os.environ if name.startswith("PREFECT_")]:
    del os.environ[_name]
for _name in ("ML_CONNECTOR_DATABASE_URL", "ML_CONNECTOR_ENCRYPTION_KEY", "SSL_CERT_FILE"):
    os.environ.pop(_name, None)
os.environ |= {
    "ML_CONNECTOR_ALLOW_PRIVATE_HOSTS": "1",
    "ML_CONNECTOR_HOME": f"{_OWN_HOME}/ml-connector",
    "PREFECT_HOME": f"{_OWN_HOME}/prefect",
    "PREFECT_PROFILES_PATH": f"{_OWN_HOME}/prefect/profiles.toml",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    # Nobody that tests call has a certificate; to read those of the world's authorities takes a client 30 ms.
    "PREFECT_API_TLS_INSECURE_SKIP_VERIFY": "true",
    "SSL_CERT_DIR": _OWN_HOME,
}

import pytest  # noqa: E402
import uvicorn.server  # noqa: E402
from cryptography.fernet import Fernet  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402
from prefect.context import refresh_global_settings_context  # noqa: E402
from sqlalchemy import Engine, create_engine, inspect, text  # noqa: E402

from tasks.state.ledger import Ledger  # noqa: E402
from tasks.state.store import Store  # noqa: E402
from tasks.state.vault import Vault  # noqa: E402
from tests.e2e.prefect_server import prefect_serving  # noqa: E402
from tests.sandbox.bill import BillSandbox  # noqa: E402
from tests.sandbox.qad import QadSandbox  # noqa: E402
from tests.sandbox.serving import served  # noqa: E402

TEST_DATABASE = "ML_CONNECTOR_TEST_DATABASE_URL"  # a PostgreSQL server; SQLite files are used if it is not set
VERSION_TABLE = "ml_connector_version"
FINAL = "audit"  # the table whose rows nobody may change
SCOPE = "qad-bill/acme@qad:t>bill:o"

hypothesis_settings.register_profile("quick", deadline=None, print_blob=True)
hypothesis_settings.load_profile("quick")


class _Prompt:
    """The asyncio of uvicorn's servers in this process: they ask every 5 ms, not every 100, whether they shall end."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 20)


uvicorn.server.asyncio = _Prompt()  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that is given a database is marked: the others do the same whichever it is."""
    for item in items:
        if "database_url" in getattr(item, "fixturenames", ()):
            item.add_marker("state")


def pytest_unconfigure() -> None:
    """The session's own folders are gone."""
    shutil.rmtree(_OWN_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def server_database() -> Iterator[Engine | None]:
    """Yields a new database on the PostgreSQL server, dropped at the end; None without a server."""
    server = os.environ.get(TEST_DATABASE)
    if not server:
        yield None
        return
    admin = create_engine(f"{server.rstrip('/')}/postgres", isolation_level="AUTOCOMMIT")
    name = f"ml_connector_test_{uuid.uuid4().hex[:12]}"
    _run(admin, f'CREATE DATABASE "{name}"')
    opened = create_engine(f"{server.rstrip('/')}/{name}")
    try:
        yield opened
    finally:
        opened.dispose()
        _run(admin, f'DROP DATABASE "{name}" WITH (FORCE)')
        admin.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns an SQLite file of the current release, which holds nothing."""
    path = tmp_path_factory.mktemp("migrated") / "state.db"
    Store(f"sqlite:///{path}", Vault([Fernet.generate_key().decode()])).close()
    return path


def _run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def _empty(engine: Engine) -> None:
    """No table has a row. DELETE takes less time than TRUNCATE, which makes new files, but audit rows are final."""
    tables = [f'"{name}"' for name in inspect(engine).get_table_names() if name not in (VERSION_TABLE, FINAL)]
    if tables:
        deletions = "; ".join(f"DELETE FROM {one}" for one in tables)
        _run(engine, f'LOCK TABLE {", ".join(tables)}; TRUNCATE "{FINAL}"; {deletions}')


@pytest.fixture
def database_url(request: pytest.FixtureRequest, server_database: Engine | None, tmp_path: Path) -> Iterator[str]:
    """Yields the URL of a database without any records; other processes may open it too."""
    if server_database is None:
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "state.db")
        yield f"sqlite:///{tmp_path / 'state.db'}"
        return
    yield server_database.url.render_as_string(hide_password=False)
    _empty(server_database)


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
    """Yields the address of a Prefect server; all tests share it, so each uses names of its own."""
    with prefect_serving(prefect_home, prefect_key) as api:
        yield api


@pytest.fixture(scope="module")
def with_prefect(prefect_api: str) -> Iterator[None]:
    """Prefect in this process works with the tests' server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_API_URL", prefect_api)
        refresh_global_settings_context()
        yield
    refresh_global_settings_context()


@pytest.fixture
def vault_key() -> str:
    """Returns the key that the test's store encrypts with."""
    return Fernet.generate_key().decode()


@pytest.fixture
def store(database_url: str, vault_key: str) -> Iterator[Store]:
    """Yields a store that holds nothing yet."""
    opened = Store(database_url, Vault([vault_key]))
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store) -> Ledger:
    """Returns the ledger of a connection without any records."""
    return Ledger(store, "qad-bill", "acme", SCOPE, "run-1", "rules-1")


@pytest.fixture
def bill() -> Iterator[tuple[BillSandbox, str]]:
    """Yields a BILL with empty books, and its base address."""
    sandbox = BillSandbox()
    with served(sandbox.app) as url:
        yield sandbox, f"{url}/connect"


@pytest.fixture
def qad() -> Iterator[tuple[QadSandbox, str]]:
    """Yields a QAD tenant with empty books, and its base address."""
    sandbox = QadSandbox()
    with served(sandbox.app) as url:
        yield sandbox, f"{url}{sandbox.context}"
