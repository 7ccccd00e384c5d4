"""With a real Prefect server: blocks are found, and a missing deployment is told from a server that is down."""

import time

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import BlockDocumentCreate
from prefect.settings import PREFECT_API_URL, temporary_settings
from pydantic import SecretStr

from blocks.bill.credentials import BillCredentials
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from deployments.web.connections import load_all_from_prefect, load_from_prefect
from deployments.web.flow_runs import NotStartedError, PrefectFlowRuns
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.qad_bill.rules import QadBillConnection
from flows.registry import PAIRS


@flow(name="qad-bill")
def nothing(connection: str, streams: list[str] | None = None) -> None:
    """Stands for a pair's flow."""


@pytest.mark.usefixtures("with_prefect")
async def test_blocks_are_loaded_and_runs_started() -> None:
    bill = BillCredentials(
        username="u",
        password=SecretStr("p"),
        organization_id="008",
        developer_key=SecretStr("d"),
        webhook_security_keys=[SecretStr("k1"), SecretStr("k2")],
    )
    await bill.save("new-bill")
    await QadBillConnection(qad="new-qad", bill="new-bill").save("new")
    await QadBillConnection(qad="new-qad", bill="missing").save("half")
    pair = PAIRS["qad-bill"]
    loaded = await load_from_prefect(pair, "new", "bill")
    assert isinstance(loaded, BillCredentials)
    assert [key.get_secret_value() for key in loaded.webhook_security_keys] == ["k1", "k2"]
    assert await load_from_prefect(pair, "half", "bill") is None
    assert await load_from_prefect(pair, "nobody", "bill") is None

    runs = PrefectFlowRuns()
    assert await runs.reachable()
    with pytest.raises(NotStartedError, match="no deployment"):
        await runs.start("qad-bill", "new", ["payments"])
    deployment = await nothing.to_deployment(name="new")  # type: ignore[misc]
    await deployment.apply()
    run_id = await runs.start("qad-bill", "new", ["payments"])
    assert not await runs.is_over(run_id)
    assert await runs.is_over("00000000-0000-0000-0000-000000000000")


@pytest.mark.usefixtures("with_prefect")
async def test_all_connections_are_loaded_and_a_broken_one_is_no_harm_to_the_others() -> None:
    pair = PAIRS["bill-quickbooks-online"]
    before = set(await load_all_from_prefect(pair, "quickbooks_online"))
    books = QuickBooksOnlineCredentials(client_id="c", client_secret=SecretStr("s"), realm_id="934")
    document_id = await books.asave("books")
    async with get_client() as client:
        kept = await client.read_block_document(document_id)
        kind = {"block_schema_id": kept.block_schema_id, "block_type_id": kept.block_type_id}
        await client.create_block_document(BlockDocumentCreate(name="broken", data={}, **kind))
    for name, block in (("one", "books"), ("two", "books"), ("three", "broken"), ("four", "missing")):
        await BillQuickBooksOnlineConnection(bill="b", quickbooks_online=block).asave(name)
    found = await load_all_from_prefect(pair, "quickbooks_online")
    assert set(found) - before == {"one", "two"}
    assert isinstance(found["one"], QuickBooksOnlineCredentials) and found["one"].realm_id == "934"
    assert found["one"].client_secret.get_secret_value() == "s"


async def test_a_server_that_is_down_is_named() -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:1/api"}):
        began = time.monotonic()
        runs = PrefectFlowRuns()
        assert not await runs.reachable()
        assert not await runs.is_over("00000000-0000-0000-0000-000000000000")
        with pytest.raises(NotStartedError, match="Prefect cannot be reached"):
            await runs.start("qad-bill", "acme", ["payments"])
        with pytest.raises(Exception, match=r".") as failure:
            await load_from_prefect(PAIRS["qad-bill"], "acme", "bill")
        assert not isinstance(failure.value, ValueError)  # which would say that there is none
        assert time.monotonic() - began < 25
