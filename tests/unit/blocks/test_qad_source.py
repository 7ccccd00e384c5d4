"""Reading what changed in QAD: pages that go on after a failure, and never end before the list does."""

from datetime import UTC, datetime

import pytest

from blocks.errors import TransientError
from blocks.qad.client import QadClient
from blocks.qad.credentials import QadCredentials
from blocks.qad.models import Supplier
from blocks.qad.source import QadSource
from tests.sandbox.faults import Fault
from tests.sandbox.qad import QadSandbox
from tests.sandbox.serving import served

NOW = datetime(2100, 1, 1, tzinfo=UTC)


async def read_all(source: QadSource, qad: QadSandbox, failing: int) -> list[str]:
    """Returns the ids of all pages; the call for page `failing` fails once, and is asked for again."""
    ids: list[str] = []
    cursor: str | None = ""
    number = 0
    while cursor is not None:
        number += 1
        if number == failing:
            qad.frame.faults.add(Fault("status", match="GET", times=4, status=503))
            with pytest.raises(TransientError):
                await source.page(None, NOW, cursor)
            qad.frame.faults.clear()
        page = await source.page(None, NOW, cursor)
        ids += [row.id for row in page.rows]
        cursor = page.following
    return ids


@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_a_page_that_failed_is_read_again_and_nothing_is_left_out(
    failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_ALLOW_PRIVATE_HOSTS", "1")
    qad = QadSandbox()
    qad.generate(suppliers=30, invoices=0)
    with served(qad.app) as url:
        credentials = QadCredentials(
            base_url=f"{url}{qad.context}",
            username=qad.username,
            password=qad.password,
            workspace=qad.workspace,
            profile={"browsing": {"page_size": 10}},
        )
        client = QadClient(credentials.account, first_wait=0.001)
        async with client:
            source = QadSource(client, "supplier", Supplier, key=("shared_set", "code"), one_by="code")
            ids = await read_all(source, qad, failing)
    assert sorted(ids) == sorted(qad.suppliers)
