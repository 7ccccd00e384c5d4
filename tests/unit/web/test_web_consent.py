"""A person connects QuickBooks Online: once, in one browser, the right company, and no secret is shown."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from blocks.sessions import Session
from deployments.web import brake
from deployments.web.app import create_app
from flows.registry import PAIRS
from tasks.state import inbox
from tasks.state.consents import GOOD_FOR
from tasks.state.models import Consent, utc_now
from tasks.state.shared_sessions import SharedSessions
from tasks.state.store import Store
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served
from tests.unit.web.consenting import PATH, PUBLIC, Books, Browser, asked_of, decided
from tests.unit.web.reaching import QUICK, Pauses, Runs, until

OTHER_REALM = "9341450000000002"
TOKENS = "POST /oauth2/v1/tokens/bearer"


@pytest.fixture
async def books(with_prefect: None) -> AsyncIterator[Books]:
    intuit = QuickBooksSandbox()
    intuit.add_company(OTHER_REALM, company="Other & Sons <Ltd>")
    with served(intuit.app) as url:
        made = Books(intuit, url)
        yield made
        await made.forget()


@pytest.fixture
def runs(store: Store) -> Runs:
    return Runs(store)


@pytest.fixture
async def app(store: Store, books: Books, runs: Runs) -> AsyncIterator[FastAPI]:
    await books.connection()
    made = create_app(
        store, pairs=PAIRS, runs=runs, pace=replace(QUICK, first_rest=60, longest_rest=60), public_url=f"{PUBLIC}/"
    )
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


async def shared(store: Store, books: Books, realm: str = "") -> Session | None:
    """Returns the tokens that every process finds for a company."""
    account = replace((await books.block()).account, realm_id=realm or books.intuit.realm_id)
    return await SharedSessions(store).load(account.session_key)


async def test_a_company_is_connected_and_can_be_reached_at_once(store: Store, books: Books, browser: Browser) -> None:
    page = await browser.consent(realm=books.intuit.realm_id)
    assert page.status_code == 200
    assert f"Sandbox Company_US_1 (company {books.intuit.realm_id}) is connected" in page.text
    assert "bill-quickbooks-online/acme" in page.text

    block, newest = await books.block(), books.intuit.tokens.connections[-1]
    assert (block.realm_id, block.refresh_token.get_secret_value()) == (books.intuit.realm_id, newest.refresh)
    assert books.exchanges == 1
    async with block.get_client(sessions=SharedSessions(store)) as client:
        assert (await client.company_info())["CompanyName"] == "Sandbox Company_US_1"
    assert books.intuit.renewals == 0


async def test_the_browser_is_sent_to_intuit_with_what_intuit_wants(books: Books, browser: Browser) -> None:
    at_intuit = await browser.begin()
    assert at_intuit.startswith(f"{books.url}/connect/oauth2?")
    asked = asked_of(at_intuit)
    assert asked["redirect_uri"] == f"{PUBLIC}{PATH}/callback"
    assert (asked["response_type"], asked["client_id"]) == ("code", books.intuit.client_id)
    assert asked["scope"] == "com.intuit.quickbooks.accounting"
    assert len(asked["state"]) >= 43  # 256 bits in base64
    [cookie] = browser.cookies_set
    value, *rules = (part.strip() for part in cookie.split(";"))
    assert len(value.partition("=")[2]) >= 43 and asked["state"] not in cookie
    assert {"HttpOnly", "Max-Age=600", f"Path={PATH}", "SameSite=lax", "Secure"} <= set(rules)


async def test_what_waited_goes_on(
    app: FastAPI, store: Store, runs: Runs, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.receive(store, "bill-quickbooks-online", "acme", "bill", [inbox.Notice("e1", "vendor.x", "vendors", "1", "")])
    runs.handles = False
    app.state.desk.stir("bill-quickbooks-online", "acme")
    await until(lambda: "left notifications behind; the next run is in 60 s" in caplog.text)
    assert len(runs.started) == 1
    runs.handles = True
    await browser.consent()
    await until(lambda: inbox.waiting(store) == [])


async def test_notifications_of_the_new_company_are_taken_at_once(
    store: Store, books: Books, app: FastAPI, browser: Browser
) -> None:
    async def known() -> list[str]:
        found = await app.state.desk.endpoints.every("quickbooks_online")
        return [one.credentials.realm_id for one in found if one.connection == "acme"]

    assert await known() == [""]
    await browser.consent()
    assert await known() == [books.intuit.realm_id]


async def test_another_browser_gets_nothing_and_spoils_nothing(
    app: FastAPI, store: Store, books: Books, browser: Browser
) -> None:
    back = decided(await browser.begin())
    thief = Browser(app)
    await thief.begin()
    assert (await thief.get(back)).status_code == 400
    assert books.exchanges == 0 and await shared(store, books) is None
    assert (await browser.get(back)).status_code == 200


async def test_a_consent_is_good_once(books: Books, browser: Browser) -> None:
    back = decided(await browser.begin())
    first = await asyncio.gather(*(browser.get(back) for _ in range(5)))
    assert sorted(page.status_code for page in first) == [200, 400, 400, 400, 400]
    again = await browser.get(back)
    assert (again.status_code, books.exchanges) == (400, 1)
    assert "If you have just read that QuickBooks Online is connected, all is well." in again.text


async def test_a_consent_is_good_for_ten_minutes(store: Store, books: Books, browser: Browser) -> None:
    back = decided(await browser.begin())
    with store.session() as session:
        session.execute(update(Consent).values(made_at=utc_now() - GOOD_FOR - timedelta(seconds=1)))
    assert (await browser.get(back)).status_code == 400
    assert books.exchanges == 0


@pytest.mark.parametrize("query", ["", "?code=x&realmId=1", "?code=x&state=&realmId=1", "?error=access_denied&state=x"])
async def test_who_never_began_is_turned_away(books: Books, browser: Browser, query: str) -> None:
    assert (await browser.get(f"{PATH}/callback{query}")).status_code == 400
    assert books.exchanges == 0


async def test_guessing_gets_slower(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def guess() -> None:
        await browser.get(f"{PATH}/callback?state=guess&code=c&realmId=1")

    held = Pauses(brake, monkeypatch)
    guesses = []
    for count in range(1, 4):
        guesses.append(asyncio.create_task(guess()))
        await until(lambda count=count: len(held.seconds) == count)
    assert not [one for one in guesses if one.done()]
    held.over.set()
    await asyncio.gather(*guesses)
    assert held.seconds[0] < held.seconds[1] < held.seconds[2] and held.seconds[2] > 0.35


async def test_two_connections_may_be_connected_side_by_side(books: Books, browser: Browser) -> None:
    await books.connection("beta")
    first, second = await browser.begin("acme"), await browser.begin("beta")
    assert (await browser.get(decided(second, realm=OTHER_REALM))).status_code == 200
    assert (await browser.get(decided(first, realm=books.intuit.realm_id))).status_code == 200
    assert (await books.block("acme")).realm_id == books.intuit.realm_id
    assert (await books.block("beta")).realm_id == OTHER_REALM


async def test_a_connection_keeps_its_company(store: Store, books: Books, browser: Browser) -> None:
    await browser.consent(realm=books.intuit.realm_id)
    before = await books.block(), await shared(store, books)
    page = await browser.consent(realm=OTHER_REALM)
    assert page.status_code == 409
    assert f"belongs to company {books.intuit.realm_id}" in page.text and "Intuit has taken it back" in page.text
    assert (await books.block(), await shared(store, books)) == before
    assert await shared(store, books, OTHER_REALM) is None
    assert books.alive(OTHER_REALM) == [True, False]  # the emulator's own first consent, and the unwanted one
    assert (await browser.consent(realm=books.intuit.realm_id)).status_code == 200


async def test_the_wrong_company_is_not_cut_off_from_the_connection_that_it_has(books: Books, browser: Browser) -> None:
    await books.connection("beta")
    await browser.consent("acme", realm=books.intuit.realm_id)
    await browser.consent("beta", realm=OTHER_REALM)
    exchanges = books.exchanges
    page = await browser.consent("acme", realm=OTHER_REALM)
    assert page.status_code == 409 and "Intuit keeps it as it was" in page.text
    assert books.exchanges == exchanges and all(books.alive(OTHER_REALM))


async def test_the_company_is_the_one_that_the_tokens_open(store: Store, books: Books, browser: Browser) -> None:
    back = decided(await browser.begin(), realm=OTHER_REALM)
    page = await browser.get(back.replace(OTHER_REALM, books.intuit.realm_id))
    assert page.status_code == 502
    assert (await books.block()).realm_id == "" and await shared(store, books) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"decision": "deny"}, "You did not allow it"),
        ({"error": "invalid_scope"}, "Intuit answered &#x27;invalid_scope&#x27;"),
        ({"error": "<script>alert(1)</script>"}, "Intuit answered with an error"),
    ],
)
async def test_without_consent_nothing_changes(
    books: Books, browser: Browser, change: dict[str, str], says: str
) -> None:
    at_intuit = await browser.begin()
    if "decision" in change:
        back = decided(at_intuit, **change)
    else:
        back = str(httpx.URL(f"{PUBLIC}{PATH}/callback", params={**change, "state": asked_of(at_intuit)["state"]}))
    page = await browser.get(back)
    assert page.status_code == 403 and says in page.text and "Start again" in page.text
    assert "<script" not in page.text
    assert books.exchanges == 0


@pytest.mark.parametrize("lacking", ["code", "realmId"])
async def test_an_answer_that_is_not_whole_is_no_consent(books: Books, browser: Browser, lacking: str) -> None:
    back = httpx.URL(decided(await browser.begin()))
    page = await browser.get(str(back.copy_remove_param(lacking)))
    assert page.status_code == 400 and "no code or no company" in page.text
    assert books.exchanges == 0


async def test_after_a_lost_answer_the_person_starts_again(store: Store, books: Books, browser: Browser) -> None:
    books.intuit.frame.faults.add(Fault("lost_after", TOKENS))
    page = await browser.consent()
    assert page.status_code == 502
    assert "gave no answer" in page.text and "Start again" in page.text
    assert books.exchanges == 1 and await shared(store, books) is None
    assert (await browser.consent()).status_code == 200


async def test_a_wrong_client_secret_is_named(books: Books, browser: Browser) -> None:
    await books.connection(client_secret="not-the-secret")
    page = await browser.consent()
    assert page.status_code == 502
    assert "client secret" in page.text and "not-the-secret" not in page.text


async def test_a_company_that_does_not_answer_is_not_connected(
    store: Store, books: Books, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.web.granting.LOOK_SECONDS", 0.2)
    books.intuit.frame.faults.add(Fault("slow", "companyinfo", seconds=1))
    page = await browser.consent()
    assert page.status_code == 502 and "did not answer" in page.text
    assert (await books.block()).realm_id == "" and await shared(store, books) is None


async def test_a_renewal_under_way_is_waited_for(store: Store, books: Books, browser: Browser) -> None:
    back = decided(await browser.begin())
    key = replace((await books.block()).account, realm_id=books.intuit.realm_id).session_key
    async with SharedSessions(store).renewal(key):
        consenting = asyncio.create_task(browser.get(back))
        await asyncio.sleep(0.4)
        assert books.exchanges == 0
    assert (await consenting).status_code == 200


async def test_the_shared_session_is_stored_before_the_block(
    store: Store, books: Books, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        kept = await shared(store, books)
        assert kept and books.intuit.tokens.connections[-1].refresh in kept.values.values()
        raise OSError("Prefect is gone")

    monkeypatch.setattr(QuickBooksOnlineCredentials, "asave", broken)
    page = await browser.consent()
    assert page.status_code == 503 and "Start again" in page.text
    assert "Prefect is gone" not in page.text


async def test_what_a_person_changed_in_the_block_meanwhile_stays(books: Books, browser: Browser) -> None:
    back = decided(await browser.begin())
    await books.connection(webhook_verifier_token="set-meanwhile")
    assert (await browser.get(back)).status_code == 200
    assert (await books.block()).webhook_verifier_token.get_secret_value() == "set-meanwhile"


async def test_pages_hold_no_secret_run_nothing_and_are_kept_nowhere(
    books: Books, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpcore").setLevel(logging.INFO)  # the emulator's own side of the wire is no log of ours
        at_intuit = await browser.begin()
        back = decided(at_intuit, realm=OTHER_REALM)
        pages = [await browser.get(back), await browser.get(back), await browser.consent(realm=books.intuit.realm_id)]
        pages.append(await browser.get(f"{PATH}/nobody/start"))
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name.split(".")[0] in {"deployments", "tasks"})
    newest = books.intuit.tokens.connections[-1]
    secrets = [asked_of(back)["code"], asked_of(at_intuit)["state"], newest.refresh, books.intuit.client_secret]
    secrets += [cookie.split(";")[0].partition("=")[2].strip('"') for cookie in browser.cookies_set[:1]]
    for page in pages:
        assert not [one for one in secrets if one in page.text]
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "script" not in page.headers["content-security-policy"] and "<script" not in page.text
    assert "Other &amp; Sons &lt;Ltd&gt;" in pages[0].text
    assert ours and not [one for one in secrets if one in ours]


async def test_where_to_begin_is_said(store: Store, books: Books, app: FastAPI, browser: Browser) -> None:
    for name in ("nobody", "No%20Name", "a%2Fb", "%3Cscript%3E"):
        page = await browser.get(f"{PATH}/{name}/start")
        assert page.status_code == 404 and "<script>" not in page.text
    moved = await Browser(app, "http://intranet:8000").get(f"{PATH}/acme/start")
    assert (moved.status_code, moved.headers["location"]) == (303, f"{PUBLIC}{PATH}/acme/start?moved=1&pair=")


async def test_without_a_public_address_only_this_machine_can_begin(store: Store, books: Books, runs: Runs) -> None:
    await books.connection()
    app = create_app(store, pairs=PAIRS, runs=runs, pace=QUICK, public_url="")
    async with app.router.lifespan_context(app):
        for address in ("https://connector.example", "http://10.0.0.1:8000", "http://localhost.evil.example"):
            page = await Browser(app, address).get(f"{PATH}/acme/start")
            assert page.status_code == 409 and "ML_CONNECTOR_PUBLIC_URL" in page.text
        by_number = await Browser(app, "http://127.0.0.1:8000").get(f"{PATH}/acme/start")
        assert by_number.headers["location"] == f"http://localhost:8000{PATH}/acme/start?moved=1&pair="
        here = Browser(app, "http://localhost:8000")
        at_intuit = await here.begin()
        assert asked_of(at_intuit)["redirect_uri"] == f"http://localhost:8000{PATH}/callback"
        assert "Secure" not in here.cookies_set[0]
        assert (await here.get(decided(at_intuit))).status_code == 200
