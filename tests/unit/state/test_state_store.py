"""The database: migrations, what it refuses, and what it never shows."""

import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Executable, delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, select

from blocks.source import Row
from tasks.outcomes import Outcome
from tasks.state import inbox, mirrors, progress
from tasks.state.inbox import Notice
from tasks.state.ledger import Ledger
from tasks.state.mirrors import Mirrored
from tasks.state.models import Audit, InboxEvent, Watermark
from tasks.state.store import Store
from tasks.state.vault import Vault
from tests.unit.state.processes import open_at, run_at_once

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_two_processes_that_start_at_once_on_a_new_file_both_end_ready(tmp_path: Path, vault_key: str) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    run_at_once(open_at, 2, time.time() + 1.0, url, vault_key)
    store = Store(url, Vault([vault_key]))
    with store.reading() as session:
        assert session.execute(text("SELECT version_num FROM ml_connector_version")).scalars().all() == ["0004"]
    store.close()


def test_migrations_make_the_tables_that_the_models_describe(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "ml_connector_version"})
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.parametrize("change", [update(Audit).values(outcome="created"), delete(Audit)], ids=["update", "delete"])
def test_audit_rows_are_final(ledger: Ledger, change: Executable) -> None:
    ledger.keep([Outcome("bills", Row("1", "A-1", "h", {}), "refused", "no")])
    with pytest.raises(DBAPIError, match="audit rows are final"), ledger.store.session() as session:
        session.execute(change)
    with ledger.store.reading() as session:
        assert session.scalars(select(Audit.outcome)).all() == ["refused"]


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def begin_and_fail(session: Session) -> None:
        session.add(Watermark(scope="s", stream="bills", until=NOON))
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError), store.session() as session:
        begin_and_fail(session)
    with store.reading() as session:
        assert session.scalars(select(Watermark)).all() == []


def test_moments_keep_their_instant_whatever_zone_they_came_in(ledger: Ledger) -> None:
    progress.move_watermark(ledger, "bills", NOON.astimezone(timezone(timedelta(hours=-8))))
    assert progress.watermark(ledger, "bills") == NOON


def test_a_watermark_never_moves_back(ledger: Ledger) -> None:
    assert progress.watermark(ledger, "bills") is None
    progress.move_watermark(ledger, "bills", NOON)
    progress.move_watermark(ledger, "bills", NOON - timedelta(hours=1))
    assert progress.watermark(ledger, "bills") == NOON
    progress.move_watermark(ledger, "bills", NOON + timedelta(hours=1))
    assert progress.watermark(ledger, "bills") == NOON + timedelta(hours=1)


def test_a_retry_reads_the_window_of_the_first_attempt_from_where_it_came(ledger: Ledger) -> None:
    window = progress.fixed_window(ledger, "bills", None, NOON)
    progress.page_done(ledger, window, "page-2", last=False)
    again = progress.fixed_window(ledger, "bills", NOON, NOON + timedelta(hours=4))
    assert (again.since, again.until, again.cursor, again.pages, again.done) == (None, NOON, "page-2", 1, False)


def notice(event: str, record: str = "p1", stream: str = "payments") -> Notice:
    return Notice(event, "payment.updated", stream, record, {"secret": "account-4711"})


def test_a_repeated_event_is_stored_once(store: Store) -> None:
    assert inbox.receive(store, "qad-bill", "acme", "bill", [notice("e1"), notice("e1"), notice("e2")]) == 2
    assert inbox.receive(store, "qad-bill", "acme", "bill", [notice("e1")]) == 0
    assert inbox.receive(store, "qad-bill", "other", "bill", [notice("e1")]) == 1
    assert inbox.waiting(store) == [("qad-bill", "acme", 2), ("qad-bill", "other", 1)]


def test_handled_notices_are_over_however_many(store: Store) -> None:
    inbox.receive(store, "qad-bill", "acme", "bill", [notice(f"e{number}") for number in range(3)])
    announced = inbox.announced(store, "qad-bill", "acme", "payments")
    assert len(announced["p1"]) == 3
    inbox.handled(store, [*announced["p1"], *range(1_000_000, 1_040_000)])  # more than one statement can name
    assert inbox.announced(store, "qad-bill", "acme", "payments") == {}


