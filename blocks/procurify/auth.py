"""Keeps requests to Procurify signed in, and remembers over all processes what a tenant must not be asked."""

import copy
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx

from blocks.errors import CredentialsError, ForbiddenError
from blocks.procurify.account import SYSTEM, ProcurifyAccount
from blocks.procurify.tokens import TOKEN, UNTIL
from blocks.sessions import Session, SessionCache

CLIENT_HEADER = ("X-Procurify-Client", "api")  # its only value; a call without it is refused
SUSPENDED = "suspended"  # until when nobody calls, because the tenant refuses everything
SUSPENSION = timedelta(hours=1)  # then one call is tried
_ASK = (
    "Check in Procurify that the user who made the application is active and has its role; if so, ask Procurify's"
    " support whether API access was suspended. One call an hour is tried; new credentials are tried at once."
)


class ProcurifyToken(httpx.Auth):
    """Signs each request with the shared token; once Procurify refuses it, gets one new token and repeats the request.

    A token is renewed before its end. One renewal runs at a time, and credentials that Procurify has refused are not
    tried again by this object. A missing right (HTTP 403) never leads to a sign-in.

    Source: Procurify's OAuth documentation.
    """

    requires_response_body = True

    def __init__(
        self, account: ProcurifyAccount, sessions: SessionCache, renew: Callable[[], Awaitable[Session]]
    ) -> None:
        """Keeps where tokens are shared, and how to get one."""
        self._key = account.session_key
        self._sessions = sessions
        self._renew = renew
        self._refusal: CredentialsError | None = None

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Yields the signed request, and once more with a new token if the first was refused.

        Raises:
            CredentialsError: Procurify refuses the sign-in itself, or lately refused everything.
            BusyError: there was no token for now; the request was not sent.
        """
        refused: str | None = None  # the token that was last refused; None before any answer
        for _attempt in range(2):
            token = await self._token(refused)
            request.headers["Authorization"] = f"Bearer {token}"
            request.headers[CLIENT_HEADER[0]] = CLIENT_HEADER[1]
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            refused = token

    async def suspend(self) -> CredentialsError:
        """No process calls the tenant for an hour; returns the error that says so."""
        until = datetime.now(UTC) + SUSPENSION
        await self.remember(SUSPENDED, until.isoformat())
        return _suspended(until)

    async def remember(self, name: str, value: str) -> None:
        """Every process knows this until the next renewal of the token."""
        async with self._sessions.renewal(self._key):
            session = await self._sessions.load(self._key) or Session(values={})
            await self._sessions.store(
                self._key, session.model_copy(update={"values": {**session.values, name: value}})
            )

    async def recall(self, name: str) -> str:
        """Returns what is known by that name; an empty text for nothing."""
        session = await self._sessions.load(self._key)
        return session.values.get(name, "") if session else ""

    async def _token(self, refused: str | None) -> str:
        session = await self._sessions.load(self._key)
        if session is None or not _good(session, refused):
            async with self._sessions.renewal(self._key):
                session = await self._sessions.load(self._key)  # another may have renewed it meanwhile
                if session is None or not _good(session, refused):
                    session = await self._new()
                    await self._sessions.store(self._key, session)
        return session.values[TOKEN]

    async def _new(self) -> Session:
        if self._refusal:  # a copy, because an exception gathers the traceback of each raise
            raise copy.copy(self._refusal)
        try:
            return await self._renew()
        except CredentialsError as refusal:
            self._refusal = refusal
            raise
        except ForbiddenError:  # credentials that are wrong are answered otherwise
            until = datetime.now(UTC) + SUSPENSION
            await self._sessions.store(self._key, Session(values={SUSPENDED: until.isoformat()}))
            raise _suspended(until) from None


def _good(session: Session, refused: str | None) -> bool:
    """Tells whether the session's token can be used.

    Raises:
        CredentialsError: the tenant refused everything a short while ago.
    """
    if until := session.values.get(SUSPENDED):
        if datetime.now(UTC) < datetime.fromisoformat(until):
            raise _suspended(datetime.fromisoformat(until))
        return False  # a new token begins anew
    if session.values.get(TOKEN) in {None, refused} or UNTIL not in session.values:
        return False
    return datetime.now(UTC) < datetime.fromisoformat(session.values[UNTIL])


def _suspended(until: datetime) -> CredentialsError:
    return CredentialsError(
        f"{SYSTEM} refuses every call (HTTP 403): API access looks suspended, or the API user was deactivated or lost"
        f" its role; no call is made until {until:%H:%M} UTC",
        system=SYSTEM,
        remedy=_ASK,
    )
