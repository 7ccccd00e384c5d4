"""The periods that a DateMacro names; the week begins on Sunday and the fiscal year in January."""

from datetime import date, timedelta

_STEPS = {"Last": -1, "This": 0, "Next": 1}
_MONTHS = {"Month": 1, "FiscalQuarter": 3, "FiscalYear": 12}


def period(macro: str, today: date) -> tuple[date | None, date | None]:
    """Returns the first and last day, or None where there is no end."""
    if macro == "All":
        return None, None
    if macro in ("Today", "Yesterday"):
        day = today - timedelta(days=macro == "Yesterday")
        return day, day
    step, unit = _STEPS[macro[:4]], macro[4:]
    if unit == "Week":
        start = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=step)
        return start, start + timedelta(days=6)
    length = _MONTHS[unit]
    first = (today.year * 12 + today.month - 1) // length * length + step * length
    return _month(first), _month(first + length) - timedelta(days=1)


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
