"""Signing in to BILL: one login for all, one repeat, and no login that cannot help."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from blocks.bill.account import BillAccount
from blocks.bill.client import BillClient
from blocks.errors import AnswerLostError, CapReachedError, CredentialsError, ForbiddenError, TransientError
from blocks.limits import LocalSlots
from blocks.sessions import LocalSessions, Session

ACCOUNT = BillAccount(
    base_url="https://bill.test/connect",
    events_base_url="https://bill.test/connect-events",
    username="svc@acme.example",
    organization_id="00802EMUORGAAAAAA001",
    password="pass-word-1",
    developer_key="dev-key-1",
)


def refusal(status: int, code: str, message: str = "no") -> httpx.Response:
    return httpx.Response(status, json=[{"code": code, "message": message, "severity": "ERROR"}])


class ForgetfulBill:
    """Answers as BILL does; a session is good for `uses` requests and then refused."""

    def __init__(self, uses: int) -> None:
        self.uses, self.logins, self.left = uses, 0, 0
        self.forms: list[dict[str, str]] = []
        self.bodies: list[bytes] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        if request.url.path == "/connect/v3/login":
            self.forms.append(json.loads(request.content))
            self.logins, self.left = self.logins + 1, self.uses
            return httpx.Response(200, json={"sessionId": f"s{self.logins}", "trusted": False})
        if request.headers.get("sessionId") != f"s{self.logins}" or self.left == 0:
            return refusal(401, "BDC_1109")
        assert request.headers["devKey"] == ACCOUNT.developer_key
        self.left -= 1
        self.bodies.append(request.content)
        return httpx.Response(200, json={"id": "v1"})


class Answering:
    """Logs in anybody (unless told otherwise), and answers everything else in one way."""

    def __init__(self, answer: httpx.Response, login: httpx.Response | httpx.TransportError | None = None) -> None:
        self.answer, self.login, self.logins, self.calls = answer, login, 0, 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        if not request.url.path.endswith("/v3/login"):
            self.calls += 1
            return httpx.Response(self.answer.status_code, content=self.answer.content, headers=self.answer.headers)
        self.logins += 1
        if isinstance(self.login, httpx.TransportError):
            raise self.login
        made = self.login or httpx.Response(200, json={"sessionId": f"s{self.logins}"})
        return httpx.Response(made.status_code, content=made.content, headers=made.headers)


def client_of(
    bill: ForgetfulBill | Answering, sessions: LocalSessions | None = None, slots: LocalSlots | None = None
) -> BillClient:
    return BillClient(ACCOUNT, slots, sessions, httpx.MockTransport(bill), first_wait=0.001)


async def test_fifty_requests_at_once_share_one_login() -> None:
    bill = ForgetfulBill(uses=1000)
    async with client_of(bill) as client:
        await asyncio.gather(*(client.vendor("v1") for _ in range(50)))
    assert bill.logins == 1


async def test_fifty_requests_share_the_renewal_of_a_session_that_lapsed() -> None:
    bill, sessions = ForgetfulBill(uses=1000), LocalSessions()
    await sessions.store(ACCOUNT.session_key, Session(values={"sessionId": "lapsed"}))
    async with client_of(bill, sessions) as client:
        await asyncio.gather(*(client.vendor("v1") for _ in range(50)))
    assert bill.logins == 1


async def test_two_clients_share_a_session() -> None:
    bill, sessions = ForgetfulBill(uses=1000), LocalSessions()
    async with client_of(bill, sessions) as one, client_of(bill, sessions) as other:
        await asyncio.gather(one.vendor("v1"), other.vendor("v1"))
    assert bill.logins == 1


async def test_gives_up_after_one_new_login() -> None:
    bill = ForgetfulBill(uses=0)
    async with client_of(bill) as client:
        with pytest.raises(CredentialsError, match="just issued"):
            await client.vendor("v1")
    assert bill.logins == 2


async def test_a_write_is_sent_again_whole_after_the_new_login() -> None:
    bill, sessions = ForgetfulBill(uses=10), LocalSessions()
    await sessions.store(ACCOUNT.session_key, Session(values={"sessionId": "lapsed"}))
    async with client_of(bill, sessions) as client:
        await client.record_payment({"vendorId": "v1"})
    assert bill.bodies == [b'{"vendorId":"v1"}']


async def test_an_idle_session_is_renewed_before_it_is_used() -> None:
    bill, sessions = ForgetfulBill(uses=10), LocalSessions()
    long_ago = datetime.now(UTC) - timedelta(minutes=31)
    await sessions.store(ACCOUNT.session_key, Session(values={"sessionId": "s0"}, used_at=long_ago))
    async with client_of(bill, sessions) as client:
        await client.vendor("v1")
    kept = await sessions.load(ACCOUNT.session_key)
    assert kept and kept.values["sessionId"] == "s1" and kept.used_at > long_ago


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [(401, "BDC_1101", CredentialsError), (401, "BDC_1102", CredentialsError), (403, "BDC_1361", ForbiddenError)],
)
async def test_never_logs_in_again_on(status: int, code: str, error: type[Exception]) -> None:
    bill = Answering(refusal(status, code))
    async with client_of(bill) as client:
        with pytest.raises(error):
            await client.vendor("v1")
    assert (bill.logins, bill.calls) == (1, 1)


async def test_a_wrong_password_is_tried_once_however_many_wait_for_it() -> None:
    bill = Answering(httpx.Response(200, json={}), login=refusal(401, "BDC_1101"))
    async with client_of(bill) as client:
        errors = await asyncio.gather(*(client.vendor("v1") for _ in range(50)), return_exceptions=True)
    assert {type(error) for error in errors} == {CredentialsError}
    assert (bill.logins, bill.calls) == (1, 0)


async def test_a_login_form_that_bill_refuses_is_a_credentials_error() -> None:
    bill = Answering(httpx.Response(200, json={}), login=refusal(400, "BDC_1108", "devKey must not be null"))
    async with client_of(bill) as client:
        with pytest.raises(CredentialsError, match="devKey must not be null"):
            await client.vendor("v1")


async def test_a_login_without_answer_leaves_no_write_in_doubt() -> None:
    bill = Answering(httpx.Response(200, json={}), login=httpx.ReadTimeout("slow"))
    async with client_of(bill) as client:
        with pytest.raises(TransientError) as caught:
            await client.record_payment({"vendorId": "v1"})
    assert not isinstance(caught.value, AnswerLostError)
    assert bill.calls == 0


async def test_spent_logins_close_the_budget_for_everyone() -> None:
    bill, slots = Answering(httpx.Response(200, json={}), login=refusal(422, "BDC_1144")), LocalSlots()
    async with client_of(bill, slots=slots) as client, client_of(bill, slots=slots) as other:
        for each in (client, client, other):
            with pytest.raises(CapReachedError):
                await each.vendor("v1")
    assert bill.logins == 1


async def test_the_device_goes_only_with_a_remembered_id() -> None:
    bill = ForgetfulBill(uses=1)
    async with client_of(bill) as client:
        await client.vendor("v1")
    assert set(bill.forms[0]) == {"username", "password", "organizationId", "devKey"}
