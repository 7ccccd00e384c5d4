"""Signing in to Procurify: one token for all, one repeat, nothing that cannot help, and rest when access is gone."""

import asyncio
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from blocks.errors import AnswerLostError, ConfigurationError, CredentialsError, ForbiddenError, TransientError
from blocks.procurify.account import ProcurifyAccount
from blocks.procurify.auth import SUSPENDED
from blocks.procurify.client import ProcurifyClient
from blocks.procurify.tokens import UNTIL
from blocks.sessions import LocalSessions
from tests.sandbox.faults import Fault
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.serving import served
from tests.unit.blocks.test_procurify_client import A_TOKEN, ACCOUNT, account_of, all_rows, calling

ME = "/api/v3/users/me/"


async def test_many_calls_of_two_clients_share_one_token() -> None:
    procurify, sessions = ProcurifySandbox(), LocalSessions()
    async with (
        calling(procurify, sessions=sessions) as one,
        ProcurifyClient(one.account, sessions=sessions, first_wait=0.001) as other,
    ):
        await asyncio.gather(*(client.me() for client in (one, other) for _ in range(10)))
    assert procurify.tokens.asked == 1


async def test_a_token_that_ended_early_is_renewed_once_however_many_wait() -> None:
    procurify = ProcurifySandbox()
    async with calling(procurify, calls_at_once=5) as client:
        await client.me()
        procurify.expire_tokens()
        await asyncio.gather(*(client.me() for _ in range(10)))
    assert procurify.tokens.asked == 2


async def test_a_token_is_renewed_minutes_before_its_end() -> None:
    procurify, sessions = ProcurifySandbox(), LocalSessions()
    async with calling(procurify, sessions=sessions) as client:
        await client.me()
        kept = await sessions.load(client.account.session_key)
        assert kept is not None
        left = datetime.fromisoformat(kept.values[UNTIL]) - datetime.now(UTC)
        assert timedelta(hours=23, minutes=52) < left < timedelta(hours=23, minutes=55)
        lapsed = kept.model_copy(update={"values": {**kept.values, UNTIL: datetime.now(UTC).isoformat()}})
        await sessions.store(client.account.session_key, lapsed)
        await client.me()
    assert procurify.tokens.asked == 2
    assert not [call for call in procurify.requests(ME) if call.status == 401]


@pytest.mark.parametrize("body", ["echo", "plain"])
async def test_a_wrong_secret_is_tried_once_and_shown_nowhere(body: str, caplog: pytest.LogCaptureFixture) -> None:
    procurify, secret = ProcurifySandbox(), "wrong-Secret-123"
    procurify.options(oauth_error=body)
    caplog.set_level("DEBUG")
    async with calling(procurify, client_secret=secret) as client:
        errors = await asyncio.gather(*(client.me() for _ in range(5)), return_exceptions=True)
    assert {type(error) for error in errors} == {CredentialsError}
    shown = "".join("".join(traceback.format_exception(one)) for one in errors if isinstance(one, BaseException))
    assert secret not in shown + caplog.text and procurify.client_id not in shown + caplog.text
    assert "secret" in str(getattr(errors[0], "remedy", ""))
    assert procurify.tokens.asked == 1


