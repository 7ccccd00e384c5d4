"""Keeps requests to QAD signed in, in each of its three ways."""

import copy
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx

from blocks.errors import CredentialsError
from blocks.qad.account import QadAccount
from blocks.qad.logins import GOOD_FOR, IDLE_SECONDS, TOKEN, Logins
from blocks.sessions import Session, SessionCache

Sign = Callable[[httpx.Request, str], None]
Renew = Callable[[Session | None], Awaitable[Session]]


class QadSession(httpx.Auth):
    """Signs each request with the shared session; once QAD refuses it, renews it and repeats the request once.

    A session is renewed before its absolute and its idle end. One renewal runs at a time, and credentials that
    QAD has refused are not tried again by this object. A missing right (HTTP 403) never leads to a sign-in.

    Source: QAD fact, token and session lifetime.
    """

    requires_response_body = True

    def __init__(self, account: QadAccount, sessions: SessionCache, renew: Renew, sign: Sign) -> None:
        """Keeps where sessions are shared, how to make one and how to put it on a request."""
        self._key = account.session_key
        self._lifetime = account.profile.lifetime
        self._sessions = sessions
        self._renew = renew
        self._sign = sign
        self._refusal: CredentialsError | None = None

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Yields the signed request, and once more with a new session if the first was refused.

        Raises:
            CredentialsError: QAD refuses the sign-in itself.
            BusyError: the sign-in could not be made for now; the request was not sent.
        """
        refused: str | None = None  # the token that QAD last refused; None before any answer
        for _attempt in range(2):
            token = await self._token(refused)
            self._sign(request, token)
            response = yield request
            await response.aread()
            if response.status_code != httpx.codes.UNAUTHORIZED:
                await self._sessions.touch(self._key)
                return
            refused = token

    async def ready(self) -> None:
        """There is a session: the shared one, or a new one; no other call is made."""
        await self._token(None)

    async def _token(self, refused: str | None) -> str:
        session = await self._sessions.load(self._key)
        if session is None or not self._good(session, refused):
            async with self._sessions.renewal(self._key):
                session = await self._sessions.load(self._key)  # another may have renewed it meanwhile
                if session is None or not self._good(session, refused):
                    session = await self._new(session)
                    await self._sessions.store(self._key, session)
        return session.values[TOKEN]

    def _good(self, session: Session, refused: str | None) -> bool:
        if session.values.get(TOKEN) in {None, refused}:
            return False
        now = datetime.now(UTC)
        ends = session.obtained_at + self._before(session.values.get(GOOD_FOR), self._lifetime.before_absolute)
        if idle := session.values.get(IDLE_SECONDS):
            ends = min(ends, session.used_at + self._before(idle, self._lifetime.before_idle))
        return now < ends

    def _before(self, seconds: str | None, margin: int) -> timedelta:
        """Returns how long a session of a given life is used: short of its end by the margin, or a fifth."""
        life = int(seconds) if seconds and seconds.isdecimal() else self._lifetime.fallback
        return timedelta(seconds=life - min(margin, life / 5))

    async def _new(self, old: Session | None) -> Session:
        if self._refusal:  # a copy, because an exception gathers the traceback of each raise
            raise copy.copy(self._refusal)
        try:
            return await self._renew(old)
        except CredentialsError as refusal:
            self._refusal = refusal
            raise


class QadBasic(httpx.Auth):
    """Signs each request with the name and the password; a lapsed server session is left behind once.

    Source: QAD fact, Basic on every call.
    """

    def __init__(self, account: QadAccount) -> None:
        """Keeps the header's value."""
        self._header = account.basic()

    async def ready(self) -> None:
        """Nothing is needed beforehand: each request carries the name and the password."""

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Yields the signed request, and once more without cookies if QAD refused it with some."""
        request.headers["Authorization"] = self._header
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED and "Cookie" in request.headers:
            del request.headers["Cookie"]
            yield request


def auth_of(account: QadAccount, sessions: SessionCache, http: httpx.AsyncClient) -> QadSession | QadBasic:
    """Returns what signs requests in the account's mode; sign-ins are sent by the given HTTP client."""
    if account.auth_mode == "basic":
        return QadBasic(account)
    logins = Logins(http, account)
    if account.auth_mode == "session":
        return QadSession(account, sessions, logins.session, _with_cookie)
    return QadSession(account, sessions, logins.token, _with_bearer)


def _with_bearer(request: httpx.Request, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"


def _with_cookie(request: httpx.Request, token: str) -> None:
    request.headers["Cookie"] = f"JSESSIONID={token}"
