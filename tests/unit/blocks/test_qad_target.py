"""Payments and checks against a whole QAD tenant, over real HTTP."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from blocks.errors import AnswerLostError, CredentialsError, RefusedError
from blocks.qad.account import QadAccount
from blocks.qad.client import QadClient
from blocks.qad.models import SupplierInvoice
from blocks.qad.profile import Profile
from blocks.qad.target import SupplierPaymentTarget
from blocks.qad.validation import validate
from blocks.target import Found
from tests.sandbox.faults import Fault
from tests.sandbox.qad import QadSandbox
from tests.sandbox.serving import served

NOW = datetime.now(UTC)
PAYMENTS = "POST .*/supplierPayments"


@pytest.fixture
def qad() -> QadSandbox:
    tenant = QadSandbox()
    tenant.seed(
        accounts=[{"accountCode": "6010", "description": "Supplies"}],
        cost_centers=[{"costCenterCode": "100"}],
        suppliers=[{"supplierCode": "10S1001"}],
        invoices=[{"originalCreditTC": Decimal("1250.00")}, {"originalCreditTC": Decimal("80.10")}],
    )
    return tenant


@pytest.fixture
def base_url(qad: QadSandbox) -> Iterator[str]:
    with served(qad.app) as url:
        yield f"{url}{qad.context}"


def client_of(qad: QadSandbox, base_url: str, password: str = "", **overrides: Any) -> QadClient:
    profile = Profile.default().merged({"write_pause": 0, **overrides})
    account = QadAccount(base_url, qad.username, qad.workspace, password or qad.password, profile=profile)
    return QadClient(account, first_wait=0.001)


@pytest.fixture
async def client(qad: QadSandbox, base_url: str) -> AsyncIterator[QadClient]:
    async with client_of(qad, base_url) as client:
        yield client


async def payment_of(client: QadClient, number: int = 0, reference: str = "pay_7f21") -> dict[str, Any]:
    rows = [row async for page in client.browse("supplier_invoice") for row in page.rows]
    invoice = SupplierInvoice.model_validate(rows[number])
    return {
        "entity": invoice.entity, "payment_year": 0, "instrument": "ELECTRONICTRANSFER", "number": 0,
        "supplier": invoice.supplier, "bank_account": "1010-01", "currency": invoice.currency, "amount": invoice.total,
        "payment_date": NOW.date().isoformat(), "status": "PAID", "reference": reference,
        "allocations": [{**invoice.key, "amount": invoice.total, "discount": Decimal(0)}],
    }  # fmt: skip


def made(result: Found | RefusedError | None) -> Found:
    assert isinstance(result, Found)
    return result


@pytest.mark.parametrize("reference", ["pay_7f21", "pay,7f21"])
async def test_a_payment_whose_answer_was_lost_is_found_again(
    qad: QadSandbox, client: QadClient, reference: str
) -> None:
    target, body = SupplierPaymentTarget(client), await payment_of(client, reference=reference)
    assert await target.find([body], NOW) == [None]
    qad.frame.faults.add(Fault("lost_after", PAYMENTS))
    with pytest.raises(AnswerLostError):
        await target.create([body], ["r1"])
    found = made((await target.find([body], NOW))[0])
    assert found.id.startswith("10USACO/")
    assert len(qad.payments) == 1


@pytest.mark.parametrize(
    "other", [{"amount": Decimal("1249.99")}, {"reference": "pay_7f2"}, {"currency": "EUR"}, {"allocations": []}]
)
async def test_a_payment_that_differs_is_not_taken_for_ours(client: QadClient, other: dict[str, Any]) -> None:
    target, body = SupplierPaymentTarget(client), await payment_of(client)
    await target.create([body], ["r1"])
    assert await target.find([{**body, **other}], NOW) == [None]


async def test_one_payment_stands_for_one_body(client: QadClient) -> None:
    target, body = SupplierPaymentTarget(client), await payment_of(client)
    await target.create([body], ["r1"])
    first, second = await target.find([body, body], NOW)
    assert made(first)
    assert second is None


async def test_a_refusal_stands_in_the_place_of_its_body(qad: QadSandbox, client: QadClient) -> None:
    good, bad = await payment_of(client), await payment_of(client, 1, "pay_2")
    results = await SupplierPaymentTarget(client).create(
        [{**bad, "bank_account": "none"}, good, {**bad, "reference": " "}], ["a", "b", "c"]
    )
    assert [type(result) for result in results] == [RefusedError, Found, RefusedError]
    assert isinstance(results[0], RefusedError)
    assert results[0].field == "bank_account"
    assert len(qad.payments) == 1


async def test_a_payment_is_voided_once_however_often_it_is_asked(qad: QadSandbox, client: QadClient) -> None:
    target, body = SupplierPaymentTarget(client), await payment_of(client)
    payment = made((await target.create([body], ["r1"]))[0])
    for _ in range(2):
        assert (await target.archive(payment.id)).record["status"] == "VOID"
    assert len([call for call in qad.frame.calls("POST") if "supplierPayments" in call.path]) == 2
    with pytest.raises(RefusedError, match="VOID"):
        await target.update(payment.id, {"status": "PAID"}, "r2")


async def test_the_same_body_again_changes_nothing(qad: QadSandbox, client: QadClient) -> None:
    target, body = SupplierPaymentTarget(client), await payment_of(client)
    payment = made((await target.create([body], ["r1"]))[0])
    await target.update(payment.id, body, "r2")
    assert len([call for call in qad.frame.calls("POST") if "supplierPayments" in call.path]) == 1


async def test_the_connection_survives_a_restart_of_qad(qad: QadSandbox, client: QadClient) -> None:
    body = await payment_of(client)
    qad.expire()
    assert made((await SupplierPaymentTarget(client).create([body], ["r1"]))[0])
    assert qad.logins == ["password", "refresh"]


async def test_a_sound_tenant_validates_and_nothing_is_written(qad: QadSandbox, client: QadClient) -> None:
    reports = {report.entity: report for report in await validate(client)}
    assert {report.verdict for name, report in reports.items() if name != "supplier_payment"} == {"valid"}
    assert reports["supplier_payment"].verdict == "unverified"
    assert not [call for call in qad.frame.log if call.method == "POST" and "token" not in call.path]


async def test_validation_tells_what_is_wrong_where(qad: QadSandbox, client: QadClient) -> None:
    qad.options(missing=["invoiceStatuss"], forbidden=["accounts"], hide_fields={"supplierInvoices": ["holdAmountTC"]})
    reports = {report.entity: report for report in await validate(client)}
    assert reports["invoice_status"].verdict == "disabled"
    assert (reports["account"].verdict, "IAccount" in reports["account"].detail) == ("unverified", True)
    assert (reports["supplier_invoice"].verdict, reports["supplier_invoice"].missing) == ("degraded", ["hold_amount"])
    assert reports["supplier"].verdict == "valid"


async def test_a_wrong_path_disables_its_entity_only(qad: QadSandbox, base_url: str) -> None:
    wrong = {"supplier": {"resource": "supplierV9s"}, "cost_center": {"browse": {"id": "urn:browse:mfg:gp000"}}}
    async with client_of(qad, base_url, entities=wrong) as client:
        reports = {report.entity: report.verdict for report in await validate(client)}
    assert (reports["supplier"], reports["cost_center"], reports["account"]) == ("disabled", "disabled", "valid")


async def test_validation_stops_at_a_refused_sign_in(qad: QadSandbox, base_url: str) -> None:
    async with client_of(qad, base_url, "wrong") as client:
        with pytest.raises(CredentialsError):
            await validate(client)
