"""A consent is good once, soon, and in the browser that asked for it; the database helps nobody to forge one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import select

from tasks.state.consents import GOOD_FOR, Asked, expect, redeem
from tasks.state.models import Consent, utc_now
from tasks.state.store import Store

ASKED = Asked("bill-quickbooks-online", "acme", "https://connector.example/oauth/quickbooks-online/callback")


def age(store: Store, by: timedelta) -> None:
    with store.session() as session:
        session.execute(update(Consent).values(made_at=utc_now() - by))


def kept(store: Store) -> list[Consent]:
    with store.reading() as session:
        return list(session.execute(select(Consent)).scalars())


def test_who_was_expected_is_let_in_once(store: Store) -> None:
    expect(store, "state", "browser", ASKED)
    assert redeem(store, "state", "browser") == ASKED
    assert redeem(store, "state", "browser") is None


def test_of_many_at_once_one_is_let_in(store: Store) -> None:
    expect(store, "state", "browser", ASKED)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: redeem(store, "state", "browser"), range(24)))
    assert [one for one in answers if one] == [ASKED]


def test_another_browser_is_refused_and_spoils_nothing(store: Store) -> None:
    expect(store, "state", "browser", ASKED)
    for state, browser in (("state", "other"), ("state", ""), ("", "browser"), ("browser", "state"), ("\ud800", "é")):
        assert redeem(store, state, browser) is None
    assert redeem(store, "state", "browser") == ASKED


def test_who_comes_too_late_is_refused(store: Store) -> None:
    expect(store, "state", "browser", ASKED)
    age(store, GOOD_FOR - timedelta(seconds=5))
    expect(store, "late", "browser", ASKED)
    assert redeem(store, "state", "browser") == ASKED
    age(store, GOOD_FOR + timedelta(seconds=1))
    assert redeem(store, "late", "browser") is None


def test_used_and_expired_ones_are_forgotten(store: Store) -> None:
    expect(store, "used", "browser", ASKED)
    redeem(store, "used", "browser")
    expect(store, "expired", "browser", ASKED)
    age(store, GOOD_FOR + timedelta(seconds=1))
    expect(store, "open", "browser", ASKED)
    expect(store, "open, too", "browser", ASKED)
    assert len(kept(store)) == 2


def test_the_database_shows_neither_state_nor_browser(store: Store) -> None:
    expect(store, "a-secret-state", "a-secret-browser", ASKED)
    [row] = kept(store)
    assert "secret" not in repr(row.model_dump())
    assert row.state_hash != row.browser_hash
    assert redeem(store, row.state_hash, row.browser_hash) is None
