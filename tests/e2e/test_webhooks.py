"""What BILL tells reaches QAD within seconds, without any schedule; many notifications make few runs."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.installation import CONNECTION, Installation
from tests.e2e.patience import http, until
from tests.e2e.ports import unused_port
from tests.e2e.reaching import Reachable, assert_few, now

BURST = 50


@dataclass
class ReachableInstallation(Reachable, Installation):
    """An installation whose web app BILL can reach."""


@pytest.fixture
def up(installation: Installation) -> Iterator[ReachableInstallation]:
    """Yields an installation with invoices in BILL, while `ml-connector up` runs."""
    it = ReachableInstallation(**vars(installation), web_port=unused_port())
    it.seed(suppliers=6, invoices=12)
    it.apply()
    with it.up():
        yield it


def test_a_payment_in_bill_is_in_qad_within_seconds_and_a_burst_makes_few_runs(up: ReachableInstallation) -> None:
    it = up
    first = it.run("--stream", "vendors", "--stream", "bills", "--stream", "payments")
    assert first["outcomes"]["bills"] == {"created": 12}
    [subscription] = it.bill.subscriptions.values()
    assert subscription["notificationUrl"] == f"{it.web}/webhooks/bill/{CONNECTION}"
    assert subscription["status"]["enabled"]
    before = {run["id"] for run in it.flow_runs()}

    payment = paid(it)
    began = time.monotonic()
    it.bill.advance(payment["id"], "CLEARED")
    until(lambda: it.qad.payments)
    print(f"in QAD {time.monotonic() - began:.1f} s after BILL's event")
    [posted] = it.qad.payments.values()
    assert posted["amountTC"] == payment["amount"]
    until(lambda: it.waiting() == 0)

    earlier = {run["id"] for run in it.flow_runs()}
    for _each in range(BURST):
        it.bill.advance(payment["id"], "CLEARED")
    until(lambda: len(told(it)) >= BURST + 1)
    told_by = now()
    until(lambda: it.waiting() == 0)
    time.sleep(1.5)  # one run too many would have been started by now
    assert {row["statusCode"] for row in told(it)} == {200}
    runs = [run for run in it.flow_runs() if run["id"] not in earlier]
    print(f"{BURST} events: {len(runs)} flow runs; {len(earlier - before)} for the payment")
    assert_few(runs, told_by)
    assert len(it.qad.payments) == 1

    forged = http.post(subscription["notificationUrl"], content=b"{}", headers={"x-bill-sha-signature": "bm8="})
    assert forged.status_code == 401
    assert_secret(it, subscription["id"])


def paid(it: ReachableInstallation) -> dict[str, Any]:
    """Returns a new payment of one bill in BILL, which is only scheduled yet."""
    bill = next(iter(it.bill.bills.values()))
    return it.bill.pay([{"billId": bill["id"], "amount": bill["amount"]}])


def told(it: ReachableInstallation) -> list[dict[str, Any]]:
    """Returns the answered attempts of BILL to tell us of a payment."""
    return [row for row in it.bill.deliveries if row["type"] == "payment.updated" and row["statusCode"]]


def assert_secret(it: ReachableInstallation, subscription_id: str) -> None:
    """Fails if the security key is to be read in any file below the home."""
    key = it.bill._webhooks.keys[subscription_id].encode()
    files = [path for path in it.home.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if key in path.read_bytes()]
