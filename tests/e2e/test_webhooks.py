"""What BILL tells reaches QAD within seconds, without any schedule; many notifications make few runs."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deployments.serve import free_port
from tests.e2e.installation import CONNECTION, Installation, end

WITHIN = 30.0  # seconds from BILL's event to the record in QAD
BURST = 50


@dataclass
class Reachable(Installation):
    """An installation whose web app BILL can reach."""

    web_port: int = 0

    @property
    def web(self) -> str:
        """The web app's own address, which is the public one here."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this installation finds."""
        own = {"ML_CONNECTOR_PUBLIC_URL": self.web, "ML_CONNECTOR_WEB_PORT": str(self.web_port)}
        return super().environment | own

    def flow_runs(self) -> list[dict[str, Any]]:
        """Returns the flow runs that notifications started since this installation was applied."""
        wanted = {"flow_runs": {"tags": {"all_": ["webhook"]}}, "deployments": {"name": {"any_": [CONNECTION]}}}
        found: list[dict[str, Any]] = httpx.post(f"{self.prefect_api}/flow_runs/filter", json=wanted).json()
        return found


@pytest.fixture
def up(installation: Installation) -> Iterator[Reachable]:
    """Yields an installation with invoices in BILL, while `ml-connector up` runs."""
    it = Reachable(**vars(installation), web_port=free_port(0))
    it.seed(suppliers=6, invoices=12)
    it.apply()
    process = it.start("up")
    try:
        until(lambda: answers(f"{it.web}/ready"), 60)
        yield it
    finally:
        end(process)


def test_a_payment_in_bill_is_in_qad_within_seconds_and_a_burst_makes_few_runs(up: Reachable) -> None:
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
    until(lambda: it.qad.payments, WITHIN)
    print(f"in QAD {time.monotonic() - began:.1f} s after BILL's event")
    [posted] = it.qad.payments.values()
    assert posted["amountTC"] == payment["amount"]
    until(lambda: waiting(it) == 0, WITHIN)

    earlier = {run["id"] for run in it.flow_runs()}
    for _each in range(BURST):
        it.bill.advance(payment["id"], "CLEARED")
    until(lambda: len(told(it)) >= BURST + 1, WITHIN)
    until(lambda: waiting(it) == 0, WITHIN)
    time.sleep(1.5)  # one run too many would have been started by now
    assert {row["statusCode"] for row in told(it)} == {200}
    runs = len({run["id"] for run in it.flow_runs()} - earlier)
    print(f"{BURST} events: {runs} flow runs; {len(earlier - before)} for the payment")
    assert 1 <= runs <= 3
    assert len(it.qad.payments) == 1

    forged = httpx.post(subscription["notificationUrl"], content=b"{}", headers={"x-bill-sha-signature": "bm8="})
    assert forged.status_code == 401
    assert_secret(it, subscription["id"])


def paid(it: Reachable) -> dict[str, Any]:
    """Returns a new payment of one bill in BILL, which is only scheduled yet."""
    bill = next(iter(it.bill.bills.values()))
    return it.bill.pay([{"billId": bill["id"], "amount": bill["amount"]}])


def told(it: Reachable) -> list[dict[str, Any]]:
    """Returns the answered attempts of BILL to tell us of a payment."""
    return [row for row in it.bill.deliveries if row["type"] == "payment.updated" and row["statusCode"]]


def waiting(it: Reachable) -> float:
    """Returns how many notifications no run has handled yet."""
    lines = httpx.get(f"{it.web}/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("ml_connector_inbox_waiting{"))


def assert_secret(it: Reachable, subscription_id: str) -> None:
    """Fails if the security key is to be read in any file below the home."""
    key = it.bill._webhooks.keys[subscription_id].encode()
    files = [path for path in it.home.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if key in path.read_bytes()]


def answers(url: str) -> bool:
    """Tells whether the address answers with a success."""
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False


def until(true: Callable[[], Any], seconds: float) -> None:
    """Returns as soon as it is true; fails after so many seconds."""
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, f"not within {seconds:.0f} s"
        time.sleep(0.2)
