"""A fresh installation for each end-to-end test."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.books import Books
from tests.e2e.desktop import Desktop
from tests.e2e.installation import Installation
from tests.sandbox.bill import BillSandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served


@pytest.fixture
def installation(prefect_api: str, tmp_path: Path, database_url: str) -> Iterator[Installation]:
    """Yields an installation with empty vendors, whose names no other test uses."""
    own = secrets.token_hex(4)
    bill = BillSandbox(organization_id=f"00802E2E{own.upper()}00001")
    qad = QadSandbox()
    with ExitStack() as serving:
        bill_url, qad_url = (serving.enter_context(served(one.app)) for one in (bill, qad))
        yield Installation(tmp_path, prefect_api, database_url, bill=bill, qad=qad, bill_url=bill_url, qad_url=qad_url)


@pytest.fixture
def books(prefect_api: str, tmp_path: Path, database_url: str) -> Iterator[Books]:
    """Yields an installation of BILL and QuickBooks Online with empty vendors, whose names no other test uses."""
    own = secrets.token_hex(4)
    bill = BillSandbox(organization_id=f"00802E2E{own.upper()}00002")
    quickbooks = QuickBooksSandbox(realm_id=f"93414{secrets.randbelow(10**11):011d}")
    with ExitStack() as serving:
        bill_url, quickbooks_url = (serving.enter_context(served(one.app)) for one in (bill, quickbooks))
        yield Books(
            tmp_path,
            prefect_api,
            database_url,
            bill=bill,
            quickbooks=quickbooks,
            bill_url=bill_url,
            quickbooks_url=quickbooks_url,
        )


@pytest.fixture
def desktop(prefect_api: str, tmp_path: Path, database_url: str) -> Iterator[Desktop]:
    """Yields an installation of BILL and QuickBooks Desktop with empty books, whose names no other test uses."""
    bill = BillSandbox(organization_id=f"00802E2E{secrets.token_hex(4).upper()}00003")
    with served(bill.app) as url:
        yield Desktop(tmp_path, prefect_api, database_url, bill=bill, bill_url=url)
