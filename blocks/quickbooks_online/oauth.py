"""Intuit's OAuth 2.0: a person's consent, tokens for its code, new tokens for a refresh token, and their end."""

from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import urlencode

import httpx
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from blocks.calls import BusyError
from blocks.errors import ConfigurationError, CredentialsError
from blocks.exact import decode, encode
from blocks.quickbooks_online.account import SYSTEM, QuickBooksAccount
from blocks.quickbooks_online.answers import busy, is_page, trace
from blocks.quickbooks_online.tokens import Tokens
from blocks.redact import redacted

__all__ = ["DeadTokenError", "Tokens", "authorize_url", "exchange", "renew", "revoke"]

SCOPE = "com.intuit.quickbooks.accounting"
ATTEMPTS = 3  # with one refresh token, while the token endpoint gives no answer
AGAIN = "An administrator of the QuickBooks Online company must connect it again in the browser."
TIMEOUT = httpx.Timeout(15, connect=5)
DEAD, WRONG_CLIENT = "invalid_grant", "invalid_client"
ALL_ENDS = {"x-include-refresh-token-hard-expires-in": "true"}


class DeadTokenError(CredentialsError):
    """Intuit does not take this code or refresh token any more; another one may be good."""


def authorize_url(account: QuickBooksAccount, redirect_uri: str, state: str) -> str:
    """Returns where a person gives consent, and picks the company.

    Args:
        account: of the app.
        redirect_uri: where Intuit sends the browser afterwards; exactly as it is registered for the app.
        state: random, for one use; comes back with the code.
    """
    query = {
        "client_id": account.client_id,
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{account.authorize_url}?{urlencode(query)}"


async def exchange(http: httpx.AsyncClient, account: QuickBooksAccount, code: str, redirect_uri: str) -> Tokens:
    """Returns the tokens for a code; it is sent once, because a second use may end the tokens of the first.

    Raises:
        DeadTokenError: the code was used before, or is too old.
        CredentialsError: Intuit refuses the client id or the client secret.
        BusyError: there was no answer; a new consent is needed if the code turns out to be used.
    """
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    return await _tokens(http, account, form, "the code of the consent", secret=code)


async def renew(
    http: httpx.AsyncClient, account: QuickBooksAccount, refresh_token: str, first_wait: float = 0.5
) -> Tokens:
    """Returns new tokens; without an answer, it asks again with the same refresh token.

    Raises:
        DeadTokenError: the refresh token was replaced, revoked, or is too old.
        CredentialsError: Intuit refuses the client id or the client secret.
        BusyError: there was no answer.
    """
    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda error: isinstance(error, BusyError) and error.retry_after is None),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=first_wait) + wait_random(0, first_wait),
        reraise=True,
    )
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return await retrying(_tokens, http, account, form, "the refresh token", secret=refresh_token)


async def revoke(http: httpx.AsyncClient, account: QuickBooksAccount, token: str) -> None:
    """Intuit takes none of the connection's tokens any more; a token that it does not know is no error.

    Raises:
        CredentialsError: Intuit refuses the client id or the client secret.
        BusyError: there was no answer.
    """
    content = encode({"token": token})
    response = await _post(
        http, account, account.revoke_url, content=content, headers={"Content-Type": "application/json"}
    )
    unknown = response.status_code == httpx.codes.BAD_REQUEST and _error(response)[0] != WRONG_CLIENT
    if not response.is_success and not unknown:
        _refuse(response, account, "the token", token)


async def _tokens(
    http: httpx.AsyncClient, account: QuickBooksAccount, form: dict[str, str], what: str, secret: str
) -> Tokens:
    asked_at = datetime.now(UTC)
    response = await _post(http, account, account.token_url, data=form, headers=ALL_ENDS)
    if not response.is_success:
        _refuse(response, account, what, secret)
    tokens = Tokens.of(_body(response), asked_at, form.get("refresh_token", ""))
    if tokens is None:
        raise BusyError(f"Intuit's token endpoint answered without tokens{trace(response)}", system=SYSTEM)
    return tokens


async def _post(http: httpx.AsyncClient, account: QuickBooksAccount, url: str, **request: Any) -> httpx.Response:
    headers = {"Accept": "application/json", **request.pop("headers", {})}
    app = httpx.BasicAuth(account.client_id, account.client_secret)
    try:
        return await http.post(url, auth=app, timeout=TIMEOUT, headers=headers, **request)
    except httpx.TransportError as error:
        # Nothing was sent to the API, so that even the write that needs the token may be repeated.
        raise BusyError(f"Intuit's token endpoint gave no answer ({type(error).__name__})", system=SYSTEM) from error


def _refuse(response: httpx.Response, account: QuickBooksAccount, what: str, *secrets: str) -> NoReturn:
    """Raises what the answer stands for: by its `error` alone, because its description has several wordings."""
    error, description = _error(response)
    because = ": ".join(filter(None, (error, description))) or f"HTTP {response.status_code}"
    said = f"{redacted(because, *account.secrets(), *secrets)}{trace(response)}"
    if error == DEAD:
        raise DeadTokenError(f"Intuit does not take {what} any more ({said})", system=SYSTEM, code=error, remedy=AGAIN)
    if error == WRONG_CLIENT:
        raise CredentialsError(
            f"Intuit refuses the client id or the client secret ({said})",
            system=SYSTEM,
            code=error,
            field="client_secret",
            remedy="Whoever set the connection up must correct the client id and the client secret in its credentials:"
            " sandbox and production have separate ones. The customer need not do anything.",
        )
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise busy(f"Intuit's token endpoint has too many calls ({said})", error)
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or is_page(response):
        raise BusyError(f"Intuit's token endpoint is in trouble ({said})", system=SYSTEM)
    raise ConfigurationError(
        f"Intuit refuses the request for tokens ({said})",
        system=SYSTEM,
        code=error,
        remedy="Whoever set the connection up must check the app at Intuit: its redirect URI must be exactly ours.",
    )


def _error(response: httpx.Response) -> tuple[str, str]:
    body = _body(response)
    return str(body.get("error") or ""), str(body.get("error_description") or "")


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = decode(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
