"""Whether the audit explains every order in QuickBooks: who asked for it, what was sent, what came back."""

from typing import Any

from tasks.state import queries
from tasks.state.settings import StateSettings
from tasks.state.store import open_store
from tests.e2e.books import Books


def assert_explained(it: Books) -> int:
    """Fails unless each order was made by one write that the audit shows; returns how many were looked up."""
    rows = {str(row["target_id"]): row for row in it.records() if row["stream"] == "bills"}
    store = open_store(StateSettings(home=it.home, database_url=it.database_url))
    try:
        made = {one: creations(store, it, str(rows[one]["source_id"])) for one in it.quickbooks.purchase_orders}
    finally:
        store.close()
    for order_id, entries in made.items():
        assert len(entries) == 1, f"{order_id} has {len(entries)} creations in its audit"
        assert entries[0]["sent"]["PrivateNote"].split()[2] == rows[order_id]["source_id"]
        assert entries[0]["source"], f"nothing is said of what BILL held for {order_id}"
        assert entries[0]["answer"]["Id"] == order_id
    return sum(entry["action"] == "look up" for entries in made.values() for entry in entries)


def creations(store: Any, it: Books, source_id: str) -> list[dict[str, Any]]:
    """Returns the entries of a record's audit that say that it was made."""
    entries = queries.audit(store, it.connection, source_id, pair=it.pair)
    return [entry for entry in entries if entry["stream"] == "bills" and entry["outcome"] == "created"]
