"""What `ml-connector check` finds out, against both sandboxes over HTTP."""

import json
from typing import Any

import pytest

from blocks.bill.credentials import BillCredentials
from blocks.errors import ConfigurationError
from blocks.qad.credentials import QadCredentials
from deployments import checking
from flows.checks import Finding, Findings, examined
from flows.qad_bill.checks import CHECKS
from flows.qad_bill.rules import QadBillConnection
from flows.registry import PAIRS
from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.faults import Fault
from tests.sandbox.qad import QadSandbox
from tests.sandbox.sample import CHART, DEPARTMENTS

ANNOUNCES = {"bill": {"payment.": "payments", "bill.": "bill_status"}}
PUBLIC = "https://connector.example"


class Desk:
    """A connection whose blocks stand in for those that Prefect keeps."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, store: Store, qad: tuple[QadSandbox, str], bill: tuple[BillSandbox, str]
    ) -> None:
        self.qad, self.bill, self.store = qad[0], bill[0], store
        self.rules: dict[str, Any] = {"payment_bank_account": "1010-01"}
        self.qad_block = {
            "base_url": qad[1],
            "username": self.qad.username,
            "password": self.qad.password,
            "workspace": self.qad.workspace,
        }
        self.bill_block: dict[str, Any] = {
            "base_url": bill[1],
            "events_base_url": bill[1].replace("/connect", "/connect-events"),
            "username": self.bill.username,
            "password": self.bill.password,
            "organization_id": self.bill.organization_id,
            "developer_key": self.bill.developer_key,
        }
        monkeypatch.setattr(QadBillConnection, "named", self._connection)
        monkeypatch.setattr(QadCredentials, "aload", self._qad)
        monkeypatch.setattr(BillCredentials, "aload", self._bill)

    async def _connection(self, name: str) -> QadBillConnection:
        if name != "acme":
            raise ConfigurationError("there is none")
        return QadBillConnection.model_validate({"qad": "acme-qad", "bill": "acme-bill", **self.rules})

    async def _qad(self, _name: str) -> QadCredentials:
        return QadCredentials.model_validate(self.qad_block)

    async def _bill(self, name: str) -> BillCredentials:
        if not self.bill_block:
            raise ValueError(name)
        return BillCredentials.model_validate(self.bill_block)

    async def examine(self, public_url: str = "") -> list[Findings]:
        return await examined(
            QadBillConnection, "acme", CHECKS, public_url=public_url, announces=ANNOUNCES, store=self.store
        )

    async def rows(self, public_url: str = "") -> dict[tuple[str, str], Finding]:
        found = await self.examine(public_url)
        return {(row.system, row.what): row for part in found for row in part.rows}


@pytest.fixture
def desk(
    monkeypatch: pytest.MonkeyPatch, store: Store, qad: tuple[QadSandbox, str], bill: tuple[BillSandbox, str]
) -> Desk:
    made = Desk(monkeypatch, store, qad, bill)
    made.qad.seed(accounts=CHART, cost_centers=DEPARTMENTS, suppliers=[{"supplierCode": "10S1001"}])
    made.qad.add_invoice(supplierCode="10S1001")
    made.bill.seed_chart(CHART)
    made.bill.seed_departments([{"name": one["name"], "shortName": one["code"]} for one in DEPARTMENTS])
    return made


async def test_a_sound_connection_is_ready_and_nothing_was_written(desk: Desk) -> None:
    found = await desk.examine()
    rows = {(row.system, row.what): row for part in found for row in part.rows}
    bad = [row for row in rows.values() if row.verdict not in {"ok", "valid"}]
    assert [row.what for row in bad] == ["entity supplier_payment"], "its list is empty, so its columns are not known"
    assert rows["rules", "accounts in both"].detail == f"{len(CHART)} of {len(CHART)} QAD codes are matched"
    assert rows["BILL", "MFA status"].detail.startswith("PHONE_VERIFICATION")
    assert checking.exit_status(found) == 0
    for sandbox in (desk.qad, desk.bill):
        assert all("token" in row.path or "login" in row.path for row in sandbox.frame.log if row.method != "GET")


@pytest.mark.parametrize("side", ["qad", "bill"])
async def test_a_refused_login_hides_nothing_of_the_other_system(desk: Desk, side: str) -> None:
    (desk.qad_block if side == "qad" else desk.bill_block)["password"] = "Sesame-99"
    found = await desk.examine()
    refused, other = (found[0], found[1]) if side == "qad" else (found[1], found[0])
    assert [(row.what, row.verdict) for row in refused.rows] == [("sign-in", "error")]
    assert "Sesame-99" not in refused.rows[0].detail
    assert len(other.rows) > 5
    assert {row.verdict for row in other.rows} <= {"ok", "valid", "unverified"}
    assert ("accounts in both", "unverified") in [(row.what, row.verdict) for row in found[2].rows]
    assert checking.exit_status(found) == 3


async def test_a_system_out_of_reach_and_a_missing_block_have_their_own_status(desk: Desk) -> None:
    desk.qad_block["base_url"] = "http://127.0.0.1:9/clouderp"
    assert checking.exit_status(await desk.examine()) == 3
    desk.qad_block["base_url"] = "ftp://nowhere"
    assert checking.exit_status(await desk.examine()) == 2
    desk.bill_block = {}
    found = await desk.examine()
    assert "there is no block bill-credentials/acme-bill" in found[1].rows[0].detail


async def test_paths_and_fields_that_the_tenant_lacks_are_named(desk: Desk) -> None:
    desk.qad.options(missing=["accounts"], hide_fields={"supplierInvoices": ["isLockPayment"]})
    found = await desk.examine()
    rows = {row.what: row for row in found[0].rows}
    assert rows["entity account"].verdict == "disabled"
    assert rows["entity supplier_invoice"].verdict == "degraded"
    assert "is_locked" in rows["entity supplier_invoice"].detail
    assert checking.exit_status(found) == 1


async def test_a_right_that_bill_does_not_give_is_named_and_the_rest_is_asked(desk: Desk) -> None:
    refusal = [{"code": "BDC_1145", "message": "no permission"}]
    desk.bill.frame.faults.add(
        Fault(kind="status", match="GET /connect/v3/payments", status=403, body=refusal, times=9)
    )
    found = await desk.examine()
    rows = {row.what: row for row in found[1].rows}
    assert rows["read payments"].verdict == "error"
    assert "BDC_1145" in rows["read payments"].detail
    assert rows["read departments"].verdict == "ok"
    assert checking.exit_status(found) == 1


async def test_reference_data_and_mappings_are_compared(desk: Desk) -> None:
    desk.qad.add_account("7999", "Suspense")
    known = next(iter(desk.bill.classifications["chart-of-accounts"]))
    desk.bill.archive("chart-of-accounts", known)
    vendor = desk.bill.seed_vendor()["id"]
    number = desk.bill.classifications["chart-of-accounts"][known]["account"]["number"]
    desk.rules = {"accounts": {"6100": "0canowhere", number: known}, "vendors": {"10S1001": vendor, "10S1002": "new"}}
    found = (await desk.examine())[2].rows
    said = {(row.what, row.verdict): row.detail for row in found}
    assert "7999" in said["accounts in both", "warning"]
    mapped = " | ".join(row.detail for row in found if row.what == "accounts mapping")
    assert "6100 to 0canowhere" in mapped
    assert f"{number} to {known}" in mapped
    assert ("vendors mapping", "ok") in said
    assert ("payment_bank_account", "warning") in said


async def test_the_subscription_is_judged_only_where_notifications_can_come(desk: Desk) -> None:
    assert ("BILL", "notifications") not in await desk.rows()
    assert "sends nothing to" in (await desk.rows(PUBLIC))["BILL", "notifications"].detail
    events = [{"type": "payment.updated", "version": "1"}, {"type": "bill.updated", "version": "1"}]
    body = {"name": "ml-connector", "status": {"enabled": True}, "notificationUrl": f"{PUBLIC}/webhooks/bill/acme"}
    async with (await desk._bill("acme-bill")).get_client() as client:
        made = await client.webhooks.create_subscription({**body, "events": events[:1]})
        assert "no events bill.*" in (await desk.rows(PUBLIC))["BILL", "notifications"].detail
        other = await client.webhooks.create_subscription({**body, "events": events[1:]})
        assert "no webhook security key" in (await desk.rows(PUBLIC))["BILL", "notifications"].detail
        desk.bill_block["webhook_security_keys"] = [made["securityKey"], other["securityKey"]]
        assert (await desk.rows(PUBLIC))["BILL", "notifications"].verdict == "ok"
        for one in (made, other):
            await client.webhooks.update_subscription(one["id"], {"status": {"enabled": False}})
        assert "switched off" in (await desk.rows(PUBLIC))["BILL", "notifications"].detail


@pytest.mark.usefixtures("with_prefect")
async def test_the_command_prints_one_json_list(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", str(desk.store.engine.url))
    assert await checking.check("qad-bill/acme", as_json=True) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {"system", "what", "verdict", "detail"} == printed[0].keys()
    assert await checking.check("acme", as_json=False) == 0
    assert "PHONE_VERIFICATION" in capsys.readouterr().out


async def test_a_connection_is_found_by_its_block(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await checking.applied_connection("acme") == ("qad-bill", "acme")
    with pytest.raises(ConfigurationError, match="no connection 'nobody'"):
        await checking.applied_connection("nobody")
    with pytest.raises(ConfigurationError, match="no pair 'x-y'"):
        await checking.applied_connection("x-y/acme")
    monkeypatch.setitem(PAIRS, "other-pair", PAIRS["qad-bill"])
    with pytest.raises(ConfigurationError, match="qad-bill/acme or other-pair/acme"):
        await checking.applied_connection("acme")
