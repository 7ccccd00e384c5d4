"""Whole cycles over real HTTP: a run and a Web Connector meet, whichever process is called, and whoever goes away."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from blocks.errors import AnswerLostError, AwayError
from deployments.web.meters import Meters
from tasks.state import connector_sessions as sessions
from tasks.state.connector_sessions import Patience
from tasks.state.desktop_channel import DesktopChannel
from tasks.state.store import Store
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.zeep_connector import ZeepConnector, zeep_cycle
from tests.unit.web.connecting import (
    NAME,
    PAIR,
    PAIRS,
    PASSWORD,
    QUICK,
    USER,
    Blocks,
    Connector,
    Runs,
    app_of,
    connected,
    envelope_of,
    listening_apps,
)
from tests.unit.web.reaching import until

KEY = (PAIR, NAME)
PACE = replace(QUICK, bound=20)
READ = (
    '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    '<AccountQueryRq requestID="{}"/></QBXMLMsgsRq></QBXML>'
)


class Working(Runs):
    """Begins a run that asks QuickBooks, in this process, and is over afterwards."""

    def __init__(self, store: Store, work: Callable[[DesktopChannel], Coroutine[Any, Any, Any]]) -> None:
        super().__init__()
        self.store, self.work = store, work
        self.tasks: list[asyncio.Task[Any]] = []

    async def start(self, pair: str, connection: str, *rest: Any, **more: Any) -> str:
        run_id = await super().start(pair, connection, *rest, **more)
        channel = DesktopChannel(self.store, pair, connection, run_id, wait=10)
        self.tasks.append(asyncio.create_task(self._run(channel)))
        return run_id

    async def _run(self, channel: DesktopChannel) -> None:
        try:
            await self.work(channel)
        finally:
            await channel.finish()


async def three_questions(channel: DesktopChannel) -> None:
    """Asks three times and reports how far it is."""
    assert "Acme Co" in await channel.greeting()
    for number in (1, 2, 3):
        answer = await channel.exchange(READ.format(number))
        assert f'requestID="{number}"' in answer
        await channel.progress(number * 30)


def simulated(url: str, company: CompanyFile, blocks: Blocks, pause: float = 0.01) -> WebConnector:
    connector = WebConnector(company, pause=pause)
    connector.connect(url, USER, PASSWORD, blocks.owner_id, blocks.file_id)
    return connector


def test_the_web_connector_carries_a_run_from_its_login_to_its_end(store: Store) -> None:
    runs, blocks, company = Working(store, three_questions), Blocks(), CompanyFile()
    with listening_apps(app_of(store, runs, blocks, PACE)) as (url,):
        cycle = simulated(url, company, blocks).cycle()
    assert (cycle.error, cycle.code, cycle.completed, cycle.status) == ("", "", True, "OK")
    assert cycle.percents[-1] == 100 and cycle.percents == sorted(cycle.percents)
    assert cycle.round_trips == 4  # the goodbye is one
    found = sessions.latest(store, *KEY)
    assert found is not None and (found.ended_because, found.handed_out) == (sessions.DONE, 3)


def test_a_client_that_others_wrote_makes_the_same_cycle_from_our_description(store: Store) -> None:
    runs, blocks, company = Working(store, three_questions), Blocks(), CompanyFile()
    company.stamp(blocks.owner_id, blocks.file_id)
    with listening_apps(app_of(store, runs, blocks, PACE, public_url="")) as (url,):
        cycle = zeep_cycle(f"{url}?wsdl", USER, PASSWORD, company, pause=0.01, owner_id=blocks.owner_id)
    assert (cycle.error, cycle.completed, cycle.status) == ("", True, "OK")
    assert cycle.round_trips == 4


def test_the_description_names_the_public_address_and_eight_operations(store: Store, tmp_path: Any) -> None:
    with listening_apps(app_of(store, Runs(), Blocks(), public_url="")) as (url,):
        client = ZeepConnector(f"{url}?WSDL")
        operations = set(client._service._operations)
        client.close()
    assert operations == {
        "serverVersion", "clientVersion", "authenticate", "sendRequestXML", "receiveResponseXML", "connectionError",
        "getLastError", "closeConnection",
    }  # fmt: skip


async def test_a_page_for_people_is_at_the_same_address(store: Store) -> None:
    async with connected(store, Runs(), Blocks()) as connector:
        page = await connector.client.get("/qbwc/acme")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert (await connector.client.head("/qbwc/acme")).status_code == 200
        assert "support" in page.text
        described = await connector.client.get("/qbwc/acme?wsdl")
        assert described.headers["content-type"] == "text/xml; charset=utf-8"
        assert 'location="https://sync.example.com/qbwc/acme"' in described.text


async def test_several_processes_serve_one_session(store: Store) -> None:
    runs, blocks = Working(store, three_questions), Blocks()
    company = CompanyFile(file_id=blocks.file_id, owner_id=blocks.owner_id)
    async with connected(store, runs, blocks, PACE) as first, connected(store, Runs(), blocks, PACE) as second:
        turns = [first, second]

        def at_turn() -> Connector:
            turns.reverse()
            turns[0].ticket = first.ticket or second.ticket
            return turns[0]

        assert await first.sign_in() == ""
        greeting, percent, questions = company.greeting(blocks.owner_id), 0, 0
        async with asyncio.timeout(20):
            while percent < 100:
                document = await at_turn().send(greeting)
                greeting = ""
                if not document:
                    assert await at_turn().said() == "NoOp"
                    continue
                questions += 1
                percent = await at_turn().receive(company.process(document))
        assert await at_turn().close() == "OK"
        await asyncio.gather(*runs.tasks)
    assert questions == 4


async def test_an_answer_is_lost_when_the_web_connector_asks_for_more_without_it(store: Store) -> None:
    lost: list[BaseException] = []

    async def work(channel: DesktopChannel) -> None:
        try:
            await channel.exchange("<first/>", set_id="abc")
        except AnswerLostError as error:
            lost.append(error)
        assert await channel.exchange("<second/>") == "<answer/>"

    runs = Working(store, work)
    async with connected(store, runs, Blocks(), PACE) as connector:
        await connector.sign_in()
        assert await connector.sent() == "<first/>"
        assert await connector.sent() == "<second/>"
        assert len(lost) == 1
        assert await connector.receive("<answer/>") == 1
        assert await connector.receive("<answer/>") == -1  # nothing is out
        assert "had not asked" in await connector.said()
        await asyncio.gather(*runs.tasks)


@pytest.mark.parametrize("end", ["closes", "cannot open QuickBooks", "fails in QuickBooks", "goes away"])
async def test_a_run_learns_why_its_web_connector_is_gone(store: Store, end: str) -> None:
    seconds = 0.3 if end == "goes away" else 30
    patience = Patience(idle=seconds, working=seconds, flow=30, opening=30)
    errors: list[AwayError | AnswerLostError] = []

    async def work(channel: DesktopChannel) -> None:
        try:
            await replace(channel, patience=patience).exchange("<document/>")
        except (AwayError, AnswerLostError) as error:
            errors.append(error)

    runs = Working(store, work)
    async with connected(store, runs, Blocks(), replace(PACE, patience=patience)) as connector:
        await connector.sign_in()
        if end == "cannot open QuickBooks":
            await connector.failed("0x80040408", "could not start")
        else:
            assert await connector.sent() == "<document/>"
        if end == "fails in QuickBooks":
            await connector.receive("", "0x80040402", "unexpected")
        if end == "closes":
            await connector.close()
        await until(lambda: errors)
        await asyncio.gather(*runs.tasks)
    expected = {"cannot open QuickBooks": "0x80040408", "fails in QuickBooks": "0x80040402"}
    assert expected.get(end, "while QuickBooks worked") in str(errors[0])
    found = sessions.latest(store, *KEY)
    assert found is not None and found.ended_at is not None


async def test_what_the_session_begins_with_is_told_to_the_run(store: Store) -> None:
    seen: list[Any] = []

    async def work(channel: DesktopChannel) -> None:
        await channel.greeting()
        seen.append(await channel.opening())

    async def opening(_store: Store, connection: str) -> str:
        return READ.format(connection)

    runs, blocks = Working(store, work), Blocks()
    company = CompanyFile(file_id=blocks.file_id, owner_id=blocks.owner_id)
    pairs = {PAIR: PAIRS[PAIR]._replace(opening=opening)}
    async with connected(store, runs, blocks, PACE, pairs=pairs) as connector:
        await connector.sign_in()
        document = await connector.sent(company.greeting(blocks.owner_id))
        assert await connector.receive(company.process(document)) == 1
        await asyncio.gather(*runs.tasks)
        assert await connector.sent() and await connector.receive("<goodbye/>") == 100
    assert seen[0].document == READ.format(NAME) and "AccountRet" in seen[0].answer


async def test_calls_are_counted_and_the_last_contact_is_told(store: Store) -> None:
    runs, blocks = Runs(), Blocks()
    began = time.time()
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        await connector.send()
        await connector.post(envelope_of("dropTables"))
        await connector.post("no XML")
        text = (await connector.client.get("/metrics")).text
    counted = 'ml_connector_web_connector_calls_total{operation="%s",outcome="%s"} 1.0'
    for pair in (("authenticate", "accepted"), ("sendRequestXML", "waits"), ("unknown", "fault"), ("none", "fault")):
        assert counted % pair in text
    assert f'ml_connector_web_connector_sessions_live{{connection="{NAME}",pair="{PAIR}"}} 1.0' in text
    contact = next(line for line in text.splitlines() if line.startswith("ml_connector_web_connector_last_contact"))
    assert float(contact.split()[-1]) >= began - 1
    held = next(line for line in text.splitlines() if line.startswith("ml_connector_web_connector_held_seconds_sum"))
    assert float(held.split()[-1]) >= QUICK.hold


def test_the_time_of_an_answer_is_told_without_what_it_was_held_up() -> None:
    meters = Meters()
    meters.called("sendRequestXML", "waits", 2.0, 1.5)
    text = meters.text([]).decode()
    for name, seconds in (("answer", 0.5), ("held", 1.5)):
        assert f'ml_connector_web_connector_{name}_seconds_sum{{operation="sendRequestXML"}} {seconds}' in text
