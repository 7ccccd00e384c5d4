"""The QuickBooks Web Connector's calls, one by one: what each is answered, and what it leaves behind."""

import asyncio
import logging
from dataclasses import replace
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from deployments.web import brake
from deployments.web.web_connector import handing
from tasks.state import connector_sessions as sessions
from tasks.state import message_sets
from tasks.state.connector_sessions import Patience
from tasks.state.models import ConnectorSession
from tasks.state.store import Store
from tests.unit.web.connecting import (
    NAME,
    NAMESPACE,
    PAIR,
    PASSWORD,
    PATH,
    QUICK,
    USER,
    Blocks,
    Connector,
    Runs,
    connected,
    envelope_of,
    greeting_of,
    unslowed,
)
from tests.unit.web.reaching import until

KEY = (PAIR, NAME)
OTHER_FILE = "{11111111-2222-3333-4444-555555555555}"
ANSWER = '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs/></QBXML>'


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def blocks() -> Blocks:
    return Blocks()


def session(store: Store) -> ConnectorSession:
    found = sessions.latest(store, *KEY)
    assert found is not None
    return found


async def begun(store: Store) -> ConnectorSession:
    """Returns the session once its run is behind it."""
    await until(lambda: session(store).run_id)
    return session(store)


def put(store: Store, document: str = "<QBXML/>", **more: str) -> int:
    return message_sets.put(store, *KEY, document, **{"asker": "run-1", **more})


