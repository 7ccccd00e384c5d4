"""Staying connected to QuickBooks Online: one renewal for all, no token lost, and none sent in vain."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from blocks.calls import BusyError
from blocks.errors import ConsentNeededError, CredentialsError, VendorError
from blocks.quickbooks_online.account import QuickBooksAccount
from blocks.quickbooks_online.auth import Keep
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.tokens import Tokens
from blocks.sessions import LocalSessions, Session

ACCOUNT = QuickBooksAccount(
    environment="sandbox",
    client_id="client-1",
    client_secret="client-secret-1",
    realm_id="9341450000000001",
    api_url="https://qbo.test",
    authorize_url="https://intuit.test/connect/oauth2",
    token_url="https://intuit.test/oauth2/v1/tokens/bearer",
    revoke_url="https://intuit.test/v2/oauth2/tokens/revoke",
    refresh_token="refresh-0",
)
TOKEN_PATH = "/oauth2/v1/tokens/bearer"
EXPIRED = {"fault": {"error": [{"message": "AuthenticationFailed", "detail": "Token expired: x", "code": "3200"}]}}


class Intuit:
    """Issues tokens and answers for one company; each renewal ends the refresh token that it was asked with."""

    def __init__(self, refresh: str = "refresh-0", life: int = 3600) -> None:
        self.refresh, self.life = refresh, life
        self.access = set[str]()
        self.log = list[tuple[str, str]]()
        self.lose = 0  # so many token requests get no answer, and are not carried out
        self.token_answer: httpx.Response | None = None  # instead of tokens
        self.refuse: dict[str, Any] | None = None  # what the API answers with HTTP 401, whatever the token
        self.at_renewal = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    def events(self, kind: str) -> list[str]:
        return [value for event, value in self.log if event == kind]

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return await self._renew(request) if request.url.path == TOKEN_PATH else self._api(request)

    async def _renew(self, request: httpx.Request) -> httpx.Response:
        used = parse_qs(request.content.decode())["refresh_token"][0]
        self.log.append(("renew", used))
        self.at_renewal.set()
        await self.go_on.wait()
        if self.lose:
            self.lose -= 1
            raise httpx.ReadTimeout("lost")
        if self.token_answer:
            given = self.token_answer
            return httpx.Response(given.status_code, content=given.content, headers=given.headers)
        if used != self.refresh:
            return httpx.Response(400, json={"error": "invalid_grant", "error_description": f"Token invalid {used}"})
        number = len(self.events("renew"))
        self.refresh = f"refresh-{number}"
        self.access.add(f"access-{number}")
        return httpx.Response(200, json=answer_of(f"access-{number}", self.refresh, self.life))

    def _api(self, request: httpx.Request) -> httpx.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.log.append(("call", token))
        if self.refuse or token not in self.access:
            return httpx.Response(401, json=self.refuse or EXPIRED)
        return httpx.Response(200, json={"Vendor": {"Id": "1"}})


class Watched(LocalSessions):
    """Sessions that note when they are stored."""

    def __init__(self, intuit: Intuit) -> None:
        super().__init__()
        self.intuit = intuit
        self.broken = False

    async def store(self, key: str, session: Session) -> None:
        self.intuit.log.append(("store", session.values.get("refresh_token", "")))
        if self.broken:
            raise OSError("disk full")
        await super().store(key, session)


def answer_of(access: str, refresh: str, life: int) -> dict[str, Any]:
    return {
        "token_type": "bearer",
        "access_token": access,
        "expires_in": life,
        "refresh_token": refresh,
        "x_refresh_token_expires_in": 8640000,
        "x_refresh_token_hard_expires_in": 157680000,
    }


def keeping(intuit: Intuit) -> Keep:
    async def keep(tokens: Tokens) -> None:
        intuit.log.append(("keep", tokens.refresh_token))

    return keep


def client_of(
    intuit: Intuit,
    sessions: LocalSessions | None = None,
    keep: Keep | None = None,
    account: QuickBooksAccount = ACCOUNT,
) -> QuickBooksClient:
    # A call may wait for its turn after ten others; these tests are not about that.
    client = QuickBooksClient(account, keep, None, sessions, httpx.MockTransport(intuit), first_wait=0.001)
    client._call = replace(client._call, rates=lambda _method, _path: ())
    return client


async def stored(left: timedelta, access: str = "access-0", refresh: str = "refresh-0", previous: str = "") -> Any:
    """Returns sessions that hold tokens which end so soon."""
    sessions, now = LocalSessions(), datetime.now(UTC)
    made_at = now + left - timedelta(hours=1)
    tokens = Tokens(access, refresh, now + left, now + timedelta(days=100), None, made_at)
    await sessions.store(ACCOUNT.session_key, tokens.to_session(previous))
    return sessions


async def test_fifty_calls_at_once_share_the_renewal_of_an_expired_token() -> None:
    intuit, sessions = Intuit(), await stored(timedelta(minutes=-1))
    async with client_of(intuit, sessions) as client:
        await asyncio.gather(*(client.read("Vendor", "1") for _ in range(50)))
    assert intuit.events("renew") == ["refresh-0"]
    assert intuit.events("call") == ["access-1"] * 50


async def test_fifty_calls_at_once_share_the_renewal_of_a_token_that_was_refused() -> None:
    intuit, sessions = Intuit(), await stored(timedelta(minutes=50))
    async with client_of(intuit, sessions) as client:
        await asyncio.gather(*(client.read("Vendor", "1") for _ in range(50)))
    assert intuit.events("renew") == ["refresh-0"]


async def test_two_clients_share_the_tokens() -> None:
    intuit, sessions = Intuit(), LocalSessions()
    async with client_of(intuit, sessions) as one, client_of(intuit, sessions) as other:
        await asyncio.gather(one.read("Vendor", "1"), other.read("Vendor", "1"))
    assert intuit.events("renew") == ["refresh-0"]


@pytest.mark.parametrize(("minutes", "renewals"), [(4, 1), (6, 0)])
async def test_tokens_are_renewed_five_minutes_before_their_end(minutes: int, renewals: int) -> None:
    intuit, sessions = Intuit(), await stored(timedelta(minutes=minutes))
    intuit.access.add("access-0")
    async with client_of(intuit, sessions) as client:
        await client.ready()
    assert len(intuit.events("renew")) == renewals


async def test_a_token_with_a_short_life_is_used_for_most_of_it() -> None:
    intuit = Intuit(life=120)
    async with client_of(intuit) as client:
        await client.read("Vendor", "1")
        await client.read("Vendor", "1")
    assert intuit.events("renew") == ["refresh-0"]


async def test_a_refresh_token_that_changes_at_every_renewal_lasts_for_a_hundred() -> None:
    intuit = Intuit(life=0)  # so that each call needs a renewal
    async with client_of(intuit) as client:
        for _ in range(100):
            await client.read("Vendor", "1")
    assert intuit.events("renew") == [f"refresh-{number}" for number in range(100)]


async def test_new_tokens_are_stored_then_kept_and_then_used() -> None:
    intuit = Intuit()
    async with client_of(intuit, Watched(intuit), keeping(intuit)) as client:
        await client.read("Vendor", "1")
    assert intuit.log == [("renew", "refresh-0"), ("store", "refresh-1"), ("keep", "refresh-1"), ("call", "access-1")]


async def test_the_block_gets_the_refresh_token_even_if_the_session_cannot_be_stored() -> None:
    intuit = Intuit()
    sessions = Watched(intuit)
    sessions.broken = True
    async with client_of(intuit, sessions, keeping(intuit)) as client:
        with pytest.raises(OSError, match="disk full"):
            await client.read("Vendor", "1")
    assert intuit.events("keep") == ["refresh-1"]
    assert intuit.events("call") == []


async def test_a_block_that_cannot_be_saved_is_a_warning_and_is_saved_at_the_next_renewal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    intuit, kept = Intuit(life=0), list[str]()

    async def keep(tokens: Tokens) -> None:
        if not kept and len(intuit.events("renew")) == 1:
            raise ConnectionError(f"no server for {tokens.refresh_token}")
        kept.append(tokens.refresh_token)

    async with client_of(intuit, None, keep) as client:
        with caplog.at_level(logging.WARNING):
            assert await client.read("Vendor", "1") == {"Id": "1"}
        await client.read("Vendor", "1")
    assert "next renewal" in caplog.text and "ConnectionError" in caplog.text
    assert "refresh-1" not in caplog.text
    assert kept == ["refresh-2"]


async def test_a_lost_answer_is_asked_for_again_with_the_same_refresh_token() -> None:
    intuit = Intuit()
    intuit.lose = 2
    async with client_of(intuit) as client:
        await client.ready()
    assert intuit.events("renew") == ["refresh-0"] * 3


async def test_a_token_endpoint_that_is_down_leaves_no_write_in_doubt() -> None:
    intuit = Intuit()
    intuit.lose = 1000
    async with client_of(intuit) as client:
        with pytest.raises(BusyError, match="no answer"):
            await client.create("Vendor", {"DisplayName": "x"}, "r1")
    assert intuit.events("call") == []


async def test_those_who_waited_for_a_failed_renewal_do_not_repeat_it() -> None:
    intuit = Intuit()
    intuit.lose = 1000
    async with client_of(intuit) as client:
        failed = await asyncio.gather(*(client.ready() for _ in range(50)), return_exceptions=True)
    assert {type(error) for error in failed} == {BusyError}
    assert len(intuit.events("renew")) == 3


async def test_refresh_tokens_are_tried_newest_first_and_once_each() -> None:
    intuit = Intuit("refresh-good")
    sessions = await stored(timedelta(0), refresh="refresh-newest", previous="refresh-good")
    async with client_of(intuit, sessions) as client:
        await client.read("Vendor", "1")
    assert intuit.events("renew") == ["refresh-newest", "refresh-0", "refresh-good"]


async def test_the_refresh_token_before_the_newest_stays_at_hand() -> None:
    intuit, sessions = Intuit(life=0), LocalSessions()
    async with client_of(intuit, sessions) as client:
        await client.ready()
        await client.ready()
        intuit.refresh = "refresh-1"  # Intuit never made refresh-2 its own
        await client.ready()
    assert intuit.events("renew") == ["refresh-0", "refresh-1", "refresh-2", "refresh-0", "refresh-1"]


async def test_dead_refresh_tokens_are_not_sent_again_by_later_runs() -> None:
    intuit = Intuit("unknown to us")
    sessions = await stored(timedelta(0), refresh="refresh-9", previous="refresh-8")
    for _run in range(3):
        async with client_of(intuit, sessions) as client:
            with pytest.raises(ConsentNeededError, match=r"9341450000000001 \(sandbox\) must be connected again"):
                await client.read("Vendor", "1")
    assert intuit.events("renew") == ["refresh-9", "refresh-0", "refresh-8"]
    assert intuit.events("call") == []


async def test_a_cache_that_forgets_does_not_make_a_dead_refresh_token_be_sent_for_ever() -> None:
    class Forgetful(LocalSessions):
        async def store(self, key: str, session: Session) -> None:
            """Keeps nothing."""

    intuit = Intuit("unknown to us")
    async with client_of(intuit, Forgetful()) as client:
        with pytest.raises(ConsentNeededError):
            await client.ready()
    assert intuit.events("renew") == ["refresh-0"]


async def test_fifty_calls_at_once_learn_from_one_that_consent_is_needed() -> None:
    intuit = Intuit("unknown to us")
    async with client_of(intuit) as client:
        errors = await asyncio.gather(*(client.read("Vendor", "1") for _ in range(50)), return_exceptions=True)
    assert {type(error) for error in errors} == {ConsentNeededError}
    assert intuit.events("renew") == ["refresh-0"]


async def test_a_new_refresh_token_in_the_block_revives_the_connection() -> None:
    intuit, sessions = Intuit("refresh-new"), await stored(timedelta(0))
    async with client_of(intuit, sessions) as client:
        with pytest.raises(ConsentNeededError):
            await client.ready()
    async with client_of(intuit, sessions, account=replace(ACCOUNT, refresh_token="refresh-new")) as client:
        assert await client.read("Vendor", "1") == {"Id": "1"}
    assert intuit.events("renew") == ["refresh-0", "refresh-new"]


async def test_new_tokens_in_the_shared_session_revive_a_client_that_is_open() -> None:
    intuit, sessions = Intuit("refresh-new"), LocalSessions()
    async with client_of(intuit, sessions) as client:
        with pytest.raises(ConsentNeededError):
            await client.ready()
        now = datetime.now(UTC)
        connected = Tokens("access-new", "refresh-new", now, now + timedelta(days=100))
        await sessions.store(ACCOUNT.session_key, connected.to_session())
        await client.read("Vendor", "1")
    assert intuit.events("renew") == ["refresh-0", "refresh-new"]


async def test_a_new_access_token_that_is_refused_too_ends_it() -> None:
    intuit = Intuit()
    intuit.refuse = EXPIRED
    async with client_of(intuit) as client:
        with pytest.raises(CredentialsError, match="just issued"):
            await client.read("Vendor", "1")
    assert (intuit.events("renew"), len(intuit.events("call"))) == (["refresh-0", "refresh-1"], 2)


async def test_a_refusal_for_another_reason_leads_to_no_renewal() -> None:
    intuit = Intuit()
    intuit.refuse = {"Fault": {"Error": [{"Message": "Authorization Failure", "code": "120"}]}}
    async with client_of(intuit) as client:
        with pytest.raises(VendorError, match="lost the right"):
            await client.read("Vendor", "1")
    assert (len(intuit.events("renew")), len(intuit.events("call"))) == (1, 1)


async def test_a_wrong_client_secret_is_no_matter_of_consent_and_is_tried_once() -> None:
    intuit = Intuit()
    intuit.token_answer = httpx.Response(401, json={"error": "invalid_client"})
    async with client_of(intuit) as client:
        errors = await asyncio.gather(*(client.ready() for _ in range(50)), return_exceptions=True)
        with pytest.raises(CredentialsError) as caught:
            await client.ready()
    assert {type(error) for error in (*errors, caught.value)} == {CredentialsError}
    assert "client secret" in caught.value.remedy and "customer need not" in caught.value.remedy
    assert len(intuit.events("renew")) == 1


async def test_a_call_that_is_given_up_does_not_lose_the_new_refresh_token() -> None:
    intuit = Intuit()
    intuit.go_on.clear()
    async with client_of(intuit, Watched(intuit), keeping(intuit)) as client:
        call = asyncio.create_task(client.read("Vendor", "1"))
        await intuit.at_renewal.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        intuit.go_on.set()
    assert intuit.log == [("renew", "refresh-0"), ("store", "refresh-1"), ("keep", "refresh-1")]


@pytest.mark.parametrize("account", [replace(ACCOUNT, refresh_token=""), replace(ACCOUNT, realm_id="")])
async def test_a_company_that_was_never_connected_is_not_asked(account: QuickBooksAccount) -> None:
    intuit = Intuit()
    async with client_of(intuit, account=account) as client:
        with pytest.raises(ConsentNeededError, match=r"\(sandbox\) has not been connected yet"):
            await client.ready()
    assert intuit.log == []


async def test_a_renewal_by_another_process_that_never_ends_passes_by() -> None:
    class Taken(LocalSessions):
        def renewal(self, key: str) -> Any:
            raise TimeoutError("held")

    async with client_of(Intuit(), Taken()) as client:
        with pytest.raises(BusyError, match="another process"):
            await client.ready()


async def test_tokens_are_kept_alive_once_a_day() -> None:
    intuit, sessions = Intuit(), await stored(timedelta(hours=-22))
    async with client_of(intuit, sessions) as client:
        assert not (await client.keep_alive()).renewed
    sessions = await stored(timedelta(hours=-24))
    async with client_of(intuit, sessions) as client:
        before, consent, after = await client.consent(), await client.keep_alive(), await client.consent()
        assert not (await client.keep_alive()).renewed
    assert consent.renewed and before and before.hard_until is None
    assert after == consent._replace(renewed=False) and consent.hard_until
    assert intuit.events("renew") == ["refresh-0"]


async def test_the_consent_of_a_company_that_was_never_reached_is_not_known() -> None:
    intuit = Intuit()
    async with client_of(intuit) as client:
        assert await client.consent() is None
    assert intuit.log == []


async def test_no_token_is_in_any_text() -> None:
    intuit = Intuit("unknown to us")
    sessions = await stored(timedelta(0), access="access-0", refresh="refresh-9")
    async with client_of(intuit, sessions) as client:
        with pytest.raises(ConsentNeededError) as caught:
            await client.read("Vendor", "1")
        shown = [repr(client), repr(client.account), str(caught.value), repr(vars(caught.value))]
    kept = await sessions.load(ACCOUNT.session_key)
    assert kept.values["dead"] and "refresh-9" not in kept.values["dead"]
    now = datetime.now(UTC)
    shown.append(repr(Tokens("access-0", "refresh-9", now, now)))
    assert not [one for one in shown for secret in ("refresh-", "access-0", "client-secret-1") if secret in one]
