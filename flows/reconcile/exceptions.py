"""What our own records say of records that are not in agreement: held, refused, failed or in doubt."""

from flows.reconcile.differences import Difference
from tasks.outcomes import EXCEPTIONS
from tasks.state import queries
from tasks.state.ledger import Ledger
from tasks.state.models import Record

NONE = "nothing"
RUN = "Run the connection; if it stays, look at the record's reason."


def exceptions_of(ledger: Ledger) -> dict[tuple[str, str], Record]:
    """Returns the connection's exceptions by stream and source id."""
    found: dict[tuple[str, str], Record] = {}
    for outcome in EXCEPTIONS:
        rows = queries.records(ledger.store, ledger.connection, pair=ledger.pair, outcome=outcome)
        for stream in {row["stream"] for row in rows}:
            # Asked for again by the ledger, which knows only this connection's present accounts.
            kept = ledger.records(stream, [row["source_id"] for row in rows if row["stream"] == stream])
            found |= {(stream, key): one for key, one in kept.items() if one.outcome == outcome}
    return found


def exception_of(stream: str, source_id: str, kept: Record) -> Difference:
    """Returns the difference that an exception is: its own reason, and what to do."""
    what, record = f"{kept.outcome}: {kept.reason}", kept.source_ref or source_id
    return Difference(stream, record, source_id, kept.target_id or NONE, what, kept.remedy)
