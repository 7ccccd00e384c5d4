"""Opens the state: engine, migrations, and the one place where a database session begins."""

import contextlib
import time
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, literal_column, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, create_engine

from tasks.state.settings import StateSettings
from tasks.state.vault import Vault, open_vault

MIGRATION_LOCK = 7_165_330_112  # any number that no other program on the same PostgreSQL uses


class Store:
    """The state of one installation; many processes may have it open at once."""

    def __init__(self, url: str, vault: Vault) -> None:
        """Brings the database at this URL to the current release and opens it."""
        self.vault = vault
        self.engine = _engine(url)
        _migrate(self.engine)

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Runs the block as one transaction: all of it is committed, or nothing."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Runs the block as one transaction that only reads, and so never waits for a writer."""
        with Session(self._reading_engine, expire_on_commit=False) as session, session.begin():
            yield session

    @cached_property
    def _reading_engine(self) -> Engine:
        return self.engine.execution_options(reads_only=True)

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()


def open_store(settings: StateSettings | None = None) -> Store:
    """Returns the store that the settings name, migrated and ready."""
    settings = settings or StateSettings()
    return Store(settings.state_url, open_vault(settings))


def upsert(session: Session, table: type[SQLModel], rows: Iterable[dict[str, Any]], keys: tuple[str, ...]) -> None:
    """Inserts the rows; where a row with the same keys exists, its other columns take the new values."""
    listed = list(rows)
    if not listed:
        return
    statement = _insert(session, table)
    changed = {name: statement.excluded[name] for name in listed[0] if name not in keys}
    made = (
        statement.on_conflict_do_update(index_elements=list(keys), set_=changed)
        if changed
        else statement.on_conflict_do_nothing(index_elements=list(keys))
    )
    session.connection().execute(made, listed)


def insert_missing(session: Session, table: type[SQLModel], row: dict[str, Any]) -> bool:
    """Inserts the row unless one with the same unique values exists; tells whether it was inserted."""
    # Not by the row count: where the database makes the key, PostgreSQL's driver does not tell it.
    made = _insert(session, table).values(row).on_conflict_do_nothing().returning(literal_column("1"))
    return session.connection().execute(made).first() is not None


def _insert(session: Session, table: type[SQLModel]) -> Any:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table.__table__)  # type: ignore[attr-defined]


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10)
    engine = create_engine(url, connect_args={"timeout": 60})
    event.listen(engine, "connect", _sqlite_connected)
    event.listen(engine, "begin", _sqlite_begins)
    return engine


def _sqlite_connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=60000")


def _sqlite_begins(connection: Connection) -> None:
    # IMMEDIATE: a transaction that reads and then writes would otherwise fail when another writer came between.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _migrate(engine: Engine) -> None:
    """Brings the tables to the newest revision; a second process that starts at once waits for the first."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()
    for patience in range(20):
        try:
            with engine.begin() as connection:
                if _revision(connection) == head:
                    return
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            return
        except OperationalError:  # SQLite switching to WAL while another process opens the same new file
            if patience == 19:
                raise
            time.sleep(0.25)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": "ml_connector_version"}).get_current_revision()
