"""Compares both systems of a connection in this process, and prints every difference."""

import json
import sys

from blocks.errors import TransientError, VendorError
from deployments.checking import applied_connection
from deployments.tables import console, print_table
from flows.reconcile.flow import reconcile as compare
from flows.registry import PAIRS

IN_AGREEMENT, DIFFERENT = 0, 1
WAITS = (
    "{connection}: QuickBooks is read when its Web Connector comes next; choose Update Selected there to have it now."
    " Until then this command waits."
)
COLUMNS = {
    "stream": "stream", "record": "record", "what": "difference", "ours": "ours", "theirs": "theirs",
    "remedy": "what to do",
}  # fmt: skip


async def reconcile(connection: str, *, as_json: bool) -> int:
    """Prints every difference between the connection's systems and returns the exit status; nothing is written to them.

    Raises:
        ConfigurationError: there is no such connection, or several.
        VendorError: a system could not be reached or refused the credentials.
    """
    pair, name = await applied_connection(connection)
    if PAIRS[pair].visited:
        print(WAITS.format(connection=f"{pair}/{name}"), file=sys.stderr)
    state = await compare(pair, name, return_state=True)
    found = await state.aresult(raise_on_failure=False)
    if isinstance(found, VendorError):
        raise found
    if isinstance(found, Exception) or not isinstance(found, list):
        raise TransientError(f"the comparison stopped: {state.message}")
    if as_json:
        print(json.dumps([{"pair": pair, "connection": name, **one._asdict()} for one in found], indent=2))
    else:
        lines = ([getattr(one, column) for column in COLUMNS] for one in found)
        print_table(console(), list(COLUMNS.values()), lines, f"{pair}/{name}")
        print(state.message)
    return DIFFERENT if found else IN_AGREEMENT
