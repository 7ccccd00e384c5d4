"""Signing in to QAD: one renewal for all, before either end, once after a 401, and never after a 403."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from blocks.calls import BusyError
from blocks.errors import ConfigurationError, CredentialsError, ForbiddenError, TransientError
from blocks.qad.account import AuthMode, QadAccount
from blocks.qad.client import QadClient
from blocks.sessions import LocalSessions, Session

PASSWORD = "p&ss#1 +/"
Twist = Callable[[httpx.Request], httpx.Response | None]


def account_of(auth_mode: AuthMode = "oauth_password", client_id: str = "auto") -> QadAccount:
    return QadAccount(
        base_url="https://acme.qad.example/clouderp",
        username="svc@acme.example",
        password=PASSWORD,
        workspace="10USA_10USACO",
        auth_mode=auth_mode,
        client_id=client_id,
    )


class Tenant:
    """Answers as QAD does; `good` are the tokens that it lets in, `twist` may answer first."""

    def __init__(self, twist: Twist = lambda _request: None, password: str = PASSWORD) -> None:
        self.twist, self.password = twist, password
        self.requests: list[httpx.Request] = []
        self.grants: list[str] = []
        self.good: set[str] = set()
        self.refreshable = True
        self.control = {"clientId": "0f1e", "sessionLength": 480, "timeoutMinutes": 30}
        self.token_extra: dict[str, object] = {"expires_in": 1799}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await asyncio.sleep(0)
        if (answer := self.twist(request)) is not None:
            return answer
        path = request.url.path.removeprefix("/clouderp")
        if path == "/oauth/token":
            return self._token({name: held[0] for name, held in parse_qs(request.content.decode()).items()})
        if path == "/api/login":
            self.grants.append("session")
            self.good = {f"s{len(self.grants)}"}
            return httpx.Response(200, json={"sessionId": f"s{len(self.grants)}"})
        if not self._lets_in(request):
            return httpx.Response(401, json={"errors": [{"severity": 1, "code": "401", "message": "who?"}]})
        if path.endswith("securityControl"):
            return httpx.Response(200, json={"data": {"securityControls": [self.control]}})
        return httpx.Response(200, json={"data": [], "auxillaryData": {"HasMoreParams": "false"}})

    def _token(self, form: dict[str, str]) -> httpx.Response:
        refused = httpx.Response(400, json={"error": "invalid_grant", "error_description": f"bad {self.password}"})
        if form["grant_type"] == "refresh_token" and not self.refreshable:
            return refused
        if form["grant_type"] == "password" and (form["client_id"], form["password"]) != ("0f1e", self.password):
            return refused
        self.grants.append(form["grant_type"])
        self.good = {f"t{len(self.grants)}"}
        token = {"access_token": f"t{len(self.grants)}", "refresh_token": f"r{len(self.grants)}"}
        return httpx.Response(200, json={**token, **self.token_extra})

    def _lets_in(self, request: httpx.Request) -> bool:
        sent = request.headers.get("Authorization", "") or request.headers.get("Cookie", "")
        known = {f"Bearer {token}" for token in self.good} | {f"JSESSIONID={token}" for token in self.good}
        return sent in known | {account_of().basic()}

    def client(self, account: QadAccount | None = None, sessions: LocalSessions | None = None) -> QadClient:
        return QadClient(account or account_of(), None, sessions, httpx.MockTransport(self), first_wait=0.001)


async def read(client: QadClient) -> None:
    async for _page in client.browse("supplier"):
        pass


async def aged(sessions: LocalSessions, account: QadAccount, age: timedelta, unused: timedelta) -> Session:
    session = await sessions.load(account.session_key)
    assert session
    now = datetime.now(UTC)
    session.obtained_at, session.used_at = now - age, now - unused
    await sessions.store(account.session_key, session)
    return session


async def test_fifty_reads_at_once_share_one_login_and_later_one_renewal() -> None:
    qad = Tenant()
    async with qad.client() as client:
        await asyncio.gather(*(read(client) for _ in range(50)))
        assert qad.grants == ["password"]
        qad.good.clear()
        await asyncio.gather(*(read(client) for _ in range(50)))
    assert qad.grants == ["password", "refresh_token"]


@pytest.mark.parametrize(
    ("age", "unused", "renewed"),
    [
        (timedelta(seconds=1498), timedelta(0), False),
        (timedelta(seconds=1501), timedelta(0), True),
        (timedelta(seconds=1200), timedelta(seconds=1100), False),
    ],
)
async def test_a_token_is_renewed_before_its_absolute_end(age: timedelta, unused: timedelta, renewed: bool) -> None:
    qad, sessions, account = Tenant(), LocalSessions(), account_of()
    async with qad.client(account, sessions) as client:
        await read(client)
        await aged(sessions, account, age, unused)
        await read(client)
    assert qad.grants == ["password", *(["refresh_token"] if renewed else [])]


@pytest.mark.parametrize(("unused", "renewed"), [(580, False), (591, True)])
async def test_a_token_is_renewed_before_its_idle_end(unused: int, renewed: bool) -> None:
    qad, sessions, account = Tenant(), LocalSessions(), account_of()
    qad.control, qad.token_extra = {"clientId": "0f1e", "sessionLength": 480, "timeoutMinutes": 10}, {}
    async with qad.client(account, sessions) as client:
        await read(client)
        await aged(sessions, account, timedelta(seconds=unused), timedelta(seconds=unused))
        await read(client)
    assert len(qad.grants) == 1 + renewed


async def test_a_token_of_unknown_life_is_used_for_four_minutes() -> None:
    qad, sessions, account = Tenant(), LocalSessions(), account_of(client_id="0f1e")
    qad.control, qad.token_extra = {}, {}
    async with qad.client(account, sessions) as client:
        await read(client)
        await aged(sessions, account, timedelta(seconds=239), timedelta(0))
        await read(client)
        assert qad.grants == ["password"]
        await aged(sessions, account, timedelta(seconds=241), timedelta(0))
        await read(client)
    assert qad.grants == ["password", "refresh_token"]


async def test_a_lapsed_refresh_token_leads_to_the_password() -> None:
    qad = Tenant()
    async with qad.client() as client:
        await read(client)
        qad.good.clear()
        qad.refreshable = False
        await read(client)
    assert qad.grants == ["password", "password"]


async def test_a_second_401_ends_in_a_credentials_error() -> None:
    qad = Tenant(lambda request: httpx.Response(401) if "browses" in request.url.path else None)
    async with qad.client() as client:
        with pytest.raises(CredentialsError):
            await read(client)
    assert qad.grants == ["password", "refresh_token"]


async def test_a_403_never_signs_in_again() -> None:
    bare = {"errors": [{"severity": 1, "code": "403", "message": "Access is denied", "fieldName": ""}]}
    for status in (200, 403):
        qad = Tenant(lambda request, s=status: httpx.Response(s, json=bare) if "browses" in request.url.path else None)  # type: ignore[misc]
        async with qad.client() as client:
            with pytest.raises(ForbiddenError, match="supplierV2s"):
                await read(client)
        assert qad.grants == ["password"]


async def test_a_wrong_password_is_sent_once_however_many_wait() -> None:
    qad = Tenant(password="another")
    async with qad.client(account_of(client_id="0f1e")) as client:
        failed = await asyncio.gather(*(read(client) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(error, CredentialsError) and error.remedy for error in failed)
    assert sum(request.url.path.endswith("/oauth/token") for request in qad.requests) == 1
    assert len(qad.requests) == 1


async def test_a_login_that_gives_no_answer_is_tried_again_even_for_a_write() -> None:
    down = iter([503, 500, 200])

    def twist(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("/oauth/token") and (status := next(down)) != 200:
            return httpx.Response(status, text="<html>busy</html>")
        if request.method == "POST" and "/api/erp/" in request.url.path:
            done = {"submitResult": {"success": True, "errors": []}, "data": {"supplierPayments": [{"voucher": 1}]}}
            return httpx.Response(200, json=done)
        return None

    qad = Tenant(twist)
    async with qad.client() as client:
        await client.create("supplier_payment", {"reference": "p1"})
    assert sum("/api/erp/" in request.url.path for request in qad.requests) == 1


async def test_a_login_page_at_the_token_address_is_no_credentials_error() -> None:
    qad = Tenant(lambda request: httpx.Response(200, html="<html>Sign in</html>") if request.method == "POST" else None)
    async with qad.client() as client:
        with pytest.raises(BusyError, match="HTML"):
            await read(client)


async def test_the_client_id_is_asked_for_with_basic_once() -> None:
    qad = Tenant()
    async with qad.client() as client:
        await read(client)
    asked = [request for request in qad.requests if request.url.path.endswith("securityControl")]
    assert [request.headers["Authorization"] for request in asked] == [account_of().basic()]


async def test_where_basic_is_off_the_error_asks_for_the_client_id() -> None:
    qad = Tenant(lambda request: httpx.Response(401) if "securityControl" in request.url.path else None)
    async with qad.client() as client:
        with pytest.raises(CredentialsError) as refused:
            await read(client)
    assert "enter the client id" in refused.value.remedy


async def test_a_tenant_that_names_no_client_id_is_a_configuration_matter() -> None:
    qad = Tenant()
    qad.control = {"sessionLength": 480}
    async with qad.client() as client:
        with pytest.raises(ConfigurationError, match="no client id"):
            await read(client)


async def test_basic_signs_each_call_and_asks_for_nothing_else() -> None:
    qad = Tenant()
    async with qad.client(account_of("basic")) as client:
        await read(client)
    assert [request.headers["Authorization"] for request in qad.requests] == [account_of().basic()]


async def test_basic_leaves_a_lapsed_server_session_behind() -> None:
    cookies = []

    def twist(request: httpx.Request) -> httpx.Response | None:
        cookies.append("Cookie" in request.headers)
        if cookies[-1]:
            return httpx.Response(401)
        return httpx.Response(200, json={"data": []}, headers={"Set-Cookie": "JSESSIONID=old; Path=/"})

    qad = Tenant(twist)
    async with qad.client(account_of("basic")) as client:
        await read(client)
        await read(client)
    assert cookies == [False, True, False]


async def test_a_server_session_goes_as_a_cookie_and_is_renewed_once() -> None:
    qad = Tenant()
    async with qad.client(account_of("session")) as client:
        await read(client)
        qad.good.clear()
        await read(client)
    assert qad.grants == ["session", "session"]
    assert qad.requests[-1].headers["Cookie"] == "JSESSIONID=s2"
    assert "Authorization" not in qad.requests[-1].headers


def echoing(status: int) -> Twist:
    said = f"{PASSWORD} p%26ss%231+%2B%2F {account_of().basic()}"
    return lambda request: httpx.Response(status, text=said) if request.method == "POST" else None


@pytest.mark.parametrize("status", [200, 400, 401, 500])
@pytest.mark.parametrize("mode", ["oauth_password", "session"])
async def test_the_password_travels_in_bodies_only_and_shows_nowhere(mode: AuthMode, status: int) -> None:
    qad, account = Tenant(echoing(status)), account_of(mode)
    async with qad.client(account) as client:
        with pytest.raises((CredentialsError, TransientError, ConfigurationError)) as failed:
            await read(client)
    texts = [str(failed.value), repr(failed.value), repr(account), repr(client), failed.value.remedy]
    texts += [str(request.url) for request in qad.requests]
    assert not [secret for secret in account.secrets() for text in texts if secret in text]


async def test_a_token_in_a_broken_answer_shows_nowhere() -> None:
    cut = '{"access_token":"5b0c77aa11223344'
    qad = Tenant(lambda request: httpx.Response(200, text=cut) if request.method == "POST" else None)
    async with qad.client() as client:
        with pytest.raises(BusyError) as failed:
            await read(client)
    assert "5b0c77aa" not in f"{failed.value}{failed.value.__cause__}"
