"""How BILL writes days and moments, and the types of its records' fields."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from blocks.exact import money


def day(value: Any) -> date | None:
    """Returns the calendar day of a date, or of a moment as BILL wrote it, without moving it between zones."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or value == "" or isinstance(value, date):
        return value or None
    return date.fromisoformat(str(value)[:10])


def instant(value: Any) -> datetime | None:
    """Returns an aware time; BILL's times without a zone are UTC."""
    if value is None or value == "":
        return None
    read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


Money = Annotated[Decimal | None, BeforeValidator(money)]
Day = Annotated[date | None, BeforeValidator(day)]
Instant = Annotated[datetime | None, BeforeValidator(instant)]
