"""The BILL block: what it shows, where it leads, and what it keeps to itself."""

import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from blocks.bill.credentials import BillCredentials
from blocks.errors import ConfigurationError, VendorError
from blocks.hosts import ALLOW_PRIVATE

SECRETS = {"password": "pass-word-1", "developer_key": "dev-key-1", "remember_me_id": "remember-1"}


def credentials(**fields: Any) -> BillCredentials:
    given = {"username": "svc@acme.example", "organization_id": "008ORG", **SECRETS, **fields}
    return BillCredentials.model_validate({**given, "webhook_security_keys": ["hook-key-1", "hook-key-2"]})


def test_the_contract_of_the_block() -> None:
    schema = BillCredentials.model_json_schema()
    assert BillCredentials.get_block_type_slug() == "bill-credentials"
    assert list(schema["properties"])[:10] == [
        "environment",
        "username",
        "password",
        "organization_id",
        "developer_key",
        "remember_me_id",
        "device",
        "webhook_security_keys",
        "base_url",
        "events_base_url",
    ]
    assert all(field.get("title") and field.get("description") for field in schema["properties"].values())
    assert {"password", "developer_key", "remember_me_id"} <= set(schema["secret_fields"])
    assert any(name.startswith("webhook_security_keys") for name in schema["secret_fields"])


def test_it_leads_to_the_environment_chosen() -> None:
    assert credentials().account.base_url == "https://gateway.stage.bill.com/connect"
    production = credentials(environment="production").account
    assert production.base_url == "https://gateway.prod.bill.com/connect"
    assert production.events_base_url == "https://gateway.prod.bill.com/connect-events"


def test_an_override_leads_both_apis_elsewhere() -> None:
    account = credentials(base_url=" https://bill.example/connect/ ").account
    assert (account.base_url, account.events_base_url) == (
        "https://bill.example/connect",
        "https://bill.example/connect-events",
    )


def test_a_private_host_needs_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALLOW_PRIVATE, raising=False)
    block = credentials(base_url="http://127.0.0.1:9/connect")
    with pytest.raises(ConfigurationError):
        block.get_client()
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    assert block.account.base_url == "http://127.0.0.1:9/connect"


def test_budget_and_identity_hold_no_secret() -> None:
    block = credentials(developer_key=" dev-key-1\n")
    assert block.budget == "bill:1bcefe2243ec:008ORG" == credentials().budget
    assert block.identity == "bill:sandbox:008ORG"
    assert sorted(block.secrets()) == ["dev-key-1", "hook-key-1", "hook-key-2", "pass-word-1", "remember-1"]
    shown = repr(block) + repr(block.account)
    assert not [secret for secret in block.secrets() if secret in shown]


@pytest.mark.parametrize("key", ["", "  ", "two words", "schlüssel", "line\nbreak"])
def test_a_key_that_no_header_may_hold_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _ = credentials(developer_key=key).account
    assert not key.strip() or key not in str(caught.value)


def _telling(status: int, html: bool) -> Callable[[httpx.Request], httpx.Response]:
    def bill(request: httpx.Request) -> httpx.Response:
        leak = f"{request.content!r} {dict(request.headers)} session-1"
        if html:
            return httpx.Response(status, html=f"<html>{leak}</html>")
        return httpx.Response(status, json=[{"code": "BDC_1101", "message": leak, "detail": leak}])

    return bill


def _breaking(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"{request.content!r}")


@pytest.mark.parametrize("at_login", [True, False])
@pytest.mark.parametrize("bill", [*(_telling(s, h) for s in (400, 401, 403, 500) for h in (True, False)), _breaking])
async def test_no_secret_is_in_any_error(at_login: bool, bill: Callable[[httpx.Request], httpx.Response]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/login") and not at_login:
            return httpx.Response(200, json={"sessionId": "session-1"})
        return bill(request)

    block = credentials()
    client = block.get_client(transport=httpx.MockTransport(answer))
    client._call = replace(client._call, attempts=1)
    async with client:
        with pytest.raises(VendorError) as caught:
            await client.create_bills([{"vendorId": "009"}])
    chain = "".join(traceback.format_exception(caught.value.__class__, caught.value, None, chain=False))
    told = chain + repr(vars(caught.value))
    assert not [secret for secret in (*block.secrets(), *([] if at_login else ["session-1"])) if secret in told]
