"""What `ml-connector check` finds out of Procurify and QAD, against both sandboxes over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.procurify.credentials import ProcurifyCredentials
from blocks.qad.credentials import QadCredentials
from deployments import checking
from flows.checks import Finding, Findings, examined
from flows.procurify_qad.checks.systems import CHECKS
from flows.procurify_qad.rules import ProcurifyQadConnection
from tasks.state.store import Store
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.sample import CHART, DEPARTMENTS
from tests.sandbox.serving import served

ZONE = "America/Vancouver"


class Desk:
    """A connection whose blocks stand in for those that Prefect keeps."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, store: Store, procurify: tuple[ProcurifySandbox, str], qad: Any
    ) -> None:
        self.procurify, self.qad, self.store = procurify[0], qad[0], store
        self.rules: dict[str, Any] = {"site": "10-100", "bill_to": "10-100", "daybook_set": "STD", "time_zone": ZONE}
        self.procurify_block: dict[str, Any] = {
            "base_url": procurify[1], "subdomain": self.procurify.subdomain, "read_pause_seconds": 0,
            "client_id": self.procurify.client_id, "client_secret": self.procurify.client_secret,
        }  # fmt: skip
        self.qad_block: dict[str, Any] = {
            "base_url": qad[1], "username": self.qad.username, "password": self.qad.password,
            "workspace": self.qad.workspace,
        }  # fmt: skip
        monkeypatch.setattr(ProcurifyQadConnection, "named", self._connection)
        monkeypatch.setattr(ProcurifyCredentials, "aload", self._procurify)
        monkeypatch.setattr(QadCredentials, "aload", self._qad)

    def seed(self) -> None:
        """Both have the same accounts, departments and one supplier; QAD has bought from it before."""
        self.qad.seed(accounts=CHART, cost_centers=DEPARTMENTS, suppliers=[{"supplierCode": "10S1001"}])
        self.qad.add_order("PO1", [{}])
        self.qad.receive("PO1", 1, 1)
        self.qad.add_invoice(supplierCode="10S1001")
        self.procurify.seed_departments(DEPARTMENTS)
        self.procurify.seed_chart(CHART)
        self.vendor = self.procurify.add_vendor("Supplier 10S1001", "10S1001", currency="USD")["id"]
        self.account = self.procurify.account("6010")

    def order(self, number: str) -> dict[str, Any]:
        """Returns an order of that number which was placed in Procurify."""
        line = {"name": "Gloves", "quantity": "10", "price": "2.50", "account": self.account}
        return self.procurify.raise_po(self.vendor, [line], PO_Num=number)

    async def _connection(self, _name: str) -> ProcurifyQadConnection:
        return ProcurifyQadConnection.model_validate({"procurify": "acme-pf", "qad": "acme-qad", **self.rules})

    async def _procurify(self, _name: str) -> ProcurifyCredentials:
        return ProcurifyCredentials.model_validate(self.procurify_block)

    async def _qad(self, _name: str) -> QadCredentials:
        return QadCredentials.model_validate(self.qad_block)

    async def examine(self) -> list[Findings]:
        return await examined(ProcurifyQadConnection, "acme", CHECKS, store=self.store)

    async def rows(self, **rules: Any) -> dict[str, Finding]:
        """Returns what was found by these rules; of two rows of one name, the worse."""
        self.rules |= rules
        found = [row for part in await self.examine() for row in part.rows]
        return {row.what: row for row in sorted(found, key=lambda row: row.verdict == "error")}


@pytest.fixture
def procurify() -> Iterator[tuple[ProcurifySandbox, str]]:
    """Yields a Procurify tenant without records of its own, and its address."""
    sandbox = ProcurifySandbox(zone=ZONE)
    with served(sandbox.app) as url:
        yield sandbox, url


@pytest.fixture
def desk(
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    procurify: tuple[ProcurifySandbox, str],
    qad: tuple[QadSandbox, str],
) -> Desk:
    made = Desk(monkeypatch, store, procurify, qad)
    made.seed()
    return made


