"""The PC's time: what QuickBooks shows of a moment, and what it takes a request's time for."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.sandbox.quickbooks_desktop.switches import Switches


def shown(moment: datetime, switches: Switches) -> str:
    """Returns the PC's wall clock with its offset, or in summer with the winter's offset as older releases have it."""
    local = moment.astimezone(ZoneInfo(switches.zone))
    if switches.winter_offset and (winter := _winter(local)) is not None:
        offset = f"{'-' if winter < timedelta() else '+'}{_clock(abs(winter))}"
        return f"{local:%Y-%m-%dT%H:%M:%S}{offset}"
    return local.isoformat(timespec="seconds")


def meant(text: str, switches: Switches, *, end: bool = False) -> datetime:
    """Returns the moment of a DATETIMETYPE; a date alone is the start of that day, or as the end of a range its end.

    Without an offset it is the PC's local time.
    """
    given = datetime.fromisoformat(text)
    zone = ZoneInfo(switches.zone)
    if "T" not in text and end:
        given = datetime.combine(given.date(), time(23, 59, 59))
    if given.tzinfo is None:
        return given.replace(tzinfo=zone)
    if not (switches.winter_offset and switches.winter_offset_in_filters):
        return given
    winter = _winter(given.astimezone(zone)) or timedelta()
    return (given - (given.utcoffset() or timedelta()) + winter).replace(tzinfo=zone)


def today(moment: datetime, switches: Switches) -> date:
    """Returns the PC's date."""
    return moment.astimezone(ZoneInfo(switches.zone)).date()


def _winter(local: datetime) -> timedelta | None:
    offset, summer = local.utcoffset(), local.dst()
    return None if offset is None else offset - (summer or timedelta())


def _clock(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
