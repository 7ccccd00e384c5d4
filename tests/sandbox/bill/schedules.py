"""The schedule of a recurring bill: when the next bill is due, and how many days earlier it is made."""

import calendar
from datetime import date, timedelta

from tests.sandbox.bill.fields import Fields
from tests.sandbox.bill.wire import Record

_DAYS = {"DAILY": 1, "WEEKLY": 7}
_MONTHS = {"MONTHLY": 1, "YEARLY": 12}
PERIODS = frozenset({*_DAYS, *_MONTHS, "NONE"})


def read_schedule(fields: Fields, before: Record | None = None) -> Record:
    """Returns the schedule of a request; what is missing or impossible is noted as wrong.

    A schedule that had ended `before` needs no next due date.
    """
    ended = before is not None and "nextDueDate" not in before
    schedule = {
        "period": fields.one_of("schedule.period", PERIODS, required=True),
        "frequency": _count(fields, "schedule.frequency", least=1, usual=1),
        "nextDueDate": fields.date("schedule.nextDueDate", required=not ended),
        "endDate": fields.date("schedule.endDate"),
        "daysInAdvance": _count(fields, "schedule.daysInAdvance", least=0, usual=0),
    }
    due, end = schedule["nextDueDate"], schedule["endDate"]
    if due and end and str(end) < str(due):
        fields.wrong("schedule.endDate", "must not be before nextDueDate", "BDC_1143")
    return {name: value for name, value in schedule.items() if value is not None}


def made_on(schedule: Record) -> date | None:
    """Returns the day on which the next bill is made; None when there is no next."""
    if "nextDueDate" not in schedule:
        return None
    return date.fromisoformat(schedule["nextDueDate"]) - timedelta(days=schedule["daysInAdvance"])


def moved_on(schedule: Record) -> Record:
    """Returns the schedule after a bill was made; past its end it has no next due date."""
    rest = {name: value for name, value in schedule.items() if name != "nextDueDate"}
    if schedule["period"] == "NONE":
        return rest
    following = _following(schedule).isoformat()
    return rest if following > schedule.get("endDate", following) else {**rest, "nextDueDate": following}


def _following(schedule: Record) -> date:
    due, period, frequency = date.fromisoformat(schedule["nextDueDate"]), schedule["period"], schedule["frequency"]
    if period in _DAYS:
        return due + timedelta(days=_DAYS[period] * frequency)
    months = due.year * 12 + due.month - 1 + _MONTHS[period] * frequency
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(due.day, calendar.monthrange(year, month)[1]))


def _count(fields: Fields, path: str, *, least: int, usual: int) -> int:
    given = fields.number(path, places=0)
    if given is not None and given < least:
        fields.wrong(path, f"must be at least {least}", "BDC_1143")
    return usual if given is None else int(given)
