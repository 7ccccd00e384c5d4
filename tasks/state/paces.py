"""Calls in a while, counted over all processes and machines that share the database."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session

from blocks.limits import Rate
from tasks.state.models import Pace, Turn, utc_now
from tasks.state.store import Store, insert_missing


def take_turns(store: Store, budget: str, rates: Sequence[Rate]) -> tuple[float, Sequence[Rate]]:
    """Takes one turn of each rate, up to the first that is still to come.

    Of each rate the last `calls` turns are kept; a new turn comes `seconds` after the oldest of them, at the
    earliest, so that no stretch of time holds more, wherever it begins.

    Returns in how many seconds it comes, and the rates whose turns are to be taken then.
    """
    with store.session() as session:
        for place, rate in enumerate(rates, 1):
            if wait := _take(session, f"{budget} {rate.name}", rate):
                return wait, rates[place:]
    return 0.0, ()


def _take(session: Session, name: str, rate: Rate) -> float:
    insert_missing(session, Pace, {"name": name, "turns": 0})
    pace = session.get_one(Pace, name, with_for_update=True)
    now = utc_now()
    oldest = session.get(Turn, (name, pace.turns % rate.calls))
    if oldest is None:
        session.add(Turn(name=name, place=pace.turns % rate.calls, at=now))
        at = now
    else:
        at = oldest.at = max(now, oldest.at + timedelta(seconds=rate.seconds))
    pace.turns += 1
    return (at - now).total_seconds()
