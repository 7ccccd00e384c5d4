"""What the first cycles from BILL to QuickBooks Desktop bring, and how often the Web Connector must go to and fro."""

import os
from collections import Counter, defaultdict
from math import ceil, inf

import httpx

from tests.e2e.desktop import Desktop
from tests.e2e.desktop_agreement import assert_agreement
from tests.e2e.desktop_keeping import begin, cycled, later, written

BILLS = int(os.environ.get("ML_CONNECTOR_TEST_DESKTOP", "200"))  # 1,000 is what the pair is made for
VENDORS, PAYMENTS = BILLS * 15 // 100, BILLS * 3 // 10
BATCH = 100  # requests that travel together
ROUND_TRIPS = 8 + 4 * ceil(BILLS / BATCH) + 4 * ceil(PAYMENTS / BATCH)  # 60 for 1,000 bills and 300 payments
IDLE = 2 + BILLS // 250  # round trips of the second cycle, which sees by pages what the first one wrote


def test_all_arrive_once_in_few_round_trips_and_the_second_cycle_writes_nothing(desktop: Desktop) -> None:
    it = desktop
    it.bill.frame.clock.advance(-60)
    it.seed(VENDORS, BILLS)
    payments = pay_some(it)
    it.apply()
    with it.serving():
        pc = it.pc()

        first = cycled(it, pc)

        assert_agreement(it.bill, it.company)
        created = {name: counts for name, counts in first["outcomes"].items() if counts and name != "accounts"}
        assert created["vendors"] == {"created": VENDORS}
        assert created["bills"] == {"created": BILLS}
        assert created["payments"] == {"created": payments}
        [cycle] = pc.cycles
        assert cycle.round_trips <= ROUND_TRIPS
        print(f"{BILLS:,} bills of {VENDORS} vendors and {payments} payments: {cycle.round_trips} round trips,")
        print(f"{cycle.waits} waits. Calls, what was held up on purpose aside: {told_of_answers(it)}")

        later(it)
        before = len(it.company.executed)
        second = cycled(it, pc)
        assert {name for counts in second["outcomes"].values() for name in counts} <= {"unchanged"}
        assert written(it, before) == []
        assert pc.cycles[-1].round_trips <= IDLE
        print(f"second cycle: {pc.cycles[-1].round_trips} round trips")


def test_one_record_at_a_time_is_slow_and_right(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    it.bill.generate(vendors=2, bills=4)
    payments = pay_some(it, at_most=2)
    it.rules = {"batch_size": 1}
    it.apply()
    with it.serving():
        pc = it.pc()

        cycled(it, pc)

        assert_agreement(it.bill, it.company)
        sets = Counter(one.message_set_id for one in it.company.executed if not one.message.endswith("Query"))
        assert sorted(sets.values()) == [1] * (2 + 4 + payments)


def pay_some(it: Desktop, at_most: int = PAYMENTS) -> int:
    """Pays some bills in BILL, one to three of them by each payment; returns how many payments there are."""
    unpaid: dict[str, list[dict[str, str]]] = {}
    for one in it.bill.bills.values():
        if one["amount"] > 0:
            unpaid.setdefault(one["vendorId"], []).append({"billId": one["id"], "amount": one["amount"]})
    count = 0
    for splits in unpaid.values():
        while splits and count < at_most:
            taken, splits[:3] = splits[: 1 + count % 3], splits[1 + count % 3 : 3]
            it.bill.pay(taken, "CLEARED")
            count += 1
    return count


def told_of_answers(it: Desktop) -> str:
    """Returns how long the web app took for the calls, what it held up on purpose aside."""
    lines = httpx.get(f"{it.web}/metrics").text.splitlines()
    buckets: dict[str, Counter[float]] = defaultdict(Counter)
    for line in lines:
        if line.startswith("ml_connector_web_connector_answer_seconds_bucket"):
            operation, limit = (line.split(f'{name}="')[1].split('"')[0] for name in ("operation", "le"))
            for one in (operation, "all calls"):
                buckets[one][float(limit)] += int(float(line.split()[-1]))
    return "; ".join(f"{name}: {percentile(counts)}" for name, counts in sorted(buckets.items()))


def percentile(counts: Counter[float]) -> str:
    """Returns within what time 99 % of the calls were answered, from how many took no longer than each limit."""
    calls = counts[inf]
    p99 = min(limit for limit, count in counts.items() if count >= 0.99 * calls)
    return f"{calls}, p99 within {p99 * 1000:.0f} ms, {counts[0.05] / calls:.0%} within 50 ms"
