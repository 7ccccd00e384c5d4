"""One live session for each company file, one document out in it, and nothing of a dead one is believed."""

import os
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from tasks.state import connector_sessions as sessions
from tasks.state import message_sets
from tasks.state.models import ConnectorSession, MessageSet, utc_now
from tasks.state.store import Store
from tasks.state.vault import Vault
from tests.unit.state.processes import run_at_once

KEY = ("bill-quickbooks-desktop", "acme")


def begun(store: Store, ticket: str = "t") -> ConnectorSession:
    made = sessions.begin(store, *KEY, ticket)
    assert made is not None
    return made


def put(store: Store, document: str = "<d/>", asker: str = "run-1", set_id: str = "") -> int:
    return message_sets.put(store, *KEY, document, asker=asker, set_id=set_id)


def state(store: Store, number: int) -> str:
    return message_sets.look(store, number).state


def silent(store: Store, seconds: float) -> None:
    """Nobody has called, and no run has shown that it lives, for so long."""
    then = utc_now() - timedelta(seconds=seconds)
    with store.session() as session:
        session.execute(update(ConnectorSession).values(called_at=then))
        session.execute(update(MessageSet).where(col(MessageSet.state) == "waiting").values(beat_at=then))


def sign_in_at(moment: float, url: str, key: str) -> None:
    """A Web Connector has tried to sign in at this moment (seconds since the epoch), together with others."""
    store = Store(url, Vault([key]))
    time.sleep(max(0.0, moment - time.time()))
    sessions.begin(store, *KEY, f"ticket-{os.getpid()}")
    store.close()


def test_of_many_that_sign_in_at_once_one_has_a_session(store: Store, database_url: str, vault_key: str) -> None:
    run_at_once(sign_in_at, 3, time.time() + 1.5, database_url, vault_key)
    with store.reading() as session:
        assert len(session.scalars(select(ConnectorSession)).all()) == 1
    assert [one.is_live for one in sessions.contacts(store)] == [True]


def test_two_connections_do_not_know_of_each_other(store: Store) -> None:
    begun(store)
    other = (KEY[0], "other")
    assert sessions.begin(store, *other, "u") is not None
    number = put(store)
    owner = sessions.live(store, *other)
    assert owner is not None and message_sets.hand_out(store, owner) is None
    assert sessions.of_ticket(store, *other, "t") is None
    assert state(store, number) == "waiting"


@pytest.mark.parametrize(
    ("done", "seconds", "is_live"),
    [("opens", 250, True), ("opens", 350, False), ("waits", 50, True), ("waits", 70, False), ("works", 500, True),
     ("works", 700, False)],
)  # fmt: skip
def test_how_long_a_silent_web_connector_is_believed_to_live(
    store: Store, done: str, seconds: float, is_live: bool
) -> None:
    owner, number = begun(store), put(store)
    if done == "waits":
        sessions.note(store, owner.id, waits_since=utc_now())
    elif done == "works":
        message_sets.hand_out(store, owner)
    silent(store, seconds)
    assert (sessions.live(store, *KEY) is not None) is is_live
    found = sessions.of_ticket(store, *KEY, "t")
    assert found is not None and (found.ended_because == sessions.GONE) is not is_live
    assert (sessions.begin(store, *KEY, "u") is None) is is_live
    assert (state(store, number) == "lost") is (done == "works" and not is_live)


def test_what_is_over_stays_as_it_ended(store: Store) -> None:
    owner = begun(store)
    sessions.end(store, owner.id, "QuickBooks: no", "Do this.")
    sessions.end(store, owner.id, sessions.DONE, "another")
    sessions.note(store, owner.id, said="NoOp")
    sessions.joined(store, owner.id, "run-9")
    found = sessions.of_ticket(store, *KEY, "t")
    assert found is not None
    assert (found.ended_because, found.said, found.run_id) == ("QuickBooks: no", "Do this.", "run-9")
    assert message_sets.hand_out(store, owner) is None and not message_sets.say_goodbye(store, owner, "<g/>")


def test_an_older_run_does_not_end_the_session_of_a_newer_one(store: Store) -> None:
    owner = begun(store)
    sessions.run_is_over(store, *KEY, "run-0")
    sessions.joined(store, owner.id, "run-1")
    assert not message_sets.outlook(store, owner).is_over
    sessions.run_is_over(store, *KEY, "run-0")
    assert not message_sets.outlook(store, owner).is_over
    sessions.run_is_over(store, *KEY, "run-1")
    assert message_sets.outlook(store, owner) == (True, False, True, "run-1")


