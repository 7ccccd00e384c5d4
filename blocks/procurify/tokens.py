"""Asks Procurify for an access token; there are no refresh tokens, so each renewal is such a request."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from blocks.calls import BusyError
from blocks.errors import (
    CapReachedError,
    ConfigurationError,
    CredentialsError,
    NotFoundError,
    RefusedError,
    TransientError,
)
from blocks.exact import decode, encode
from blocks.procurify.account import SYSTEM, ProcurifyAccount
from blocks.procurify.answers import Judge
from blocks.procurify.gate import TOKEN_PATH
from blocks.sessions import Session

TOKEN, UNTIL, SCOPE = "token", "until", "scope"
SHORT_LIFE = 300  # seconds, of a token that does not tell how long it is good
MARGIN = 300  # seconds before its end at which a token is renewed
DOMAIN = "urn:procurify-api:domain:"
_CHECK = (
    "Check the subdomain, the client id and the client secret (a lost secret needs a new application in Procurify), and"
    " that the user who made the application is active."
)


async def new_token(http: httpx.AsyncClient, account: ProcurifyAccount, judge: Judge) -> Session:
    """Returns a new token and until when it is used; nothing is kept.

    Source: Procurify's OAuth documentation; what a refusal looks like was learned by others.

    Raises:
        CredentialsError: Procurify refuses the client id or the client secret.
        ForbiddenError: it lets nobody sign in.
        ConfigurationError: the credentials belong to another tenant, or the address is wrong.
        CapReachedError: it turned too many requests away.
        BusyError: there was no token for now; whatever waited for it was not sent.
    """
    try:
        reply = await http.post(
            TOKEN_PATH,
            content=encode(account.token_form()),
            headers={"Content-Type": "application/json"},
            auth=httpx.Auth(),  # none: this is the request that gets the token
        )
        judge(reply)
    except httpx.TransportError as error:
        raise BusyError(f"{SYSTEM}'s sign-in gave no answer ({type(error).__name__})", system=SYSTEM) from error
    except CapReachedError:
        raise
    except TransientError as error:
        wait = error.retry_after if isinstance(error, BusyError) else None
        raise BusyError(f"the sign-in: {error}", retry_after=wait, system=SYSTEM, code=error.code) from error
    except (CredentialsError, NotFoundError, RefusedError) as error:
        # A sign-in holds nothing but credentials, so whatever is wrong with it is wrong with them.
        raise CredentialsError(
            f"{SYSTEM} refuses the client credentials: {error}", system=SYSTEM, code=error.code, remedy=_CHECK
        ) from None
    return _session(_body(reply), account)


def tenants_of(scope: str) -> list[str]:
    """Returns the tenants that a token is good for, as far as its scope tells."""
    return [part.removeprefix(DOMAIN).lower() for part in scope.split() if part.startswith(DOMAIN)]


def _session(body: dict[str, Any], account: ProcurifyAccount) -> Session:
    token, scope = body.get("access_token"), str(body.get("scope") or "")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token or " " in token:
        raise BusyError(f"{SYSTEM}'s sign-in answered without a token", system=SYSTEM)
    tenants = tenants_of(scope)
    if tenants and account.subdomain not in tenants:
        raise ConfigurationError(
            f"the client id belongs to the {SYSTEM} tenant {', '.join(tenants)}, not to {account.subdomain}",
            system=SYSTEM,
            field="subdomain",
            remedy="Correct the subdomain, or make an application in the right tenant.",
        )
    until = datetime.now(UTC) + timedelta(seconds=_used_for(body.get("expires_in")))
    return Session(values={TOKEN: token, UNTIL: until.isoformat(), SCOPE: scope})


def _used_for(life: Any) -> float:
    """Returns for how many seconds a token is used: some minutes less than it is good, and not all tenants' alike."""
    try:
        seconds = max(float(life), 0.0)
    except (TypeError, ValueError):
        seconds = SHORT_LIFE
    return seconds - min(MARGIN * random.uniform(1, 1.5), seconds / 5)


def _body(reply: httpx.Response) -> dict[str, Any]:
    body = decode(reply.content or b"{}")
    return body if isinstance(body, dict) else {}
