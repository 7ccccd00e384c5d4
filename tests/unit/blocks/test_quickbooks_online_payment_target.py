"""Bills and their payments in QuickBooks Online, written to the emulator over real HTTP."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from blocks.errors import AnswerLostError, RefusedError, TransientError
from blocks.quickbooks_online.document_target import BillTarget
from blocks.quickbooks_online.payment_target import BillPaymentTarget
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served
from tests.unit.blocks.quickbooks_books import (
    Meddled,
    a_document,
    a_line,
    a_payment,
    client_of,
    ids,
    lose,
    made,
    new_keys,
)


@pytest.fixture
def company() -> QuickBooksSandbox:
    company = QuickBooksSandbox()
    company.options(throttle=False, access_seconds=10**6)
    return company


@pytest.fixture
async def client(company: QuickBooksSandbox) -> AsyncIterator[Meddled]:
    with served(company.app) as url:
        async with client_of(company, url) as client:
            yield client


@pytest.fixture
def account(company: QuickBooksSandbox) -> str:
    [row] = company.seed_accounts([{"number": "6410", "name": "Stationery", "type": "EXPENSE"}])
    return str(row["Id"])


@pytest.fixture
def vendor(company: QuickBooksSandbox) -> str:
    return str(company.add_vendor(DisplayName="Northwind Paper")["Id"])


async def test_a_paid_bill_is_left_alone(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    target, payments = BillTarget(client), BillPaymentTarget(client)
    bodies = [
        a_document(vendor, a_line(account), bill_id=f"00n{number}", DocNumber=f"N{number}") for number in range(2)
    ]
    free, paid = (one.id for one in made(await target.create(bodies, new_keys(2))))
    [payment] = made(await payments.create([a_payment(company, vendor, paid)], new_keys(1)))
    with pytest.raises(RefusedError, match="N1: it has payments"):
        await target.archive(paid)
    assert (await target.archive(free)).record["status"] == "Deleted"
    for _time in range(2):
        assert (await payments.archive(payment.id)).record["TotalAmt"] == 0
    assert company.bill_payments[payment.id]["PrivateNote"] == "Voided - BILL payment 0ps01 of 008X"
    assert company.bills[paid]["Balance"] == Decimal(150)
    assert (await target.archive(paid)).record["status"] == "Deleted"


async def test_a_void_that_meets_trouble_is_tried_later_and_not_refused(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    [bill] = made(await BillTarget(client).create([a_document(vendor, a_line(account))], new_keys(1)))
    target = BillPaymentTarget(client)
    [payment] = made(await target.create([a_payment(company, vendor, bill.id)], new_keys(1)))
    company.frame.faults.add(Fault(kind="status", match="POST .*/billpayment", times=5))
    with pytest.raises(TransientError):
        await target.archive(payment.id)
    assert (await target.archive(payment.id)).record["TotalAmt"] == 0


async def test_a_payment_is_made_once_and_found(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    [bill] = made(await BillTarget(client).create([a_document(vendor, a_line(account))], new_keys(1)))
    target, keys, since = BillPaymentTarget(client), new_keys(1), company.frame.clock.now()
    body = a_payment(company, vendor, bill.id)
    lose(company)
    with pytest.raises(AnswerLostError):
        await target.create([body], keys)
    [again] = made(await target.create([body], keys))
    assert ids(await target.find([body, body], since)) == [again.id, None]
    noted = await target.update(again.id, {"PrivateNote": "BILL payment 0ps01 cleared"}, new_keys(1)[0])
    assert noted.record["PrivateNote"] == "BILL payment 0ps01 cleared"
    assert (len(company.bill_payments), company.bills[bill.id]["Balance"]) == (1, Decimal(0))
