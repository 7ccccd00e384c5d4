"""Stream `receipts`: what QAD has received of the order lines that bills wait for.

A bill waits for a level: so much of these lines. The level is a record of this stream, and its link says that it was
reached; then the bills that wait for it are decided about again, however long that takes.
"""

from collections.abc import Sequence

from blocks.qad.client import QadClient
from blocks.qad.receipts import received
from blocks.source import Row
from flows.procurify_qad.levels import Level, There, orders_of
from tasks.awaited import Awaited
from tasks.outcomes import Adopt, Decision, Keep
from tasks.run import Run
from tasks.stream import Stream

NAME = "receipts"


def decide(row: Row, there: There) -> Decision:
    """Returns that a level is reached, which ends the wait for it, or that it is not."""
    level: Level = row.content
    said = f"QAD has received {level.now(there)} of {level.needed}"
    return Adopt("+".join(level.lines), said) if level.now(there) >= level.needed else Keep(said)


def receipts(qad: QadClient) -> Stream:
    """Returns the stream of receipts, within QAD."""

    async def align(_run: Run, rows: Sequence[Row]) -> There:
        """Returns what QAD has received of the orders that these levels belong to."""
        return await received(qad, orders_of(line for row in rows for line in row.content.lines))

    return Stream(name=NAME, reader=Awaited(Level.of), align=align, decide=decide, reference=True)
