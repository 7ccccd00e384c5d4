"""A fresh installation of Procurify and QAD for each test; a test module names this one in `pytest_plugins`."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.procurify import Purchasing
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.serving import served


@pytest.fixture
def purchasing(prefect_api: str, tmp_path: Path, database_url: str) -> Iterator[Purchasing]:
    """Yields an installation with empty tenants; fails if anything was written to Procurify that must not be."""
    procurify = ProcurifySandbox(subdomain=f"hooli-{secrets.token_hex(4)}")
    qad = QadSandbox()
    with ExitStack() as serving:
        procurify_url, qad_url = (serving.enter_context(served(one.app)) for one in (procurify, qad))
        yield Purchasing(
            tmp_path,
            prefect_api,
            database_url,
            procurify=procurify,
            qad=qad,
            procurify_url=procurify_url,
            qad_url=qad_url,
        )
    assert procurify.forbidden_writes() == []
