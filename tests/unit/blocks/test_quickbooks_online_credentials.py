"""The QuickBooks Online block: what it shows, where it leads, what it learns, and what it keeps to itself."""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from blocks.errors import ConfigurationError, VendorError
from blocks.hosts import ALLOW_PRIVATE
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from blocks.sessions import LocalSessions
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served

SECRETS = {
    "client_secret": "client-secret-1",
    "refresh_token": "refresh-token-1",
    "webhook_verifier_token": "verifier-1",
}
TOKEN_PATH = "/oauth2/v1/tokens/bearer"


def credentials(**fields: Any) -> QuickBooksOnlineCredentials:
    given = {"client_id": "client-1", "realm_id": "9341450000000001", **SECRETS, **fields}
    return QuickBooksOnlineCredentials.model_validate(given)


def test_the_contract_of_the_block() -> None:
    schema = QuickBooksOnlineCredentials.model_json_schema()
    assert QuickBooksOnlineCredentials.get_block_type_slug() == "quickbooks-online-credentials"
    assert list(schema["properties"])[:8] == [
        "environment",
        "client_id",
        "client_secret",
        "realm_id",
        "refresh_token",
        "webhook_verifier_token",
        "base_url",
        "oauth_base_url",
    ]
    assert schema["required"] == ["client_id", "client_secret"]
    assert all(field.get("title") and field.get("description") for field in schema["properties"].values())
    assert set(schema["secret_fields"]) == set(SECRETS)
    assert QuickBooksOnlineCredentials.learned == {"refresh_token", "realm_id"}


def test_it_leads_to_the_environment_chosen() -> None:
    sandbox, production = credentials().account, credentials(environment="production").account
    assert sandbox.api_url == "https://sandbox-quickbooks.api.intuit.com"
    assert production.api_url == "https://quickbooks.api.intuit.com"
    for account in (sandbox, production):
        assert account.authorize_url == "https://appcenter.intuit.com/connect/oauth2"
        assert account.token_url == "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"
        assert account.revoke_url == "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"


def test_overrides_replace_scheme_and_host_alone() -> None:
    account = credentials(base_url=" https://qbo.example/ ", oauth_base_url="https://intuit.example").account
    assert account.api_url == "https://qbo.example"
    assert account.authorize_url == "https://intuit.example/connect/oauth2"
    assert account.token_url == "https://intuit.example/oauth2/v1/tokens/bearer"
    assert account.revoke_url == "https://intuit.example/v2/oauth2/tokens/revoke"


