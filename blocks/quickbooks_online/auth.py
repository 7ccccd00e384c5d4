"""Keeps requests to QuickBooks Online signed in, and the refresh token of the connection alive."""

import asyncio
import copy
import hashlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx

from blocks.calls import BusyError
from blocks.errors import ConsentNeededError, CredentialsError, VendorError
from blocks.quickbooks_online.account import SYSTEM, QuickBooksAccount
from blocks.quickbooks_online.answers import token_refused
from blocks.quickbooks_online.oauth import AGAIN, DeadTokenError
from blocks.quickbooks_online.tokens import ACCESS, PREVIOUS, REFRESH, Consent, Tokens
from blocks.sessions import Session, SessionCache

ALIVE_FOR = timedelta(days=1)  # tokens that are older are renewed even if no call needs them
DEAD = "dead"  # in a session: fingerprints of the refresh tokens that Intuit has refused
Keep = Callable[[Tokens], Awaitable[None]]
Good = Callable[[Tokens], bool]

logger = logging.getLogger(__name__)


class QuickBooksToken(httpx.Auth):
    """Signs each request with the shared access token; once it is refused, renews it and repeats the request once.

    Tokens are renewed five minutes before their end. One renewal runs at a time, and goes on to its end even if the
    call that began it is given up, because its answer may hold the only good refresh token. New tokens are stored
    before they are used. A refresh token that Intuit has refused is not sent again.

    Source: Intuit OAuth 2.0, refresh tokens and their rotation.
    """

    requires_response_body = True

    def __init__(
        self,
        account: QuickBooksAccount,
        sessions: SessionCache,
        renew: Callable[[str], Awaitable[Tokens]],
        keep: Keep | None = None,
    ) -> None:
        """Keeps where sessions are shared, how a refresh token is used, and who else keeps new tokens."""
        self._account = account
        self._sessions = sessions
        self._renew = renew
        self._keep = keep
        self._failure: VendorError | None = None
        self._failures = 0
        self._renewing: set[asyncio.Future[tuple[Tokens, bool]]] = set()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Yields the signed request, and once more with new tokens if the first was refused.

        Raises:
            ConsentNeededError: a person must connect the company (again).
            CredentialsError: Intuit refuses the client id or the client secret.
            BusyError: the tokens could not be renewed for now; the request was not sent.
        """
        refused: str | None = None  # the access token that was last refused; None before any answer
        for _attempt in range(2):
            token = await self._access_token(refused)
            request.headers["Authorization"] = f"Bearer {token}"
            response = yield request
            await response.aread()
            if not token_refused(response):
                return
            refused = token

    async def ready(self) -> None:
        """There is an access token: the shared one, or a new one; no other call is made."""
        await self._access_token(None)

    async def keep_alive(self) -> Consent:
        """The tokens were renewed within the last day; returns how long the consent lasts."""
        tokens, renewed = await self._current(lambda tokens: datetime.now(UTC) - tokens.made_at <= ALIVE_FOR)
        return Consent(tokens.refresh_until, tokens.hard_until, renewed)

    async def consent(self) -> Consent | None:
        """Returns how long the consent lasts, without a call; None before the first renewal."""
        tokens = await self._shared(lambda _tokens: True)
        return Consent(tokens.refresh_until, tokens.hard_until) if tokens else None

    async def settle(self) -> None:
        """No renewal is under way any more."""
        await asyncio.gather(*self._renewing, return_exceptions=True)

    async def _access_token(self, refused: str | None) -> str:
        tokens, _renewed = await self._current(
            lambda tokens: tokens.access_token != refused and tokens.usable(datetime.now(UTC))
        )
        return tokens.access_token

    async def _current(self, good: Good) -> tuple[Tokens, bool]:
        """Returns good tokens, the shared or new ones, and whether they were renewed for this."""
        if tokens := await self._shared(good):
            return tokens, False
        renewing = asyncio.ensure_future(self._renewed(good, self._failures))
        self._renewing.add(renewing)
        renewing.add_done_callback(self._renewing.discard)
        return await asyncio.shield(renewing)

    async def _shared(self, good: Good) -> Tokens | None:
        session = await self._sessions.load(self._account.session_key)
        tokens = Tokens.of_session(session) if session else None
        return tokens if tokens and good(tokens) else None

    async def _renewed(self, good: Good, failures: int) -> tuple[Tokens, bool]:
        try:
            async with self._sessions.renewal(self._account.session_key):
                if tokens := await self._shared(good):  # another has renewed them meanwhile
                    return tokens, False
                self._share_failure(failures)
                return await self._obtained(), True
        except TimeoutError as held:
            raise BusyError(f"another process renews the tokens of {SYSTEM} for too long", system=SYSTEM) from held

    def _share_failure(self, failures: int) -> None:
        """Raises the failure that was waited for, and for ever one that only another configuration ends."""
        if self._failure and (failures != self._failures or type(self._failure) is CredentialsError):
            raise copy.copy(self._failure)  # because an exception gathers the traceback of each raise

    async def _obtained(self) -> Tokens:
        try:
            return await self._by_candidates()
        except VendorError as failure:
            self._failure, self._failures = failure, self._failures + 1
            raise

    async def _by_candidates(self) -> Tokens:
        """Returns new tokens for the first refresh token that Intuit takes; each is tried once."""
        tried: set[str] = set()
        while True:
            # Each time anew, because a person may have connected the company meanwhile.
            session = await self._sessions.load(self._account.session_key) or Session(values={})
            token = self._candidate(session, tried)
            tried.add(token)
            try:
                tokens = await self._renew(token)
            except DeadTokenError:
                await self._bury(token)
            else:
                return await self._kept(tokens, session, token)

    def _candidate(self, session: Session, tried: set[str]) -> str:
        """Returns the refresh token to try next.

        Raises:
            ConsentNeededError: there is none that Intuit has not refused.
        """
        every = [session.values.get(REFRESH), self._account.refresh_token, session.values.get(PREVIOUS)]
        given = [token for token in every if token and self._account.realm_id]
        if not given:
            raise self._consent_needed("has not been connected yet")
        dead = session.values.get(DEAD, "").split()
        alive = next((token for token in given if token not in tried and _fingerprint(token) not in dead), None)
        if alive is None:
            raise self._consent_needed("must be connected again: Intuit takes none of its refresh tokens any more")
        return alive

    async def _bury(self, token: str) -> None:
        """Whoever loads the session knows that this refresh token is dead; the session's own ends with it."""
        session = await self._sessions.load(self._account.session_key) or Session(values={})
        values = dict(session.values)
        values[DEAD] = f"{values.get(DEAD, '')} {_fingerprint(token)}".strip()
        if values.get(REFRESH) == token:
            values.pop(ACCESS, None)
        await self._sessions.store(self._account.session_key, session.model_copy(update={"values": values}))

    async def _kept(self, tokens: Tokens, old: Session, used: str) -> Tokens:
        previous = used if used != tokens.refresh_token else old.values.get(PREVIOUS, "")
        try:
            await self._sessions.store(self._account.session_key, tokens.to_session(previous))
        finally:  # whatever becomes of the session, the block gets the only good refresh token
            await self._hand_on(tokens)
        return tokens

    async def _hand_on(self, tokens: Tokens) -> None:
        if self._keep is None:
            return
        try:
            await self._keep(tokens)
        except Exception as error:  # noqa: BLE001 - the session holds the tokens; the next renewal hands them on again
            logger.warning(
                "%s %s: the new refresh token is not in the credentials block yet (%s); the next renewal tries again",
                SYSTEM,
                self._account.company,
                type(error).__name__,
            )

    def _consent_needed(self, why: str) -> ConsentNeededError:
        return ConsentNeededError(f"{SYSTEM} {self._account.company} {why}", system=SYSTEM, remedy=AGAIN)


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]
