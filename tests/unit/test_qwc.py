"""The .QWC file: the Web Connector takes it, it holds no password, and it is the same each time."""

from typing import Any, ClassVar

import pytest
from lxml import etree
from prefect.blocks.core import Block
from pydantic import SecretStr, ValidationError

from blocks.bill.credentials import BillCredentials
from blocks.errors import ConfigurationError
from blocks.quickbooks_desktop.account import OWNER_ID, QuickBooksDesktopAccount
from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials
from deployments import checking, qwc
from deployments.config import Settings
from flows.connection import Connection
from flows.registry import CREDENTIALS, Pair
from tests.sandbox.quickbooks_desktop.qwc import QwcFile
from tests.unit.web.connecting import Blocks

BASE = "https://sync.example.com"


class DesktopConnection(Connection):
    """A connection with a company file."""

    systems: ClassVar[dict[str, type[Block]]] = {
        "bill": BillCredentials,
        "quickbooks_desktop": QuickBooksDesktopCredentials,
    }
    bill: str = "acme-bill"
    quickbooks_desktop: str = "acme-books"

    @classmethod
    async def named(cls, name: str) -> Any:
        if name != "acme":
            raise ConfigurationError("no")
        return cls()

    async def sides(self) -> list[Any]:
        return [None, QuickBooksDesktopCredentials(**Blocks().fields, run_every_minutes=15)]


class OtherConnection(Connection):
    """A connection without one."""

    systems: ClassVar[dict[str, type[Block]]] = {"bill": BillCredentials}

    @classmethod
    async def named(cls, name: str) -> Any:
        if name != "elsewhere":
            raise ConfigurationError("no")


@pytest.fixture(autouse=True)
def pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    flow: Any = None
    known = {"bill-quickbooks-desktop": Pair(flow, DesktopConnection, {}), "qad-bill": Pair(flow, OtherConnection, {})}
    monkeypatch.setattr(qwc, "PAIRS", known)
    monkeypatch.setattr(checking, "PAIRS", known)


async def test_the_web_connector_takes_the_file_and_the_rest_is_said_elsewhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await qwc.qwc("acme", Settings(public_url=f"{BASE}/")) == 0
    printed, said = capsys.readouterr()
    file = QwcFile.parse(printed)
    assert (file.app_url, file.app_support) == (f"{BASE}/qbwc/acme", f"{BASE}/qbwc/acme")
    assert (file.user_name, file.owner_id) == ("acme-co", OWNER_ID)
    assert etree.fromstring(printed.encode()).findtext(".//RunEveryNMinutes") == "15"
    assert etree.fromstring(printed.encode()).findtext("AppName") == "ml-connector acme"
    assert "assword" not in printed and "s3cret" not in printed + said
    assert "single-user mode" in said and "password" in said and "acme-books" in said
    await qwc.qwc("bill-quickbooks-desktop/acme", Settings(public_url=BASE))
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "is not set"),
        ("http://sync.example.com", "plain http"),
        ("https://192.0.2.7", "IP addresses"),
        ("http://127.0.0.1:8000", "IP addresses"),
        ("https://[2001:db8::1]", "IP addresses"),
        ("sync.example.com", "not a plain address"),
        ("https://user:secret@sync.example.com", "not a plain address"),
    ],
)
async def test_an_address_that_the_web_connector_refuses_is_an_error(
    url: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConfigurationError, match=why) as error:
        await qwc.qwc("acme", Settings(public_url=url))
    assert error.value.remedy and "secret" not in str(error.value)
    assert capsys.readouterr().out == ""


async def test_plain_http_will_do_on_the_machine_itself() -> None:
    assert qwc.address("http://localhost:8000/") == "http://localhost:8000"


async def test_a_connection_without_a_company_file_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="has no QuickBooks Desktop"):
        await qwc.qwc("elsewhere", Settings(public_url=BASE))
    with pytest.raises(ConfigurationError, match="there is no connection"):
        await qwc.qwc("nobody", Settings(public_url=BASE))


def test_text_is_escaped() -> None:
    account = QuickBooksDesktopAccount('a <b> & "c"', "p", file_id="{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}")
    assert QwcFile.parse(qwc.description("acme", account, BASE, "bill")).user_name == 'a <b> & "c"'


def test_ids_are_stable_and_of_one_company_file_each() -> None:
    def account(**fields: Any) -> QuickBooksDesktopAccount:
        return QuickBooksDesktopCredentials(**{"username": "acme", "password": SecretStr("p"), **fields}).account

    assert account() == account(username=" acme ")
    assert account().file_id == "{5CE03416-6D48-5767-ADF6-8617929949CE}"
    assert account(username="other").file_id != account().file_id
    assert account(username="other").owner_id == account().owner_id == OWNER_ID
    given = "90a44fb5-33d9-4815-ac85-bc87a7e7d1eb"
    assert account(file_id=given).identity == f"quickbooks_desktop:{{{given.upper()}}}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"file_id": "acme"},
        {"owner_id": "{1}"},
        {"company_file": "none"},
        {"company_file": "Acme.qbw"},
        {"username": ""},
    ],
)
def test_what_the_web_connector_would_misread_is_refused_in_the_block(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        QuickBooksDesktopCredentials(**{"username": "acme", "password": SecretStr("p"), **wrong})


def test_the_block_is_known_and_shows_no_password() -> None:
    assert CREDENTIALS["quickbooks-desktop-credentials"] is QuickBooksDesktopCredentials
    block = QuickBooksDesktopCredentials(username="acme", password=SecretStr("hidden-word"))
    assert list(type(block).model_fields) == [
        "username", "password", "owner_id", "file_id", "company_file", "run_every_minutes",
    ]  # fmt: skip
    assert "hidden-word" not in repr(block) + repr(block.account) and block.secrets() == ["hidden-word"]
    assert block.run_every_minutes == 10