async def test_a_sound_connection_is_ready_and_nothing_was_written(desk: Desk) -> None:
    desk.procurify.bill([{"order_item": desk.order("PF-1")["order_items"][0]["id"], "quantity": 10}])
    found = await desk.examine()
    rows = {row.what: row for part in found for row in part.rows}
    bad = {row.what for part in found for row in part.rows if row.verdict not in {"ok", "valid"}}
    assert bad == {"entity purchase_order_line", "bill to", "daybook set"}, "QAD tells too little to judge these"
    assert rows["API user"].detail.startswith("role Superuser")
    assert rows["accounts in both"].detail == f"{len(CHART)} of {len(CHART)} QAD accounts are codes in Procurify"
    assert rows["cost centers"].detail == "12 of 12 departments have a cost center"
    assert checking.exit_status(found) == 0
    assert {row.method for row in desk.procurify.requests() if row.path != "/oauth/token"} == {"GET"}
    assert all("token" in row.path for row in desk.qad.frame.log if row.method != "GET")


@pytest.mark.parametrize("side", ["procurify", "qad"])
async def test_a_refused_login_hides_nothing_of_the_other_system(desk: Desk, side: str) -> None:
    if side == "procurify":
        desk.procurify_block["client_secret"] = "Sesame-99"
    else:
        desk.qad_block["password"] = "Sesame-99"
    found = await desk.examine()
    refused, other = (found[0], found[1]) if side == "procurify" else (found[1], found[0])
    assert [(row.what, row.verdict) for row in refused.rows] == [("sign-in", "error")]
    assert "Sesame-99" not in refused.rows[0].detail
    assert len(other.rows) > 5
    assert "error" not in {row.verdict for row in other.rows}
    assert ("suppliers in both", "unverified") in [(row.what, row.verdict) for row in found[2].rows]
    assert checking.exit_status(found) == 3


async def test_a_suspended_tenant_is_told_once_and_left_alone(desk: Desk) -> None:
    desk.procurify.options(suspended=True)
    found = await desk.examine()
    [row] = found[0].rows
    assert "suspended" in row.detail
    assert checking.exit_status(found) == 3
    asked = desk.procurify.requests()
    await desk.examine()
    assert desk.procurify.requests() == asked


@pytest.mark.parametrize(
    ("denied", "what"),
    [
        ("GET /api/v3/ap/bills/", "read bills"),
        ("GET /api/v2/purchase_orders/purchased", "read purchase orders"),
        ("GET /api/public/v1/payments/", "read payments"),
        ("GET /api/v3/accounts/", "read accounts"),
    ],
)
async def test_a_right_that_the_role_lacks_is_named_and_the_rest_is_asked(desk: Desk, denied: str, what: str) -> None:
    desk.procurify.options(denied=[denied])
    rows = await desk.rows()
    assert rows[what].verdict == "error"
    assert denied.split("?")[0] in rows[what].detail
    assert "administrator" in rows[what].detail
    others = [row.verdict for row in rows.values() if row.what.startswith("read ") and row.what != what]
    assert others == ["ok"] * len(others) and len(others) >= 8
    assert checking.exit_status(await desk.examine()) == 1


async def test_an_inactive_user_is_an_error(desk: Desk) -> None:
    desk.procurify.set_user(is_active=False)
    [row] = (await desk.examine())[0].rows
    assert (row.what, row.verdict, "user" in row.detail) == ("sign-in", "error", True)


async def test_vendors_that_share_a_code_or_have_none_are_named(desk: Desk) -> None:
    twin = desk.procurify.add_vendor("Supplier 10S1001 again", "10S1001")["id"]
    stray = desk.procurify.add_vendor("Corner Shop")["id"]
    desk.qad.add_supplier("10S1002", currencyCode="MXN")
    rows = await desk.rows()
    assert rows["external ids"].verdict == "warning"
    assert f"10S1001 ({desk.vendor} and {twin})" in rows["external ids"].detail
    assert f"Corner Shop ({stray})" in rows["vendors without a supplier"].detail
    assert "1 of 2 active QAD suppliers" in rows["suppliers in both"].detail
    assert "adopted by name or made: 10S1002" in rows["suppliers in both"].detail
    assert (rows["currencies in both"].verdict, "MXN" in rows["currencies in both"].detail) == ("warning", True)
    mapped = await desk.rows(suppliers={"10S1002": str(stray)})
    assert mapped["suppliers mapping"].verdict == "ok"
    assert mapped["vendors without a supplier"].detail == "none"
    assert (await desk.rows(suppliers={"10S1002": "1"}))["suppliers mapping"].verdict == "error"


