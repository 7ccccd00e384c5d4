"""What Intuit's token endpoint gives: an access token for an hour, a refresh token for months, and their ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self

from blocks.quickbooks_online.account import SYSTEM
from blocks.sessions import Session

ACCESS, REFRESH, PREVIOUS = "access_token", "refresh_token", "previous_refresh_token"
ACCESS_UNTIL, REFRESH_UNTIL, HARD_UNTIL = "access_until", "refresh_until", "hard_until"
BEFORE_END = timedelta(minutes=5)
SOON, VERY_SOON = timedelta(days=30), timedelta(days=7)  # when Intuit itself tells the customer, too


@dataclass(frozen=True)
class Tokens:
    """The tokens of one connection; every moment is aware, and is what Intuit said rather than what is usual."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_until: datetime
    refresh_until: datetime | None  # if it is not used before; None if Intuit did not say
    hard_until: datetime | None = None  # whatever is done; None if Intuit did not say
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def of(cls, answer: Mapping[str, Any], asked_at: datetime, used: str = "") -> Self | None:
        """Returns the tokens of an answer; None if it holds none that can be used.

        Args:
            answer: of the token endpoint.
            asked_at: when it was asked; the lives that it names count from then.
            used: the refresh token that it was asked with, which stays good if the answer holds no other.
        """
        access, refresh = answer.get(ACCESS), answer.get(REFRESH) or used
        if not (isinstance(access, str) and isinstance(refresh, str) and _sendable(access) and _sendable(refresh)):
            return None
        return cls(
            access_token=access,
            refresh_token=refresh,
            access_until=_end(asked_at, answer.get("expires_in")) or asked_at,
            refresh_until=_end(asked_at, answer.get("x_refresh_token_expires_in")),
            hard_until=_end(asked_at, answer.get("x_refresh_token_hard_expires_in")),
            made_at=asked_at,
        )

    @classmethod
    def of_session(cls, session: Session) -> Self | None:
        """Returns the tokens that a session holds; None if Intuit has refused them since."""
        values = session.values
        until = _moment(values.get(ACCESS_UNTIL))
        if not values.get(ACCESS) or not values.get(REFRESH) or until is None:
            return None
        ends = (_moment(values.get(REFRESH_UNTIL)), _moment(values.get(HARD_UNTIL)))
        return cls(values[ACCESS], values[REFRESH], until, *ends, made_at=session.obtained_at)

    def to_session(self, previous: str = "") -> Session:
        """Returns the session that holds these tokens, and the refresh token that was in use before them."""
        values = {ACCESS: self.access_token, REFRESH: self.refresh_token, PREVIOUS: previous}
        ends = {ACCESS_UNTIL: self.access_until, REFRESH_UNTIL: self.refresh_until, HARD_UNTIL: self.hard_until}
        values |= {name: end.isoformat() for name, end in ends.items() if end}
        return Session(values=values, obtained_at=self.made_at)

    def usable(self, now: datetime) -> bool:
        """Tells whether the access token is far enough from its end: five minutes, or a fifth of a shorter life."""
        life = self.access_until - self.made_at
        return now < self.access_until - min(BEFORE_END, life / 5)


class Consent(NamedTuple):
    """How long the consent that a person gave lasts."""

    refresh_until: datetime | None  # unless the tokens are renewed before
    hard_until: datetime | None
    renewed: bool = False  # just now

    def warning(self, now: datetime) -> str:
        """Returns a sentence from 30 days before the earlier of both ends, a stronger one from 7; else nothing."""
        ends = [end for end in (self.refresh_until, self.hard_until) if end]
        if not ends or min(ends) - now > SOON:
            return ""
        end = min(ends)
        if end <= now:
            return f"The consent for {SYSTEM} ended on {end:%Y-%m-%d}: connect the company again in the browser."
        if end - now <= VERY_SOON:
            return (
                f"The consent for {SYSTEM} ends in {_days(end - now)}, on {end:%Y-%m-%d}, and then nothing moves"
                " any more: connect the company again in the browser now."
            )
        return f"The consent for {SYSTEM} ends on {end:%Y-%m-%d}: connect the company again in the browser before."


def _days(left: timedelta) -> str:
    return f"{left.days} day{'s' * (left.days != 1)}" if left.days else "less than a day"


def _sendable(token: str) -> bool:
    """Tells whether a header may hold it; the HTTP library's own error would show it otherwise."""
    return bool(token) and token.isascii() and token.isprintable() and " " not in token


def _end(asked_at: datetime, seconds: Any) -> datetime | None:
    try:
        return asked_at + timedelta(seconds=int(seconds))
    except (TypeError, ValueError, OverflowError):
        return None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
