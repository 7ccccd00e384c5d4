"""What tests share: a state of their own for each, and the vendors' sandboxes on loopback."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

# Prefect reads its settings when it is imported, so all of this comes before any import of the product.
_OWN_HOME = tempfile.mkdtemp(prefix="ml-connector-tests-")
for _name in [name for name in os.environ if name.startswith("PREFECT_")]:
    del os.environ[_name]
for _name in ("ML_CONNECTOR_DATABASE_URL", "ML_CONNECTOR_ENCRYPTION_KEY"):
    os.environ.pop(_name, None)
os.environ |= {
    "ML_CONNECTOR_ALLOW_PRIVATE_HOSTS": "1",
    "ML_CONNECTOR_HOME": f"{_OWN_HOME}/ml-connector",
    "PREFECT_HOME": f"{_OWN_HOME}/prefect",
    "PREFECT_PROFILES_PATH": f"{_OWN_HOME}/prefect/profiles.toml",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}

import pytest  # noqa: E402
from cryptography.fernet import Fernet  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402
from sqlalchemy import Engine, create_engine, inspect, text  # noqa: E402

from tasks.state.ledger import Ledger  # noqa: E402
from tasks.state.store import Store  # noqa: E402
from tasks.state.vault import Vault  # noqa: E402
from tests.sandbox.bill import BillSandbox  # noqa: E402
from tests.sandbox.qad import QadSandbox  # noqa: E402
from tests.sandbox.serving import served  # noqa: E402

TEST_DATABASE = "ML_CONNECTOR_TEST_DATABASE_URL"  # a PostgreSQL server; SQLite files are used if it is not set
VERSION_TABLE = "ml_connector_version"
SCOPE = "qad-bill/acme@qad:t>bill:o"

hypothesis_settings.register_profile("quick", deadline=None, print_blob=True)
hypothesis_settings.load_profile("quick")


def pytest_unconfigure() -> None:
    """The session's own folders are gone."""
    shutil.rmtree(_OWN_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def server_database() -> Iterator[str | None]:
    """Yields the URL of a new database on the PostgreSQL server, dropped at the end; None without a server."""
    server = os.environ.get(TEST_DATABASE)
    if not server:
        yield None
        return
    name = f"ml_connector_test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(f"{server.rstrip('/')}/postgres", isolation_level="AUTOCOMMIT")
    _run(admin, f'CREATE DATABASE "{name}"')
    try:
        yield f"{server.rstrip('/')}/{name}"
    finally:
        _run(admin, f'DROP DATABASE "{name}" WITH (FORCE)')
        admin.dispose()


def _run(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


@pytest.fixture
def database_url(server_database: str | None, tmp_path: Path) -> Iterator[str]:
    """Yields the URL of a database without any records; other processes may open it too."""
    if server_database is None:
        yield f"sqlite:///{tmp_path / 'state.db'}"
        return
    yield server_database
    engine = create_engine(server_database)
    tables = [f'"{name}"' for name in inspect(engine).get_table_names() if name != VERSION_TABLE]
    with engine.begin() as connection:
        if tables:
            connection.execute(text(f"TRUNCATE {', '.join(tables)}"))
    engine.dispose()


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
