"""Consent for QuickBooks Online: from the browser's address to tokens, and to their end."""

import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from blocks.calls import BusyError
from blocks.errors import ConfigurationError, CredentialsError, VendorError
from blocks.quickbooks_online.account import QuickBooksAccount
from blocks.quickbooks_online.oauth import DeadTokenError, authorize_url, exchange, renew, revoke
from blocks.quickbooks_online.tokens import Consent, Tokens
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served

CALLBACK = "https://app.example.com/oauth/quickbooks-online/callback"
NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
ANSWER = {"access_token": "access-1", "expires_in": 3600, "refresh_token": "refresh-1"}


def account_of(sandbox: QuickBooksSandbox, url: str) -> QuickBooksAccount:
    return QuickBooksAccount(
        environment="sandbox",
        client_id=sandbox.client_id,
        client_secret=sandbox.client_secret,
        realm_id=sandbox.realm_id,
        api_url=url,
        authorize_url=f"{url}/connect/oauth2",
        token_url=f"{url}/oauth2/v1/tokens/bearer",
        revoke_url=f"{url}/v2/oauth2/tokens/revoke",
        refresh_token=sandbox.refresh_token,
    )


@pytest.fixture
def sandbox() -> QuickBooksSandbox:
    return QuickBooksSandbox()


@pytest.fixture
def account(sandbox: QuickBooksSandbox) -> Iterator[QuickBooksAccount]:
    with served(sandbox.app) as url:
        yield account_of(sandbox, url)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def code_of(http: httpx.AsyncClient, account: QuickBooksAccount) -> str:
    """Returns the code of a person who chose the company and allowed it."""
    allowed = f"{authorize_url(account, CALLBACK, 'state 1&')}&decision=allow&realm={account.realm_id}"
    back = urlsplit((await http.get(allowed)).headers["Location"])
    told = parse_qs(back.query)
    assert (f"{back.scheme}://{back.netloc}{back.path}", told["state"]) == (CALLBACK, ["state 1&"])
    return told["code"][0]


def answered(*answers: httpx.Response | Exception) -> tuple[httpx.AsyncClient, list[httpx.Request]]:
    """Returns a client that is answered so, one after the other, and the requests that it sends."""
    sent, left = list[httpx.Request](), list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, Exception):
            raise given
        return given

    return httpx.AsyncClient(transport=httpx.MockTransport(answer)), sent


def fixed() -> QuickBooksAccount:
    return replace(account_of(QuickBooksSandbox(), "https://intuit.test"), client_secret="client-secret-1")


async def test_a_persons_consent_becomes_tokens_that_can_be_renewed(
    http: httpx.AsyncClient, account: QuickBooksAccount
) -> None:
    began = datetime.now(UTC)
    given = await exchange(http, account, await code_of(http, account), CALLBACK)
    tokens = await renew(http, account, given.refresh_token)
    assert tokens.access_token != given.access_token
    assert timedelta(minutes=59) < tokens.access_until - began < timedelta(minutes=61)
    assert tokens.refresh_until and tokens.refresh_until - began > timedelta(days=99)
    assert tokens.hard_until and tokens.hard_until - began > timedelta(days=1800)


async def test_a_code_is_good_for_one_exchange(http: httpx.AsyncClient, account: QuickBooksAccount) -> None:
    code = await code_of(http, account)
    await exchange(http, account, code, CALLBACK)
    with pytest.raises(DeadTokenError, match="code of the consent"):
        await exchange(http, account, code, CALLBACK)


async def test_another_redirect_uri_is_a_matter_of_configuration(
    http: httpx.AsyncClient, account: QuickBooksAccount
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        await exchange(http, account, await code_of(http, account), "https://elsewhere.example.com")
    assert "redirect URI" in caught.value.remedy


async def test_a_replaced_refresh_token_is_dead(
    http: httpx.AsyncClient, account: QuickBooksAccount, sandbox: QuickBooksSandbox
) -> None:
    sandbox.rotate_due()
    tokens = await renew(http, account, account.refresh_token)
    assert tokens.refresh_token == sandbox.refresh_token != account.refresh_token
    with pytest.raises(DeadTokenError):
        await renew(http, account, account.refresh_token)


async def test_a_wrong_secret_is_a_matter_of_configuration(http: httpx.AsyncClient, account: QuickBooksAccount) -> None:
    with pytest.raises(CredentialsError, match="client secret") as caught:
        await renew(http, replace(account, client_secret="wrong"), account.refresh_token)
    assert not isinstance(caught.value, DeadTokenError)
    assert "sandbox and production have separate ones" in caught.value.remedy


async def test_a_revoked_connection_is_over_and_may_be_revoked_again(
    http: httpx.AsyncClient, account: QuickBooksAccount
) -> None:
    await revoke(http, account, account.refresh_token)
    await revoke(http, account, account.refresh_token)
    with pytest.raises(DeadTokenError):
        await renew(http, account, account.refresh_token)
    with pytest.raises(CredentialsError, match="client secret"):
        await revoke(http, replace(account, client_secret="wrong"), account.refresh_token)


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("lost"),
        httpx.ConnectError("down"),
        httpx.Response(500, json={"error": "server_error"}),
        httpx.Response(502, html="<html>Bad gateway</html>"),
        httpx.Response(200, content=b'{"access_token": "acc'),
        httpx.Response(200, json={"access_token": None, "refresh_token": None}),
        httpx.Response(200, json={"access_token": "line\nbreak", "refresh_token": "refresh-1"}),
    ],
)
async def test_a_renewal_without_answer_is_tried_again_and_an_exchange_is_not(trouble: Any) -> None:
    http, sent = answered(trouble, httpx.Response(200, json=ANSWER))
    async with http:
        assert (await renew(http, fixed(), "refresh-0", first_wait=0.001)).refresh_token == "refresh-1"
    assert len({request.content for request in sent}) == 1 and len(sent) == 2
    http, sent = answered(trouble)
    async with http:
        with pytest.raises(BusyError):
            await exchange(http, fixed(), "code-1", CALLBACK)
        assert len(sent) == 1
        with pytest.raises(BusyError):
            await renew(http, fixed(), "refresh-0", first_wait=0.001)
    assert len(sent) == 4