@pytest.mark.parametrize("field", ["base_url", "oauth_base_url"])
def test_a_private_host_needs_the_setting(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    monkeypatch.delenv(ALLOW_PRIVATE, raising=False)
    block = credentials(**{field: "http://127.0.0.1:9"})
    with pytest.raises(ConfigurationError):
        block.get_client()
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    assert "http://127.0.0.1:9" in (block.account.api_url, block.account.token_url.removesuffix(TOKEN_PATH))


@pytest.mark.parametrize("realm_id", ["1/../2", "1?x=1", "1 2", "é"])
def test_a_realm_that_would_be_another_path_is_refused(realm_id: str) -> None:
    with pytest.raises(ConfigurationError, match="realm id"):
        _ = credentials(realm_id=realm_id).account


def test_budget_and_identity_hold_no_secret() -> None:
    block = credentials(client_secret=" client-secret-1\n", realm_id=" 9341450000000001 ")
    assert block.budget == "quickbooks-online:sandbox:9341450000000001"
    assert block.identity == "quickbooks_online:sandbox:9341450000000001"
    assert sorted(block.secrets()) == sorted(SECRETS.values())
    shown = repr(block) + repr(block.account) + repr(block.get_client()) + block.account.session_key
    assert not [secret for secret in block.secrets() if secret in shown]


def test_tokens_are_kept_apart_by_company_environment_and_app() -> None:
    others = [{}, {"realm_id": "2"}, {"environment": "production"}, {"client_id": "client-2"}]
    assert len({credentials(**other).account.session_key for other in others}) == 4


def _telling(status: int, html: bool) -> Callable[[httpx.Request], httpx.Response]:
    def intuit(request: httpx.Request) -> httpx.Response:
        leak = f"{request.content!r} {dict(request.headers)} access-1 refresh-token-2"
        if html:
            return httpx.Response(status, html=f"<html>{leak}</html>")
        error = {"Message": leak, "Detail": f"Token expired: {leak}", "code": "3200" if status == 401 else "6000"}
        body = {"Fault": {"Error": [error]}, "error": "invalid_grant", "error_description": leak}
        return httpx.Response(status, json=body)

    return intuit


def _breaking(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"{request.content!r}")


@pytest.mark.parametrize("at_renewal", [True, False])
@pytest.mark.parametrize("intuit", [*(_telling(s, h) for s in (400, 401, 403, 500) for h in (True, False)), _breaking])
async def test_no_secret_is_in_any_error(at_renewal: bool, intuit: Callable[[httpx.Request], httpx.Response]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == TOKEN_PATH and not at_renewal:
            tokens = {"access_token": "access-1", "expires_in": 3600, "refresh_token": "refresh-token-1"}
            return httpx.Response(200, json=tokens)
        return intuit(request)

    block = credentials()
    client = QuickBooksClient(block.account, transport=httpx.MockTransport(answer), first_wait=0.001)
    client._call = replace(client._call, attempts=1)
    async with client:
        with pytest.raises(VendorError) as caught:
            await client.create("Vendor", {"DisplayName": "x"}, "r1")
    chain = "".join(traceback.format_exception(caught.value.__class__, caught.value, None, chain=False))
    told = chain + repr(vars(caught.value))
    assert not [secret for secret in (*block.secrets(), *([] if at_renewal else ["access-1"])) if secret in told]


# What the stored block learns


@pytest.fixture
def sandbox() -> Iterator[tuple[QuickBooksSandbox, str]]:
    quickbooks = QuickBooksSandbox()
    with served(quickbooks.app) as url:
        yield quickbooks, url


async def stored(quickbooks: QuickBooksSandbox, url: str) -> str:
    """Returns the name of a stored block that is connected to this company."""
    name = f"quickbooks-{uuid4().hex[:8]}"
    block = credentials(
        client_id=quickbooks.client_id,
        client_secret=quickbooks.client_secret,
        realm_id=quickbooks.realm_id,
        refresh_token=quickbooks.refresh_token,
        base_url=url,
        oauth_base_url=url,
    )
    await block.asave(name)
    return name


async def loaded(name: str) -> QuickBooksOnlineCredentials:
    block: QuickBooksOnlineCredentials = await QuickBooksOnlineCredentials.aload(name)
    return block


async def test_the_stored_block_follows_the_refresh_token(
    with_prefect: None, sandbox: tuple[QuickBooksSandbox, str]
) -> None:
    quickbooks, url = sandbox
    name = await stored(quickbooks, url)
    first = quickbooks.refresh_token
    quickbooks.rotate_due()
    async with (await loaded(name)).get_client() as client:
        await client.company_info()
    kept = (await loaded(name)).refresh_token.get_secret_value()
    assert kept == quickbooks.refresh_token != first
    async with (await loaded(name)).get_client() as client:  # no shared session: the block alone is enough
        await client.company_info()


async def test_what_a_person_changed_in_the_block_meanwhile_stays(
    with_prefect: None, sandbox: tuple[QuickBooksSandbox, str]
) -> None:
    quickbooks, url = sandbox
    name = await stored(quickbooks, url)
    running = await loaded(name)
    changed = await loaded(name)
    changed.webhook_verifier_token = SecretStr("verifier-2")
    await changed.asave(name, overwrite=True)
    quickbooks.rotate_due()
    async with running.get_client() as client:
        await client.ready()
    now = await loaded(name)
    assert now.webhook_verifier_token.get_secret_value() == "verifier-2"
    assert now.refresh_token.get_secret_value() == quickbooks.refresh_token


async def test_a_block_that_was_connected_to_another_company_meanwhile_keeps_its_own_token(
    with_prefect: None, sandbox: tuple[QuickBooksSandbox, str]
) -> None:
    quickbooks, url = sandbox
    name = await stored(quickbooks, url)
    running = await loaded(name)
    changed = await loaded(name)
    changed.realm_id, changed.refresh_token = "2", SecretStr("refresh-of-2")
    await changed.asave(name, overwrite=True)
    async with running.get_client() as client:
        await client.ready()
    assert (await loaded(name)).refresh_token.get_secret_value() == "refresh-of-2"


async def test_a_block_that_is_gone_does_not_stop_the_run(
    with_prefect: None, sandbox: tuple[QuickBooksSandbox, str]
) -> None:
    quickbooks, url = sandbox
    name = await stored(quickbooks, url)
    running, sessions = await loaded(name), LocalSessions()
    await QuickBooksOnlineCredentials.adelete(name)
    quickbooks.rotate_due()
    async with running.get_client(sessions=sessions) as client:
        assert (await client.company_info())["CompanyName"] == "Sandbox Company_US_1"
    kept = await sessions.load(running.account.session_key)
    assert kept and kept.values["refresh_token"] == quickbooks.refresh_token


async def test_a_block_that_was_never_stored_works_by_itself(sandbox: tuple[QuickBooksSandbox, str]) -> None:
    quickbooks, url = sandbox
    block = credentials(
        client_id=quickbooks.client_id,
        client_secret=quickbooks.client_secret,
        refresh_token=quickbooks.refresh_token,
        base_url=url,
        oauth_base_url=url,
    )
    async with block.get_client() as client:
        assert await client.ready() == "company 9341450000000001 (sandbox)"
