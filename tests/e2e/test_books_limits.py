"""What Intuit allows is never exceeded, whoever calls; what it refuses for now or until somebody acts is waited for."""

import json
from itertools import pairwise

import pytest

from tests.e2e.books import Books
from tests.e2e.books_agreement import assert_agreement
from tests.e2e.callers import at_once, callers
from tests.e2e.preloaded import completed
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import gate

TURNED_AWAY = {"fault": {"error": [{"message": "ThrottleExceeded", "code": "3001"}], "type": "SERVICE"}}
ALLOWED = 4  # batches in a minute


def test_two_processes_at_once_are_never_turned_away(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    it, minute = books, 5.0
    monkeypatch.setattr(gate, "_MINUTE", minute)
    it.quickbooks.options(batches_per_minute=ALLOWED)
    it.credentials = {"batches_per_minute": ALLOWED}
    it.apply()

    with callers(it, 2, "tests.e2e.short_minute", str(minute), "tests.e2e.calling") as both:
        assert at_once(both, "read 1") == ["ok", "ok"]  # all is loaded and connected, so that no first call is late
        assert at_once(both, f"write {ALLOWED} Ada", f"write {ALLOWED} Ben") == ["ok", "ok"]
        assert at_once(both, "read 15") == ["ok", "ok"]  # three times what Intuit allows in a second

    assert it.quickbooks.throttled == 0
    assert len(it.quickbooks.vendors) == 2 * ALLOWED
    begun = [row.at for row in it.quickbooks.calls("/batch?")]
    assert begun[ALLOWED] - begun[0] > minute
    assert begun[-1] - begun[ALLOWED] < minute, "less was done than Intuit allows"


def test_a_429_that_comes_all_the_same_is_waited_for_and_the_run_goes_on(books: Books) -> None:
    it, minute = books, 2.0
    it.seed(vendors=12, bills=12)
    it.apply()
    faults = [
        it.quickbooks.frame.faults.add(Fault("status", line, status=429, body=TURNED_AWAY))
        for line in ("POST .*/batch", "POST .*/query", "GET .*/preferences")
    ]

    run_with_minutes_of(it, minute)

    assert [fault.struck for fault in faults] == [1, 1, 1]
    rows = it.quickbooks.calls("/v3/company/")
    waits = [later.at - turned.at for turned, later in pairwise(rows) if turned.status == 429]
    assert min(waits) >= minute
    assert_agreement(it.bill, it.quickbooks)


def test_a_company_with_purchase_orders_off_is_told_of_and_nothing_is_written_until_they_are_on(books: Books) -> None:
    it = books
    it.seed(vendors=12, bills=12)
    it.quickbooks.set_preference(PurchaseOrderEnabled=False)
    it.apply()

    checked = json.loads(it.command("check", it.connection, "--json", expect=1).stdout)
    ran = it.command("run", it.pair, it.connection, expect=2)

    name = it.quickbooks.company["CompanyName"]
    said = f"QuickBooks Online company {name} has purchase orders switched off. An administrator of the company must"
    [row] = [row for row in checked if row["what"] == "purchase orders"]
    assert (row["verdict"], row["detail"].startswith(said)) == ("error", True)
    assert ran.stderr.strip().splitlines()[-1].startswith(f"ml-connector: {said} switch on 'Use purchase orders'")
    written = [row.path for row in it.quickbooks.calls("POST /v3/") if not row.path.endswith("/query")]
    assert (written, [row.path for row in it.bill.frame.calls("POST ") if "/login" not in row.path]) == ([], [])

    it.quickbooks.set_preference(PurchaseOrderEnabled=True)
    it.run()
    assert_agreement(it.bill, it.quickbooks)


def run_with_minutes_of(it: Books, seconds: float) -> None:
    """Runs the pair, where a minute of Intuit's is shorter."""
    command = ("deployments.cli", "run", it.pair, it.connection)
    done = completed("tests.e2e.short_minute", str(seconds), *command, environment=it.environment)
    assert done.returncode == 0, done.stderr[-3000:]