async def test_a_busy_token_endpoint_is_left_alone_for_a_minute() -> None:
    http, sent = answered(httpx.Response(429))
    async with http:
        with pytest.raises(BusyError) as caught:
            await renew(http, fixed(), "refresh-0", first_wait=0.001)
    assert len(sent) == 1 and (caught.value.retry_after or 0) >= 60


@pytest.mark.parametrize("description", ["Token invalid", "Incorrect or invalid refresh token", "", None])
async def test_a_dead_token_is_known_by_the_error_alone(description: str | None) -> None:
    http, sent = answered(httpx.Response(400, json={"error": "invalid_grant", "error_description": description}))
    async with http:
        with pytest.raises(DeadTokenError):
            await renew(http, fixed(), "refresh-0")
    assert len(sent) == 1


async def test_an_answer_without_a_refresh_token_leaves_the_old_one_good() -> None:
    http, _sent = answered(httpx.Response(200, json={"access_token": "access-1", "expires_in": 3600}))
    async with http:
        tokens = await renew(http, fixed(), "refresh-0")
    assert (tokens.refresh_token, tokens.refresh_until, tokens.hard_until) == ("refresh-0", None, None)


async def test_the_ends_are_asked_for_and_nothing_of_the_api_goes_along() -> None:
    http, sent = answered(httpx.Response(200, json=ANSWER))
    async with http:
        await renew(http, fixed(), "refresh-0")
    assert sent[0].headers["x-include-refresh-token-hard-expires-in"] == "true"
    assert sent[0].headers["Accept"] == "application/json"
    assert str(sent[0].url) == "https://intuit.test/oauth2/v1/tokens/bearer"


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "invalid_request", ""])
async def test_no_secret_is_in_any_error(status: int, error: str) -> None:
    account = fixed()
    secrets = (account.client_secret, account.refresh_token, used := "refresh-0")
    http, _sent = answered(httpx.Response(status, json={"error": error, "error_description": " ".join(secrets)}))
    async with http:
        with pytest.raises(VendorError) as caught:
            await renew(http, account, used, first_wait=0.001)
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert not [secret for secret in secrets if secret in told]


def test_tokens_survive_in_a_session() -> None:
    tokens = Tokens("access-1", "refresh-1", NOW, NOW + timedelta(days=100), None, NOW - timedelta(hours=1))
    assert Tokens.of_session(tokens.to_session("refresh-0")) == tokens
    assert "access-1" not in repr(tokens) and "refresh-1" not in repr(tokens)


@pytest.mark.parametrize("seconds", ["3600", 3600, None, "soon", -1, 10**30])
def test_an_odd_life_loses_no_refresh_token(seconds: Any) -> None:
    tokens = Tokens.of({**ANSWER, "expires_in": seconds, "x_refresh_token_expires_in": seconds}, NOW)
    assert tokens and tokens.refresh_token == "refresh-1"
    assert Tokens.of_session(tokens.to_session()) == tokens


@pytest.mark.parametrize(
    ("days", "hard_days", "said"),
    [
        (31, None, ""),
        (None, None, ""),
        (100, 1000, ""),
        (29, None, "ends on 2026-06-03: connect"),
        (100, 20, "ends on 2026-05-25: connect"),
        (6, 1000, "ends in 6 days, on 2026-05-11"),
        (1, 1000, "ends in 1 day, on 2026-05-06"),
        (0.5, 1000, "ends in less than a day, on 2026-05-06"),
        (100, -1, "ended on 2026-05-04"),
    ],
)
def test_a_consent_that_ends_soon_is_a_warning(days: float | None, hard_days: float | None, said: str) -> None:
    ends = [None if each is None else NOW + timedelta(days=each) for each in (days, hard_days)]
    warning = Consent(ends[0], ends[1]).warning(NOW)
    assert said in warning and bool(warning) == bool(said)
