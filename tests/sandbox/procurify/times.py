"""Moments and days: how each part of Procurify writes them, and where a tenant's days begin.

Source: timestamps come with an offset or `Z`, with or without microseconds; due dates are date-times near midnight.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tests.sandbox.procurify.switches import Switches

DUE_HOUR = 23  # a due date is this hour of its day, in the tenant's zone


class Times:
    """Writes moments in the tenant's styles."""

    def __init__(self, zone: ZoneInfo, switches: Switches) -> None:
        """Keeps the zone; the switch `timestamps` is asked each time."""
        self.zone, self.switches = zone, switches

    def local(self, moment: datetime | None) -> str | None:
        """Returns a moment with the zone's offset, as orders, lines, receipts and bills are stamped."""
        if moment is None:
            return None
        return self._zulu(moment) if self.switches.timestamps == "utc" else moment.astimezone(self.zone).isoformat()

    def zulu(self, moment: datetime | None) -> str | None:
        """Returns a moment in UTC with a `Z`, as vendors are stamped; payments are, too, in whole seconds."""
        if moment is None:
            return None
        return moment.astimezone(self.zone).isoformat() if self.switches.timestamps == "local" else self._zulu(moment)

    def whole(self, moment: datetime) -> str | None:
        """Returns a moment without microseconds, as histories and attachments are stamped."""
        return self.local(moment.replace(microsecond=0))

    def at(self, day: date | None, hour: int = 0) -> str | None:
        """Returns a day as the date-time that Procurify makes of it: this hour, in the tenant's zone."""
        return None if day is None else datetime.combine(day, time(hour), self.zone).isoformat()

    def day(self, moment: datetime | date | None) -> date | None:
        """Returns the day on which a moment falls where date filters are cut."""
        if not isinstance(moment, datetime):
            return moment
        return moment.astimezone(UTC if self.switches.day_zone == "utc" else self.zone).date()

    def _zulu(self, moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def day_of(value: date | str | None) -> date | None:
    """Returns the day that a driver's caller means."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def moment_of(value: datetime | str | None, zone: ZoneInfo) -> datetime | None:
    """Returns the moment that a driver's caller means; without an offset it is one of the zone."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=zone) if moment is not None and moment.tzinfo is None else moment
