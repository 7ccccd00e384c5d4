"""Who is at a vendor to give consent, and is expected back: once, soon, and in the same browser."""

import hashlib
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, or_, update
from sqlmodel import col

from tasks.state.models import Consent, utc_now
from tasks.state.store import Store, insert_missing

GOOD_FOR = timedelta(minutes=10)


class Asked(NamedTuple):
    """Whose consent was asked for, and where the vendor sends the browser afterwards."""

    pair: str
    connection: str
    redirect_uri: str


def expect(store: Store, state: str, browser: str, asked: Asked) -> None:
    """Somebody is expected back within ten minutes; those who are expected no longer are forgotten.

    Args:
        store: keeps hashes alone, so that nobody who reads it could come back in their place.
        state: random; goes to the vendor and back.
        browser: random; stays in the browser.
        asked: what comes out again at the end.
    """
    now = utc_now()
    row = {"state_hash": _hash(state), "browser_hash": _hash(browser), "made_at": now, "used_at": None}
    with store.session() as session:
        over = or_(col(Consent.used_at).is_not(None), col(Consent.made_at) <= now - GOOD_FOR)
        session.execute(delete(Consent).where(over))
        insert_missing(session, Consent, {**row, **asked._asdict()})


def redeem(store: Store, state: str, browser: str) -> Asked | None:
    """Returns what was asked for, to one caller only; None to the wrong browser, too late, and to everyone else."""
    now = utc_now()
    expected = (
        col(Consent.state_hash) == _hash(state),
        col(Consent.browser_hash) == _hash(browser),
        col(Consent.used_at).is_(None),
        col(Consent.made_at) > now - GOOD_FOR,
    )
    asked = (col(Consent.pair), col(Consent.connection), col(Consent.redirect_uri))
    with store.session() as session:
        row = session.execute(update(Consent).where(*expected).values(used_at=now).returning(*asked)).first()
    return Asked(*row) if row else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