async def test_the_login_is_answered_byte_for_byte_as_the_web_connector_needs_it(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    async with connected(store, runs, blocks) as connector:
        answer = await connector.post(envelope_of("authenticate", strUserName=USER, strPassword=PASSWORD))
        before, _, rest = answer.text.partition("<string>")
        ticket, _, after = rest.partition("</string>")
    assert before == (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soap:Body><authenticateResponse xmlns="{NAMESPACE}"><authenticateResult>'
    )
    assert after == "<string></string></authenticateResult></authenticateResponse></soap:Body></soap:Envelope>"
    assert len(ticket) == 36
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"


async def test_versions_are_answered_to_anybody(store: Store, runs: Runs, blocks: Blocks) -> None:
    async with connected(store, runs, blocks) as connector:
        assert (await connector.ask("serverVersion"))[0].isdigit()
        assert await connector.ask("clientVersion", strVersion="2.3.0.215") == ""
        assert await connector.ask("clientVersion") == ""  # some stacks leave empty parameters out


async def test_the_stored_path_is_opened(store: Store, runs: Runs, blocks: Blocks) -> None:
    blocks.fields["company_file"] = PATH
    async with connected(store, runs, blocks) as connector:
        assert await connector.sign_in() == PATH


async def test_a_login_begins_one_run_of_everything(store: Store, runs: Runs, blocks: Blocks) -> None:
    async with connected(store, runs, blocks) as connector:
        assert await connector.sign_in() == ""
        assert (await begun(store)).run_id == "run-1"
    assert runs.started == [(PAIR, NAME, None, "web-connector")]


async def test_a_document_goes_out_and_its_answer_comes_back_byte_for_byte(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    document = '<?xml version="1.0"?>\r\n<QBXML>M&#252;ller &amp; "S\u00f6hne" <![CDATA[ ]]>\t</QBXML>\n'
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        number = put(store, document, set_id="abc")
        greeting = greeting_of(blocks.owner_id, blocks.file_id)
        assert await connector.send(greeting) == document
        assert message_sets.look(store, number).state == "out"
        sessions.progress(store, *KEY, 42)
        assert await connector.receive("<QBXML>\r\n&#11; ü</QBXML>") == 42
    found = message_sets.look(store, number)
    assert (found.state, store.vault.unseal(found.answer or b"")) == ("answered", "<QBXML>\n&#11; ü</QBXML>")
    kept = session(store)
    assert (store.vault.unseal(kept.greeting or b""), kept.company_file) == (greeting, PATH)


async def test_progress_is_a_whole_number_from_one_to_ninety_nine(store: Store, runs: Runs, blocks: Blocks) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        for percent, shown in ((0, 1), (50, 50), (100, 99)):
            sessions.progress(store, *KEY, percent)
            put(store)
            await connector.sent()
            assert await connector.receive(ANSWER) == shown


async def test_it_waits_by_noop_and_a_document_ends_the_pause_at_once(store: Store, runs: Runs, blocks: Blocks) -> None:
    async with connected(store, runs, blocks, replace(QUICK, hold=5.0)) as connector:
        await connector.sign_in()
        waiting = asyncio.create_task(connector.send())
        await asyncio.sleep(0.05)
        put(store, "<now/>")
        assert await asyncio.wait_for(waiting, 4) == "<now/>"
    async with connected(store, runs, blocks, replace(QUICK, bound=60)) as connector:
        connector.ticket = "unknown"
        assert (await connector.send(), "no session" in await connector.said()) == ("", True)


async def test_waiting_has_a_bound_and_then_the_run_waits_for_the_next_session(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        assert await connector.send() == ""
        assert await connector.said() == "NoOp"
        assert await connector.sent() == handing.GOODBYE
        assert await connector.receive(ANSWER) == 100
        assert await connector.close() == "OK"
        assert session(store).ended_because == sessions.RESTED
        await connector.sign_in()
        assert (await begun(store)).run_id == "run-1"
    assert len(runs.started) == 1


@pytest.mark.parametrize("knows", ["the run says so", "Prefect says so"])
async def test_a_run_that_is_over_ends_the_session_as_a_success(
    store: Store, runs: Runs, blocks: Blocks, knows: str
) -> None:
    async with connected(store, runs, blocks, replace(QUICK, bound=60)) as connector:
        await connector.sign_in()
        run_id = (await begun(store)).run_id
        if knows == "Prefect says so":
            runs.over.add(run_id)
        else:
            sessions.run_is_over(store, *KEY, run_id)
        assert await connector.sent() == handing.GOODBYE
        assert await connector.receive(ANSWER) == 100
        assert "complete" in await connector.said()
        assert await connector.close() == "OK"
    assert (session(store).ended_because, session(store).handed_out) == (sessions.DONE, 0)


async def test_work_that_comes_up_during_the_goodbye_is_done_in_the_same_session(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        assert await connector.sent() == handing.GOODBYE
        put(store, "<late/>")
        assert 0 < await connector.receive(ANSWER) < 100
        assert await connector.send() == "<late/>"


async def test_a_second_web_connector_is_told_that_the_first_is_at_work(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        second = Connector(connector.client)
        assert await second.sign_in() == "busy"
        assert await second.send() == ""
        assert await second.close()
        put(store)
        assert await connector.send() == "<QBXML/>"
        assert len(runs.started) == 1


async def test_after_a_silence_a_new_session_begins_and_the_old_ticket_is_refused(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    pace = replace(QUICK, patience=Patience(idle=0, working=0, flow=30, opening=0))
    async with connected(store, runs, blocks, pace) as connector:
        await connector.sign_in()
        lost = put(store)
        assert await connector.send() == ""  # it is over already
        again = Connector(connector.client)
        assert await again.sign_in() == ""
        assert "did not call for too long" in await connector.said()
        assert await connector.receive(ANSWER) == -1
        assert await connector.close() != "OK"
    assert message_sets.look(store, lost).state == "waiting"


async def test_the_silence_of_a_company_file_that_is_being_opened_is_longer(store: Store) -> None:
    patience = Patience(idle=0, working=60, flow=30, opening=60)
    assert sessions.begin(store, *KEY, "t1", patience)
    assert sessions.begin(store, *KEY, "t2", patience) is None
    sessions.note(store, session(store).id, waits_since=session(store).opened_at)
    assert sessions.begin(store, *KEY, "t2", patience)
    assert sessions.of_ticket(store, *KEY, "t1").ended_because == sessions.REPLACED  # type: ignore[union-attr]


async def test_a_wrong_name_password_or_connection_look_the_same(
    store: Store, runs: Runs, blocks: Blocks, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    unslowed(monkeypatch)
    caplog.set_level(logging.WARNING)
    async with connected(store, runs, blocks) as connector:
        stranger = Connector(connector.client, "nobody")
        assert await connector.sign_in(password="wrong") == "nvu"
        assert await connector.close()
        assert await connector.sign_in(username="wrong") == "nvu"
        assert await connector.sign_in("", "") == "nvu"
        assert await stranger.sign_in() == "nvu"
        assert await Connector(connector.client, "No-Such%0AName").sign_in() == "nvu"
        assert await connector.sign_in() == ""
    assert "Web Connector was refused" in caplog.text
    assert "s3cret" not in caplog.text and "wrong'" not in caplog.text


async def test_guessing_becomes_slower(
    store: Store, runs: Runs, blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[float] = []
    monkeypatch.setattr(brake, "asyncio", SimpleNamespace(sleep=lambda seconds: _noted(delays, seconds)))
    async with connected(store, runs, blocks) as connector:
        for name in (NAME, "nobody"):
            for _ in range(6):
                await Connector(connector.client, name).sign_in(password="wrong")
    assert delays == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2.0] * 2)


async def _noted(delays: list[float], seconds: float) -> None:
    delays.append(seconds)


async def test_without_a_password_in_the_block_nobody_signs_in(
    store: Store, runs: Runs, blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    unslowed(monkeypatch)
    blocks.fields["password"] = SecretStr(" ")
    async with connected(store, runs, blocks) as connector:
        assert [await connector.sign_in(password=one) for one in ("", " ")] == ["nvu", "nvu"]


async def test_when_credentials_cannot_be_read_it_comes_again_in_a_minute(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    blocks.down = True
    async with connected(store, runs, blocks) as connector:
        assert (await connector.ask("authenticate", strUserName=USER, strPassword=PASSWORD))[1:] == ["busy", "60"]


async def test_another_company_file_is_refused_before_anything_is_sent(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        number = put(store)
        assert await connector.send(greeting_of(blocks.owner_id, OTHER_FILE, "Bcme Ltd")) == ""
        said = await connector.said()
        assert "Bcme Ltd" in said and PATH in said and "Open" in said
        assert await connector.close() == said
    assert (message_sets.look(store, number).state, session(store).ended_because) == ("waiting", said)


async def test_a_company_file_that_others_stamped_or_nobody_did_is_accepted(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    for greeting in (greeting_of(OTHER_FILE, OTHER_FILE), "", greeting_of(blocks.owner_id, blocks.file_id.lower())):
        async with connected(store, runs, blocks) as connector:
            await connector.sign_in()
            put(store)
            assert await connector.send(greeting) == "<QBXML/>"
            await connector.close()


async def test_a_file_that_tells_nothing_of_itself_is_refused_where_another_one_was_worked_on(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    async with connected(store, runs, blocks) as connector:
        for path, sent in ((PATH, "<QBXML/>"), (r"C:\QB\Other.qbw", ""), (PATH.upper(), "<QBXML/>")):
            await connector.sign_in()
            put(store)
            assert await connector.send(greeting_of(OTHER_FILE, OTHER_FILE), path=path) == sent
            await connector.close()


async def test_an_unreadable_greeting_is_refused_with_a_text(store: Store, runs: Runs, blocks: Blocks) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        assert await connector.send("<QBXML><unfinished>") == ""
        assert "could not be read" in await connector.said()


async def test_a_failure_of_quickbooks_ends_the_session_with_its_words(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        number = put(store)
        await connector.sent()
        assert await connector.receive("", "0x80040414", "A modal dialog is open") == -1
        assert "dialog" in await connector.said()
        assert session(store).ended_because == "QuickBooks: A modal dialog is open"
        assert await connector.close() == await connector.said()
    assert (message_sets.look(store, number).state, message_sets.look(store, number).hresult) == (
        "failed",
        "0x80040414",
    )


async def test_a_document_that_quickbooks_cannot_read_ends_nothing(store: Store, runs: Runs, blocks: Blocks) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        number = put(store)
        await connector.sent()
        assert await connector.receive("", "0x80040400", "QuickBooks found an error when parsing") == 1
        put(store, "<half/>")
        assert await connector.send() == "<half/>"
    assert message_sets.look(store, number).state == "failed"


async def test_a_company_file_that_cannot_be_opened_is_tried_once_as_the_open_one(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    blocks.fields["company_file"] = PATH
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        assert await connector.failed("0x80040406", "not found") == ""
        assert await connector.failed("0x80040417", "no file is open") == "done"
        said = await connector.said()
        assert "0x80040417" in said and "QuickBooks" in said
        assert await connector.close() == said
    blocks.fields["company_file"] = ""
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        assert await connector.failed("0x80040418", "not granted") == "done"
        assert "Admin" in await connector.said()
