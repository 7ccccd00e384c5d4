"""Lets days pass, in what the installation remembers."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text

from tests.e2e.procurify import Purchasing


def look_back_was_yesterday(it: Purchasing) -> None:
    """The daily look at the last weeks was not done today."""
    _set(it, "UPDATE watermark SET until = :at WHERE stream = :named", "look back", days=1)


def has_waited(it: Purchasing, record: str, days: int) -> None:
    """The record with this number has been as it is for so many days."""
    _set(it, "UPDATE record SET since = :at WHERE source_ref = :named", record, days)


def _set(it: Purchasing, statement: str, named: str, days: int) -> None:
    ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)
    engine = create_engine(it.database_url)
    with engine.begin() as connection:
        assert connection.execute(text(statement), {"at": ago, "named": named}).rowcount == 1
    engine.dispose()