def test_a_notice_of_no_stream_is_over_at_once(store: Store) -> None:
    inbox.receive(store, "qad-bill", "acme", "bill", [notice("e1", stream="")])
    assert inbox.waiting(store) == []


def test_old_handled_notices_are_dropped_and_waiting_ones_never(store: Store) -> None:
    inbox.receive(store, "qad-bill", "acme", "bill", [notice("e1"), notice("e2", "p2")])
    announced = inbox.announced(store, "qad-bill", "acme", "payments")
    with store.session() as session:
        session.execute(update(InboxEvent).values(received_at=NOON - timedelta(days=400)))
    inbox.handled(store, announced["p1"])
    with store.reading() as session:
        assert session.scalars(select(InboxEvent.record_id)).all() == ["p2"]


def test_what_is_sealed_is_nowhere_in_the_database(ledger: Ledger) -> None:
    inbox.receive(ledger.store, "qad-bill", "acme", "bill", [notice("e1")])
    mirrors.mirror(ledger, "bill", "vendor", [Mirrored("v1", "", "Acme", True, {"taxId": "account-4711"})])
    ledger.keep([Outcome("bills", Row("1", "A-1", "h", {"iban": "account-4711"}), "refused", "no", sent={"x": 1})])
    with ledger.store.reading() as session:
        for table in SQLModel.metadata.tables.values():
            assert b"account-4711" not in repr(session.execute(table.select()).all()).encode()


def test_mirrored_records_come_back_as_they_were_last_seen(ledger: Ledger) -> None:
    first = Mirrored("v1", "", "Acme", True, {"amount": Decimal("1.10")})
    mirrors.mirror(ledger, "bill", "vendor", [first, Mirrored("v2", "", "Beta", True, {})])
    mirrors.mirror(ledger, "bill", "vendor", [Mirrored("v2", "", "Beta", False, {})])
    assert mirrors.mirrored(ledger, "bill", "vendor") == {"v1": first, "v2": Mirrored("v2", "", "Beta", False, {})}
    assert mirrors.mirrored(ledger, "bill", "account") == {}


def test_an_intent_is_open_once_per_record(ledger: Ledger) -> None:
    columns = "id, scope, stream, source_id, source_ref, operation, kind, request_id, revision, attempts, opened_at"
    made = text(
        f"INSERT INTO intent ({columns}, tried_at, outcome) "
        "VALUES (:id, 's', 'bills', '1', '', 'create', 'bill', 'r', 0, 1, :at, :at, '')"
    )
    at = NOON.replace(tzinfo=None)
    with ledger.store.session() as session:
        session.execute(made, {"id": "a", "at": at})
    with pytest.raises(DBAPIError), ledger.store.session() as session:
        session.execute(made, {"id": "b", "at": at})


def test_notices_of_our_own_writes_are_over_without_a_run(ledger: Ledger) -> None:
    def told(event: str, record: str, at: datetime) -> Notice:
        return Notice(event, "vendor.updated", "checks", record, {}, at)

    written = {"changed_at": NOON, "state": "live"}
    ledger.keep([Outcome("vendors", Row("v1", "Acme", "h", {}), "created", target_id="56", link=written)])
    ledger.keep([Outcome("bills", Row("b1", "A-1", "h", {}), "created", target_id="57", link=written)])
    echo, later = NOON + timedelta(milliseconds=700), NOON + timedelta(seconds=2)
    notices = [told("e1", "56", echo), told("e2", "56", later), told("e3", "57", echo), told("e4", "99", echo)]
    inbox.receive(ledger.store, ledger.pair, ledger.connection, "quickbooks_online", notices)
    inbox.receive(ledger.store, ledger.pair, "another", "quickbooks_online", [told("e1", "56", echo)])
    forgotten = inbox.forget_echoes(ledger.store, ledger.pair, ledger.connection, {"checks": ["vendors"]})
    assert forgotten == 1
    assert inbox.announced(ledger.store, ledger.pair, ledger.connection, "checks").keys() == {"56", "57", "99"}
    assert len(inbox.announced(ledger.store, ledger.pair, ledger.connection, "checks")["56"]) == 1
    assert inbox.announced(ledger.store, ledger.pair, "another", "checks").keys() == {"56"}
