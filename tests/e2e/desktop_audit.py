"""Whether the audit explains every record that was made in QuickBooks: for whom, what was sent, what came back."""

from collections.abc import Iterator
from typing import Any

from tasks.state import queries
from tasks.state.settings import StateSettings
from tasks.state.store import Store, open_store
from tests.e2e.desktop_ordeal import Impatient

STREAMS = {"VendorAdd": "vendors", "BillAdd": "bills", "BillPaymentCheckAdd": "payments"}
IDS = ("ListID", "TxnID")


def assert_explained(it: Impatient) -> int:
    """Fails unless each record was made by one write that the audit shows; returns how many were looked up."""
    rows = {(row["stream"], row["target_id"]): row["source_id"] for row in it.records()}
    store = open_store(StateSettings(home=it.home, database_url=it.database_url))
    looked_up = 0
    try:
        for message, made in _made(it):
            source_id = rows.get((STREAMS[message], made))
            assert source_id, f"no record is known that {made} was made for"
            looked_up += _action(store, it, message, source_id, made) == "look up"
    finally:
        store.close()
    return looked_up


def _made(it: Impatient) -> Iterator[tuple[str, str]]:
    for one in it.company.executed:
        if one.code == 0 and one.message in STREAMS:
            yield one.message, one.id


def _action(store: Store, it: Impatient, message: str, source_id: str, made: str) -> str:
    entries = queries.audit(store, it.connection, source_id, pair=it.pair)
    mine = [one for one in entries if one["stream"] == STREAMS[message] and one["outcome"] == "created"]
    mine = [one for one in mine if made in _ids(one["answer"])]
    assert len(mine) == 1, f"{made} has {len(mine)} creations in the audit of {source_id}"
    assert mine[0]["sent"], f"nothing is said of what was sent for {source_id}"
    assert mine[0]["source"], f"nothing is said of what BILL held for {source_id}"
    return str(mine[0]["action"])


def _ids(answer: Any) -> set[Any]:
    return {answer.get(name) for name in IDS} if isinstance(answer, dict) else set()
