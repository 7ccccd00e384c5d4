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

NAME, BILLS = "receipts", "bills"  # the stream, and the one that waits for it


class Levels(Awaited):
    """The reader of levels; what a person asks for by another stream's id is none."""

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns what these ids say."""
        return await super().load([one for one in ids if Level.is_one(one)])


def decide(row: Row, there: There) -> Decision:
    """Returns that a level is reached, which ends the wait for it, or that it is not."""
    level: Level = row.content
    said = said_of(level, there)
    return Adopt("+".join(level.lines), said) if level.now(there) >= level.needed else Keep(said)


def said_of(level: Level, there: There) -> str:
    """Returns how much of a level was received, for people."""
    return f"QAD has received {level.now(there)} of {level.needed}"


def receipts(qad: QadClient) -> Stream:
    """Returns the stream of receipts, within QAD."""

    async def align(run: Run, rows: Sequence[Row]) -> There:
        """Returns what QAD has received of the orders that these levels belong to.

        Where that is more or less than it was, the bills that wait are looked at again, to say how much is lacking.
        """
        there = await received(qad, orders_of(line for row in rows for line in row.content.lines))
        before = run.ledger.records(NAME, [row.id for row in rows])
        moved = [row.id for row in rows if row.id in before and before[row.id].reason != said_of(row.content, there)]
        run.look_again(BILLS, run.ledger.waiting(BILLS, NAME, moved))
        return there

    return Stream(name=NAME, reader=Levels(Level.of), align=align, decide=decide, reference=True)
