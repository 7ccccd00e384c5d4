"""The sandbox's time: real time plus an offset that a test may move."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time the vendor believes in; sessions, caps and timestamps follow it."""

    def __init__(self) -> None:
        """Starts at the real time."""
        self._offset = timedelta()

    def now(self) -> datetime:
        """Returns the vendor's current time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Moves the vendor's time forward (or, with a negative number, back)."""
        self._offset += timedelta(seconds=seconds)
