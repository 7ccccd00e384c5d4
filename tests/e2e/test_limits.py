"""What a run does when a vendor says "not now", "not any more" or "not you"."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, text

from tests.e2e.agreement import assert_agreement
from tests.e2e.installation import CONNECTION, Installation
from tests.e2e.patience import http
from tests.sandbox.faults import Fault
from tests.sandbox.frame import Logged

CAP = 7  # calls, logins included; a whole run takes several times as many


def test_a_spent_hourly_cap_pauses_the_run_stops_all_calls_and_schedules_the_rest(installation: Installation) -> None:
    it = installation
    it.seed(suppliers=45, invoices=60)
    it.apply()
    keep_clear_of_the_hour()
    it.bill.options(request_cap=CAP)

    first = it.run(expect=3)

    assert first["state"] == "Paused"
    assert "BILL's hourly cap is spent" in first["message"]
    assert "it goes on by itself at" in first["message"]
    assert CAP < len(it.bill.frame.log) <= CAP + 3, "calls went on after the cap"
    it.bill.frame.log.clear()
    assert it.run(expect=3)["state"] == "Paused"
    assert not it.bill.frame.log, "another run called before the cap cleared"
    clears = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    (due,) = scheduled(it)
    assert clears < due <= clears + timedelta(seconds=15)

    it.bill.options(request_cap=20_000)
    clear_closures(it)
    it.run()
    assert_agreement(it.qad, it.bill)


def test_a_run_survives_refusals_for_now_strange_answers_and_an_expired_session(installation: Installation) -> None:
    it = installation
    it.seed(suppliers=30, invoices=150)
    it.apply()
    busy = {"code": "BDC_1322", "message": "Too many concurrent requests", "severity": "ERROR"}
    faults = [
        it.bill.frame.faults.add(fault)
        for fault in (
            Fault("status", "POST .*/vendors/bulk", times=2, status=422, body=[busy]),
            Fault("html", "GET .*/chart-of-accounts", status=200),
            Fault("html", "GET .*/departments", status=502),
            Fault("status", "POST .*/bills/bulk", status=503, body=[]),
        )
    ]
    pages = [
        it.qad.frame.faults.add(fault)
        for fault in (Fault("html", "GET .*browses.*financials.accounts"), Fault("status", "GET .*browses.*Invoices"))
    ]
    it.bill.frame.log = Expiring(it, "/vendors/bulk")

    it.run()

    assert [fault.struck for fault in faults + pages] == [2, 1, 1, 1, 1, 1]
    assert it.bill.logins == 2, "an expired session is renewed once, whoever finds out"
    assert it.qad.logins in (["password"] * 2, ["password", "refresh"])
    assert_agreement(it.qad, it.bill)


def test_a_wrong_password_is_tried_once_and_said_in_one_sentence(installation: Installation) -> None:
    it = installation
    it.seed(suppliers=2, invoices=2)
    it.bill.password = "wrong-Horse-8"  # what we say; the sandbox still knows the right one
    it.apply()

    done = it.command("run", "qad-bill", CONNECTION, expect=3)

    assert it.bill.logins == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ml-connector: BILL refuses the username or the password (BDC_1101")
    assert "sandbox and production have separate ones" in last
    assert it.bill.password not in done.stdout + done.stderr


class Expiring(list[Logged]):
    """A request log with which every session of both vendors ends, at BILL's first call to an address."""

    def __init__(self, it: Installation, address: str) -> None:
        super().__init__()
        self._it, self._address = it, address

    def append(self, row: Logged) -> None:
        super().append(row)
        if self._address in row.path:
            self._it.bill.rotate_sessions()
            self._it.qad.expire()
            self._address = "no further call"


def keep_clear_of_the_hour() -> None:
    """The clock hour, by which BILL counts, does not end within the next minute."""
    left = 3600 - time.time() % 3600
    if left < 60:
        time.sleep(left + 1)


def scheduled(it: Installation) -> list[datetime]:
    """Returns when the connection's deployment is to run."""
    deployment = http.get(f"{it.prefect_api}/deployments/name/qad-bill/{CONNECTION}").json()["id"]
    asked: dict[str, Any] = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }
    runs = http.post(f"{it.prefect_api}/flow_runs/filter", json=asked).json()
    assert Counter(run["parameters"]["connection"] for run in runs).keys() <= {CONNECTION}
    return [datetime.fromisoformat(run["expected_start_time"]) for run in runs]


def clear_closures(it: Installation) -> None:
    """The moment that the cap clears is in the past."""
    engine = create_engine(it.database_url)
    past = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=1)
    with engine.begin() as connection:
        assert connection.execute(text("UPDATE closure SET until = :past"), {"past": past}).rowcount == 1
    engine.dispose()
