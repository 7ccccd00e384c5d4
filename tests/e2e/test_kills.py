"""Runs that are killed, answers that are lost, and runs side by side: still everything exactly once."""

import json
import os

from tests.e2e.agreement import assert_agreement
from tests.e2e.installation import CONNECTION, Installation, end
from tests.e2e.killed import killed
from tests.e2e.prefect_runs import start_run, wait_for
from tests.sandbox.faults import Fault

INVOICES = int(os.environ.get("ML_CONNECTOR_TEST_KILL_INVOICES", "1000"))
KILLS = int(os.environ.get("ML_CONNECTOR_TEST_KILLS", "25"))
SEED = int(os.environ.get("ML_CONNECTOR_TEST_SEED", "20261121"))
LONGEST = 4.5  # seconds; a whole run takes several times as long


def test_a_run_killed_at_random_moments_makes_nothing_twice_and_loses_nothing(installation: Installation) -> None:
    it = installation
    it.seed(suppliers=129, invoices=INVOICES)
    it.bill.frame.latency = 0.25  # so that many kills fall into a write
    it.apply()

    told = killed(it, KILLS, SEED, LONGEST)

    assert told["killed"] == KILLS
    assert_agreement(it.qad, it.bill)
    assert_audited(it)
    assert it.bill.max_in_flight <= 3
    found_again = sum("found in the target" in row["reason"] for row in it.records())
    print(
        f"{INVOICES} invoices, {told}, {len(it.bill.frame.log)} BILL calls, "
        f"{found_again} records found after a lost answer"
    )


def test_when_every_answer_to_a_write_is_lost_nothing_is_written_twice(installation: Installation) -> None:
    it = installation
    it.seed(suppliers=129, invoices=INVOICES)
    it.apply()
    lost = it.bill.frame.faults.add(Fault("lost_after", r"^POST .*/bulk", times=-1))

    it.run(expect=None)
    it.run(expect=None)

    assert lost.struck >= INVOICES // 100 + 6  # every bulk of bills, and every one of vendors
    print(f"{INVOICES} invoices, {lost.struck} answers lost, {len(it.bill.frame.log)} BILL calls")
    assert_agreement(it.qad, it.bill)
    assert_audited(it)


def test_two_workers_and_two_processes_at_once_come_to_the_same_result_within_bills_limit(
    installation: Installation,
) -> None:
    it = installation
    it.seed(suppliers=60, invoices=400)
    it.bill.frame.latency = 0.03
    it.apply()
    workers = [it.start("up") for _ in range(2)]  # each with a runner of its own
    try:
        runs = [start_run(it) for _ in range(2)]
        both = [it.start("run", "qad-bill", CONNECTION) for _ in range(2)]
        statuses = [process.wait(timeout=900) for process in both]
        for run in runs:
            wait_for(it, run, "Completed")
    finally:
        for worker in workers:
            end(worker)

    assert statuses == [0, 0]
    assert_agreement(it.qad, it.bill)
    assert it.bill.max_in_flight <= 3
    assert it.bill.refused_in_flight == 0


def assert_audited(it: Installation) -> None:
    """Fails unless the audit explains each bill: what QAD said, what was sent, and BILL's id for it."""
    rows = {row["target_id"]: row for row in it.records() if row["stream"] == "bills"}
    for bill_id in it.bill.bills:
        assert bill_id in rows, f"no record stands for {bill_id}"
    some = sorted(rows.values(), key=lambda row: str(row["source_id"]))[::50]
    for row in some:
        audit = json.loads(it.command("audit", CONNECTION, row["source_id"], "--json").stdout)
        written = [entry for entry in audit if entry["outcome"] == "created"]
        assert len(written) == 1, f"{row['source_id']} has {len(written)} creations in its audit"
        assert written[0]["source"]["reference"] == row["source_ref"]
        assert written[0]["sent"]["invoice"]["invoiceNumber"] == row["source_ref"]
        assert written[0]["answer"]["id"] == row["target_id"]
