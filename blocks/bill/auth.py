"""Signs in to BILL and keeps requests signed in."""

import copy
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx

from blocks.bill.account import SYSTEM, BillAccount
from blocks.bill.answers import judge, session_refused
from blocks.calls import BusyError
from blocks.errors import CredentialsError, NotFoundError, RefusedError, TransientError
from blocks.exact import decode, encode
from blocks.sessions import Session, SessionCache

LOGIN_PATH = "/v3/login"


class BillSession(httpx.Auth):
    """Signs each request with the shared session; once BILL refuses it, logs in once and repeats the request once.

    A session that has been idle for too long is renewed before it is used. Only one login runs at a time, and
    credentials that BILL has refused are not tried again by this object.

    Source: BILL v3 API, sign-in and session expiry.
    """

    requires_response_body = True

    def __init__(self, account: BillAccount, sessions: SessionCache, login: Callable[[], Awaitable[Session]]) -> None:
        """Keeps where sessions are shared, and how to make one."""
        self._account = account
        self._sessions = sessions
        self._login = login
        self._refusal: CredentialsError | None = None

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Yields the signed request, and once more with a new session if the first was refused.

        Raises:
            CredentialsError: BILL refuses the login itself.
            TransientError: the login could not be made for now; the request was not sent.
        """
        refused: str | None = None  # the session id that BILL last refused; None before any answer
        for _attempt in range(2):
            session_id = await self._session_id(refused)
            request.headers["sessionId"] = session_id
            request.headers["devKey"] = self._account.developer_key
            response = yield request
            await response.aread()
            if not session_refused(response):
                await self._sessions.touch(self._account.session_key)
                return
            refused = session_id

    async def ready(self) -> None:
        """There is a session: the shared one, or a new one; no other call is made."""
        await self._session_id(None)

    async def _session_id(self, refused: str | None) -> str:
        key = self._account.session_key
        session = await self._usable(refused)
        if session is None:
            async with self._sessions.renewal(key):
                session = await self._usable(refused)  # another may have renewed it meanwhile
                if session is None:
                    session = await self._sign_in()
                    await self._sessions.store(key, session)
        return session.values["sessionId"]

    async def _usable(self, refused: str | None) -> Session | None:
        session = await self._sessions.load(self._account.session_key)
        if session is None or session.values.get("sessionId") in {None, refused}:
            return None
        idle = datetime.now(UTC) - session.used_at
        return session if idle <= timedelta(minutes=self._account.idle_minutes) else None

    async def _sign_in(self) -> Session:
        if self._refusal:  # a copy, because an exception gathers the traceback of each raise
            raise copy.copy(self._refusal)
        try:
            return await self._login()
        except CredentialsError as refusal:
            self._refusal = refusal
            raise


async def sign_in(client: httpx.AsyncClient, account: BillAccount) -> Session:
    """Returns a new session; nothing is kept.

    Raises:
        CredentialsError: BILL refuses the user, the password, the organization or the developer key.
        CapReachedError: this hour's logins are spent.
        TransientError: there was no answer, or one without a session.
    """
    try:
        reply = await client.post(
            LOGIN_PATH,
            content=encode(account.login_form()),
            headers={"Content-Type": "application/json"},
            auth=httpx.Auth(),  # none: this is the request that makes the session
        )
    except httpx.TransportError as error:
        # The request that needed the session was not sent, so that even a write may be repeated.
        raise BusyError(f"BILL's login gave no answer ({type(error).__name__})", system=SYSTEM) from error
    _judge_login(reply, account)
    answer = decode(reply.content or b"{}")
    session_id = answer.get("sessionId") if isinstance(answer, dict) else None
    if not isinstance(session_id, str) or not (session_id.isascii() and session_id.isprintable() and session_id):
        raise TransientError("BILL's login answered without a session", system=SYSTEM)
    trusted = str(bool(answer.get("trusted"))).lower()
    return Session(values={"sessionId": session_id, "userId": str(answer.get("userId", "")), "trusted": trusted})


def _judge_login(reply: httpx.Response, account: BillAccount) -> None:
    """Raises CredentialsError also for what would be a bad record elsewhere: a login holds nothing but credentials."""
    try:
        judge(reply, account.secrets())
    except (RefusedError, NotFoundError) as error:
        raise CredentialsError(
            f"BILL refuses the login: {error}",
            system=SYSTEM,
            code=error.code,
            field=error.field,
            remedy="Check the username, the organization id, the developer key and the environment.",
        ) from error
