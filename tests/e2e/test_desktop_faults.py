"""Updates of QuickBooks Desktop in which something goes wrong, at random points: all is there exactly once."""

import os
import random

import pytest

from tests.e2e.desktop import Desktop
from tests.e2e.desktop_audit import assert_explained
from tests.e2e.desktop_books import assert_same_books
from tests.e2e.desktop_office import Office
from tests.e2e.desktop_ordeal import Impatient, endured, settled
from tests.e2e.desktop_plans import random_plan
from tests.e2e.desktop_witness import assert_executed_once

RUNS = int(os.environ.get("ML_CONNECTOR_TEST_DESKTOP_RUNS", "1"))  # installations
TROUBLES = int(os.environ.get("ML_CONNECTOR_TEST_DESKTOP_TROUBLES", "4"))  # of each: updates in which something fails
SEED = int(os.environ.get("ML_CONNECTOR_TEST_SEED", "20261121"))


@pytest.mark.parametrize("number", range(RUNS))
def test_whatever_goes_wrong_in_updates_nothing_is_twice_and_nothing_missing(desktop: Desktop, number: int) -> None:
    chance = random.Random(SEED + number)
    it = Impatient.of(desktop, batch_size=chance.choice([1, 4, 9, 100]))
    it.company.options(
        repeated_reply=chance.choice(["ret", "error_recovery"]), checksum_of=chance.choice(["document", "requests"])
    )
    it.seed(0, 0)
    office = Office(it.bill, it.company, chance)
    office.begin(vendors=12, bills=40, payments=15)
    it.apply()
    with it.serving():
        pc = it.pc()
        for _ in range(TROUBLES):
            cycle, struck = endured(it, pc, plan := random_plan(chance))
            did = office.work(chance.randint(1, 6))
            ended = f"{'struck' if struck else 'passed by'}: {cycle.status} {cycle.died}"
            print(f"{SEED + number}: {plan.name}, {ended}; {', '.join(did)}")
        quiet = settled(it, pc)

    assert_same_books(it.bill, it.company)
    left = [row for row in it.records() if row["outcome"] not in ("created", "updated", "unchanged")]
    assert not left, f"{len(left)} records need a person, such as {left[0]}"
    again = assert_executed_once(it.company)
    explained = assert_explained(it)
    print(f"{SEED + number}: {quiet} quiet updates, {again} message sets came again, {explained} looked up")
