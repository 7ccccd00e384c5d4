"""The ways into QAD: OAuth tokens, Basic and sessions, with absolute and idle expiry."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Literal
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.clock import Clock
from tests.sandbox.qad.options import Options
from tests.sandbox.qad.wire import BareError, answer, loads

Way = Literal["password", "refresh", "session"]


@dataclass
class _Pass:
    """A token or a session: when it began and when it was last used."""

    began: datetime
    used: datetime


class Gate:
    """Lets in who has the right password, token or session, and counts who signed in how."""

    def __init__(self, username: str, password: str, client_id: str, clock: Clock, options: Options) -> None:
        """Knows one user and one client."""
        self.username, self.password, self.client_id = username, password, client_id
        self.clock, self.options = clock, options
        self.logins: list[Way] = []  # each sign-in that succeeded, oldest first
        self._bearer: dict[str, _Pass] = {}
        self._refresh: dict[str, _Pass] = {}
        self._sessions: dict[str, _Pass] = {}

    def expire(self) -> None:
        """Ends all tokens and sessions; refresh tokens stay good."""
        self._bearer.clear()
        self._sessions.clear()

    async def token(self, request: Request) -> Response:
        """Returns a token for a password or a refresh token; form and query are both read."""
        if request.method != "POST" or not self.options.oauth:
            raise BareError(405, "405", f"Method {request.method} is not supported")
        form = await _form(request)
        if form.get("client_id") != self.client_id:
            return _invalid("invalid_grant", "Unknown client")
        if form.get("grant_type") == "password":
            if (form.get("username"), form.get("password")) != (self.username, self.password):
                return _invalid("invalid_grant", "Bad credentials")
            return self._issued("password")
        if form.get("grant_type") == "refresh_token":
            known = self._refresh.pop(form.get("refresh_token", ""), None)
            if known is None or self._age(known.began) >= self.options.refresh_length_minutes:
                return _invalid("invalid_grant", "Invalid refresh token")
            return self._issued("refresh")
        return _invalid("unsupported_grant_type", "Unsupported grant type")

    async def session(self, request: Request) -> Response:
        """Returns the id of a new session."""
        self._require_session_mode(request)
        try:
            body = loads(await request.body())
        except ValueError:
            raise BareError(400, "400", "The request is not readable JSON") from None
        given = (body.get("username"), body.get("password")) if isinstance(body, dict) else ()
        return answer({"sessionId": self._opened(given)})

    def oldest_session(self, request: Request) -> Response:
        """Returns a cookie for the user and password in the query."""
        self._require_session_mode(request)
        query = request.query_params
        session = self._opened((query.get("j_username"), query.get("j_password")))
        return Response(status_code=200, headers={"set-cookie": f"JSESSIONID={session}; Path=/; HttpOnly"})

    def enter(self, request: Request) -> str:
        """Returns the user of a request.

        Raises:
            BareError: 401, since nothing in the request lets it in.
        """
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self.options.oauth and self._alive(self._bearer, secret):
            return self.username
        if kind.lower() == "basic" and self._basic_allowed() and self._is_user(secret):
            return self.username
        if not kind and self.options.session and self._alive(self._sessions, request.cookies.get("JSESSIONID", "")):
            return self.username
        raise BareError(401, "401", "Full authentication is required")

    def control(self) -> Response:
        """Returns the lifetimes that hold for everybody, and the client's id."""
        lengths = {"sessionLength": self.options.session_length_minutes, "timeoutMinutes": self.options.timeout_minutes}
        whole = {name: int(minutes) if minutes == int(minutes) else minutes for name, minutes in lengths.items()}
        return answer({"data": {"securityControls": [{"clientId": self.client_id, **whole}]}})

    def _issued(self, way: Way) -> Response:
        now = self.clock.now()
        access, refresh = token_hex(32), token_hex(32)
        self._bearer[access], self._refresh[refresh] = _Pass(now, now), _Pass(now, now)
        self.logins.append(way)
        body = {"access_token": access, "token_type": "bearer", "refresh_token": refresh}
        seconds = min(self.options.session_length_minutes, self.options.timeout_minutes) * 60
        return answer({**body, "expires_in": max(1, int(seconds) - 1)} if self.options.send_expires_in else body)

    def _opened(self, given: tuple[object, ...]) -> str:
        if given != (self.username, self.password):
            raise BareError(401, "401", "Bad credentials")
        session, now = token_hex(16).upper(), self.clock.now()
        self._sessions[session] = _Pass(now, now)
        self.logins.append("session")
        return session

    def _require_session_mode(self, request: Request) -> None:
        if not self.options.session:
            raise BareError(403, "403", "Session login is switched off")
        if request.method != "POST":
            raise BareError(405, "405", f"Method {request.method} is not supported")

    def _alive(self, passes: dict[str, _Pass], secret: str) -> bool:
        known = passes.get(secret)
        if known is None:
            return False
        if (
            self._age(known.began) >= self.options.session_length_minutes
            or self._age(known.used) >= self.options.timeout_minutes
        ):
            del passes[secret]
            return False
        known.used = self.clock.now()
        return True

    def _age(self, since: datetime) -> float:
        return (self.clock.now() - since) / timedelta(minutes=1)

    def _basic_allowed(self) -> bool:
        return self.options.basic and not self.options.single_sign_on

    def _is_user(self, secret: str) -> bool:
        try:
            return base64.b64decode(secret, validate=True).decode() == f"{self.username}:{self.password}"
        except (binascii.Error, UnicodeDecodeError):
            return False


async def _form(request: Request) -> dict[str, str]:
    body = await request.body()
    if not body:
        return dict(request.query_params)
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _invalid(error: str, description: str) -> Response:
    return answer({"error": error, "error_description": description}, 400)