async def test_the_token_is_in_no_error_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    token = "eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl"
    caplog.set_level("DEBUG")

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": token, "expires_in": 86400})
        said = f"bad {token} of {ACCOUNT.client_id} with {ACCOUNT.client_secret}"
        return httpx.Response(400, json={"data": {"note": token}, "errors": {"name": {"message": said}}})

    async with ProcurifyClient(ACCOUNT, transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(ConfigurationError) as caught:
            await client.me()
    for secret in (token, ACCOUNT.client_secret):
        assert secret not in "".join(traceback.format_exception(caught.value)) + caplog.text


async def test_the_credentials_of_another_tenant_are_told_before_anything_is_asked() -> None:
    procurify = ProcurifySandbox()
    beta = procurify.add_tenant("beta")
    with served(procurify.app_of("beta")) as url:
        account = account_of(procurify, url, client_id=beta.client_id, client_secret=beta.client_secret)
        async with ProcurifyClient(account) as client:
            with pytest.raises(ConfigurationError, match="tenant beta, not to acme"):
                await client.ready()
    assert beta.requests("/api/") == []


async def test_an_owner_who_was_deactivated_is_told_after_one_new_sign_in() -> None:
    procurify = ProcurifySandbox()
    async with calling(procurify) as client:
        await client.ready()
        procurify.set_user(is_active=False)
        for _again in range(3):
            with pytest.raises(CredentialsError) as caught:
                await client.ready()
    assert "active" in caught.value.remedy
    assert procurify.tokens.asked == 2


async def test_a_new_token_that_is_refused_too_is_the_end() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=A_TOKEN) if request.url.path == "/oauth/token" else httpx.Response(401)

    asked = list[str]()
    async with ProcurifyClient(ACCOUNT, transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(CredentialsError):
            await client.me()
    assert asked == ["/oauth/token", ME, "/oauth/token", ME]


async def test_one_permission_that_is_missing_names_its_endpoint_and_stops_nothing_else() -> None:
    procurify = ProcurifySandbox()
    procurify.options(denied=["/ap/bills/"])
    async with calling(procurify) as client:
        for _again in range(3):
            with pytest.raises(ForbiddenError, match="GET /api/v3/ap/bills/") as caught:
                await all_rows(client.bills())
        assert "role" in caught.value.remedy
        await all_rows(client.departments())
    assert procurify.tokens.asked == 1


@pytest.mark.parametrize("token_too", [True, False])
async def test_nobody_calls_a_tenant_that_refuses_everything(token_too: bool) -> None:
    procurify, sessions = ProcurifySandbox(), LocalSessions()
    async with calling(procurify, sessions=sessions) as client:
        await client.ready()
        procurify.options(suspended=True, suspension_covers_token=token_too)
        with pytest.raises(CredentialsError, match="suspended") as caught:
            await all_rows(client.departments())
        assert "support" in caught.value.remedy
        told = len(procurify.requests())
        async with ProcurifyClient(client.account, sessions=sessions) as another_run:
            for each in (client, another_run):
                with pytest.raises(CredentialsError, match="no call is made until"):
                    await each.ready()
        assert len(procurify.requests()) == told


async def test_a_tenant_that_lets_nobody_sign_in_is_left_alone() -> None:
    procurify, sessions = ProcurifySandbox(), LocalSessions()
    procurify.options(suspended=True)
    async with calling(procurify, sessions=sessions) as client:
        for _again in range(3):
            with pytest.raises(CredentialsError, match="suspended"):
                await client.ready()
    assert len(procurify.requests()) == 1


async def test_after_an_hour_it_goes_on_by_itself() -> None:
    procurify, sessions = ProcurifySandbox(), LocalSessions()
    procurify.options(suspended=True)
    async with calling(procurify, sessions=sessions) as client:
        with pytest.raises(CredentialsError):
            await client.ready()
        procurify.restore_access()
        kept = await sessions.load(client.account.session_key)
        assert kept is not None
        ended = kept.model_copy(update={"values": {SUSPENDED: datetime.now(UTC).isoformat()}})
        await sessions.store(client.account.session_key, ended)
        assert "acme" in await client.ready()


async def test_new_credentials_need_not_wait_for_the_old_ones() -> None:
    procurify, sessions = ProcurifySandbox(), LocalSessions()
    procurify.options(suspended=True)
    async with calling(procurify, sessions=sessions) as client:
        with pytest.raises(CredentialsError):
            await client.ready()
        renewed = replace(client.account, client_secret="another")
        assert await sessions.load(renewed.session_key) is None


async def test_a_sign_in_without_an_answer_leaves_no_write_in_doubt() -> None:
    procurify = ProcurifySandbox()
    procurify.frame.faults.add(Fault("lost_before", match="/oauth/token", times=-1))
    async with calling(procurify) as client:
        with pytest.raises(TransientError) as caught:
            await client.create_vendor({"name": "N"})
    assert not isinstance(caught.value, AnswerLostError)
    assert procurify.requests("/api/") == []


def test_the_secret_is_in_no_repr() -> None:
    assert ACCOUNT.client_secret not in repr(ACCOUNT)
    with pytest.raises(ConfigurationError):
        ProcurifyAccount("https://x.test", "acme/../beta", "id", "secret")
    with pytest.raises(ConfigurationError, match="client_secret is empty"):
        ProcurifyAccount("https://x.test", "acme", "id", "")
