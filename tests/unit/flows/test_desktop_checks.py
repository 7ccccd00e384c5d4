"""What `ml-connector check` finds out of BILL, and of a company file by what its Web Connector told last."""

from datetime import UTC, datetime, timedelta

import pytest

from deployments import checking
from tasks.state import connector_sessions as sessions
from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.sample import CHART, CLASSES
from tests.unit.flows.desktop_company_desk import Desk, of

PUBLIC = "https://connector.example"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, store: Store, bill: tuple[BillSandbox, str]) -> Desk:
    return Desk(monkeypatch, store, bill)


async def test_before_any_visit_it_says_how_to_connect_and_is_not_ready(desk: Desk) -> None:
    found = await desk.examine(PUBLIC)
    [row] = found[1].rows
    assert (row.what, row.verdict) == ("Web Connector", "error")
    for said in (PUBLIC, "`ml-connector qwc acme`", "single-user mode", "password", "Auto-Run"):
        assert said in row.detail
    assert checking.exit_status(found) == 1
    assert "ML_CONNECTOR_PUBLIC_URL" in (await desk.examine())[1].rows[0].detail


async def test_a_sound_connection_is_ready_and_nothing_was_written_to_bill(desk: Desk) -> None:
    desk.visited()
    desk.read()
    found = await desk.examine()
    assert [row for part in found for row in part.rows if row.verdict != "ok"] == []
    rows = {(row.system, row.what): row.detail for part in found for row in part.rows}
    assert rows["QuickBooks Desktop", "company"] == "Acme Co (QuickBooks Enterprise Solutions 24.0)"
    assert rows["QuickBooks Desktop", "company file"] == r"C:\QB\Acme.qbw, the one of this connection"
    assert rows["QuickBooks Desktop", "qbXML"] == "13.0"
    assert rows["QuickBooks Desktop", "last session"] == "complete (0 message sets)"
    assert rows["rules", "accounts in both"] == f"{len(CHART)} of {len(CHART)} BILL accounts are matched"
    assert rows["rules", "classes in both"] == (f"{len(CLASSES)} of {len(CLASSES)} BILL accounting classes are matched")
    assert checking.exit_status(found) == 0
    assert all(row.method == "GET" or row.path.endswith("/login") for row in desk.bill.frame.log)
    assert "turn-Key-42" not in str(rows)


@pytest.mark.parametrize(("minutes", "verdict"), [(29, "ok"), (31, "warning"), (5 * 24 * 60, "warning")])
async def test_silence_of_more_than_three_intervals_is_a_warning(desk: Desk, minutes: int, verdict: str) -> None:
    desk.visited(minutes_ago=minutes)
    found = of(await desk.rows(), "Web Connector")
    assert found[0] == verdict
    assert ("Auto-Run" in found[1]) is (verdict == "warning")


@pytest.mark.parametrize(
    ("ended", "verdict", "said"),
    [
        (sessions.DONE, "ok", "complete"),
        (sessions.RESTED, "ok", "the run went on"),
        (sessions.GONE, "warning", "stopped calling"),
        (sessions.CLOSED, "warning", "ended early"),
        (sessions.REPLACED, "warning", "signed in anew"),
        ("QuickBooks: a dialog is open", "error", "QuickBooks: a dialog is open"),
        ("", "ok", "under way now"),
    ],
)
async def test_how_the_last_session_ended_is_told(desk: Desk, ended: str, verdict: str, said: str) -> None:
    desk.visited(ended)
    found = of(await desk.rows(), "last session")
    assert found[0] == verdict
    assert said in found[1]


async def test_a_session_that_nobody_ended_and_nobody_calls_in_is_not_under_way(desk: Desk) -> None:
    desk.visited("", minutes_ago=60)
    assert of(await desk.rows(), "last session")[0] == "warning"


async def test_a_visit_without_quickbooks_leaves_the_company_untold(desk: Desk) -> None:
    desk.visited("could not open the company file", opened=False)
    rows = await desk.rows()
    assert of(rows, "company")[0] == "unverified"
    assert of(rows, "last session") == ("error", "could not open the company file")


