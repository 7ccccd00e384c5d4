"""How BILL writes amounts, days and moments, read strictly enough for money."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator


def money(value: Any) -> Decimal | None:
    """Returns the amount exactly as written; None for none, which never becomes zero.

    Raises:
        ValueError: it is a float, which has lost its cents already, or no finite number.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool | float) or not isinstance(value, Decimal | int | str):
        raise ValueError(f"a {type(value).__name__} is not an exact amount")
    try:
        amount = Decimal(value.strip()) if isinstance(value, str) else Decimal(value)
    except InvalidOperation:
        raise ValueError("not an amount") from None
    if not amount.is_finite():
        raise ValueError("not a finite amount")
    return amount


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
