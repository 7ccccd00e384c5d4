"""From Procurify to QAD over several runs, with receipts posted in between: all once, to the cent, none too early."""

import os
import random
from decimal import Decimal

from tests.e2e.procurify import Purchasing
from tests.e2e.procurify_agreement import assert_orders
from tests.e2e.procurify_bills_agreement import Judge, assert_bills
from tests.e2e.procurify_desk import clear_logs, listed_as, place_many, qad_writes, receive, seed_ledger
from tests.e2e.procurify_witness import Witness
from tests.sandbox.procurify.generate_bills import KINDS, BillWriter
from tests.sandbox.procurify.records import Order

pytest_plugins = ("tests.e2e.procurify_serving",)

ORDERS = int(os.environ.get("ML_CONNECTOR_TEST_ORDERS", "24"))  # of four lines on average
BILLS = ORDERS * 6 // 5
SEED = int(os.environ.get("ML_CONNECTOR_TEST_SEED", "20261121"))


def test_orders_and_bills_arrive_once_whatever_is_received_early_late_or_in_parts(purchasing: Purchasing) -> None:
    it, chance = purchasing, random.Random(SEED)
    witness = Witness(it.qad)
    seed_ledger(it)
    it.apply()
    first = it.run()
    assert first["outcomes"]["suppliers"] == {"created": len(it.qad.suppliers)}
    assert first["outcomes"]["gl_accounts"] == {"created": len(it.qad.accounts)}
    placed = place_many(it, ORDERS, chance)
    early, late, parted = (placed[start::3] for start in range(3))

    enter_bills(it, chance, late, BILLS // 3)
    enter_bills(it, chance, parted, BILLS // 3)
    sent = it.run()
    assert sent["outcomes"]["purchase_orders"] == {"created": ORDERS}
    lines = assert_orders(it)
    counts = [assert_bills(it, witness)]

    receive_all(it, early)
    receive_all(it, parted, Decimal("0.5"))
    enter_bills(it, chance, early, BILLS - 2 * (BILLS // 3))
    it.run()
    counts.append(assert_bills(it, witness))

    receive_all(it, [*late, *parted])
    it.run()
    counts.append(assert_bills(it, witness))

    assert counts[-1] == len(Judge(it).postable()), f"all was received, and something waits: {listed_as(it, 'held')}"
    assert_orders(it)
    clear_logs(it)
    last = it.run()
    assert (qad_writes(it), last["exceptions"]) == ([], [])
    print(f"{ORDERS} orders with {lines} lines, {BILLS} bills: {counts} posted after the runs")


def enter_bills(it: Purchasing, chance: random.Random, orders: list[Order], count: int) -> None:
    """People enter bills of every kind for these orders, and for none."""
    writer = BillWriter(it.procurify, chance, [*it.procurify.books.accounts], orders)
    for index in range(count):
        writer.write(KINDS[index % len(KINDS)])


def receive_all(it: Purchasing, orders: list[Order], part: Decimal | int = 1) -> None:
    """The dock receives these orders in QAD, or this part of each line."""
    for order in orders:
        receive(it, order, part)