async def test_another_company_file_and_an_old_quickbooks_are_errors(desk: Desk) -> None:
    desk.company.stamp("{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}", "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}")
    desk.company.options(highest_version="12.0")
    desk.visited()
    assert of(await desk.rows(), "company file")[0] == "ok", "another application's stamp is not ours"
    assert of(await desk.rows(), "qbXML")[0] == "error"
    desk.file_block["file_id"] = "{11111111-2222-3333-4444-555555555555}"
    verdict, said = of(await desk.rows(), "company file")
    assert verdict == "error"
    assert "belongs to another connection" in said


async def test_classes_numbers_currencies_and_the_closing_date_say_what_they_mean(desk: Desk) -> None:
    desk.visited()
    rows = await desk.rows()
    assert of(rows, "class tracking") == ("ok", "on: a line's class comes from its accounting class in BILL")
    assert of(rows, "currencies") == ("ok", "US alone: bills in other currencies are held")
    assert of(rows, "closing date") == ("ok", "none")
    desk.company.set_preference("IsUsingClassTracking", False)
    desk.company.set_preference("IsMultiCurrencyOn", True)
    desk.company.set_closing_date(datetime.now(UTC).date() + timedelta(days=1))
    desk.visited()
    rows = await desk.rows(classes={"Automotive": "Aerospace"})
    assert of(rows, "class tracking")[0] == "warning"
    assert "multicurrency on" in of(rows, "currencies")[1]
    assert of(rows, "closing date")[0] == "warning"
    assert ("rules", "classes in both") not in rows


async def test_the_accounts_that_the_rules_name_must_be_what_they_are_for(desk: Desk) -> None:
    desk.visited()
    assert of(await desk.rows(), "lists")[0] == "unverified"
    desk.read()
    assert of(await desk.rows(), "payables account") == ("ok", _called(desk, "Trade Payables"))
    verdict, said = of(await desk.rows(payables_account=""), "payables account")
    assert verdict == "warning"
    assert "Accounts Payable" in said
    verdict, said = of(await desk.rows(payables_account="6010"), "payables account")
    assert verdict == "error"
    assert of(await desk.rows(payment_account=""), "payment account")[0] == "warning"
    assert of(await desk.rows(payment_account="9999"), "payment account")[0] == "error"
    verdict, said = of(await desk.rows(payment_account="6010"), "payment account")
    assert verdict == "error"
    assert "must be a bank account" in said


async def test_mappings_and_accounts_without_a_counterpart_are_named(desk: Desk) -> None:
    desk.visited()
    desk.bill.seed_chart([{"number": "7999", "name": "Suspense", "type": "EXPENSE"}])
    desk.read()
    rows = await desk.rows(accounts={"6010": "nowhere"}, terms={"1": "Net 30", "2": "Net 999"}, vendors={"x": "new"})
    assert "7999" in of(rows, "accounts in both")[1]
    assert of(rows, "accounts mapping")[0] == "error"
    assert "2 to Net 999" in of(rows, "terms mapping")[1]
    assert of(rows, "mapped vendors")[0] == "error"


async def test_settings_that_cannot_work_are_named(desk: Desk) -> None:
    desk.visited()
    assert of(await desk.rows(), "vendor_edits") == (
        "ok",
        "where both sides were edited, ask: name, address, phone, email, account_number",
    )
    rows = await desk.rows(vendor_edits={"fone": "bill"}, schedule="*/5 * * * *", wait_for_web_connector_seconds=30)
    verdict, said = of(rows, "vendor_edits")
    assert verdict == "error"
    assert "there is no field fone" in said
    assert of(rows, "schedule")[0] == "warning"
    assert of(rows, "wait_for_web_connector_seconds")[0] == "warning"


async def test_credentials_without_a_password_let_nobody_in(desk: Desk) -> None:
    desk.file_block["password"] = ""
    verdict, said = of(await desk.rows(), "password")
    assert verdict == "error"
    assert "no Web Connector can sign in" in said


async def test_missing_credentials_of_bill_hide_nothing_of_quickbooks(desk: Desk) -> None:
    desk.visited()
    desk.bill_block = {}
    found = await desk.examine()
    assert "there is no block bill-credentials/acme-bill" in found[0].rows[0].detail
    rows = {row.what: row.verdict for row in found[1].rows}
    assert (rows["company"], rows["lists"]) == ("ok", "unverified")
    assert checking.exit_status(found) == 2


def _called(desk: Desk, name: str) -> str:
    [account] = [one for one in desk.company.accounts.values() if one["Name"] == name]
    return f"{account['AccountNumber']} {name} ({account['ListID']})"
