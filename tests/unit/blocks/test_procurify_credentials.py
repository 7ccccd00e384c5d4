"""The Procurify block: what it shows, where it leads, and what it keeps to itself."""

from typing import Any

import pytest
from pydantic import ValidationError

from blocks.errors import ConfigurationError
from blocks.hosts import ALLOW_PRIVATE
from blocks.procurify.account import AUDIENCE
from blocks.procurify.credentials import ProcurifyCredentials
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.serving import served

SECRET = "emu-Secret-shown-once-0001"


def credentials(**fields: Any) -> ProcurifyCredentials:
    given = {"subdomain": "acme", "client_id": "client-1", "client_secret": SECRET, **fields}
    return ProcurifyCredentials.model_validate(given)


def test_the_contract_of_the_block() -> None:
    schema = ProcurifyCredentials.model_json_schema()
    assert ProcurifyCredentials.get_block_type_slug() == "procurify-credentials"
    assert list(schema["properties"]) == [
        "subdomain", "client_id", "client_secret", "base_url", "page_size", "read_pause_seconds", "calls_at_once",
    ]  # fmt: skip
    assert schema["required"] == ["subdomain", "client_id", "client_secret"]
    assert schema["secret_fields"] == ["client_secret"]
    assert all(held.get("title") and held.get("description") for held in schema["properties"].values())


def test_what_is_gentle_is_the_default() -> None:
    account = credentials().account
    assert (account.page_size, account.read_pause_seconds, account.calls_at_once) == (50, 0.5, 1)
    assert account.token_form() == {
        "client_id": "client-1",
        "client_secret": SECRET,
        "audience": "https://api.procurify.com/",
        "grant_type": "client_credentials",
    }
    assert AUDIENCE.endswith("/")


@pytest.mark.parametrize("written", ["acme", " Acme ", "acme.procurify.com", "https://acme.procurify.com/settings"])
def test_the_subdomain_may_be_copied_from_the_address(written: str) -> None:
    account = credentials(subdomain=written).account
    assert (account.base_url, account.identity) == ("https://acme.procurify.com", "procurify:acme")


@pytest.mark.parametrize("written", ["", "acme.evil.test", "acme_1", "acme@evil"])
def test_what_is_no_subdomain_is_said_at_once(written: str) -> None:
    with pytest.raises(ConfigurationError):
        _ = credentials(subdomain=written).account


@pytest.mark.parametrize("address", ["http://acme.example", "https://127.0.0.1", "https://acme.example/api/v3"])
def test_an_address_is_https_on_a_public_host_without_a_path(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALLOW_PRIVATE, raising=False)
    with pytest.raises(ConfigurationError):
        _ = credentials(base_url=address).account


@pytest.mark.parametrize(
    "fields", [{"page_size": 0}, {"page_size": 101}, {"read_pause_seconds": -1}, {"calls_at_once": 0}]
)
def test_what_would_press_procurify_is_not_taken(fields: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        credentials(**fields)


def test_the_secret_is_in_no_text() -> None:
    block = credentials()
    assert block.secrets() == [SECRET]
    assert SECRET not in f"{block!r} {block.account!r} {block.account.session_key} {block.budget} {block.identity}"


async def test_the_block_opens_the_tenant() -> None:
    procurify = ProcurifySandbox()
    with served(procurify.app) as url:
        block = credentials(client_id=procurify.client_id, client_secret=procurify.client_secret, base_url=f"{url}/")
        async with block.get_client() as client:
            assert (await client.ready()).startswith("acme")
