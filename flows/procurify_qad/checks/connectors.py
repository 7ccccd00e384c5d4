"""Whether another connector seems to carry Procurify's bills to a ledger too; pure."""

from collections.abc import Sequence

from blocks.exact import Record
from flows.checks import Findings

MARKS = ("last_export_date", "invoice_created", "invoice_uuid")  # of a bill that somebody has taken over


def judge_other_connectors(bills: Sequence[Record], found: Findings) -> None:
    """Whether bills carry marks that ml-connector never makes is one row more.

    Procurify does not tell which integrations are on; what these marks mean is not documented either.
    """
    marked = [str(one.get("invoice_number") or one.get("id")) for one in bills if any(one.get(mark) for mark in MARKS)]
    if marked:
        said = (
            f"{len(marked):,} of {len(bills):,} bills were exported or synced by another, such as {marked[0]}:"
            " if Procurify's own ERP connector is on, each bill is posted twice. Switch one of the two off."
        )
        found.add("other connectors", "warning", said)
    elif bills:
        found.add("other connectors", "ok", f"none of {len(bills):,} bills was exported or synced by another one")
    else:
        found.add("other connectors", "unverified", "there are no bills to tell by")
