"""Connections between the app and companies: codes, access tokens, refresh tokens and their ends.

Source: Intuit developer documentation, OAuth 2.0; blog of 2025-11-12 on the life of refresh tokens.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.sandbox.clock import Clock
from tests.sandbox.quickbooks_online.switches import Switches
from tests.sandbox.quickbooks_online.wire import Record

_UNKNOWN = "Incorrect or invalid refresh token"
_HEADER = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0."


class Denied(Exception):
    """Carries the `error` of the token endpoint."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        """Keeps the parts of the answer."""
        super().__init__(f"{error}: {description}")
        self.status = status
        self.body = {"error": error, **({"error_description": description} if description else {})}


@dataclass
class Connection:
    """One consent of one user for one company."""

    realm_id: str
    scopes: frozenset[str]
    since: datetime
    refresh: str
    issued: datetime  # when this refresh token was made
    alive: bool = True
    due: bool = False  # the next renewal makes a new refresh token
    replaced: dict[str, datetime] = field(default_factory=dict)  # older refresh tokens


@dataclass(frozen=True)
class _Code:
    realm_id: str
    redirect_uri: str
    scopes: frozenset[str]
    issued: datetime


class Tokens:
    """Gives out tokens and knows whose they are."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        """Starts without any connection."""
        self.clock, self.switches = clock, switches
        self.connections: list[Connection] = []
        self.renewals = 0
        self.refused_renewals = 0
        self._codes: dict[str, _Code] = {}
        self._spent: dict[str, Connection] = {}  # the connection that a used code has made
        self._access: dict[str, tuple[Connection, datetime]] = {}  # with its end
        self._refresh: dict[str, Connection] = {}

    def code(self, realm_id: str, redirect_uri: str, scopes: frozenset[str]) -> str:
        """Returns a code for one exchange."""
        code = f"AB1{secrets.token_hex(24)}"
        self._codes[code] = _Code(realm_id, redirect_uri, scopes, self.clock.now())
        return code

    def connect(self, realm_id: str, scopes: frozenset[str]) -> Connection:
        """Returns a new connection, whose refresh token is good for its whole window."""
        now = self.clock.now()
        made = Connection(realm_id, scopes, now, _refresh_token(now), now)
        self.connections.append(made)
        self._refresh[made.refresh] = made
        return made

    def exchange(self, code: str, redirect_uri: str) -> Connection:
        """Returns the connection that a code makes.

        Raises:
            Denied: invalid_grant for a bad, old or used code, invalid_request for another redirect URI.
        """
        if code in self._spent and self.switches.revoke_family_on_reuse:
            self._spent[code].alive = False
        known = self._codes.get(code)
        if known is None or self.clock.now() - known.issued > timedelta(seconds=self.switches.code_seconds):
            raise Denied("invalid_grant", "Invalid authorization code")
        if redirect_uri != known.redirect_uri:
            raise Denied("invalid_request", "The redirect_uri is not the one of the authorization")
        del self._codes[code]
        self._spent[code] = self.connect(known.realm_id, known.scopes)
        return self._spent[code]

    def renew(self, refresh: str) -> Connection:
        """Returns the connection of a refresh token; once a day its refresh token is another afterwards.

        Raises:
            Denied: invalid_grant, the token is replaced, ended or was never one.
        """
        connection = self._refresh.get(refresh)
        if connection is None:
            told = (
                "Incorrect Token type or clientID" if refresh in self._access else "Incorrect or invalid refresh token"
            )
            raise Denied("invalid_grant", told)
        now = self.clock.now()
        if not connection.alive or self.refresh_left(connection) <= 0 or self.hard_left(connection) <= 0:
            raise Denied("invalid_grant", "Token invalid")
        if refresh != connection.refresh:
            self._reused(connection, refresh, now)
            return connection
        day = timedelta(hours=self.switches.rotation_hours)
        if connection.due or self.switches.rotate_always or now - connection.issued >= day:
            self._rotate(connection, now)
        return connection

    def access(self, connection: Connection) -> str:
        """Returns a new access token; the older ones stay good for as long as they were promised to be."""
        token = _HEADER + secrets.token_urlsafe(96)
        self._access[token] = connection, self.clock.now() + timedelta(seconds=self.switches.access_seconds)
        return token

    def holder(self, access: str) -> Connection | None:
        """Returns the connection of an access token; None when it is not good (any more)."""
        connection, until = self._access.get(access, (None, self.clock.now()))
        return connection if connection and connection.alive and self.clock.now() < until else None

    def granted(self, connection: Connection, hard: bool) -> Record:
        """Returns the body that gives the app its tokens."""
        body: Record = {
            "token_type": "bearer",
            "access_token": self.access(connection),
            "expires_in": int(self.switches.access_seconds),
            "refresh_token": connection.refresh,
            "x_refresh_token_expires_in": round(self.refresh_left(connection)),
        }
        return {**body, "x_refresh_token_hard_expires_in": round(self.hard_left(connection))} if hard else body

    def revoke(self, token: str) -> bool:
        """Ends the connection of an access or refresh token; tells whether there was one."""
        connection = self._refresh.get(token) or self._access.get(token, (None, None))[0]
        if connection is None or not connection.alive:
            return False
        connection.alive = False
        return True

    def expire_access(self) -> int:
        """Ends all access tokens and returns how many there were."""
        ended = len(self._access)
        self._access = {token: (connection, self.clock.now()) for token, (connection, _until) in self._access.items()}
        return ended

    def refresh_left(self, connection: Connection) -> float:
        """Returns the seconds for which the refresh token is still good."""
        return _left(connection.issued, self.switches.refresh_days, self.clock.now())

    def hard_left(self, connection: Connection) -> float:
        """Returns the seconds after which only a new consent helps."""
        return _left(connection.since, self.switches.hard_expiry_days, self.clock.now())

    def _rotate(self, connection: Connection, now: datetime) -> None:
        connection.replaced[connection.refresh] = now
        connection.refresh, connection.issued, connection.due = _refresh_token(now), now, False
        self._refresh[connection.refresh] = connection

    def _reused(self, connection: Connection, refresh: str, now: datetime) -> None:
        grace = timedelta(hours=self.switches.grace_hours)
        if now - connection.replaced[refresh] < grace:
            return
        if self.switches.revoke_family_on_reuse:
            connection.alive = False
        raise Denied("invalid_grant", _UNKNOWN)


def _refresh_token(now: datetime) -> str:
    return f"RT1-{secrets.randbelow(90) + 10}-H3-{int(now.timestamp())}{secrets.token_hex(12)}"


def _left(since: datetime, days: float, now: datetime) -> float:
    return (since + timedelta(days=days) - now).total_seconds()
