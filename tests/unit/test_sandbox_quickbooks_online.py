"""The QuickBooks Online emulator signs in, turns away and slows down as Intuit does, seen over real HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.quickbooks_online.driver import Desk, Door, code, exact
from tests.sandbox.serving import served

BACK = "http://localhost:8000/oauth/callback"
DAY = 86_400


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def desk(door: tuple[Door, str]) -> Iterator[Desk]:
    door[0].qbo = QuickBooksSandbox()
    desk = Desk(door[0].qbo, door[1])
    yield desk
    desk.close()


def asked(desk: Desk, **changes: str) -> httpx.Response:
    query = {"client_id": desk.qbo.client_id, "response_type": "code", "scope": "com.intuit.quickbooks.accounting"}
    query |= {"redirect_uri": BACK, "state": "s-1", **changes}
    return desk.http.get(f"{desk.url}/connect/oauth2", params=query)


def told(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(BACK)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def grant(answer: httpx.Response) -> tuple[int, Any]:
    assert answer.headers["intuit_tid"].startswith("1-")
    return answer.status_code, answer.json().get("error")


def test_the_user_picks_a_company_and_the_browser_comes_back_with_a_code(desk: Desk) -> None:
    desk.qbo.add_company("9341450000000002", company="Acme <West>")
    page = asked(desk)
    assert page.status_code == 200
    assert "Acme &lt;West&gt;" in page.text and ">Connect<" in page.text and ">Cancel<" in page.text
    back = told(asked(desk, decision="allow", realm="9341450000000002"))
    assert (back["state"], back["realmId"]) == ("s-1", "9341450000000002")
    exchanged = desk.token(grant_type="authorization_code", code=back["code"], redirect_uri=BACK).json()
    assert exchanged["expires_in"] == 3600 and exchanged["x_refresh_token_expires_in"] == 8_640_000
    desk.http.headers["authorization"] = f"Bearer {exchanged['access_token']}"
    assert desk.ask("GET", "/preferences", realm="9341450000000002").status_code == 200
    assert code(desk.ask("GET", "/preferences").json()) == "3100"


def test_a_refused_or_wrong_consent_gives_no_code(desk: Desk) -> None:
    assert told(asked(desk, decision="deny")) == {"error": "access_denied", "state": "s-1"}
    assert told(asked(desk, scope="everything", decision="allow")) == {"error": "invalid_scope", "state": "s-1"}
    for wrong in ({"client_id": "other"}, {"redirect_uri": "http://evil.example/"}, {"state": ""}):
        answer = asked(desk, decision="allow", **wrong)
        assert (answer.status_code, "location" in answer.headers) == (400, False)
    desk.qbo.options(redirect_uris=[f"{BACK}/exactly"])
    assert asked(desk, decision="allow").status_code == 400


def test_production_companies_are_not_offered_to_development_keys(desk: Desk) -> None:
    desk.qbo.add_company("9130000000000009", company="Real Books", environment="production")
    assert "Real Books" not in asked(desk).text
    desk.sign_in("9130000000000009")
    assert code(desk.ask("GET", "/preferences", realm="9130000000000009").json()) == "3100"


def test_a_code_is_good_once_for_ten_minutes_and_its_own_redirect_uri(desk: Desk) -> None:
    def exchanged(code: str, back: str = BACK) -> tuple[int, Any]:
        return grant(desk.token(grant_type="authorization_code", code=code, redirect_uri=back))

    first, second = (told(asked(desk, decision="allow"))["code"] for _time in range(2))
    assert exchanged(first, f"{BACK}/x") == (400, "invalid_request")
    assert exchanged(first) == (200, None)
    assert exchanged(first) == (400, "invalid_grant")
    desk.qbo.frame.clock.advance(601)
    assert exchanged(second) == (400, "invalid_grant")


def test_the_app_must_say_who_it_is(desk: Desk) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": desk.qbo.refresh_token}
    address = f"{desk.url}/oauth2/v1/tokens/bearer"
    assert grant(httpx.post(address, data=form, auth=(desk.qbo.client_id, "wrong"))) == (401, "invalid_client")
    assert grant(httpx.post(address, data=form)) == (401, "invalid_client")
    keys = {"client_id": desk.qbo.client_id, "client_secret": desk.qbo.client_secret}
    assert grant(httpx.post(address, data={**form, **keys})) == (200, None)
    assert grant(desk.token(grant_type="password")) == (400, "unsupported_grant_type")
    assert grant(desk.token(grant_type="refresh_token")) == (400, "invalid_request")
    assert (desk.qbo.renewals, desk.qbo.refused_renewals) == (1, 3)


def test_the_refresh_token_stays_the_same_for_a_day_and_is_then_replaced(desk: Desk) -> None:
    first = desk.qbo.refresh_token
    desk.qbo.frame.clock.advance(DAY - 60)
    same = desk.renew(first).json()
    assert same["refresh_token"] == first
    assert same["x_refresh_token_expires_in"] < 8_640_000 - DAY + 120
    desk.qbo.frame.clock.advance(120)
    other = desk.renew(first).json()
    assert other["refresh_token"] != first
    assert other["x_refresh_token_expires_in"] == 8_640_000
    assert grant(desk.renew(first)) == (400, "invalid_grant")
    assert grant(desk.renew(other["refresh_token"])) == (200, None)


def test_two_renewals_at_once_when_rotation_is_due_leave_one_loser(desk: Desk) -> None:
    desk.qbo.rotate_due()
    old = desk.qbo.refresh_token
    with ThreadPoolExecutor(2) as pool:
        answers = [grant(answer) for answer in pool.map(lambda _n: desk.renew(old), range(2))]
    assert sorted(answers, key=str) == [(200, None), (400, "invalid_grant")]


def test_a_replaced_token_may_have_grace_or_end_the_connection(desk: Desk) -> None:
    old = desk.qbo.refresh_token
    desk.qbo.options(rotate_always=True, grace_hours=24)
    new = desk.renew(old).json()["refresh_token"]
    assert desk.renew(old).json()["refresh_token"] == new
    desk.qbo.options(grace_hours=0, revoke_family_on_reuse=True)
    assert grant(desk.renew(old)) == (400, "invalid_grant")
    assert grant(desk.renew(new)) == (400, "invalid_grant")


def test_an_unused_connection_ends_after_100_days_and_a_used_one_after_five_years(desk: Desk) -> None:
    token = desk.qbo.refresh_token
    for _time in range(18):
        desk.qbo.frame.clock.advance(99 * DAY)
        token = desk.renew(token).json()["refresh_token"]
    header = {"x-include-refresh-token-hard-expires-in": "true"}
    keys = (desk.qbo.client_id, desk.qbo.client_secret)
    form = {"grant_type": "refresh_token", "refresh_token": token}
    shown = httpx.post(f"{desk.url}/oauth2/v1/tokens/bearer", data=form, auth=keys, headers=header).json()
    assert 0 < shown["x_refresh_token_hard_expires_in"] < 50 * DAY
    assert "x_refresh_token_hard_expires_in" not in desk.renew(token).json()
    desk.qbo.frame.clock.advance(50 * DAY)
    assert grant(desk.renew(token)) == (400, "invalid_grant")
    desk.qbo.add_company("9341450000000002")
    desk.qbo.frame.clock.advance(101 * DAY)
    assert grant(desk.renew(desk.qbo.refresh_token_of("9341450000000002"))) == (400, "invalid_grant")


def test_a_lost_answer_to_a_renewal_leaves_a_token_that_nobody_knows(desk: Desk) -> None:
    old = desk.qbo.refresh_token
    desk.qbo.rotate_due()
    desk.qbo.frame.faults.add(Fault("lost_after", match="/tokens/bearer"))
    with pytest.raises(httpx.TransportError):
        desk.renew(old)
    assert desk.qbo.refresh_token != old
    assert grant(desk.renew(old)) == (400, "invalid_grant")


def test_an_access_token_is_not_a_refresh_token(desk: Desk) -> None:
    answer = desk.renew(desk.qbo.access_token())
    assert answer.json()["error_description"] == "Incorrect Token type or clientID"


@pytest.mark.parametrize("as_form", [False, True])
def test_revoking_either_token_ends_the_whole_connection(desk: Desk, as_form: bool) -> None:
    body: Any = {"token": desk.qbo.access_token() if as_form else desk.qbo.refresh_token}
    keys = (desk.qbo.client_id, desk.qbo.client_secret)
    more = {"data": body} if as_form else {"json": body}
    revoked = [desk.http.post(f"{desk.url}/v2/oauth2/tokens/revoke", auth=keys, **more) for _time in range(2)]
    assert [answer.status_code for answer in revoked] == [200, 400]
    assert revoked[0].content == b""
    assert desk.ask("GET", "/preferences").status_code == 401
    assert grant(desk.renew(desk.qbo.refresh_token)) == (400, "invalid_grant")


def test_an_access_token_lapses_after_an_hour_or_at_once(desk: Desk) -> None:
    desk.qbo.frame.clock.advance(3590)
    assert desk.ask("GET", "/preferences").status_code == 200
    desk.qbo.frame.clock.advance(20)
    lapsed = desk.ask("GET", "/preferences")
    token = desk.http.headers["authorization"].removeprefix("Bearer ")
    assert (lapsed.status_code, code(lapsed.json())) == (401, "3200")
    assert token in lapsed.json()["fault"]["error"][0]["detail"]
    desk.sign_in()
    desk.qbo.expire_access()
    assert desk.ask("GET", "/preferences").status_code == 401


def test_discovery_leads_back_here(desk: Desk) -> None:
    for name in ("openid_configuration", "openid_sandbox_configuration/"):
        found = desk.http.get(f"{desk.url}/.well-known/{name}").json()
        assert found["token_endpoint"] == f"{desk.url}/oauth2/v1/tokens/bearer"
        assert found["response_types_supported"] == ["code"]


def test_only_who_asks_for_json_gets_it(desk: Desk) -> None:
    desk.http.headers["accept"] = "*/*"
    assert desk.ask("GET", "/preferences").text.startswith("<?xml")
    desk.http.headers["accept"] = "application/json"
    answer = exact(desk.ask("GET", f"/companyinfo/{desk.qbo.realm_id}"))
    assert answer["CompanyInfo"]["Id"] == "1"
    assert answer["time"][-6:] in ("-07:00", "-08:00") and answer["time"][19] == "."


def test_limits_answer_429_without_a_word_on_when(desk: Desk) -> None:
    desk.qbo.options(requests_per_minute=3, requests_per_second=100)
    answers = [desk.ask("GET", "/preferences") for _time in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json()["fault"]["error"][0]["code"] == "3001"
    assert "retry-after" not in answers[3].headers
    desk.qbo.frame.clock.advance(61)
    desk.qbo.options(requests_per_minute=500, requests_per_second=2, throttle_body="fault")
    answers = [desk.ask("GET", "/preferences") for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["Fault"]["Error"][0]["code"] == "3001"
    assert desk.qbo.throttled == 2
    desk.qbo.frame.clock.advance(61)
    desk.qbo.options(requests_per_second=100, batches_per_minute=1)
    items = {"BatchItemRequest": [{"bId": "1", "Query": "select * from Vendor"}]}
    assert [desk.ask("POST", "/batch", items).status_code for _time in range(2)] == [200, 429]
    desk.qbo.options(throttle=False)
    assert desk.ask("POST", "/batch", items).status_code == 200


def test_too_many_at_once_are_turned_away_without_waiting(desk: Desk) -> None:
    desk.qbo.options(concurrency=3)
    desk.qbo.frame.latency = 0.6
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _n: desk.ask("GET", "/preferences"), range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 429, 429]
    assert (desk.qbo.max_in_flight, desk.qbo.throttled) == (3, 2)


def test_a_company_may_refuse_everything_or_fail_with_a_smile(desk: Desk) -> None:
    desk.qbo.options(fault_in_200=1)
    smiling = desk.ask("POST", "/vendor", {"DisplayName": "Northwind"})
    assert (smiling.status_code, code(smiling.json())) == (200, "10000")
    assert not desk.qbo.vendors
    desk.qbo.options(every_call_refused="6190")
    assert code(desk.ask("GET", "/preferences").json()) == "6190"


def test_there_is_nothing_at_other_paths(desk: Desk) -> None:
    assert [desk.ask(*asked).status_code for asked in (("GET", "/vendors/1"), ("GET", "/vendor"))] == [404, 404]
    assert code(desk.ask("GET", "/vendor/1").json()) == "610"
    body = '{"DisplayName": "M\u00fcller"}'.encode("latin-1")
    bad = desk.http.post(f"{desk.url}/v3/company/{desk.qbo.realm_id}/vendor", content=body)
    assert code(bad.json()) == "500"


def test_everything_can_be_steered_from_outside(desk: Desk) -> None:
    def post(name: str, **arguments: Any) -> httpx.Response:
        return desk.http.post(f"{desk.url}/_sandbox/{name}", json=arguments)

    desk.qbo.add_company("9341450000000002")
    assert post("add_vendor", DisplayName="Northwind").json()["Id"] == "56"
    assert post("add_vendor", DisplayName="Contoso", realm="9341450000000002").status_code == 200
    assert code(post("add_vendor", DisplayName="Northwind").json()) == "6240"
    assert post("options", access_seconds=60, webhook_retry_scale=0.5).json()["access_seconds"] == 60
    assert post("add", entity="Item", Name="Board").json()["Type"] == "Service"
    state = post("dump").json()
    assert [each["DisplayName"] for each in state["vendors"].values()] == ["Northwind"]
    assert list(state["companies"]["9341450000000002"]["Vendor"]) == ["56"]
    with pytest.raises(ValueError, match="no such switch"):
        desk.qbo.options(trottle=False)