def test_one_document_is_out_at_a_time_the_oldest_first(store: Store) -> None:
    owner = begun(store)
    numbers = [put(store, f"<n{number}/>") for number in range(3)]
    assert message_sets.hand_out(store, owner) == "<n0/>"
    assert message_sets.hand_out(store, owner) is None
    assert not message_sets.say_goodbye(store, owner, "<g/>")
    answered = message_sets.answered(store, owner, "<a0/>")
    assert answered is not None and answered.id == numbers[0]
    assert message_sets.answered(store, owner, "<again/>") is None
    assert message_sets.hand_out(store, owner) == "<n1/>"
    message_sets.lose(store, owner)
    assert [state(store, number) for number in numbers] == ["answered", "lost", "waiting"]
    assert store.vault.unseal(message_sets.look(store, numbers[0]).answer or b"") == "<a0/>"


def test_what_a_dead_run_asked_is_not_sent(store: Store) -> None:
    owner, dead = begun(store), put(store, "<dead/>")
    silent(store, 31)
    assert not message_sets.awaiting(store, *KEY) and not message_sets.outlook(store, owner).waits
    alive = put(store, "<alive/>", asker="run-2")
    assert message_sets.awaiting(store, *KEY) == "run-2"
    assert message_sets.hand_out(store, owner) == "<alive/>"
    assert (state(store, dead), state(store, alive)) == ("waiting", "out")


def test_a_goodbye_is_no_work_and_nobody_waits_for_it(store: Store) -> None:
    owner = begun(store)
    assert message_sets.say_goodbye(store, owner, "<g/>")
    assert not message_sets.awaiting(store, *KEY)
    found = message_sets.answered(store, owner, "<a/>")
    assert found is not None and found.asker == message_sets.GOODBYE
    kept = sessions.latest(store, *KEY)
    assert kept is not None and kept.handed_out == 0


def test_only_the_newest_opening_is_sent_and_the_run_sees_it_before_it_is(store: Store) -> None:
    old = put(store, "<old/>", asker="")
    message_sets.withdraw_openings(store, *KEY)
    new = put(store, "<new/>", asker="")
    owner = begun(store)
    assert not message_sets.awaiting(store, *KEY)
    about = message_sets.opening(store, owner)
    assert about is not None and (about.id, about.state) == (new, "waiting")
    assert message_sets.hand_out(store, owner) == "<new/>"
    assert state(store, old) == "withdrawn"
    sessions.end(store, owner.id, sessions.CLOSED)
    assert message_sets.opening(store, begun(store, "u")) is None


def test_the_document_of_a_set_is_kept_byte_for_byte_and_withdrawn_only_unsent(store: Store) -> None:
    owner = begun(store)
    sent, unsent = put(store, "<\u00fc\r\n/>", set_id="abc"), put(store, set_id="def")
    assert message_sets.hand_out(store, owner) == "<\u00fc\r\n/>"
    message_sets.withdraw(store, [sent, unsent])
    assert (state(store, sent), state(store, unsent)) == ("out", "withdrawn")
    assert message_sets.kept(store, *KEY, "abc") == "<\u00fc\r\n/>"
    assert message_sets.kept(store, *KEY, "xyz") is None


def test_tickets_and_documents_are_not_readable_in_the_database(store: Store) -> None:
    begun(store, "my-ticket")
    number = put(store, "<secret/>")
    with store.reading() as session:
        kept = session.get_one(ConnectorSession, sessions.latest(store, *KEY).id)  # type: ignore[union-attr]
        asked = session.get_one(MessageSet, number)
    assert "my-ticket" not in kept.ticket_hash and b"secret" not in (asked.document or b"")


def test_progress_never_goes_back_and_never_says_that_all_is_done(store: Store) -> None:
    owner = begun(store)
    for percent in (50, 20, 100):
        sessions.progress(store, *KEY, percent)
    found = sessions.of_ticket(store, *KEY, "t")
    assert found is not None and found.percent == 99
    sessions.end(store, owner.id, sessions.DONE)
    sessions.progress(store, *KEY, 10)
