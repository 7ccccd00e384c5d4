"""What the first runs cost and bring: every invoice once, few calls, few task runs, nothing on the second run."""

import json
from collections import Counter

from tests.e2e.agreement import assert_agreement
from tests.e2e.installation import CONNECTION, Installation
from tests.e2e.patience import http

INVOICES = 1000
SUPPLIERS = 129  # with the inactive ones, which have no invoices; 120 send some


def test_a_thousand_invoices_arrive_once_with_few_calls_and_the_second_run_writes_nothing(
    installation: Installation,
) -> None:
    it = installation
    it.bill.frame.clock.advance(-600)  # so that the second run is ten minutes later, for BILL
    it.seed(SUPPLIERS, INVOICES)
    assert len({invoice["supplierCode"] for invoice in it.qad.invoices.values()}) >= 120
    it.apply()

    first = it.run()

    assert first["outcomes"]["bills"] == {"created": INVOICES}
    assert_agreement(it.qad, it.bill)
    calls = it.bill.frame.calls()
    assert len(calls) <= 60
    assert it.bill.max_in_flight <= 3
    assert it.bill.refused_in_flight == 0
    runs = task_runs(it)
    assert runs <= 60
    print(f"first run: {len(calls)} BILL calls, {runs} task runs, {it.bill.max_in_flight} at most in flight")

    it.bill.frame.clock.advance(600)
    it.bill.frame.log.clear()
    it.qad.frame.log.clear()
    second = it.run()

    assert sum(sum(counts.values()) for counts in second["outcomes"].values()) == 0
    methods = Counter(row.method for row in (*it.bill.frame.log, *it.qad.frame.log))
    assert methods == Counter(GET=6)  # one for each stream, and no login: the sessions are shared
    print(f"second run: {methods['GET']} calls for six streams")


def task_runs(it: Installation) -> int:
    """Returns how many task runs the connection's flow runs have on the Prefect server."""
    filters = {"flow_runs": {"name": {"any_": [f"qad-bill {CONNECTION}"]}, "parent_task_run_id": {"is_null_": True}}}
    flow_runs = http.post(f"{it.prefect_api}/flow_runs/filter", json={**filters, "sort": "START_TIME_DESC", "limit": 1})
    newest = flow_runs.json()[0]["id"]
    counted = http.post(f"{it.prefect_api}/task_runs/count", json={"flow_runs": {"id": {"any_": [newest]}}})
    return int(json.loads(counted.text))
