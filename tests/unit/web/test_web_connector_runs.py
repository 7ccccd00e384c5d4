"""The flow run behind a session: begun, joined, or not to be had; and what the session begins with."""

from typing import Any

import pytest

from deployments.web.web_connector import handing
from tasks.state import connector_sessions as sessions
from tasks.state import message_sets
from tasks.state.models import ConnectorSession
from tasks.state.store import Store
from tests.unit.web.connecting import (
    NAME,
    PAIR,
    PAIRS,
    Blocks,
    Runs,
    connected,
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


async def test_if_no_run_can_begin_people_are_told_what_to_do(store: Store, runs: Runs, blocks: Blocks) -> None:
    runs.trouble = "it has no deployment; run `ml-connector apply` with its connection file"
    async with connected(store, runs, blocks) as connector:
        assert await connector.sign_in() == ""
        await until(lambda: session(store).ended_at)
        assert await connector.send() == ""
        assert "ml-connector apply" in await connector.said()
        assert "ml-connector apply" in await connector.close()
        runs.trouble = ""
        assert await connector.sign_in() == ""
        assert (await begun(store)).run_id == "run-1"


async def test_a_run_of_an_earlier_session_that_nobody_can_ask_about_is_not_waited_for(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        await begun(store)
        await connector.close()
        runs.up = False
        await connector.sign_in()
        await until(lambda: session(store).ended_at)
        assert "cannot be reached" in await connector.said()


async def test_a_run_that_waits_already_is_joined(store: Store, runs: Runs, blocks: Blocks) -> None:
    put(store, "<waits/>", asker="started by hand")
    async with connected(store, runs, blocks) as connector:
        await connector.sign_in()
        assert await connector.sent() == "<waits/>"
        await connector.receive(ANSWER)
        assert await connector.sent() == handing.GOODBYE  # after the bound: nobody can tell whether it is over
    assert runs.started == []


async def test_a_session_begins_with_the_opening_document_and_with_no_older_one(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    made: list[str] = []

    async def opening(_store: Store, connection: str) -> str:
        made.append(connection)
        return f"<opening number='{len(made)}'/>"

    pairs: Any = {PAIR: PAIRS[PAIR]._replace(opening=opening)}
    async with connected(store, runs, blocks, pairs=pairs) as connector:
        await connector.sign_in()
        await connector.close()
        await connector.sign_in()
        assert await connector.send() == "<opening number='2'/>"
        await connector.receive("<answer/>")
        assert await connector.send() == ""
    found = message_sets.opening(store, session(store))
    assert found is not None and found.state == "answered"


async def test_a_session_begins_without_an_opening_document_that_cannot_be_made(
    store: Store, runs: Runs, blocks: Blocks
) -> None:
    async def opening(_store: Store, _connection: str) -> str:
        raise RuntimeError("no")

    pairs: Any = {PAIR: PAIRS[PAIR]._replace(opening=opening)}
    async with connected(store, runs, blocks, pairs=pairs) as connector:
        assert await connector.sign_in() == ""
        put(store)
        assert await connector.send() == "<QBXML/>"
