"""What `ml-connector check` finds out of BILL and a QuickBooks Online company, against both sandboxes over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from deployments import checking
from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.sample import CHART, CLASSES
from tests.sandbox.serving import served
from tests.unit.flows.books_desk import Desk, of

PUBLIC = "https://connector.example"
START = "/oauth/quickbooks-online/acme/start"


@pytest.fixture
def books() -> Iterator[tuple[QuickBooksSandbox, str]]:
    """Yields a QuickBooks Online company without vendors or documents, and its address."""
    sandbox = QuickBooksSandbox()
    with served(sandbox.app) as url:
        yield sandbox, url


@pytest.fixture
def desk(
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    bill: tuple[BillSandbox, str],
    books: tuple[QuickBooksSandbox, str],
) -> Desk:
    made = Desk(monkeypatch, store, bill, books)
    made.seed()
    return made


async def test_a_sound_connection_is_ready_and_nothing_was_written(desk: Desk) -> None:
    found = await desk.examine()
    assert [row for part in found for row in part.rows if row.verdict != "ok"] == []
    rows = {(row.system, row.what): row.detail for part in found for row in part.rows}
    assert rows["QuickBooks Online", "company"] == f"Sandbox Company_US_1, realm {desk.books.realm_id}"
    assert rows["QuickBooks Online", "edition"] == "QuickBooks Online Plus"
    assert rows["rules", "accounts in both"] == f"{len(CHART)} of {len(CHART)} BILL accounts are matched"
    assert rows["rules", "classes in both"] == f"{len(CLASSES)} of {len(CLASSES)} BILL classes are matched"
    assert rows["rules", "departments in both"] == "12 of 12 BILL departments are matched"
    assert rows["rules", "department classes"] == "12 of 12 BILL departments have a class"
    assert checking.exit_status(found) == 0
    for sandbox in (desk.bill, desk.books):
        written = [row.path for row in sandbox.frame.log if row.method != "GET"]
        assert all(path.endswith(("/query", "/login", "/tokens/bearer")) for path in written), written


async def test_a_connection_that_was_never_connected_says_where_to_connect_it(desk: Desk) -> None:
    desk.books_block |= {"realm_id": "", "refresh_token": ""}
    found = await desk.examine()
    [row] = found[1].rows
    assert (row.what, row.verdict) == ("sign-in", "error")
    assert "has not been connected yet" in row.detail
    assert START in row.detail
    assert ("read departments", "ok") in [(row.what, row.verdict) for row in found[0].rows]
    assert {row.verdict for row in found[2].rows} == {"unverified"}
    assert checking.exit_status(found) == 3


async def test_a_consent_that_is_over_says_where_to_give_it_again(desk: Desk) -> None:
    desk.books.revoke_all()
    found = await desk.examine()
    [row] = found[1].rows
    assert "must be connected again" in row.detail
    assert START in row.detail
    assert checking.exit_status(found) == 3


@pytest.mark.parametrize(
    ("days", "verdict", "said"), [(100, "ok", "ends on"), (29, "warning", "before."), (6, "warning", "now.")]
)
async def test_the_end_of_the_consent_is_announced(desk: Desk, days: int, verdict: str, said: str) -> None:
    desk.books.options(refresh_days=days)
    found = of(await desk.rows(), "consent")
    assert found[0] == verdict
    assert said in found[1]
    assert (START in found[1]) is (verdict == "warning")


async def test_a_company_without_purchase_orders_cannot_take_them_but_can_take_bills(desk: Desk) -> None:
    desk.books.set_preference(PurchaseOrderEnabled=False)
    verdict, said = of(await desk.rows(), "purchase orders")
    assert verdict == "error"
    assert "switched off" in said
    assert "'Use purchase orders'" in said
    assert checking.exit_status(await desk.examine()) == 1
    assert of(await desk.rows(target_entity="bill"), "purchase orders") == (
        "ok",
        "off, and not needed: bills become bills",
    )


async def test_an_edition_without_purchase_orders_names_who_must_change_it(desk: Desk) -> None:
    desk.books.set_preference(ClassTrackingPerTxnLine=False, TrackDepartments=False)
    desk.books.options(edition="QuickBooks Online Essentials")
    rows = await desk.rows()
    assert of(rows, "edition")[1] == "QuickBooks Online Essentials"
    verdict, said = of(rows, "purchase orders")
    assert verdict == "error"
    assert "Plus or Advanced" in said


async def test_numbers_currencies_and_the_closing_date_say_what_they_mean(desk: Desk) -> None:
    rows = await desk.rows()
    assert of(rows, "custom transaction numbers") == ("ok", "on")
    assert of(rows, "currencies") == ("ok", "USD alone: bills in other currencies are held")
    assert of(rows, "closing date") == ("ok", "none")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    desk.books.set_preference(UseCustomTxnNumbers=False, MultiCurrencyEnabled=True, BookCloseDate="2026-03-31")
    rows = await desk.rows()
    assert of(rows, "custom transaction numbers")[0] == "warning"
    assert "private note" in of(rows, "custom transaction numbers")[1]
    assert of(rows, "currencies") == ("ok", "home currency USD, multicurrency on")
    assert of(rows, "closing date") == ("ok", "2026-03-31: bills dated up to that day are held")
    assert of(await desk.rows(target_entity="bill"), "custom transaction numbers")[0] == "ok"
    desk.books.set_preference(BookCloseDate=tomorrow.isoformat())
    assert of(await desk.rows(), "closing date")[0] == "warning"


async def test_the_payables_account_must_be_one(desk: Desk) -> None:
    assert "2010 Trade Payables" in of(await desk.rows(), "payables account")[1]
    second = desk.books.add("Account", Name="Payables, old", AccountType="Accounts Payable")
    verdict, said = of(await desk.rows(), "payables account")
    assert verdict == "error"
    assert "set payables_account to one of" in said
    assert "Payables, old" in said
    assert of(await desk.rows(payables_account="2010"), "payables account")[0] == "ok"
    verdict, said = of(await desk.rows(payables_account="6010"), "payables account")
    assert verdict == "error", "an account of another type is none"
    for one in [row for row in desk.books.accounts.values() if row["AccountType"] == "Accounts Payable"]:
        desk.books.edit("Account", one["Id"], Active=False)
    assert second["Id"] in desk.books.accounts
    verdict, said = of(await desk.rows(), "payables account")
    assert verdict == "error"
    assert "no active account" in said


async def test_each_currency_needs_its_own_payables_account(desk: Desk) -> None:
    desk.books.set_preference(MultiCurrencyEnabled=True)
    for name in ("Payables EUR", "Payables EUR, old"):
        desk.books.add("Account", Name=name, AccountType="Accounts Payable", CurrencyRef={"value": "EUR"})
    verdict, said = of(await desk.rows(), "payables account")
    assert (verdict, said) == ("warning", "there are several in EUR: bills in these currencies are held")
    assert of(await desk.rows(payables_account="Payables EUR"), "payables account")[0] == "ok"
    home = next(row for row in desk.books.accounts.values() if row.get("AcctNum") == "2010")
    desk.books.edit("Account", home["Id"], Active=False)
    verdict, said = of(await desk.rows(payables_account="Payables EUR"), "payables account")
    assert verdict == "error"
    assert "there is none in USD" in said


async def test_payments_of_bills_need_a_bank_account(desk: Desk) -> None:
    assert ("QuickBooks Online", "payment account") not in await desk.rows()
    assert of(await desk.rows(target_entity="bill"), "payment account")[0] == "warning"
    assert of(await desk.rows(target_entity="bill", payment_account="9999"), "payment account")[0] == "error"
    verdict, said = of(await desk.rows(target_entity="bill", payment_account="6010"), "payment account")
    assert verdict == "error"
    assert "must be a bank account" in said
    assert of(await desk.rows(target_entity="bill", payment_account="1010"), "payment account")[0] == "ok"


async def test_notifications_are_off_without_a_verifier_token(desk: Desk) -> None:
    assert ("QuickBooks Online", "notifications") not in await desk.rows()
    row = (await desk.rows(PUBLIC))["QuickBooks Online", "notifications"]
    assert row.verdict == "warning"
    assert f"{PUBLIC}/webhooks/quickbooks-online" in row.detail
    desk.books_block["webhook_verifier_token"] = desk.books.verifier_token
    row = (await desk.rows(PUBLIC))["QuickBooks Online", "notifications"]
    assert row.verdict == "ok"
    assert desk.books.verifier_token not in row.detail
    assert (await desk.rows(PUBLIC))["BILL", "notifications"].verdict == "warning"


async def test_a_refused_login_at_bill_hides_nothing_of_quickbooks(desk: Desk) -> None:
    desk.bill_block["password"] = "Sesame-99"
    found = await desk.examine()
    assert [(row.what, row.verdict) for row in found[0].rows] == [("sign-in", "error")]
    assert {row.verdict for row in found[1].rows} == {"ok"}
    assert checking.exit_status(found) == 3
