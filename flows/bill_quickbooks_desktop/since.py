"""From when on changes in QuickBooks are read: by the clock of the PC that it runs on, which may be wrong, and by ours.

A reading begins two hours before the earlier of two moments: the last reading, by our clock, and the latest change
that was seen, by QuickBooks' own; a change counts as seen once all that was read with it is dealt with. Old releases of
QuickBooks are an hour off in summer.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from blocks.exact import Record
from blocks.quickbooks_desktop.values import changed_at
from tasks.run import Run
from tasks.state import progress
from tasks.state.ledger import Ledger

OVERLAP = timedelta(hours=2)
VENDORS = "mirror quickbooks_desktop Vendor"  # the kind that is read first, and once whole; see `lists.vendors`


def reading_from(ledger: Ledger, kind: str, mark: datetime | None) -> datetime | None:
    """Returns the moment from which on changes are asked for; None for all there is.

    Of a kind that was never seen, the latest change of a vendor tells of the PC's clock.

    Args:
        ledger: the connection's.
        kind: such as `Vendor` or `Bill`.
        mark: up to when they were read, by our clock; None if they never were.
    """
    if mark is None:
        return None
    seen = progress.watermark(ledger, _name(kind)) or progress.watermark(ledger, _name(VENDORS))
    if seen is None and kind == VENDORS:
        return None  # there were none, so that all there is are new
    return min(mark, seen or mark).replace(microsecond=0) - OVERLAP


class Seen:
    """The latest change of one kind that a reading has seen, kept once the reading is complete."""

    def __init__(self, run: Run, kind: str) -> None:
        """Starts without any."""
        self._run, self._kind = run, kind
        self._latest: datetime | None = None

    def note(self, records: Iterable[Record]) -> None:
        """These were read; they come in no order."""
        moments = [moment for record in records if (moment := changed_at(record))]
        self._latest = max([*moments, *([self._latest] if self._latest else [])], default=None)

    def keep(self) -> None:
        """All that was read has been dealt with: the next reading begins behind it."""
        if self._latest is not None and not self._run.dry:
            progress.move_watermark(self._run.ledger, _name(self._kind), self._latest)


def _name(kind: str) -> str:
    return f"seen quickbooks_desktop {kind}"
