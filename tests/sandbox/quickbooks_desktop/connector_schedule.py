"""When an application runs next."""

from dataclasses import dataclass


@dataclass
class Schedule:
    """One application's row in QBWC: `every` and `next_at` in seconds; `every` is None without a schedule.

    What the service asks for acts only while Auto-Run is ticked.
    """

    every: float | None
    auto_run: bool = True
    next_at: float = 0.0

    def override(self, minutes: int) -> None:
        """The user has typed another interval.

        Raises:
            ValueError: QBWC takes whole minutes from 1 on.
        """
        if minutes < 1:
            raise ValueError("QBWC takes an interval of at least 1 minute")
        self.every = minutes * 60.0

    def heed(self, started: float, now: float, postponed: float | None, minimum: float | None) -> None:
        """Sets the next run after one that started at `started`, with what the service has asked for."""
        if self.auto_run and minimum is not None and self.every is not None:
            self.every = max(self.every, minimum)
        if self.auto_run and postponed is not None:
            self.next_at = now + postponed
        elif self.every is not None:
            self.next_at = started + self.every

    def is_due(self, now: float) -> bool:
        """Tells whether QBWC starts this application by itself now."""
        return self.auto_run and self.every is not None and self.next_at <= now
