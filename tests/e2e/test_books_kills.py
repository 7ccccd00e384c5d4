"""Runs to QuickBooks Online that are killed, whose answers are lost, or that run side by side: all exactly once."""

import os

import pytest

from tests.e2e.books import Books
from tests.e2e.books_agreement import assert_agreement
from tests.e2e.books_audit import assert_explained
from tests.e2e.killed import killed
from tests.sandbox.faults import Fault

BOOKS = int(os.environ.get("ML_CONNECTOR_TEST_BOOKS", "150"))  # vendors, and bills
KILLS = int(os.environ.get("ML_CONNECTOR_TEST_KILLS", "6"))  # half of them while ids are remembered
SEED = int(os.environ.get("ML_CONNECTOR_TEST_SEED", "20261121"))
LONGEST = 3.5  # seconds; a whole run takes several times as long


@pytest.mark.parametrize("hours", [24, 0], ids=["ids remembered", "ids forgotten"])
def test_a_run_killed_at_random_moments_makes_nothing_twice_and_loses_nothing(books: Books, hours: int) -> None:
    it = books
    it.hurry()
    it.quickbooks.options(request_id_hours=hours)
    it.seed(BOOKS, BOOKS, lines=2)
    it.quickbooks.frame.latency = 0.25  # so that many kills fall into a write
    it.apply()
    orders = BOOKS // 30 + 3  # about as many batches come before the first of orders
    losses = [
        it.quickbooks.frame.faults.add(fault)
        for fault in (
            Fault("lost_after", "POST .*/batch", skip=1),
            Fault("lost_before", "POST .*/batch", skip=2),
            Fault("html_after", "POST .*/batch", skip=orders, status=502),
            Fault("lost_after", "POST .*/batch", skip=orders + 2),
        )
    ]

    told = killed(it, kills := (KILLS + 1) // 2, SEED + hours, LONGEST)

    assert told["killed"] == kills
    assert [one.struck for one in losses] == [1, 1, 1, 1]
    assert_agreement(it.bill, it.quickbooks)
    looked_up = assert_explained(it)
    print(f"{BOOKS} and {BOOKS}, {told}, {len(it.quickbooks.batches)} batches, {looked_up} orders found after a loss")


def test_when_every_answer_to_a_batch_is_lost_and_no_id_remembered_nothing_is_written_twice(books: Books) -> None:
    it = books
    it.hurry()
    it.quickbooks.options(request_id_hours=0)
    it.seed(vendors=40, bills=40)
    it.number_apart()
    it.apply()
    lost = it.quickbooks.frame.faults.add(Fault("lost_after", "POST .*/batch", times=-1))

    it.run()

    assert lost.struck == len(it.quickbooks.batches)
    assert sum(it.quickbooks.batches) == 80, "something was sent again before it was looked up"
    assert_agreement(it.bill, it.quickbooks)
    assert assert_explained(it) == 40


def test_two_processes_at_once_come_to_the_same_result_as_one(books: Books) -> None:
    it = books
    it.seed(vendors=60, bills=60, lines=2)
    it.quickbooks.frame.latency = 0.05
    it.apply()

    both = [it.start("run", it.pair, it.connection) for _ in range(2)]

    assert [process.wait(timeout=900) for process in both] == [0, 0]
    assert_agreement(it.bill, it.quickbooks)
    assert (it.quickbooks.throttled, it.quickbooks.refused_renewals) == (0, 0)