async def test_what_the_rules_name_and_nobody_has_is_an_error(desk: Desk) -> None:
    rows = await desk.rows(
        default_departments=["Nowhere"],
        sites={"Nowhere": "10-200"},
        cost_centers={"Surface Mount Line": "999", "Attic": "100"},
        accounts=["6*", "9999"],
        tax_account="8888",
        other_invoice_status="AP-NONE",
    )
    for what, name in {
        "departments of accounts": "Nowhere", "mapped sites": "Nowhere", "mapped departments": "Attic",
        "cost centers mapping": "999", "mapped accounts": "9999", "tax account": "8888",
        "mapped invoice statuses": "AP-NONE",
    }.items():  # fmt: skip
        assert (rows[what].verdict, name in rows[what].detail) == ("error", True), what
    assert checking.exit_status(await desk.examine()) == 1


async def test_orders_need_a_site_an_address_and_a_daybook_set(desk: Desk) -> None:
    rows = await desk.rows(site="", bill_to="", daybook_set="")
    assert [rows[what].verdict for what in ("site", "bill to", "daybook set")] == ["error"] * 3
    rows = await desk.rows(sites={"Head Office": "10-100"})
    assert rows["site"].verdict == "ok", "every branch may have its own"


async def test_numbers_that_qad_will_not_take_are_named_before_they_are_sent(desk: Desk) -> None:
    desk.order("A-2026-000001")
    rows = await desk.rows()
    assert "A-2026-000001" in rows["order numbers"].detail
    assert (await desk.rows(order_number="internal"))["order numbers"].verdict == "ok"
    desk.order("A-2026-000001")
    rows = await desk.rows(order_number="external", order_number_length=20)
    assert "several orders" in rows["order numbers"].detail


async def test_bills_that_another_connector_has_taken_are_a_warning(desk: Desk) -> None:
    assert (await desk.rows())["other connectors"].verdict == "unverified"
    bill = desk.procurify.bill(
        [{"description": "Rent", "cost": "100", "account": desk.account}], vendor=desk.vendor, invoice_number="R-1"
    )
    assert (await desk.rows())["other connectors"].verdict == "ok"
    desk.procurify.books.bill(bill["uuid"]).exported = datetime.now(UTC).date()
    row = (await desk.rows())["other connectors"]
    assert (row.verdict, "R-1" in row.detail, "posted twice" in row.detail) == ("warning", True, True)


async def test_codes_that_qad_lacks_and_departments_without_a_cost_center_are_named(desk: Desk) -> None:
    desk.procurify.add_account_code("6999", "Old")
    desk.procurify.add_department("Night Shift", "900")
    desk.qad.add_account("6170", "Training")
    rows = await desk.rows()
    assert "made by a run: 6170" in rows["accounts in both"].detail
    assert "6999" in rows["account codes without an account"].detail
    assert (rows["cost centers"].verdict, "Night Shift" in rows["cost centers"].detail) == ("warning", True)
    assert (await desk.rows(cost_centers={"Night Shift": "100"}))["cost centers"].verdict == "ok"


async def test_a_time_zone_that_no_location_has_is_a_warning(desk: Desk) -> None:
    assert (await desk.rows())["time zone"].verdict == "ok"
    row = (await desk.rows(time_zone="UTC"))["time zone"]
    assert (row.verdict, ZONE in row.detail) == ("warning", True)


async def test_matching_lines_need_one_more_list_of_qad(desk: Desk) -> None:
    assert "entity open_receiver" not in await desk.rows()
    rows = await desk.rows(matching_mode="submit", hold_for_receipts=False)
    assert (rows["entity open_receiver"].verdict, rows["matching"].verdict) == ("valid", "warning")
    assert rows["invoice statuses"].detail == "AP-GLALLOC, AP-NOALLOC"
