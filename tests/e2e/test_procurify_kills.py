"""Runs from Procurify to QAD that are killed, and answers that are lost: no order twice, none left in halves."""

import os
import random
from decimal import Decimal
from pathlib import Path

from tests.e2e.killed import killed
from tests.e2e.patience import until
from tests.e2e.preloaded import Preloaded, start
from tests.e2e.procurify import Purchasing
from tests.e2e.procurify_agreement import assert_orders
from tests.e2e.procurify_bills_agreement import Judge, assert_bills
from tests.e2e.procurify_desk import begin, bill, line, place, place_many, qad_lines, receive
from tests.e2e.procurify_witness import Witness
from tests.sandbox.faults import Fault

pytest_plugins = ("tests.e2e.procurify_serving",)

ORDERS = int(os.environ.get("ML_CONNECTOR_TEST_KILL_ORDERS", "8"))  # of four lines on average
KILLS = int(os.environ.get("ML_CONNECTOR_TEST_ORDER_KILLS", "4"))
SEED = int(os.environ.get("ML_CONNECTOR_TEST_SEED", "20261121"))
LONGEST = 3.0  # seconds; a whole run takes several times as long
HEADERS, LINES, INVOICES = "POST .*/purchaseOrderHeaders", "POST .*/purchaseOrderLinesGrid", "POST .*/supplierInvoices"


def test_runs_killed_at_random_moments_leave_no_order_twice_and_none_in_halves(purchasing: Purchasing) -> None:
    it, chance = purchasing, random.Random(SEED)
    witness = Witness(it.qad)
    begin(it)
    placed = place_many(it, ORDERS, chance)
    it.qad.frame.latency = 0.05  # so that many kills fall between the lines of an order
    losses = [it.qad.frame.faults.add(fault) for fault in losses_of(HEADERS) + losses_of(LINES)]

    told = [killed(it, KILLS - KILLS // 3, SEED, LONGEST)]
    lines = assert_orders(it)

    for order in placed:
        receive(it, order)
    for order in placed:
        items = [{"order_item": one.id, "quantity": one.quantity} for one in it.procurify.books.lines_of(order)]
        bill(it, f"INV-{order.id}", *items)
    losses += [it.qad.frame.faults.add(fault) for fault in losses_of(INVOICES)]
    told.append(killed(it, KILLS // 3, SEED + 1, LONGEST / 2))

    assert sum(one["killed"] for one in told) == KILLS
    assert [one.struck for one in losses] == [1] * len(losses)
    assert assert_bills(it, witness) == len(Judge(it).postable()) == ORDERS
    assert assert_orders(it) == lines
    print(f"{ORDERS} orders with {lines} lines and {ORDERS} bills: {told}, {len(losses)} answers lost")


def test_a_run_killed_between_two_lines_of_an_order_is_completed_by_the_next_one(purchasing: Purchasing) -> None:
    it = purchasing
    begin(it)
    order = place(it, *(line(f"Part {number}", str(number)) for number in range(1, 6)))
    for write, passed, stored in ((HEADERS, 0, 0), (LINES, 0, 1), (LINES, 1, 3)):
        kill_at(it, Fault("slow_after", write, skip=passed, seconds=8))
        assert len(qad_lines(it, order)) == stored

    it.run()

    assert [one["quantityOrdered"] for one in qad_lines(it, order)] == [Decimal(number) for number in range(1, 6)]
    assert assert_orders(it) == 5
    assert len(it.qad.orders) == 1


def losses_of(write: str) -> list[Fault]:
    """Returns one answer lost before the write is done, and two after, one of them behind a gateway's page."""
    return [
        Fault("lost_before", write, skip=1),
        Fault("lost_after", write, skip=3),
        Fault("html_after", write, skip=5, status=502),
    ]


def kill_at(it: Purchasing, stuck: Fault) -> None:
    """A run waits for the answer to a write that was done, and is killed."""
    it.qad.frame.faults.add(stuck)
    run = started(it)
    try:
        until(lambda: stuck.struck)
    finally:
        run.kill()


def started(it: Purchasing) -> Preloaded:
    """Returns a run that goes on by itself."""
    with (it.home / "background.log").open("ab") as log, Path(os.devnull).open() as nothing:
        streams = (nothing.fileno(), log.fileno(), log.fileno())
        arguments = ("run", it.pair, it.connection)
        return start("deployments.cli", *arguments, environment=it.environment, streams=streams)
