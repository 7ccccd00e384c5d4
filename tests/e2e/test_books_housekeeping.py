"""A consent that nobody uses is kept alive every day, and one that ends soon or is over is told of."""

from typing import Any

import httpx

from tests.e2e.books import Books
from tests.e2e.patience import http
from tests.e2e.preloaded import completed


def test_an_idle_consent_is_renewed_once_a_day_and_its_end_is_told_of_beforehand(books: Books) -> None:
    it = books
    it.quickbooks.options(hard_expiry_days=20)
    it.apply()

    keep_alive(it)
    keep_alive(it)

    assert it.quickbooks.renewals == 1  # the second time it was used on the same day
    row = told_of(it)
    assert row["state"] == "ends soon"
    assert "connect the company again" in row["what to do"]
    assert daily(it) == "40 3 * * *"

    it.quickbooks.revoke_all()
    it.command("run", it.pair, it.connection, expect=None)  # which learns that the token is dead, if it must ask
    it.quickbooks.expire_access()
    it.command("run", it.pair, it.connection, expect=3)
    keep_alive(it)
    assert told_of(it)["state"] == "over"


def keep_alive(it: Books) -> None:
    """Runs the housekeeping as its deployment does, in a process of its own."""
    done = completed("tests.e2e.keeping", environment=it.environment)
    assert done.returncode == 0, done.stderr[-2000:]


def told_of(it: Books) -> dict[str, Any]:
    """Returns what the newest table of consents says of this installation's."""
    asked = {"artifacts": {"key": {"any_": ["consents"]}}, "sort": "CREATED_DESC", "limit": 1}
    [artifact] = http.post(f"{it.prefect_api}/artifacts/filter", json=asked).raise_for_status().json()
    rows: list[dict[str, Any]] = httpx.Response(200, text=artifact["data"]).json()
    return next(row for row in rows if row["credentials"] == f"{it.connection}-books")


def daily(it: Books) -> str:
    """Returns when the housekeeping is scheduled."""
    found = http.get(f"{it.prefect_api}/deployments/name/housekeeping/daily").raise_for_status().json()
    return str(found["schedules"][0]["schedule"]["cron"])
