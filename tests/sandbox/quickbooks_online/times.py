"""Moments as QuickBooks writes and reads them: Pacific time, whatever the client's zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


def whole_seconds(moment: datetime) -> str:
    """Returns the moment as MetaData has it, without a fraction."""
    return moment.astimezone(PACIFIC).isoformat(timespec="seconds")


def milliseconds(moment: datetime) -> str:
    """Returns the moment as the `time` of an answer has it."""
    return moment.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def today(moment: datetime) -> str:
    """Returns the server's calendar date."""
    return moment.astimezone(PACIFIC).date().isoformat()


def read(text: str) -> datetime:
    """Returns a date or date-time as an aware moment; one without a zone is Pacific.

    Raises:
        ValueError: the text is no date-time, as when the `+` of its offset arrived as a blank.
    """
    parsed = datetime.fromisoformat(text)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=PACIFIC)).astimezone(UTC)


def is_date(text: str) -> bool:
    """Tells whether a text begins with a calendar date; a zone may follow it."""
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return len(text) == 10 or not text[10].isdigit()
