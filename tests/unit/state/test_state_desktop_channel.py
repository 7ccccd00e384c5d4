"""A run that asks QuickBooks learns what became of the session that it was begun by."""

import pytest

from blocks.errors import AnswerLostError, AwayError
from tasks.state import connector_sessions as sessions
from tasks.state import message_sets
from tasks.state.connector_sessions import Patience
from tasks.state.desktop_channel import DesktopChannel
from tasks.state.models import ConnectorSession
from tasks.state.store import Store

KEY = ("bill-quickbooks-desktop", "acme")


def session_of(store: Store, run_id: str = "run-1", ticket: str = "t") -> ConnectorSession:
    """Returns a live session with this run behind it."""
    made = sessions.begin(store, *KEY, ticket)
    assert made is not None
    sessions.joined(store, made.id, run_id)
    return made


def channel(store: Store, wait: float = 30) -> DesktopChannel:
    """Returns the way of run-1 to the company file."""
    return DesktopChannel(store, *KEY, "run-1", wait, Patience())


async def test_a_run_whose_session_ended_before_it_began_says_why_at_once(store: Store) -> None:
    sessions.end(store, session_of(store).id, "QuickBooks: no", "Start QuickBooks on that machine.")
    with pytest.raises(AwayError, match="Start QuickBooks on that machine"):
        await channel(store).greeting()


@pytest.mark.parametrize("because", [sessions.DONE, sessions.RESTED])
async def test_after_an_orderly_end_a_run_waits_for_the_next_visit(store: Store, because: str) -> None:
    sessions.end(store, session_of(store).id, because)
    with pytest.raises(AwayError, match="was last heard of at"):
        await channel(store, wait=0.2).greeting()


async def test_another_runs_trouble_is_none_of_ours(store: Store) -> None:
    sessions.end(store, session_of(store, "run-0").id, "QuickBooks: no", "Start QuickBooks on that machine.")
    with pytest.raises(AwayError, match="was last heard of at"):
        await channel(store, wait=0.2).greeting()


async def test_what_quickbooks_did_not_answer_is_in_doubt(store: Store) -> None:
    it = channel(store)
    owner = session_of(store)
    number = message_sets.put(store, *KEY, "<d/>", asker="run-1", set_id="s")
    assert message_sets.hand_out(store, owner) == "<d/>"
    sessions.end(store, owner.id, sessions.GONE)
    with pytest.raises(AnswerLostError, match="message set s"):
        await it._answer(number)
    assert await it.kept("s") == "<d/>"


async def test_what_was_not_sent_when_its_run_gave_up_never_is(store: Store) -> None:
    with pytest.raises(AwayError):
        await channel(store, wait=0.2).exchange("<d/>")
    assert message_sets.hand_out(store, session_of(store)) is None
